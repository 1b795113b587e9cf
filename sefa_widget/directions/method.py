"""A method of finding directions, described as a value: what it asks, its options, where it runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from torch import Tensor

from sefa_widget.arguments import choice, flag, instance, number, positive, whole
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator

if TYPE_CHECKING:
    from sefa_widget.directions.base import Directions

Kind = Literal["whole", "real", "truth", "choice", "text", "region", "other"]
"""A whole number, a real number, True or False, one of some words, a text, or what only the method checks."""

NO_OPTIONS = ("layers", "k", "normalize", "progress", "generator", "codes", "scores")
"""Arguments of a method's function that directions do not keep as options where it is called by itself."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a method: what it may be and what it means.

    Attributes
    ----------
    name
        As `factorize` takes it.
    title
        As a menu shows it.
    kind
        What it may be: a ``"whole"`` or ``"real"`` number, a ``"truth"`` value, one of the `choices`
        (``"choice"``), a ``"text"``, a box of the picture (``"region"``), or
        ``"other"``; the method itself checks these two.
    default
        What it is if nothing is given. Where that is None, None may be given too.
    about
        What it means, in one or two sentences.
    least, most
        Range of a number, both included; None has no limit.
    above_zero
        Whether a number must be larger than 0.
    choices
        The words it may be.
    needed
        Whether it must be given; there is no default then.
    offered
        Whether the panel may offer it.
    """

    name: str
    title: str
    kind: Kind
    default: Hashable
    about: str
    least: int | None = None
    most: int | None = None
    above_zero: bool = False
    choices: tuple[str, ...] = ()
    needed: bool = False
    offered: bool = True

    def check(self, value: Any) -> Hashable:
        """Give what was given as a plain value that can be hashed, or say what is wrong with it.

        Raises
        ------
        ValueError
            If it is not what the option may be.
        """
        if value is None and self.default is None and not self.needed:
            return None
        if self.kind == "whole":
            return whole(value, self.name, self.least, self.most)
        if self.kind == "real":
            if self.above_zero:
                value = positive(value, self.name)
            low = -np.inf if self.least is None else self.least
            return number(value, self.name, low, np.inf if self.most is None else self.most)
        if self.kind == "truth":
            return flag(value, self.name)
        if self.kind == "choice":
            return choice(value, self.name, self.choices)
        if self.kind == "text":
            return instance(value, self.name, str, "a text")
        return plain(value, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of finding directions.

    Attributes
    ----------
    name
        As `factorize` takes it.
    title
        As a menu shows it.
    find
        Gives the directions of a generator. It takes the generator, those of the arguments `layers`, `k`,
        `normalize` and `progress` of `factorize` that it heeds, and its options.
    applies_to
        Whether it runs on a generator if no layers and only the options that it needs are given.
    asks
        The question it answers, in a few words.
    reads
        What it answers from, in a word or two.
    takes
        About how long it takes, in a few words.
    source
        The paper and its equations or section.
    options
        What can be chosen besides, in the order of a menu.
    value
        What its values are unless options say otherwise; None where its directions have none.
    layers
        What the chosen layers are to it. ``"latent"``: it reads their latent weights, so each must read the
        latent. ``"any"``: it reads layers of every depth, and all of them unless some are chosen.
        ``"edited"``: it reads no layers, they only say which code rows an edit moves.
    supervised
        Whether its directions are those of attributes that somebody scored.
    offered
        Whether the panel's menu has it.
    """

    name: str
    title: str
    find: Callable[..., Directions]
    applies_to: Callable[[Generator], bool]
    asks: str
    reads: str
    takes: str
    source: str
    options: tuple[Option, ...] = ()
    value: Value | None = None
    layers: Literal["latent", "any", "edited"] = "edited"
    supervised: bool = False
    offered: bool = True

    @property
    def heeds(self) -> frozenset[str]:
        """Which of `layers`, `k`, `normalize` and `progress` its function takes."""
        return frozenset(inspect.signature(self.find).parameters) & {"layers", "k", "normalize", "progress"}

    def default_layers(self, generator: Generator) -> tuple[int, ...]:
        """Give the layers that are taken unless some are chosen."""
        every = enumerate(generator.layers)
        return tuple(n for n, layer in every if self.layers == "any" or layer.row is not None)

    def can_read(self, generator: Generator, layers: Sequence[int]) -> bool:
        """Tell whether it runs on these layers of a generator; nothing is computed."""
        if not self.applies_to(generator):
            return False
        return self.layers != "latent" or all(generator.layers[n].row is not None for n in layers)

    def checked(self, options: Mapping[str, Any]) -> tuple[tuple[str, Hashable], ...]:
        """Check options, and give those that are not at their defaults, ordered by name.

        Raises
        ------
        TypeError
            If the method has no such option, or needs one that is not given.
        ValueError
            If an option is not what it may be.
        """
        known = {option.name: option for option in self.options}
        for name in options:
            if name not in known:
                has = f"its options are {', '.join(known)}" if known else "it has none"
                raise TypeError(f"Method {self.name!r} has no option {name!r}; {has}.")
        for option in self.options:
            if option.needed and options.get(option.name) is None:
                raise TypeError(f"Method {self.name!r} needs the option {option.name!r}: {option.about}")
        given = {name: known[name].check(value) for name, value in options.items()}
        return tuple(sorted((n, v) for n, v in given.items() if known[n].needed or v != known[n].default))


def plain(value: Any, what: str) -> Hashable:
    """Turn arrays and sequences into tuples, and numbers of other libraries into those of Python.

    >>> plain(np.eye(2), "labels")
    ((1.0, 0.0), (0.0, 1.0))
    """
    if isinstance(value, Tensor | np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(plain(entry, what) for entry in value)
    try:
        hash(value)
    except TypeError as error:
        raise ValueError(
            f"{what} is a {type(value).__name__}; it must be numbers, texts, arrays or lists of them, or a "
            "function."
        ) from error
    return value  # type: ignore[no-any-return]
