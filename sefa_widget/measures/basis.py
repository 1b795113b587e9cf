"""Orthonormal bases: of what directions span, and random ones as controls.

A score of directions says something only beside the scores of many random ones, because one random basis
may by luck lie well or badly. So every control here is a number of bases, and its spread is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from sefa_widget.arguments import instance
from sefa_widget.directions import Directions, Search, random

DEPENDENT = 1e-8
"""A unit vector whose part outside the span so far is shorter than this adds nothing to it."""
CONTROL_SEED = 2**32
"""Controls draw from this seed on, so that they never equal the directions held against them."""
BASES = 100
"""Random bases of a control that costs no picture."""
QUANTILES = (0.05, 0.5, 0.95)
"""Quantiles over random bases that tables and figures show."""


def orthonormalize(vectors: Tensor) -> Tensor:
    """Turn rows ``[k, d]`` into orthonormal rows whose first j span what the first j rows span.

    Gram-Schmidt, twice over for accuracy. A row that depends on those before it becomes a row of zeros, so
    that it can never be counted as more than it is.
    """
    basis = torch.zeros_like(vectors, dtype=torch.float64)
    for row, vector in enumerate(vectors.to("cpu", torch.float64)):
        rest = vector / vector.norm().clamp_min(1e-300)
        for _ in range(2):
            rest = rest - (basis[:row] @ rest) @ basis[:row]
        if float(rest.norm()) > DEPENDENT:
            basis[row] = rest / rest.norm()
    return basis


def random_bases(count: int, k: int, d: int, seed: int = 0) -> Iterator[Tensor]:
    """Draw `count` sets of k orthonormal rows of size d, every subspace as likely as any other.

    Yields float64 ``[k, d]``, one set at a time. Where k is more than d, no k rows are orthonormal: each d
    rows are then, and are independent of the others.
    """
    draw = torch.Generator().manual_seed(CONTROL_SEED + seed)
    for _ in range(count):
        blocks = [min(d, k - start) for start in range(0, k, d)]
        drawn = [torch.randn(d, rows, generator=draw, dtype=torch.float64) for rows in blocks]
        yield torch.cat([random.orthonormal(normal) for normal in drawn])


def random_units(count: int, d: int, seed: int = 0) -> Tensor:
    """Draw `count` independent unit vectors, every direction as likely as any other; ``[count, d]``."""
    random = torch.Generator().manual_seed(CONTROL_SEED + seed)
    normal = torch.randn(count, d, generator=random, dtype=torch.float64)
    return torch.nn.functional.normalize(normal, dim=1)


def as_control(directions: Directions, vectors: Tensor) -> Directions:
    """Give random unit vectors ``[k, d]`` as directions of the same generator, edited in the same rows."""
    k, d = vectors.shape
    return replace(
        directions,
        vectors=vectors,
        eigenvalues=torch.ones(k, dtype=torch.float64),
        trace=float(d),
        rows=d,
        search=Search(random.METHOD.name, directions.search.layers, None),
    )


def in_words(values: Tensor, control: Tensor | None) -> str:
    """Write the span of measured values, and that of the same values of random directions."""
    least, most = (float(value) for value in values.aminmax())
    span = f"{least:.3g} to {most:.3g}"
    if control is None:
        return span
    low, _, high = chance(control).tolist()
    return f"{span}; 5 to 95 % of {len(control)} random: {low:.3g} to {high:.3g}"


def chance(values: Tensor) -> Tensor:
    """Give the `QUANTILES` (5, 50 and 95 %) over the first dimension, ``[3, ...]``; NaN is left out."""
    if not instance(values, "values", Tensor, "a tensor [B, ...]").numel():
        raise ValueError(f"values is empty, of shape {list(values.shape)}; it must be a tensor [B, ...].")
    return values.double().nanquantile(torch.tensor(QUANTILES, dtype=torch.float64), dim=0)
