"""What one field of the panel's state may be: its name in messages, its meaning, its check, its first value.

`State` describes each of its fields with `described`; checks, attributes of the panel and documentation
read that description.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sefa_widget.arguments import choice, flag, is_many, known_names, number, several, whole
from sefa_widget.directions import Search, format_layers
from sefa_widget.directions.methods import METHODS
from sefa_widget.generators.base import Generator

MAX_SEED = 2**32 - 1
"""Largest seed: what every random number generator takes."""
MAX_STRENGTH = 1e6
"""Largest strength that can be typed."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the values of a state must fit."""

    generator: Generator
    """The generator that draws."""
    methods: Sequence[str]
    """Names of the methods and given directions that can be chosen."""
    layers: tuple[int, int]
    """The factorised layers so far, which a second search has unless it names others."""
    normalize: bool
    """Whether the first search normalises rows so far."""


Check = Callable[[Any, str, Scope], Any]
"""From a value that was given and the field's title: the value as the state keeps it, or a ValueError."""


Stale = Literal["directions", "picture", "nothing"]
"""What a change makes stale: the directions and all that follows, the picture, or neither."""


@dataclass(frozen=True, slots=True)
class Field:
    """The description of one field of the state."""

    title: str
    """How a message calls it, for example ``"The seed"``."""
    about: str
    """What it means and what it may be, in one or two sentences."""
    check: Check
    """Turns what was given into the value, or says what is wrong with it."""
    first: Any
    """The value a panel begins with, or a function of the generator that gives it."""
    stale: Stale = "picture"
    """What must be done again when it changes."""
    step: bool = True
    """Whether a change of it can be undone; the focus, for example, stays where it is."""

    def first_of(self, generator: Generator) -> Any:
        """Give the value a panel of this generator begins with."""
        return self.first(generator) if callable(self.first) else self.first


def described(
    title: str, about: str, check: Check, first: Any, stale: Stale = "picture", *, step: bool = True
) -> Any:
    """Make a field of a dataclass that carries its description; see `Field` for the arguments."""
    return dataclasses.field(metadata={"field": Field(title, about, check, first, stale, step)})


def descriptions(kind: type) -> dict[str, Field]:
    """Give the descriptions of a dataclass' fields by name, in their order."""
    return {f.name: f.metadata["field"] for f in dataclasses.fields(kind) if "field" in f.metadata}


def documentation(kind: type) -> str:
    """Write the described fields of a dataclass as the section of a docstring."""
    types = {f.name: f.type for f in dataclasses.fields(kind)}
    lines = [f"{name} : {types[name]}\n    {field.about}" for name, field in descriptions(kind).items()]
    return "\n".join(["Attributes", "----------", *lines])


# The checks, each as a function of its limits.


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


def given_search(value: Any, title: str, scope: Scope) -> Search:
    """Take a search, a dict of its parts or the name of a method; what is left out is as in the first."""
    if isinstance(value, Search):
        value = search_parts(value, title)
    if isinstance(value, str):
        value = {"method": value}
    if not isinstance(value, Mapping):
        raise ValueError(f"{title} is {reprlib.repr(value)}; it must be a dict, as panel.state has it.")
    known_names(value, f"{title}'s field", ["method", "layers", "normalize", "options"])
    method = value.get("method")
    return search_of(
        None if method is None else method_name(method, f"{title}'s method", scope),
        layer_range(value.get("layers", scope.layers), f"{title}'s layer range", scope),
        truth(value.get("normalize", scope.normalize), "normalize", scope),
        option_by_name(value.get("options", {}), f"{title}'s options", scope),
    )


def search_parts(found: Search, title: str) -> dict[str, Any]:
    """Give a search as a dict of its parts; those that it leaves open are left out."""
    parts: dict[str, Any] = {"method": found.method, "options": dict(found.options)}
    if found.normalize is not None:
        parts["normalize"] = found.normalize
    if found.layers is not None:
        parts["layers"] = found.layers[0], found.layers[-1] + 1
        if found.layers != tuple(range(*parts["layers"])):
            raise ValueError(
                f"{title} is of layers {format_layers(found.layers)}; a panel takes a range without gaps."
            )
    return parts


def search_of(
    method: str | None, layers: tuple[int, int], normalize: bool, options: Mapping[str, Any]
) -> Search:
    """Make the search of what is chosen in a panel; the method may be the name of given directions.

    Raises
    ------
    ValueError
        If the method has no such option.
    """
    numbers = tuple(range(*layers))
    known = [found.name for found in METHODS]
    if options and method not in known:
        which = "chosen by the layers" if method is None else f"{method!r}"
        raise ValueError(f"Options are {reprlib.repr(dict(options))}; the method is {which} and has none.")
    if method is not None and method not in known:
        return Search(method, numbers, None)
    try:
        return Search.of(method, layers=list(numbers), normalize=normalize, **options)
    except TypeError as error:
        raise ValueError(str(error)) from None
