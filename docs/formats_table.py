"""Writes the README's table of the file formats that load: ``python docs/formats_table.py``."""

from __future__ import annotations

from pathlib import Path

from sefa_widget.generators import FORMATS

README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- formats: python docs/formats_table.py -->\n", "<!-- end of formats -->"


def table() -> str:
    """Give the table as Markdown."""
    rows = [f"| {known.title} | {known.files} | `{known.name}` |" for known in FORMATS.values()]
    return "\n".join(["| generator | files | `format=` |", "|---|---|---|", *rows]) + "\n"


def updated(readme: str) -> str:
    """Give the README's text with the table between its marks."""
    before, rest = readme.split(START)
    return before + START + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
