"""What one field of the panel's state may be: its name in messages, its meaning, its check, its first value.

`State` describes each of its fields with `described`; checks, attributes of the panel and documentation
read that description.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sefa_widget.generators.base import Generator


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
