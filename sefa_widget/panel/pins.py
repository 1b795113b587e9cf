"""The starts that a panel shows: each a seed or a latent, with its class and the name that it has."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sefa_widget.arguments import instance, is_many, known_names
from sefa_widget.generators.base import Generator, Latent
from sefa_widget.inversion import latent_of_text, latent_text
from sefa_widget.panel.checks import MAX_SEED, class_number, whole_number
from sefa_widget.panel.fields import Scope

MAX_PINS = 64
"""How many starts a panel shows at most."""
MAX_LATENTS = 8
"""How many of them are latents at most: each travels with the state, up to some ten kilobytes."""
MAX_NAME = 60
"""How many characters a name has at most."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One start that a panel shows.

    >>> Pin(31, name="Max")
    Pin(seed=31, label=None, name='Max', latent=None)

    Attributes
    ----------
    seed
        Which latent is drawn; it means nothing where `latent` is given.
    label
        Number of its class; None for a generator without classes.
    name
        What a person calls it; empty where it has no name.
    latent
        The latent itself, for example of a photo, as `sefa_widget.inversion.latent_text` writes it; None
        for a seed. Truncation does not change it.
    """

    seed: int
    label: int | None = None
    name: str = ""
    latent: str | None = None

    def described(self) -> dict[str, Any]:
        """Give it as a plain dict, which `pins` takes; without a latent where it has none."""
        about: dict[str, Any] = {"seed": self.seed, "label": self.label, "name": self.name}
        return about if self.latent is None else {**about, "latent": self.latent}

    def drawn_from(self, generator: Generator) -> Latent | None:
        """Give its latent; None where it is a seed."""
        return None if self.latent is None else latent_of_text(generator, self.latent, self.label)


def pins(value: Any, title: str, scope: Scope) -> tuple[Pin, ...]:
    """Take seeds, latents, pins and dicts of their fields, one or many, as pins.

    Raises
    ------
    ValueError
        If there is none, or too many, or one is none of this generator's.
    """
    one = isinstance(value, Mapping | Latent)
    given = (value,) if one or not is_many(value) else tuple(value)
    if not 0 < len(given) <= MAX_PINS:
        raise ValueError(f"{title} are {len(given)}; a panel shows 1 to {MAX_PINS}, for example [31, 88].")
    found = tuple(_pin(one, scope) for one in given)
    if (count := sum(pin.latent is not None for pin in found)) > MAX_LATENTS:
        raise ValueError(
            f"{count} of {title.lower()} are latents, as of photos; a panel holds {MAX_LATENTS}."
        )
    return found


def _pin(value: Any, scope: Scope) -> Pin:
    if isinstance(value, Pin):
        value = value.described()
    if not isinstance(value, Mapping):
        value = {"latent" if isinstance(value, Latent) else "seed": value}
    known_names(value, "A start's field", ["seed", "label", "name", "latent"])
    latent = value.get("latent")
    if "seed" not in value and latent is None:
        raise ValueError(f"A start is {reprlib.repr(dict(value))}; it must have a seed.")
    label = value.get("label")
    if isinstance(latent, Latent):
        label = _class_of(latent) if label is None else label
        latent = latent_text(latent)
    if label is None and scope.generator.num_classes:
        label = 0
    name = instance(value.get("name", ""), "The name of a start", str, "a text")
    if len(name) > MAX_NAME or not (name.isprintable() or not name):
        raise ValueError(
            f"The name of a start is {reprlib.repr(name)}; it must be printable, of {MAX_NAME} characters at "
            "most."
        )
    found = Pin(
        seed=whole_number(0, MAX_SEED)(value.get("seed", 0), "The seed", scope),
        label=class_number(label, "The class", scope),
        name=name,
        latent=latent,
    )
    found.drawn_from(scope.generator)  # says what is wrong with it
    return found


def _class_of(latent: Latent) -> int | None:
    """Give the class of a latent, which must be one of the generator's, and not truncated."""
    if latent.labels is None:
        return None
    vector = latent.labels[0]
    label = int(vector.argmax())
    if float(vector[label]) != 1 or int(vector.count_nonzero()) != 1:
        raise ValueError("A start is a Latent of a mixture of classes; a panel's start is of one class.")
    if latent.truncation_psi != 1:
        raise ValueError(
            f"A start is a Latent of truncation_psi {latent.truncation_psi:g}; with classes it must be 1."
        )
    return label
