"""In short: what stands above chance."""

from __future__ import annotations

from sefa_widget.evaluation.tables import Table
from sefa_widget.measures.basis import chance
from sefa_widget.reports.contents import Contents
from sefa_widget.reports.effects import Measured
from sefa_widget.reports.html import Html, join, table, tag

LEVEL = 0.05
"""Family-wise level at which attributes are held."""


def short(contents: Contents) -> Html:
    """Write one row for each group of layers, and how far the methods agree."""
    return join(
        tag(
            "p",
            "What stands above its control: values above those of networks before training, changes of the "
            "picture above those by random directions",
            *([", attributes above random bases"] if contents.measured[0].attributes is not None else []),
            ".",
        ),
        table(_rows(contents), "Above their control, of each group of layers", class_="wide stacks"),
        _agreement(contents),
    )


def held(measured: Measured) -> str:
    """Name the attributes that some direction changes more than random bases do."""
    found = measured.attributes
    if found is None or found.control is None:
        return ""
    if LEVEL * (len(found.control) + 1) < 1:
        return f"not told: {len(found.control)} random bases are too few for a level of 5 %"
    return ", ".join(found.held(LEVEL)) or "none"


def _rows(contents: Contents) -> Table:
    rows: Table = []
    for _, group, measured in contents.each():
        count = len(group.directions)
        above = {None: "no control", 0: "none", 1: f"the first of {count}"}.get(
            group.above, f"the first {group.above} of {count}"
        )
        described = group.directions.search.described
        row: dict[str, str | int | float] = {
            "directions of": group.name,
            "found by": group.directions.method if described is None else described.title,
            "values": above,
            "changes": f"{measured.beyond} of {len(measured.effect.change)}",
        }
        if measured.attributes is not None:
            row["attributes"] = held(measured)
        rows.append(row)
    return rows


def _agreement(contents: Contents) -> Html:
    """Say how alike the first method and each other one are."""
    titles = list(contents.agreement.sets)
    if len(titles) < 2:
        return join()
    pairs = [contents.agreement.pair(titles[0], other) for other in titles[1:]]
    told = ", ".join(
        f"{other} {float(pair.matched.mean()):.2f}" for other, pair in zip(titles[1:], pairs, strict=True)
    )
    low, _, high = chance(pairs[0].control_cosines).tolist()
    return tag(
        "p",
        f"How alike {titles[0]} and other methods are, as mean |cos| of the best matching: {told}. "
        f"With random bases it is {low:.2f} to {high:.2f} (5 to 95 %).",
    )
