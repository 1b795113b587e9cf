"""How much too large a Frechet distance is for want of pictures.

Source: Chong & Forsyth, "Effectively unbiased FID and Inception score", CVPR 2020 (the line over 1 / N).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.arguments import wholes
from sefa_widget.evaluation.distances import check_features, frechet_of_samples
from sefa_widget.evaluation.features import Features

REPEATS = 8
"""Disjoint subsets of each size that a curve measures, at most."""
SHARES = (16, 8, 4, 2, 1)
"""Sizes of a curve: all pictures over each of these."""


@dataclass(frozen=True, slots=True, eq=False)
class FrechetCurve:
    """How a Frechet distance falls with the number of pictures: with few of them it is too large.

    Attributes
    ----------
    sizes
        ``[S]``: pictures of each set.
    values
        ``[S]``: the mean distance over disjoint subsets of that size.
    errors
        ``[S]``: its standard error over these; NaN where there is room for one only.
    limit
        Where the line of values over 1 / N meets 1 / N = 0.
    extractor
        Name of what read the features.
    """

    sizes: tuple[int, ...]
    values: Tensor
    errors: Tensor
    limit: float
    extractor: str

    def __repr__(self) -> str:
        """Say the ends of the curve."""
        return (
            f"FrechetCurve({self.extractor}: {float(self.values[0]):.4g} of {self.sizes[0]} pictures, "
            f"{float(self.values[-1]):.4g} of {self.sizes[-1]}, {self.limit:.4g} in the limit)"
        )


def frechet_curve(one: Features, two: Features, sizes: Sequence[int] | None = None) -> FrechetCurve:
    """Measure the Frechet distance of subsets of growing size, and where it leads.

    Parameters
    ----------
    one, two
        From `draw_features` or `read_features`; of their kept features disjoint subsets are taken.
    sizes
        Numbers of pictures; None is a sixteenth, an eighth ... of all that both keep.

    Raises
    ------
    ValueError
        If the features are of different extractors, or a size is more than are kept.
    """
    check_features(one, two)
    most = min(len(one.kept), len(two.kept))
    if sizes is None:
        sizes = sorted({max(2, most // share) for share in SHARES})
    chosen = sorted(set(wholes(sizes, "sizes", "A size", 2, most)))
    values, errors = [], []
    for size in chosen:
        parts = [slice(size * i, size * (i + 1)) for i in range(min(REPEATS, most // size))]
        found = torch.tensor([frechet_of_samples(one.kept[part], two.kept[part]) for part in parts])
        values.append(float(found.mean()))
        errors.append(float(found.std()) / math.sqrt(len(found)) if len(found) > 1 else math.nan)
    curve = torch.tensor(values, dtype=torch.float64)
    limit = math.nan
    if len(chosen) > 1:
        line = torch.stack([torch.ones(len(chosen)), 1 / torch.tensor(chosen)], 1).double()
        limit = float(torch.linalg.lstsq(line, curve[:, None]).solution[0])
    return FrechetCurve(tuple(chosen), curve, torch.tensor(errors).double(), limit, one.extractor)
