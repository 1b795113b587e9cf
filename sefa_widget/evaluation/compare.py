"""Tables of how several sets of directions agree, and of how much change each captures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from torch import Tensor

from sefa_widget.arguments import instance, several, whole
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.directions.jacobian import jacobian_gram
from sefa_widget.evaluation.captured import CapturedChange, captured_change
from sefa_widget.evaluation.tables import Table, html_table, text_table
from sefa_widget.generators.base import Generator, Latent, check_generator, check_latents
from sefa_widget.measures.basis import BASES, chance
from sefa_widget.measures.fresh import fresh_latents
from sefa_widget.measures.matching import Nearest, Pair, compare_pair, find_nearest
from sefa_widget.pictures.editing import Rows, row_numbers


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """How sets of directions compare; shows itself as tables in a notebook and in print.

    Attributes
    ----------
    names
        Names of the sets, in the order given.
    pairs
        Each set beside each later one.
    captured
        Captured change by name; empty if no generator was given.
    nearest
        The nearest direction of every other set to each supervised direction, of as many of each set.
    """

    names: tuple[str, ...]
    pairs: tuple[Pair, ...]
    captured: dict[str, CapturedChange]
    nearest: tuple[Nearest, ...]

    def pair(self, first: str, second: str) -> Pair:
        """Give the pair of two names, in the order in which it was compared; KeyError if there is none."""
        for pair in self.pairs:
            if {pair.first, pair.second} == {first, second}:
                return pair
        raise KeyError(f"There is no pair {first!r}, {second!r}; compared were {', '.join(self.names)}.")

    def agreement(self) -> Table:
        """One row per pair: mean matched |cos| and largest principal angle in degrees, with controls.

        Of the random bases: the mean and the 95 % quantile of the |cos|, the 5 % quantile of the angle.
        """
        return [
            {
                "first": pair.first,
                "second": pair.second,
                "matched": len(pair.matching),
                "mean |cos|": float(pair.matched.mean()),
                "random": float(pair.control_cosines.mean()),
                "random, 95 %": float(chance(pair.control_cosines)[2]),
                "smallest angle": math.degrees(float(pair.angles[0])),
                "largest angle": math.degrees(float(pair.angles[-1])),
                "random largest, 5 %": math.degrees(float(chance(pair.control_angles)[0, -1])),
                "bases": len(pair.control_cosines),
            }
            for pair in self.pairs
        ]

    def captured_change(self) -> Table:
        """One row per set: the change captured by all its directions, with 5 and 95 % of the control."""
        return [
            {
                "directions": name,
                "k": len(score.curve),
                "captured": float(score.curve[-1]),
                "random, 5 %": float(score.chance[0, -1]),
                "random, 95 %": float(score.chance[2, -1]),
                "at most": float(score.bound[-1]),
                "bases": len(score.control),
            }
            for name, score in self.captured.items()
        ]

    def supervised(self) -> Table:
        """One row per supervised direction and set: distance and 0-based index, as in SeFa's table 1.

        Beside them how many directions were searched, the median and the 5 % quantile of the distance to
        as many random ones, how often random ones come as near (for this one row), and how reliable the
        supervised direction is: |cos| between those of two halves of its samples, NaN if not known.
        """
        return [
            {
                "supervised": f"{near.supervised} {near.direction}",
                "reliability": near.reliability,
                "directions": near.method,
                "of": near.searched,
                "No.": near.index,
                "Dist.": near.distance,
                "random, median": float(chance(near.control)[1]),
                "random, 5 %": float(chance(near.control)[0]),
                "p": near.p,
                "bases": len(near.control),
            }
            for near in self.nearest
        ]

    def __str__(self) -> str:
        """Write the tables as plain text."""
        return "\n\n".join(text_table(table) for table in self._tables())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return "".join(html_table(table) for table in self._tables())

    def _tables(self) -> list[Table]:
        tables = [self.agreement(), self.captured_change(), self.supervised()]
        return [table for table in tables if table]


def compare(
    directions: Mapping[str, Directions],
    generator: Generator | None = None,
    *,
    k: int | None = 10,
    supervised: Sequence[str] | None = None,
    reliability: Mapping[str, Sequence[float]] | None = None,
    latents: Latent | None = None,
    rows: Rows = None,
    controls: int = BASES,
    seed: int = 0,
) -> Comparison:
    """Compare sets of directions of one latent space.

    Parameters
    ----------
    directions
        At least two sets by name.
    generator
        If given, captured change is measured as well, each set on the code rows that it moves; one Jacobian
        serves all sets that move the same rows.
    k
        How many of each set are compared, strongest first; None is all. To look for the nearest direction
        to each supervised one, equally many of each set are searched: k, or as many as the smallest set has.
    supervised
        Names of sets whose directions were found with labels; None takes those of supervised methods.
    reliability
        By name of a supervised set, how reliable each of its directions is: `Plane.reliability` of
        `directions.separations`.
    latents, rows
        For captured change; see `captured_change`. With rows None, sets of different layers are scored on
        different rows, and their figures are shares of different totals; ``rows="all"`` puts all sets on
        the same footing.
    controls
        B: how many random bases stand beside each score; they cost no picture.
    seed
        Seed of the random bases.

    Returns
    -------
    Comparison
        Pairs, captured change and nearest directions; `plots.comparison_figure` draws it.

    Raises
    ------
    ValueError
        If there are fewer than two sets, their sizes differ, k is below 1 or a supervised name is unknown.
    """
    for found in instance(directions, "directions", Mapping, "a dict of Directions by name").values():  # type: ignore[type-abstract]
        check_directions(found)
    if len(directions) < 2:
        raise ValueError(f"Two sets of directions or more can be compared; {len(directions)} given.")
    sizes = {name: found.vectors.shape[1] for name, found in directions.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"Directions of different sizes cannot be compared: {sizes}.")
    seed = whole(seed, "seed", 0)
    k = None if k is None else whole(k, "k", 1)
    if supervised is None:
        supervised = [
            name
            for name, found in directions.items()
            if (method := found.search.described) is not None and method.supervised
        ]
    supervised = several(supervised, "supervised", "a list of names of sets")
    reliability = {} if reliability is None else reliability
    controls = whole(controls, "controls", 1)
    unknown = (set(supervised) | set(reliability)) - set(directions)
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]!r} is not one of the sets {', '.join(directions)}.")
    captured: dict[str, CapturedChange] = {}
    generator = None if generator is None else check_generator(generator)
    if generator is not None:
        latents = fresh_latents(generator, 100) if latents is None else check_latents(latents)
        grams: dict[tuple[int, ...], Tensor] = {}
        for name, found in directions.items():
            moved = tuple(row_numbers(rows, generator.num_codes, found))
            if moved not in grams:
                grams[moved] = jacobian_gram(generator, latents, rows=list(moved))
            score = captured_change(
                generator, found, latents=latents, gram=grams[moved], controls=controls, seed=seed
            )
            captured[name] = score.first(k)
    searched = [name for name in directions if name not in supervised]
    equal = min([len(directions[name].first(k)) for name in searched], default=None)
    return Comparison(
        names=tuple(directions),
        pairs=tuple(
            compare_pair(one, directions[one], two, directions[two], k=k, controls=controls, seed=seed)
            for one, two in combinations(directions, 2)
        ),
        captured=captured,
        nearest=tuple(
            near
            for name in supervised
            for other in searched
            for near in find_nearest(
                name,
                directions[name],
                other,
                directions[other],
                k=equal,
                reliability=reliability.get(name),
                controls=controls,
                seed=seed,
            )
        ),
    )
