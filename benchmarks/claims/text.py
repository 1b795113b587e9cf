"""Numbers and tables as Markdown."""

from __future__ import annotations

from benchmarks.claims.claim import Row, Table

NOTHING = 1e-12
"""Rounding."""


def number(value: object) -> str:
    """Write a number shortly: three decimals at most, small ones with their exponent."""
    if not isinstance(value, float):
        return str(value)
    if abs(value) < NOTHING:
        return "0"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.3f}".rstrip("0") if 0.001 <= abs(value) < 1000 else f"{value:.1e}"


def markdown(table: Table) -> str:
    """Write a table; numbers are on the right."""
    names = list(table[0])
    marks = ["---" if isinstance(table[0][name], str) else "---:" for name in names]
    lines = [names, marks, *([number(row[name]) for name in names] for row in table)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


METHODS = ("SeFa", "composed", "Jacobian", "random")
NOT_MEASURED = "not measured yet"


def bought_row(measure: str, better: str, values: dict[str, str]) -> Row:
    """Give a row of the table of what each method reaches: what is measured, and whether more is better."""
    return {
        "measure": measure,
        "better is": better,
        **{name: values.get(name, NOT_MEASURED) for name in METHODS},
    }
