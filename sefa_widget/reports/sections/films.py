"""Filmstrips in two views, switched without any script: one seed or one direction at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sefa_widget.measures.strips import SHARES
from sefa_widget.reports.contents import Contents
from sefa_widget.reports.groups import Group
from sefa_widget.reports.html import Html, digits, join, tag

SAMPLE, DIRECTION = "sample", "direction"
"""Views: one seed along many directions, one direction on many seeds."""


def films(contents: Contents) -> Html:
    """Write all strips, and what chooses among them."""
    seeds, k = contents.settings.seeds, contents.settings.k
    groups = [group.name for group in contents.groups]
    choices = [
        _choice("View", "view", ((SAMPLE, "Sample first"), (DIRECTION, "Direction first"))),
        _choice("Layers", "layers", enumerate(groups)),
        _choice("Seed", "seed", enumerate(map(str, seeds))),
        _choice("Direction", "direction", ((n, str(n)) for n in range(k))),
    ]
    strips = [
        _strip(contents, group, number, direction, person)
        for number, group in enumerate(contents.groups)
        for direction in range(k)
        for person in range(len(seeds))
    ]
    return join(
        tag(
            "p",
            "Each strip goes from the minus end of a slider to its plus end. Its middle is not edited. ",
            tag("b", "Sample first"),
            " shows one seed along many directions: what can be changed in it? ",
            tag("b", "Direction first"),
            " shows one direction on many seeds: does it do the same on all?",
        ),
        tag("div", *choices, class_="choices"),
        tag("p", f"This browser shows all {len(strips)} strips: it cannot choose.", class_="old-browser"),
        tag("div", *strips, class_="strips"),
        tag("p", f"On paper stands what was chosen, of {len(strips)} strips in all.", class_="paper"),
    )


def rules(contents: Contents) -> str:
    """Give the CSS by which the choices show their strips."""
    groups, seeds = range(len(contents.groups)), range(len(contents.settings.seeds))
    shown = [
        *(_shown(SAMPLE, group, "seed", seed) for group in groups for seed in seeds),
        *(_shown(DIRECTION, group, "direction", n) for group in groups for n in range(contents.settings.k)),
    ]
    return "\n".join(
        [
            "@supports selector(:has(a)) {",
            ".strip, .old-browser { display: none }",
            f".films:has(#view-{SAMPLE}:checked) .of-direction-choice {{ display: none }}",
            f".films:has(#view-{DIRECTION}:checked) .of-seed-choice {{ display: none }}",
            *shown,
            "}",
        ]
    )


def _shown(view: str, group: int, name: str, value: int) -> str:
    chosen = "".join(
        f":has(#{one}:checked)" for one in (f"view-{view}", f"layers-{group}", f"{name}-{value}")
    )
    return f'.films{chosen} .strip[data-layers="{group}"][data-{name}="{value}"] {{ display: block }}'


def _choice(title: str, name: str, values: Iterable[tuple[object, str]]) -> Html:
    options = [
        tag(
            "label",
            tag("input", type="radio", name=name, id=f"{name}-{value}", value=value, checked=not place),
            tag("span", text),
        )
        for place, (value, text) in enumerate(values)
    ]
    legend = tag("legend", title)
    return tag("fieldset", legend, tag("div", *options), class_=f"of-{name}-choice")


def _strip(contents: Contents, group: Group, number: int, direction: int, person: int) -> Html:
    seed, end, packed = contents.settings.seeds[person], group.end(direction), contents.packed
    value = f" · {group.value(direction)}" if group.value(direction) else ""
    name = f": {group.names[direction]}" if direction in group.names else ""
    about = (
        f"Seed {seed} along direction {direction} of {group.name}: {len(SHARES)} pictures "
        f"from minus {digits(end)} to plus {digits(end)}"
    )
    picture = tag(
        "img",
        src=contents.strip(number, direction, person),
        alt=about,
        width=len(SHARES) * packed.width,
        height=packed.height,
    )
    return tag(
        "figure",
        tag(
            "figcaption",
            tag("b", f"Direction {direction}{name}"),
            f"{value} · ",
            tag("b", f"seed {seed}"),
        ),
        picture,
        _strengths([share * end for share in SHARES]),
        class_="strip",
        data_layers=number,
        data_direction=direction,
        data_seed=person,
        data_end=end,
    )


def _strengths(values: Sequence[float]) -> Html:
    signs = ("+" if value > 0 else "" for value in values)
    texts = (f"{sign}{digits(value, 4)}" for sign, value in zip(signs, values, strict=True))
    return tag("div", *(tag("span", text) for text in texts), class_="strengths", aria_hidden="true")
