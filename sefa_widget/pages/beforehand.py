"""How much of a generator is drawn beforehand, for a page in which it does not run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sefa_widget.arguments import choice, is_many, number, several, whole, wholes
from sefa_widget.pages.sprites import CODECS
from sefa_widget.panel.checks import MAX_SEED

MOST_STRENGTHS = 33
"""Strengths of one direction; a sheet of more is larger than a WebP can be."""
LARGEST = 1024
"""Pixels of a picture's height."""

Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What a page holds in which the generator does not run: how many pictures, and how large.

    Each direction is drawn at each of its strengths, for each seed. Of each pair of directions there is a
    coarser grid. `page` draws 483 pictures unless it is told otherwise.

    >>> Drawn(directions=[0, 2, 5], seeds=[31, 88], pairs=[(0, 2)]).strengths
    9

    Attributes
    ----------
    directions
        Their numbers, or how many: those that the panel has moved or opened, those with a name, then the
        first ones.
    seeds
        The seeds, or how many: those that the panel shows, then others. None is those that the panel shows,
        and 3 at least.
    strengths
        How many strengths a direction has, from one end of its slider to the other; an odd number, 3 to 33.
    pairs
        The pairs of directions that can be moved together, or how many: 6 is all pairs of 4 directions.
    grid
        How many strengths each direction of a pair has; ``grid - 1`` must divide ``strengths - 1``.
    pixels
        Height of a picture; those of a larger generator are made smaller.
    codec
        ``"webp"``, or ``"avif"``, where Pillow has it: about a fifth smaller, and five times as slow to make.
    megabytes
        How large the page may be. The quality of the pictures follows from it.
    """

    directions: int | Sequence[int] = 8
    seeds: int | Sequence[int] | None = None
    strengths: int = 9
    pairs: int | Sequence[Pair] = 6
    grid: int = 5
    pixels: int = 256
    codec: str = "webp"
    megabytes: float = 6.0

    def __post_init__(self) -> None:
        """Check each of them."""
        for name, least, most in (("directions", 0, None), ("seeds", 0, MAX_SEED)):
            value = getattr(self, name)
            if is_many(value):
                self._set(name, tuple(wholes(value, name, f"One of {name}", least, most)))
            elif value is not None or name != "seeds":
                self._set(name, whole(value, name, 1, 1000))
        pairs = self.pairs
        self._set("pairs", tuple(map(_pair, pairs)) if is_many(pairs) else whole(pairs, "pairs", 0))
        for name, most in (("strengths", MOST_STRENGTHS), ("grid", self.strengths)):
            self._set(name, whole(getattr(self, name), name, 3, most))
            if not getattr(self, name) % 2:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be odd: the middle one is zero.")
        if (self.strengths - 1) % (self.grid - 1):
            raise ValueError(
                f"grid is {self.grid} and strengths is {self.strengths}; strengths - 1 must be a multiple of "
                "grid - 1, so that every strength of a pair is one of a single direction too."
            )
        self._set("pixels", whole(self.pixels, "pixels", 16, LARGEST))
        choice(self.codec, "codec", CODECS)
        self._set("megabytes", number(self.megabytes, "megabytes", 0.5, 1000))

    def _set(self, name: str, value: object) -> None:
        """Put a checked value in the place of what was given."""
        object.__setattr__(self, name, value)

    @property
    def stride(self) -> int:
        """How many strengths of a single direction one of a pair stands for."""
        return (self.strengths - 1) // (self.grid - 1)

    def chosen_directions(self, wanted: Iterable[int], count: int) -> tuple[int, ...]:
        """Give the numbers of the directions that are drawn, ascending.

        Parameters
        ----------
        wanted
            Those that come first where only their number is given.
        count
            How many directions there are.

        Raises
        ------
        ValueError
            If there is no such direction.
        """
        if is_many(self.directions):
            return tuple(sorted(set(wholes(self.directions, "directions", "A direction", 0, count - 1))))
        known = [index for index in wanted if index < count]
        assert isinstance(self.directions, int)
        return tuple(sorted(list(dict.fromkeys([*known, *range(count)]))[: self.directions]))

    def chosen_pairs(self, directions: Sequence[int], wanted: Iterable[Pair]) -> tuple[Pair, ...]:
        """Give the pairs of these directions that are drawn, each ascending.

        Parameters
        ----------
        directions
            Those that are drawn.
        wanted
            Pairs that come first where only their number is given.

        Raises
        ------
        ValueError
            If a pair has a direction that is not drawn.
        """
        if is_many(self.pairs):
            pairs = [_pair(one) for one in self.pairs]
            for pair in pairs:
                if missing := [index for index in pair if index not in directions]:
                    raise ValueError(
                        f"The pair {pair} needs direction {missing[0]}; drawn are "
                        f"{', '.join(map(str, directions))}."
                    )
            return tuple(dict.fromkeys(pairs))
        nearest = sorted(combinations(directions, 2), key=lambda pair: (pair[1], pair[0]))
        first = [pair for pair in map(_pair, wanted) if set(pair) <= set(directions)]
        assert isinstance(self.pairs, int)
        return tuple(dict.fromkeys([*first, *nearest]))[: self.pairs]


def _pair(given: Iterable[int]) -> Pair:
    numbers = [whole(one, "A direction of a pair", 0) for one in several(given, "A pair", "two directions")]
    if len(set(numbers)) != 2:
        raise ValueError(f"A pair is {numbers}; it must be two different directions, for example (0, 1).")
    return min(numbers), max(numbers)
