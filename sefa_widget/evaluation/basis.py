"""Directions in, an orthonormal basis of what they span out; and random bases as controls."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from sefa_widget.directions import Directions

DEPENDENT = 1e-8
"""A unit vector whose part outside the span so far is shorter than this adds nothing to it."""
CONTROL_SEED = 2**32
"""Controls draw from this seed on, so that they never equal the directions held against them."""


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


def random_basis(k: int, d: int, seed: int = 0) -> Tensor:
    """Draw k orthonormal rows of size d, every subspace as likely as any other; float64 ``[k, d]``."""
    random = torch.Generator().manual_seed(CONTROL_SEED + seed)
    return orthonormalize(torch.randn(k, d, generator=random, dtype=torch.float64))


def random_control(directions: Directions, seed: int = 0) -> Directions:
    """Draw as many random orthonormal directions as these are, for the same generator."""
    k, d = directions.vectors.shape
    return replace(
        directions,
        vectors=random_basis(k, d, seed),
        eigenvalues=torch.ones(k, dtype=torch.float64),
        trace=float(d),
        rows=d,
        method="random",
    )
