"""The checks of the state's fields: each takes what was given, or says what is wrong with it."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sefa_widget.arguments import choice, flag, is_many, number, several, whole
from sefa_widget.panel.fields import Check, Scope

MAX_SEED = 2**32 - 1
"""Largest seed: what every random number generator takes."""
MAX_STRENGTH = 1e6
"""Largest strength that can be typed."""


def whole_number(least: int, most: int) -> Check:
    """Take a whole number within limits, both included."""
    return lambda value, title, scope: whole(value, title, least, most)


def real_number(least: float, most: float) -> Check:
    """Take a finite number within limits, both included."""
    return lambda value, title, scope: number(value, title, least, most)


def one_of(known: Sequence[int]) -> Check:
    """Take one of some whole numbers."""

    def check(value: Any, title: str, scope: Scope) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value not in known:
            *others, last = map(str, known)
            raise ValueError(f"{title} is {reprlib.repr(value)}; it must be {', '.join(others)} or {last}.")
        return int(value)

    return check


def one_word(known: Sequence[str]) -> Check:
    """Take one of some words."""
    return lambda value, title, scope: choice(value, title, known)


def truth(value: Any, title: str, scope: Scope) -> bool:
    """Take True or False."""
    return flag(value, title)


def optional(check: Check) -> Check:
    """Take None too."""
    return lambda value, title, scope: None if value is None else check(value, title, scope)


def picture_box(value: Any, title: str, scope: Scope) -> tuple[float, float, float, float]:
    """Take a box of the picture, as fractions; numbers are rounded to four digits."""
    edges = several(value, title, "(top, left, bottom, right)")
    if len(edges) == 4:
        top, left, bottom, right = (round(number(edge, f"An edge of {title}", 0, 1), 4) for edge in edges)
        if top < bottom and left < right:
            return top, left, bottom, right
    raise ValueError(
        f"{title} is {reprlib.repr(value)}; it must be (top, left, bottom, right), fractions of the picture "
        "from 0 to 1, with top above bottom and left before right."
    )


def code_row(value: Any, title: str, scope: Scope) -> int:
    """Take the number of a row of the codes, or their count."""
    return whole(value, title, 0, scope.generator.num_codes)


def method_name(value: Any, title: str, scope: Scope) -> str:
    """Take the name of a method or of given directions."""
    if not isinstance(value, str) or value not in scope.methods:
        raise ValueError(
            f"Method {reprlib.repr(value)} cannot read {scope.generator.name!r}; "
            f"{', '.join(scope.methods)} can."
        )
    return value


def class_number(value: Any, title: str, scope: Scope) -> int | None:
    """Take the number of a class; None alone where the generator has no classes."""
    generator = scope.generator
    if generator.num_classes:
        return whole(value, f"{title} of {generator.name!r}", 0, generator.num_classes - 1)
    if value is not None:
        raise ValueError(f"{generator.name!r} has no classes; there is no class {reprlib.repr(value)}.")
    return None


def layer_range(value: Any, title: str, scope: Scope) -> tuple[int, int]:
    """Take a half-open range of the generator's layers."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"{title} is {reprlib.repr(value)}; it must be (start, stop).")
    start, stop = (whole(end, "The end of a layer range", -(2**53), 2**53) for end in value)
    count = len(scope.generator.layers)
    if not 0 <= start < stop <= count:
        raise ValueError(f"{title} {start}:{stop} is outside 0:{count} of {scope.generator.name!r}.")
    return start, stop


def strength_by_direction(value: Any, title: str, scope: Scope) -> dict[int, float]:
    """Take strengths by the number of their direction."""
    return {
        index: number(strength, f"The strength of direction {index}", -MAX_STRENGTH, MAX_STRENGTH)
        for index, strength in _by_direction(value, title, scope)
    }


def range_by_direction(value: Any, title: str, scope: Scope) -> dict[int, float]:
    """Take the end of a slider, above zero, by the number of its direction."""
    ends = {
        index: number(end, f"The end of slider {index}", 0, MAX_STRENGTH)
        for index, end in _by_direction(value, title, scope)
    }
    for index, end in ends.items():
        if end <= 0:
            raise ValueError(f"The end of slider {index} is 0; it must be above 0, for example 1.5.")
    return ends


def _by_direction(value: Any, title: str, scope: Scope) -> Iterator[tuple[int, Any]]:
    """Give entries by the number of their direction; a text for the number is fine, as JSON has it."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{title} are {reprlib.repr(value)}; they must be {{direction: number}}.")
    for key, entry in value.items():
        if isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) < 10:
            key = int(key)
        yield whole(key, "A direction", 0, scope.generator.latent_dim - 1), entry


def direction_numbers(value: Any, title: str, scope: Scope) -> tuple[int, ...]:
    """Take numbers of directions, each once, ascending."""
    if not is_many(value) or isinstance(value, Mapping):
        raise ValueError(f"{title} are {reprlib.repr(value)}; they must be numbers, for example [0, 3].")
    return tuple(sorted({direction_number(one, title, scope) for one in value}))


def direction_number(value: Any, title: str, scope: Scope) -> int:
    """Take the number of a direction."""
    return whole(value, title, 0, scope.generator.latent_dim - 1)


def option_by_name(value: Any, title: str, scope: Scope) -> dict[str, Any]:
    """Take options by name; the method they are of checks them."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"{title} are {reprlib.repr(value)}; they must be {{name: value}}.")
    return dict(value)
