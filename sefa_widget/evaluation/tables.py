"""Tables of values as plain text and as HTML."""

from __future__ import annotations

import html

Table = list[dict[str, str | int | float]]
"""One dict per row; all rows have the same keys."""


def _cells(table: Table) -> list[list[str]]:
    rows = [[f"{v:.3f}" if isinstance(v, float) else str(v) for v in row.values()] for row in table]
    return [list(table[0]), *rows]


def text_table(table: Table) -> str:
    """Write a table as plain text, columns under each other."""
    cells = _cells(table)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(lines)


def html_table(table: Table) -> str:
    """Write a table as HTML, every cell escaped."""
    head, *body = [[html.escape(cell) for cell in row] for row in _cells(table)]
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body)
    titles = "".join(f"<th>{cell}</th>" for cell in head)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"
