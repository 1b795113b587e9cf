"""Two sets of directions in; which belong together, and how far apart their spans are, out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.directions import Directions
from sefa_widget.evaluation.basis import orthonormalize, random_basis, random_control


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two sets of directions of one latent space, side by side; signs do not matter."""

    first: str
    """Name of the first set, of k1 directions."""
    second: str
    """Name of the second set, of k2 directions."""
    cosines: Tensor
    """``[k1, k2]``: |cos| of each direction of the first with each of the second."""
    matching: tuple[tuple[int, int], ...]
    """The one-to-one matching of largest total |cos|: index in the first and in the second."""
    angles: Tensor
    """``[min(k1, k2)]``: principal angles between the two spans in radians, ascending; 0 is shared."""
    control_cosine: float
    """Mean matched |cos| when the second set is random and orthonormal instead."""
    control_angles: Tensor
    """Principal angles between the first span and the random one."""

    @property
    def matched(self) -> Tensor:
        """|cos| of each matched pair, in the order of `matching`."""
        first, second = zip(*self.matching, strict=True)
        return self.cosines[list(first), list(second)]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The direction of a set that comes nearest to a supervised one (Shen & Zhou 2021, table 1)."""

    supervised: str
    """Name of the supervised set."""
    direction: int
    """Index in it, from 0."""
    method: str
    """Name of the set searched."""
    index: int
    """Index of the nearest direction, from 0 (the table's "No.")."""
    distance: float
    """``1 - |cos|`` (the table's "Dist.")."""
    control: float
    """The distance of the nearest of as many random orthonormal directions."""


def absolute_cosines(first: Tensor, second: Tensor) -> Tensor:
    """Give |cos| of the rows ``[k1, d]`` and ``[k2, d]``: ``[k1, k2]`` float64."""
    one, two = (torch.nn.functional.normalize(rows.double(), dim=1, eps=1e-300) for rows in (first, second))
    return (one @ two.T).abs().clamp_max(1)


def match(cosines: Tensor) -> tuple[tuple[int, int], ...]:
    """Pair rows with columns ``[k1, k2]``, one to one, so that the total is largest; rows ascending.

    Raises
    ------
    ImportError
        If scipy is not installed.
    """
    try:
        from scipy.optimize import linear_sum_assignment
    except ImportError as error:
        raise ImportError(
            "Matching directions needs scipy, which is not installed: pip install 'sefa_widget[compare]'."
        ) from error
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
    first: str, one: Directions, second: str, two: Directions, *, k: int | None = None, seed: int = 0
) -> Pair:
    """Compare two sets of directions, of each the first k (None: all); see `Pair`."""
    a, b = one.vectors[:k], two.vectors[:k]
    random = random_basis(len(b), b.shape[1], seed)
    cosines, by_chance = absolute_cosines(a, b), absolute_cosines(a, random)
    chance = [float(by_chance[pair]) for pair in match(by_chance)]
    return Pair(
        first=first,
        second=second,
        cosines=cosines,
        matching=match(cosines),
        angles=principal_angles(a, b),
        control_cosine=sum(chance) / len(chance),
        control_angles=principal_angles(a, random),
    )


def find_nearest(
    supervised: str, targets: Directions, method: str, candidates: Directions, *, seed: int = 0
) -> tuple[Nearest, ...]:
    """Find the nearest of some directions to each supervised one; see `Nearest`."""
    best, indices = absolute_cosines(targets.vectors, candidates.vectors).max(dim=1)
    random = random_control(candidates, seed).vectors
    chance = absolute_cosines(targets.vectors, random).amax(dim=1)
    return tuple(
        Nearest(supervised, row, method, int(indices[row]), 1 - float(best[row]), 1 - float(chance[row]))
        for row in range(len(targets))
    )
