"""What directions do, measured: to the picture, and to attributes where something reads them."""

from __future__ import annotations

from sefa_widget.evaluation import Rescoring
from sefa_widget.evaluation.tables import Table
from sefa_widget.measures.basis import chance
from sefa_widget.reports.charts import marks, swatch
from sefa_widget.reports.contents import Contents
from sefa_widget.reports.effects import ERRORS, Measured
from sefa_widget.reports.groups import Group
from sefa_widget.reports.html import Html, details, digits, join, table, tag, with_error
from sefa_widget.reports.sections.short import held

STOPS = {
    "change": "changed enough",
    "sharpness": "breaks",
    "flat": "hardly changes more",
    "estimate": "not measured",
}
"""Why sliders end, in a few words."""
STRONGEST = 3
"""Attributes that are named of each direction."""


def effect(contents: Contents) -> Html:
    """Write a chart and a table for each group of layers."""
    settings = contents.settings
    scored = [one for one in contents.measured if one.attributes is not None]
    return join(
        tag(
            "p",
            "How much a step along each direction changes the picture (RMS over pixels and colours, per unit "
            "of strength; the whole range of a picture is 2), to both sides, mean of "
            f"{settings.samples} seeds that no method has seen. Lines are {ERRORS:g} standard errors to "
            f"either side. The band is what {settings.controls} random directions do at the same step (5 to "
            "95 %): a direction inside it does no more than any.",
        ),
        _legend(),
        tag("div", *(_figure(group, measured) for _, group, measured in contents.each()), class_="charts"),
        _attributes(contents) if scored else join(),
    )


def _legend() -> Html:
    kinds = {
        "dot above": "above the band, errors taken off",
        "dot": "not above it",
        "band": "random directions, 5 to 95 %",
        "middle": "their median",
    }
    return tag("p", *(tag("span", swatch(kind), f" {text}") for kind, text in kinds.items()), class_="legend")


def _figure(group: Group, measured: Measured) -> Html:
    found, band = measured.effect, measured.band
    values, errors = found.change.tolist(), measured.error.tolist()
    told = (
        f"{measured.beyond} of {len(values)} directions change the picture more than 95 % of random ones, "
        f"at a step of {digits(found.strength)}."
    )
    rows: Table = [
        {
            "direction": f"{place} {group.names.get(place, '')}".strip(),
            "change per unit": value,
            "standard error": error,
            "times random": value / band[1] if band[1] else 0.0,
            "plus / minus": float(found.evenness[place]),
            "slider ends at": f"±{digits(group.end(place))}",
            "because it": STOPS[group.reach.stops[place]],
        }
        for place, (value, error) in enumerate(zip(values, errors, strict=True))
    ]
    chart = marks(values, [ERRORS * error for error in errors], band, f"Change of {group.name}: {told}")
    return tag(
        "figure",
        tag("h3", group.name),
        chart,
        tag("figcaption", told),
        details("The numbers", table(rows, f"Effect of the directions of {group.name}")),
    )


def _attributes(contents: Contents) -> Html:
    parts = []
    for _, group, measured in contents.each():
        if (found := measured.attributes) is not None:
            parts.append(
                join(
                    tag("h3", group.name),
                    table(
                        _strongest(group, found),
                        f"{group.name}: what each direction changes most",
                        class_="stacks",
                    ),
                    tag(
                        "p",
                        "Changed more than by random bases (family-wise level 5 %): ",
                        held(measured),
                        ".",
                    ),
                    details("All attributes", table(_all(found), f"All attributes, {group.name}")),
                )
            )
    return join(
        tag("h3", "Attributes", class_="part"),
        tag(
            "p",
            "What a scorer reads off the pictures before and after a step of one standard deviation of the "
            "latents, truncation left aside: the change of each attribute in its own spreads, with its "
            "standard error. ",
            tag("b", "Bold"),
            f" is more than 95 % of {contents.settings.controls} random bases at the same step, of this one "
            "attribute. Effect is the length of all changes together; 1/purity says how many attributes "
            "change.",
        ),
        *parts,
    )


def _strongest(group: Group, found: Rescoring) -> Table:
    rows: Table = []
    limits = _limits(found)
    for place, changes in enumerate(found.change):
        order = changes.abs().argsort(descending=True, stable=True)[:STRONGEST].tolist()
        named = [_change(found, limits, place, column, f"{found.names[column]} ") for column in order]
        texts = [text for one in named for text in (", ", one)][1:]
        row: dict[str, str | int | float] = {
            "direction": f"{place} {group.names.get(place, '')}".strip(),
            "changes most": join(*texts),
        }
        row["effect"] = with_error(float(found.effect[place]), float(found.effect_error[place]))
        purity = float(found.purity[place])
        row["purity"] = "" if purity != purity else digits(purity)
        rows.append(row)
    return rows


def _all(found: Rescoring) -> Table:
    limits = _limits(found)
    rows: Table = []
    for column, name in enumerate(found.names):
        row: dict[str, str | int | float] = {"attribute": name}
        rows.append(row | {str(n): _change(found, limits, n, column, "") for n in range(len(found.change))})
    return rows


def _limits(found: Rescoring) -> list[list[float]]:
    """Give, of each direction and attribute, what 95 % of random bases do at most."""
    assert found.control is not None
    limits: list[list[float]] = chance(found.control.change.abs())[2].tolist()
    return limits


def _change(found: Rescoring, limits: list[list[float]], direction: int, column: int, name: str) -> Html:
    change, error = float(found.change[direction, column]), float(found.error[direction, column])
    text = f"{name}{with_error(change, error, '+')}"
    return tag("b", text) if abs(change) > limits[direction][column] else join(text)
