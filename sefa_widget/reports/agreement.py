"""How alike the directions of several methods are, beside chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from sefa_widget.directions import Directions, Method, factorize, method_named
from sefa_widget.directions.layers import format_layers
from sefa_widget.generators.base import Generator
from sefa_widget.measures.basis import chance, random_units
from sefa_widget.measures.matching import Pair, absolute_cosines, compare_pair
from sefa_widget.progress import Progress, shares

FIRST = 10
"""Directions of each method, the strongest."""
UNITS = 10_000
"""Random directions whose |cos| with a given one is the chance level of a single cell."""


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """The directions of several methods side by side.

    Attributes
    ----------
    sets
        Directions by the title of their method.
    pairs
        Each method beside each later one.
    cosines
        ``[n, n]``: |cos| between the directions of all methods, one method after another.
    single
        The |cos| that 95 % of random directions stay below with a given one.
    left_out
        Titles of methods that do not run on this generator with their defaults.
    """

    sets: dict[str, Directions]
    pairs: tuple[Pair, ...]
    cosines: Tensor
    single: float
    left_out: tuple[str, ...]

    def pair(self, first: str, second: str) -> Pair:
        """Give the pair of two titles, in either order."""
        return next(pair for pair in self.pairs if {pair.first, pair.second} == {first, second})

    def layers(self, title: str) -> str:
        """Write the layers that a method read."""
        return format_layers(self.sets[title].layers)


def find_agreement(
    generator: Generator, methods: Sequence[str], progress: Progress | None = None
) -> Agreement:
    """Find the first directions of each method, of the layers that it takes by default, and compare them."""
    described = [method_named(name) for name in methods]
    fitting = [method for method in described if method.applies_to(generator)]
    wanted = list(_variants(fitting))
    count = min(FIRST, generator.latent_dim)
    sets = {}
    for (title, method, normalize), telling in zip(wanted, shares(progress, [1] * len(wanted)), strict=True):
        sets[title] = factorize(generator, method=method.name, k=count, normalize=normalize, progress=telling)
        if telling is not None:
            telling(1, 1)
    units = random_units(UNITS, generator.latent_dim)
    every = torch.cat([found.vectors for found in sets.values()]) if sets else torch.zeros(0, 1)
    return Agreement(
        sets=sets,
        pairs=tuple(
            compare_pair(one, sets[one], other, sets[other], k=count) for one, other in combinations(sets, 2)
        ),
        cosines=absolute_cosines(every, every),
        single=float(chance(units[:, 0].abs())[2]),
        left_out=tuple(method.title for method in described if method not in fitting),
    )


def _variants(methods: Sequence[Method]) -> Iterator[tuple[str, Method, bool]]:
    """Give each method with its title and whether rows are scaled; the first that can, raw as well."""
    raw = next((method for method in methods if "normalize" in method.heeds), None)
    for method in methods:
        yield method.title, method, True
        if method is raw:
            yield f"{method.title}, raw", method, False
