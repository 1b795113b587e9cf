"""The plane between codes with much and with little of one attribute, and how far it can be trusted."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from sefa_widget.directions.svm import linear_svm
from sefa_widget.progress import Progress, part

CHANCE = 0.95
"""Quantile of |cos| of random directions that a reliability is held against."""
FITS = 3
"""Of a plane: one of all codes that train, and one of each half of all."""


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The plane between codes with much and with little of one attribute.

    Attributes
    ----------
    normal
        ``[d]`` float64, unit length, towards more of the attribute.
    offset
        b of the plane ``normal . x + b = 0``.
    accuracy
        Share of the chosen codes kept out of the fit that lie on their side, mean of both sides, so that 0.5
        is chance; NaN if none was.
    reliability
        |cos| between the normals found in two halves of the chosen codes that share no code: 1 is the same
        direction again. NaN if there are too few codes. The normal itself, from more codes than a half, is
        nearer to that of endless codes than halves are to each other.
    chance
        What |cos| of two random directions of size d stays below in 95 % of cases.
    high, low
        How many codes were chosen at either end.
    samples
        Of how many codes with valid scores.
    """

    normal: Tensor
    offset: float
    accuracy: float
    reliability: float
    chance: float
    high: int
    low: int
    samples: int


def separate(
    codes: Tensor,
    scores: Tensor,
    *,
    chosen: float = 0.02,
    split: float = 0.7,
    seed: int = 0,
    C: float = 1.0,
    invalid: float | None = None,
    name: str = "the attribute",
    progress: Progress | None = None,
) -> Plane:
    """Fit the plane of one attribute to codes ``[N, d]`` and scores ``[N]``; see `interfacegan`.

    The hinge loss of each class is weighed by its inverse size, so that unequal classes count the same.
    `progress` is called in every round of a fit with how many of the three fits are done.
    """
    if len(codes) != len(scores):
        raise ValueError(f"There are {len(codes)} codes and {len(scores)} scores; they must be as many.")
    if not chosen > 0 or not 0 < split <= 1:
        raise ValueError(f"chosen is {chosen} and split {split}; they must be above 0, split at most 1.")
    valid = scores.isfinite()
    if invalid is not None:
        valid &= scores != invalid
    codes, scores = codes[valid].double(), scores[valid]
    order = torch.from_numpy(np.argsort(scores.numpy(), kind="stable")[::-1].copy())
    high, low = _sizes(scores[order], chosen, name)
    train = [int(size * split) for size in (high, low)]
    if min(train) < 1:
        raise ValueError(
            f"{high} and {low} of {len(codes)} valid samples are chosen at the ends of {name}, "
            f"{train[0]} and {train[1]} of them to train; take more samples or a larger share."
        )
    shuffle = np.random.RandomState(seed)  # as published; its stream never changes
    above = codes[order[:high][shuffle.permutation(high)]]
    below = codes[order[-low:][shuffle.permutation(low)]]
    w, b = _fit(above[: train[0]], below[: train[1]], C, part(progress, 0, FITS))
    length = float(w.norm())
    if not length > 1e-12:
        raise ValueError(
            f"Codes with high and low scores of {name} lie in the same place: there is no direction."
        )
    right = [(above[train[0] :] @ w + b > 0).double().mean(), (below[train[1] :] @ w + b < 0).double().mean()]
    reliability = math.nan
    if min(high, low) > 1:
        halves = [
            _fit(above[start::2], below[start::2], C, part(progress, 1 + start, FITS))[0] for start in (0, 1)
        ]
        reliability = float(torch.cosine_similarity(halves[0], halves[1], dim=0, eps=1e-150).abs())
    if progress is not None:
        progress(FITS, FITS)
    return Plane(
        normal=w / length,
        offset=b / length,
        accuracy=float(sum(right)) / 2,
        reliability=reliability,
        chance=chance_cosine(codes.shape[1]),
        high=high,
        low=low,
        samples=len(codes),
    )


def chance_cosine(d: int, quantile: float = CHANCE) -> float:
    """Give what |cos| of two random directions of size d stays below with a probability.

    Their angle has the density ``sin(angle)^(d - 2)``.
    """
    if d < 2:
        return 1.0
    angles = np.linspace(0, math.pi / 2, 100_001)
    density = np.sin(angles) ** (d - 2)
    share = np.cumsum(density) / density.sum()  # of angles up to each, so of larger cosines
    return float(np.cos(np.interp(1 - quantile, share, angles)))


def _fit(above: Tensor, below: Tensor, C: float, progress: Progress | None) -> tuple[Tensor, float]:
    """Fit the plane between two classes; the loss of each weighs as much as if they were of equal size."""
    sizes = torch.tensor([len(above), len(below)])
    signs = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat_interleave(sizes)
    weights = (C * sizes.sum() / (2 * sizes.double())).repeat_interleave(sizes)
    look = None if progress is None else partial(progress, 0, 1)
    return linear_svm(torch.cat([above, below]), signs, weights, every_round=look)


def _sizes(scores: Tensor, chosen: float, name: str) -> tuple[int, int]:
    """Give how many samples to take at the upper and at the lower end, of scores in descending order."""
    count = len(scores)
    if count and bool(scores[0] == scores[-1]):
        raise ValueError(
            f"All {count} valid scores of {name} are {float(scores[0]):g}: nothing tells much of it from "
            "little. Leave it out, or give scores that differ."
        )
    upper = int((scores == scores[:1]).sum())
    if upper and bool((scores[upper:] == scores[-1]).all()):
        return upper, count - upper  # two values
    wanted = min(int(count * chosen) if chosen <= 1 else int(chosen), count // 2)
    if wanted < 1:
        return 0, 0
    high, low = _untied(scores, wanted), _untied(-scores.flip(0), wanted)
    if high + low > count:  # nearly all tie, at both cuts
        high, low = (int((side > side[wanted - 1]).sum()) for side in (scores, -scores.flip(0)))
    if (high, low) != (wanted, wanted):
        warnings.warn(
            f"Scores of {name} tie where the {wanted} highest or the {wanted} lowest end, and equal scores "
            f"are not divided: {high} are taken as high, {low} as low.",
            stacklevel=5,
        )
    return high, low


def _untied(scores: Tensor, wanted: int) -> int:
    """Give how many of the first scores to take, about as many as wanted, so that none left is equal."""
    cut = scores[wanted - 1]
    beyond, with_ties = int((scores > cut).sum()), int((scores >= cut).sum())
    return with_ties if with_ties == wanted or 2 * beyond < wanted else beyond
