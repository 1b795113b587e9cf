"""Writes the pages of docs/claims from the files of figures; nothing on them is typed by hand.

Run ``python -m benchmarks.claims.pages`` to write them again without measuring.
"""

from __future__ import annotations

import html
import json
import shutil
from pathlib import Path
from typing import Any

from benchmarks.claims.claim import DATA, ROOT, Claim, Table, Tables, read_tables
from benchmarks.claims.text import METHODS, NOT_MEASURED, markdown

PAGES = ROOT / "docs/claims"
DRAW = ROOT / "docs/site/static/figures.js"
LIBRARY = "plotly.min.js"
"""Beside the figures after a run, so that they need no network; not kept in the repository."""


def claims() -> list[Claim]:
    """Give all claims, in the order of the papers."""
    from benchmarks.claims import classes, filmstrips, ica, nearest, predicted, quality, rated, rescored

    return [
        nearest.CLAIM,
        rescored.CLAIM,
        predicted.CLAIM,
        rated.CLAIM,
        filmstrips.CLAIM,
        classes.CLAIM,
        quality.CLAIM,
        ica.CLAIM,
    ]


def write() -> None:
    """Write the page and the figure of each claim that has been measured, and the table of all."""
    measured = [(claim, read_tables(claim.name)) for claim in claims()]
    measured = [(claim, tables) for claim, tables in measured if tables]
    for claim, tables in measured:
        (PAGES / f"{claim.name}.md").write_text(page(claim, tables), encoding="utf-8")
        (DATA / f"{claim.name}.html").write_text(figure(claim, tables), encoding="utf-8")
    (PAGES / "index.md").write_text(index(measured), encoding="utf-8")
    _library()
    print(f"wrote {len(measured)} pages to {PAGES.relative_to(ROOT)}")


def page(claim: Claim, tables: Tables) -> str:
    """Write the page of one claim."""
    (run,) = tables["run"]
    option = " --full" if run["full"] else ""
    found = "".join(f"| {f.statement} | **{f.verdict}** | {f.result} |\n" for f in claim.findings(tables))
    files = " · ".join(
        f"[{path.name}](data/{path.name})" for path in sorted(DATA.glob(f"{claim.name}-*.csv"))
    )
    return (
        f"# {claim.title}\n\nWritten by `python -m benchmarks.claims.pages` from the files below.\n\n"
        f"**Source:** {claim.source}.\n\n**Claim:** {claim.says}\n\n"
        f"**Run:** `nice python -m benchmarks.claims.{claim.name}{option}`: "
        f"{_minutes(run['seconds'])} on two "
        "cores that other work shared. It goes on where it was stopped. Seeds: "
        f"{claim.seeds}.\n\n{claim.run}\n\n{_missing(claim, tables)}**Power:** {claim.power(tables)}\n\n"
        "## Verdict\n\n| statement | verdict | figures |\n| --- | --- | --- |\n"
        f"{found}\n[The figure](data/{claim.name}.html)\n\n## Figures\n\n{claim.body(tables)}\n"
        f"Files: {files}.\n"
    )


def _missing(claim: Claim, tables: Tables) -> str:
    """Say which methods the files of figures do not have yet, if any."""
    rows = claim.bought(tables)
    names = [name for name in METHODS if any(row[name] == NOT_MEASURED for row in rows)]
    return f"**Not measured yet:** {', '.join(names)}. The command does it.\n\n" if names else ""


def index(measured: list[tuple[Claim, Tables]]) -> str:
    """Write the table of all claims."""
    lines = []
    for claim, tables in measured:
        for found in claim.findings(tables):
            paper = claim.source.split(",")[0] + ", " + claim.source.rsplit(", ", 1)[1]
            lines.append(f"| [{found.statement}]({claim.name}.md) | {paper} | **{found.verdict}** |\n")
    seconds = sum(tables["run"][0]["seconds"] for _, tables in measured)
    intro = (PAGES / "about.txt").read_text(encoding="utf-8")
    return (
        "# What the papers claim, measured again\n\n"
        f"`make claims` measures all of it, in at most {_minutes(seconds)} on two cores that other work "
        "shared (the samples that claims share are counted with each).\n\n"
        f"{intro}\n## What is bought by what\n\n{_bought(measured)}\n"
        "## All statements\n\n| statement | paper | verdict |\n| --- | --- | --- |\n"
        f"{''.join(lines)}"
    )


def _bought(measured: list[tuple[Claim, Tables]]) -> str:
    """Write what each method reaches in each measure, with a link to the page that has its controls."""
    rows: Table = []
    for claim, tables in measured:
        for row in claim.bought(tables):
            rows.append(row | {"measure": f"[{row['measure']}]({claim.name}.md)"})
    return (
        "What each method reaches, with 95 % intervals; random ones are the control (of distances, the "
        "median and 5 to 95 % of bases). Whether two methods differ is decided by the statements below, not "
        f"by intervals that overlap or do not.\n\n{markdown(rows)}"
    )


def figure(claim: Claim, tables: Tables) -> str:
    """Write the figure as a page of its own; the site takes the figure out of it."""
    drawn: Any = claim.figure(tables)
    drawn.update_layout(template="none", title=claim.title, height=640)
    drawn.update_yaxes(automargin=True)
    numbers = json.dumps(json.loads(drawn.to_json()), separators=(",", ":")).replace("</", "<\\/")
    draw = DRAW.read_text(encoding="utf-8")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(claim.title)}</title>\n'
        f'<body><div class="figure-of-plotly"><script type="application/json">{numbers}</script>'
        "<noscript>A figure, which needs JavaScript.</noscript></div>\n"
        f'<script src="{LIBRARY}"></script>\n<script>{draw}</script></body></html>\n'
    )


def _library() -> None:
    """Put plotly's script beside the figures."""
    import plotly

    shutil.copyfile(Path(plotly.__file__).parent / "package_data" / LIBRARY, DATA / LIBRARY)


def _minutes(seconds: float) -> str:
    return f"{round(seconds)} s" if seconds < 100 else f"{round(seconds / 60)} min"


if __name__ == "__main__":
    write()
