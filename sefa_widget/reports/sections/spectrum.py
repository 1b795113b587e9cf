"""The values of the directions of each group, beside those of networks before training."""

from __future__ import annotations

from sefa_widget.evaluation.tables import Table
from sefa_widget.measures.basis import chance
from sefa_widget.reports.charts import bars, swatch
from sefa_widget.reports.contents import Contents
from sefa_widget.reports.groups import Group
from sefa_widget.reports.html import Html, details, join, table, tag

MOST_BARS = 40
"""Directions that are drawn, at most."""


def spectrum(contents: Contents) -> Html:
    """Write a chart for each group of layers."""
    count = contents.settings.controls
    return join(
        tag(
            "p",
            "The value of each direction, strongest first. No spectrum is flat, not even that of a network "
            f"that was never trained. So the band shows what the same method finds in {count} networks of "
            "this architecture with the weights they have before training (5 to 95 %; the line is the "
            "median). A bar above the band came with training. That does not make it mean something: look at "
            "the pictures.",
        ),
        _legend(),
        tag("div", *(_figure(group) for group in contents.groups), class_="charts"),
    )


def _legend() -> Html:
    kinds = {
        "bar above": "value above the control",
        "bar": "value",
        "band": "before training, 5 to 95 %",
        "middle": "before training, median",
    }
    return tag("p", *(tag("span", swatch(kind), f" {text}") for kind, text in kinds.items()), class_="legend")


def _figure(group: Group) -> Html:
    directions = group.directions
    values, value = directions.values, directions.value
    title = tag("h3", group.name)
    if values is None or value is None:
        return tag("figure", title, tag("p", "Directions of this method have no values."))
    shown = min(len(values), MOST_BARS)
    control = None if group.spectra is None else chance(group.spectra)
    band = None if control is None else control[:, :shown].tolist()
    label = f"Values of the first {shown} directions of {group.name}: {value.name}. {_above(group)}"
    rows: Table = []
    for place in range(shown):
        row: dict[str, str | int | float] = {"direction": place, value.symbol: float(values[place])}
        if control is not None:
            names = ("before training, 5 %", "median", "95 %")
            row |= {name: float(one[place]) for name, one in zip(names, control, strict=True)}
        rows.append(row)
    of = f" The first {shown} of {len(values)} are drawn." if shown < len(values) else ""
    return tag(
        "figure",
        title,
        bars(values[:shown].tolist(), band, group.above, label),
        tag("figcaption", f"{value.symbol}, {value.name}. {_above(group)}{of}"),
        details("The numbers", table(rows, f"Values of {group.name}")),
    )


def _above(group: Group) -> str:
    if group.above is None:
        return f"There is no control: {group.missing}"
    if group.above == 0:
        return "Not even the first value is above the control."
    if group.above == len(group.directions):
        return f"All {group.above} values are above the control."
    words = "value is" if group.above == 1 else f"{group.above} values are"
    return f"The first {words} above the control."
