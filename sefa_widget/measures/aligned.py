"""Put the directions of a second set in the order and with the signs of a first one.

So one slider can move both: direction i of the first set, and the direction of the second it is matched with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Tensor

from sefa_widget.directions import Directions
from sefa_widget.measures.basis import BASES, chance, random_bases
from sefa_widget.measures.matching import absolute_cosines, match

MATCHED = 64
"""Directions matched at most, from the strongest: the crowd of weak ones would outvote the strong."""


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A set of directions, reordered to go with another.

    Attributes
    ----------
    directions
        The second set: row i belongs to row i of the first and points to the same side.
    indices
        Which direction of the second set row i was.
    cosines
        ``[k]``: cosine between row i of both sets, 0 to 1.
    """

    directions: Directions
    indices: tuple[int, ...]
    cosines: Tensor


def align(first: Directions, second: Directions, k: int = MATCHED) -> Aligned:
    """Match the k strongest directions of two sets one to one, for the largest total cosine, and align signs.

    Directions behind the first k are paired by rank. Where the second set is shorter, so is the result.
    """
    count = min(len(first), len(second))
    k = min(k, count)
    columns = dict(match(absolute_cosines(first.vectors[:k], second.vectors[:k])))
    indices = [columns.get(row, row) for row in range(count)]
    vectors = second.vectors[indices]
    cosines = torch.nn.functional.cosine_similarity(first.vectors[:count], vectors, dim=1)
    signs = torch.where(cosines < 0, -1.0, 1.0).to(vectors.dtype)
    aligned = replace(second, vectors=vectors * signs[:, None], eigenvalues=second.eigenvalues[indices])
    return Aligned(aligned, tuple(indices), cosines.abs())


@lru_cache(maxsize=64)
def matched_by_chance(first: int, second: int, d: int) -> float:
    """Give the |cos| that 95 % of matched pairs stay below where directions are random.

    Two sets of `first` and `second` orthonormal directions of size `d` are matched as `align` does it, for
    `BASES` random sets; one set may be the first axes, since only the angle between both counts.
    """
    k = min(MATCHED, first, second)
    axes, matched = torch.eye(d, dtype=torch.float64)[:k], []
    for basis in random_bases(BASES, k, d):
        cosines = absolute_cosines(axes, basis)
        matched.append(torch.stack([cosines[pair] for pair in match(cosines)]))
    return float(chance(torch.cat(matched))[-1])
