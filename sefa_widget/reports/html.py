"""Writes HTML and SVG in which every text is escaped: only what `tag` made is taken as it is."""

from __future__ import annotations

import math
from html import escape

from sefa_widget.evaluation.tables import Table

EMPTY = ("br", "col", "hr", "img", "input", "link", "meta")
"""Elements that hold nothing and are not closed."""


class Html(str):
    """HTML or SVG that is ready; any other text is escaped where it is put into an element."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: object) -> Html:
    """Write an element.

    >>> tag("p", "a < b", tag("br"), class_="x", data_seed=3, hidden=True, title=None)
    '<p class="x" data-seed="3" hidden>a &lt; b<br></p>'

    Parameters
    ----------
    name
        Of the element.
    children
        Texts, which are escaped, and elements.
    attributes
        ``_`` at the end is left out, another one is a hyphen. None and False leave an attribute out; True
        gives it no value.
    """
    words = [name, *filter(None, (_attribute(key, value) for key, value in attributes.items()))]
    if name in EMPTY:
        return Html(f"<{' '.join(words)}>")
    return Html(f"<{' '.join(words)}>{join(*children)}</{name}>")


def join(*children: str) -> Html:
    """Put texts, which are escaped, and elements behind each other."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children))


def table(rows: Table, caption: str, *, class_: str | None = None) -> Html:
    """Write a table, numbers with three digits; a narrow screen scrolls it by itself.

    The first cell of each row is its heading. A cell that is an element already stays one. Each cell knows
    the title of its column, for where a narrow screen shows cells below each other.
    """
    head = tag("tr", *(tag("th", title, scope="col") for title in rows[0]))
    body = [
        tag("tr", *(_cell(title, value, first=not place) for place, (title, value) in enumerate(row.items())))
        for row in rows
    ]
    content = (tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag(
        "div",
        tag("table", *content, class_=class_),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def details(summary: str, *children: str) -> Html:
    """Write what is shown where somebody asks for it."""
    return tag("details", tag("summary", summary), *children)


def digits(value: float, count: int = 3) -> str:
    """Write a number with so many digits and a real minus sign, as people read it.

    >>> digits(12345.0), digits(0.12345), digits(0.2795, 4)
    ('12300', '0.123', '0.2795')
    """
    return with_minus(f"{float(f'{value:.{count}g}'):.15g}")


def with_error(value: float, error: float, sign: str = "") -> str:
    """Write a measured number and its standard error, with as many digits as the error has.

    >>> print(with_error(1.0517, 0.24).replace(chr(160), " "))
    1.05 ± 0.24
    """
    places = 2 if not error > 0 else min(6, max(2, math.ceil(-math.log10(error))))
    between = "\N{NO-BREAK SPACE}\N{PLUS-MINUS SIGN}\N{NO-BREAK SPACE}"
    return with_minus(f"{value:{sign}.{places}f}{between}{error:.{places}f}")


def with_minus(text: str) -> str:
    """Put real minus signs in the place of hyphens."""
    return text.replace("-", "\N{MINUS SIGN}")


def _cell(title: str, value: str | int | float, first: bool) -> Html:
    text = digits(value) if isinstance(value, float) else value if isinstance(value, str) else str(value)
    numeric = "number" if isinstance(value, int | float) else None
    return tag("th", text, scope="row") if first else tag("td", text, class_=numeric, data_title=title)


def _attribute(key: str, value: object) -> str:
    name = key.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return name if value is True else f'{name}="{escape(str(value))}"'
