"""The starts that a panel shows: each a seed with its class, and the name that a person gave it."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sefa_widget.arguments import instance, is_many, known_names
from sefa_widget.panel.checks import MAX_SEED, class_number, whole_number
from sefa_widget.panel.fields import Scope

MAX_PINS = 64
"""How many starts a panel shows at most."""
MAX_NAME = 60
"""How many characters a name has at most."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One start that a panel shows.

    >>> Pin(31, name="Max")
    Pin(seed=31, label=None, name='Max')

    Attributes
    ----------
    seed
        Which latent is drawn.
    label
        Number of its class; None for a generator without classes.
    name
        What a person calls it; empty where it has no name.
    """

    seed: int
    label: int | None = None
    name: str = ""


def pins(value: Any, title: str, scope: Scope) -> tuple[Pin, ...]:
    """Take seeds, pins and dicts of their fields, one or many, as pins.

    Raises
    ------
    ValueError
        If there is none, or too many, or one is none of this generator's.
    """
    given = tuple(value) if is_many(value) and not isinstance(value, Mapping) else (value,)
    if not 0 < len(given) <= MAX_PINS:
        raise ValueError(f"{title} are {len(given)}; a panel shows 1 to {MAX_PINS}, for example [31, 88].")
    return tuple(_pin(one, scope) for one in given)


def _pin(value: Any, scope: Scope) -> Pin:
    if isinstance(value, Pin):
        value = asdict(value)
    if not isinstance(value, Mapping):
        value = {"seed": value}
    known_names(value, "A start's field", ["seed", "label", "name"])
    if "seed" not in value:
        raise ValueError(f"A start is {reprlib.repr(dict(value))}; it must have a seed.")
    label = value.get("label")
    if label is None and scope.generator.num_classes:
        label = 0
    name = instance(value.get("name", ""), "The name of a start", str, "a text")
    if len(name) > MAX_NAME or not (name.isprintable() or not name):
        raise ValueError(
            f"The name of a start is {reprlib.repr(name)}; it must be printable, of {MAX_NAME} characters at "
            "most."
        )
    return Pin(
        seed=whole_number(0, MAX_SEED)(value["seed"], "The seed", scope),
        label=class_number(label, "The class", scope),
        name=name,
    )
