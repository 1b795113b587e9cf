"""Both ends of the strongest directions of each group, on one seed."""

from __future__ import annotations

from sefa_widget.reports.contents import Contents
from sefa_widget.reports.groups import Group
from sefa_widget.reports.html import Html, digits, join, tag


def wall(contents: Contents) -> Html:
    """Write a pair of pictures for each direction."""
    seed, count = contents.settings.seeds[0], contents.settings.wall
    parts = [
        join(
            tag("h3", group.name),
            tag("div", *(_pair(contents, number, group, n) for n in range(count)), class_="wall"),
        )
        for number, group in enumerate(contents.groups)
    ]
    return join(
        tag(
            "p",
            f"The {count} strongest directions of each group on seed {seed}: left the minus end of the "
            "slider, right the plus end. Below are number, strength at the ends, and value. Ends are "
            "measured: there the picture has changed by half the distance of two independent pictures, "
            "unless it breaks earlier or hardly changes any more.",
        ),
        *parts,
    )


def _pair(contents: Contents, number: int, group: Group, direction: int) -> Html:
    end = digits(group.end(direction))
    about = f"Direction {direction} of {group.name}: left at minus {end}, right at plus {end}"
    packed = contents.packed
    picture = tag(
        "img", src=contents.wall(number, direction), alt=about, width=2 * packed.width, height=packed.height
    )
    value = group.value(direction)
    caption = (tag("b", str(direction)), tag("span", f"±{end}"), tag("span", value) if value else "")
    name = group.names.get(direction)
    named = tag("p", name, class_="name") if name else join()
    return tag("figure", picture, tag("figcaption", *caption), named, class_="pair")
