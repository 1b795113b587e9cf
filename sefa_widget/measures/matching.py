"""Which directions of two sets belong together, and how far apart the spans of the sets are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.directions import Directions
from sefa_widget.measures.basis import BASES, orthonormalize, random_bases, random_units


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two sets of directions of one latent space, side by side; signs do not matter.

    Attributes
    ----------
    first, second
        Names of the sets, of k1 and k2 directions.
    cosines
        ``[k1, k2]``: |cos| of each direction of the first with each of the second.
    matching
        The one-to-one matching of largest total |cos|: index in the first and in the second.
    angles
        ``[min(k1, k2)]``: principal angles between the two spans in radians, ascending; 0 is shared.
    control_cosines
        ``[B]``: mean matched |cos| with each of B random orthonormal bases instead of the second set.
    control_angles
        ``[B, min(k1, k2)]``: principal angles between the first span and each of these bases.
    """

    first: str
    second: str
    cosines: Tensor
    matching: tuple[tuple[int, int], ...]
    angles: Tensor
    control_cosines: Tensor
    control_angles: Tensor

    @property
    def matched(self) -> Tensor:
        """|cos| of each matched pair, in the order of `matching`."""
        first, second = zip(*self.matching, strict=True)
        return self.cosines[list(first), list(second)]


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The direction of a set that comes nearest to a supervised one (Shen & Zhou 2021, table 1).

    Attributes
    ----------
    supervised
        Name of the supervised set.
    direction
        Index in it, from 0.
    method
        Name of the set searched.
    index
        Index of the nearest direction, from 0 (the table's "No.").
    distance
        ``1 - |cos|`` (the table's "Dist.").
    searched
        k: how many directions of the set were searched; the more, the nearer one comes by chance.
    control
        ``[B]``: the distance of the nearest of k random orthonormal directions, for B bases.
    reliability
        |cos| between the supervised direction found in either half of its samples, `Plane.reliability`; NaN
        if it is not known.
    """

    supervised: str
    direction: int
    method: str
    index: int
    distance: float
    searched: int
    control: Tensor
    reliability: float = math.nan

    @property
    def p(self) -> float:
        """How often random directions come at least as near, for this one comparison; at least 1/(B + 1)."""
        return (1 + int((self.control <= self.distance).sum())) / (1 + len(self.control))


def absolute_cosines(first: Tensor, second: Tensor) -> Tensor:
    """Give |cos| of the rows ``[k1, d]`` and ``[k2, d]``: ``[k1, k2]`` float64."""
    one, two = (torch.nn.functional.normalize(rows.double(), dim=1, eps=1e-300) for rows in (first, second))
    return (one @ two.T).abs().clamp_max(1)


def match(cosines: Tensor) -> tuple[tuple[int, int], ...]:
    """Pair rows with columns ``[k1, k2]``, one to one, so that the total is largest; rows ascending."""
    from scipy.optimize import linear_sum_assignment  # slow to import, and few programs match anything

    rows, columns = linear_sum_assignment(cosines.numpy(), maximize=True)
    return tuple(zip(rows.tolist(), columns.tolist(), strict=True))


def principal_angles(first: Tensor, second: Tensor) -> Tensor:
    """Give the angles between the spans of rows ``[k1, d]`` and ``[k2, d]``, ascending, in radians.

    As many as the smaller span has dimensions; rows that depend on others add none. Small angles from
    their sines, the others from their cosines, so that both are accurate (Bjorck & Golub 1973).
    """
    one, two = (basis[basis.norm(dim=1) > 0] for basis in (orthonormalize(first), orthonormalize(second)))
    if len(one) < len(two):
        one, two = two, one
    cosines = torch.linalg.svdvals(one @ two.T).clamp_max(1)
    sines = torch.linalg.svdvals(two - (two @ one.T) @ one).flip(0)[: len(two)].clamp_max(1)
    return torch.where(cosines > math.sqrt(0.5), torch.asin(sines), torch.acos(cosines))


def compare_pair(
    first: str,
    one: Directions,
    second: str,
    two: Directions,
    *,
    k: int | None = None,
    controls: int = BASES,
    seed: int = 0,
) -> Pair:
    """Compare two sets of directions, of each the first k (None: all), beside B = `controls` random bases."""
    a, b = one.vectors[:k], two.vectors[:k]
    span = orthonormalize(a)
    span = span[span.norm(dim=1) > 0]
    chance, angles = [], []
    for basis in random_bases(controls, len(b), b.shape[1], seed):
        by_chance = absolute_cosines(a, basis)
        chance.append(torch.stack([by_chance[pair] for pair in match(by_chance)]).mean())
        angles.append(torch.linalg.svdvals(span @ basis[: span.shape[1]].T).clamp_max(1).acos())
    cosines = absolute_cosines(a, b)
    return Pair(
        first=first,
        second=second,
        cosines=cosines,
        matching=match(cosines),
        angles=principal_angles(a, b),
        control_cosines=torch.stack(chance),
        control_angles=torch.stack(angles),
    )


def find_nearest(
    supervised: str,
    targets: Directions,
    method: str,
    candidates: Directions,
    *,
    k: int | None = None,
    reliability: Sequence[float] | None = None,
    controls: int = BASES,
    seed: int = 0,
) -> tuple[Nearest, ...]:
    """Find the nearest of the first k candidates (None: all) to each supervised direction; see `Nearest`.

    The more directions are searched, the nearer one lies by chance: give all sets that are compared the same
    k. `reliability` has one number for each supervised direction.
    """
    searched = candidates.first(k)
    best, indices = absolute_cosines(targets.vectors, searched.vectors).max(dim=1)
    # k random orthonormal directions have with a given one the |cos| that a random one has with k axes
    units = random_units(controls, targets.vectors.shape[1], seed)
    control = 1 - units[:, : len(searched)].abs().amax(1)
    known = [math.nan] * len(targets) if reliability is None else list(reliability)
    if len(known) != len(targets):
        raise ValueError(
            f"There are {len(known)} reliabilities for {len(targets)} supervised directions of "
            f"{supervised!r}; give one for each."
        )
    return tuple(
        Nearest(
            supervised=supervised,
            direction=row,
            method=method,
            index=int(indices[row]),
            distance=1 - float(best[row]),
            searched=len(searched),
            control=control,
            reliability=known[row],
        )
        for row in range(len(targets))
    )
