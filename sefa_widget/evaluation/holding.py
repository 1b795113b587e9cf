"""Which attributes some direction of a set changes more than random directions do.

The null hypothesis: the k directions are one more random basis, moved by the same strengths on the same
latents. Then all B + 1 sets are exchangeable, whatever is measured of them and however it is distributed:

- Of each direction and attribute: the sure change, ``|change|`` less two standard errors, so that what$
  is noise counts for nothing, whichever set it is in.
- Of each set and attribute: the largest sure change over the k directions. To make attributes comparable, its
  mean over all B + 1 sets is taken off, and it is divided by its standard deviation over them.
- Of each set: the largest of these over all A attributes. Over the random bases it tells how large the
  largest of A gets by chance. So levels and p values are family-wise: the probability that *any* attribute
  is wrongly taken for held is at most the level.

Source: Westfall & Young, "Resampling-Based Multiple Testing", Wiley 1993 (single-step maxT).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from sefa_widget.arguments import number

ERRORS = 2.0
"""Standard errors that are taken off a change."""
MOST_LEVEL = 0.5
"""The highest level that means anything."""


def sure_change(change: Tensor, error: Tensor) -> Tensor:
    """Give ``|change|`` less two standard errors; below 0 where the change may well be none."""
    return change.abs() - ERRORS * error


def adjusted_p(own: Tensor, controls: Tensor) -> Tensor:
    """Give the family-wise p value of each attribute; at least 1 / (B + 1), with B random bases.

    Parameters
    ----------
    own
        Sure changes ``[k, A]`` of the directions.
    controls
        Sure changes ``[B, k, A]`` of the random bases.

    Returns
    -------
    Tensor
        ``[A]`` float64.
    """
    statistic, most, _, _ = _standardized(own, controls)
    return (1 + (most[:, None] >= statistic).sum(0)).double() / (1 + len(most))


def thresholds(own: Tensor, controls: Tensor, level: float) -> Tensor:
    """Give the sure change of each attribute above which its family-wise p value is at most `level`.

    Returns
    -------
    Tensor
        ``[A]`` float64, in the units of the changes.

    Raises
    ------
    ValueError
        If so few bases reach no such level: p is 1 / (B + 1) at least.
    """
    _, most, centre, scale = _standardized(own, controls)
    bases = len(most)
    level = number(level, "level", 0, MOST_LEVEL)
    rank = int(level * (bases + 1) + 1e-9)  # so many of all B + 1 sets may be above
    if rank < 1:
        needed = f": {math.ceil(1 / level - 1e-9) - 1} reach it" if level > 0 else ""
        raise ValueError(
            f"level is {level:g}; with {bases} random bases no p value is below 1/{bases + 1} = "
            f"{1 / (bases + 1):.3g}. Take a higher level, or rescore with more controls{needed}."
        )
    return centre + scale * most.sort(descending=True).values[rank - 1]


def _standardized(own: Tensor, controls: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give the directions' statistics ``[A]``, each basis's largest ``[B]``, centres and scales ``[A]``."""
    largest = torch.cat([own[None], controls]).amax(1)  # [B + 1, A]
    centre, scale = largest.mean(0), largest.std(0)
    statistics = (largest - centre) / torch.where(scale > 0, scale, 1)
    return statistics[0], statistics[1:].amax(1), centre, scale
