"""What every method gives: unit directions of the latent space, strongest first, and where they are from."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Directions of a generator's latent space; a value, never changed after it is made."""

    vectors: Tensor
    """``[k, d]`` float64 on the CPU: unit rows, the entry of largest magnitude positive."""
    eigenvalues: Tensor
    """``[k]`` float64, descending; never negative."""
    trace: float
    """What the eigenvalues of all d directions add up to; m with SeFa's normalised rows."""
    rows: int
    """m: how many units of the generator were stacked as rows (rows of zeros not counted)."""
    method: str
    """How they were found, for example ``"sefa"``."""
    layers: tuple[int, ...]
    """Numbers of the layers they were found in."""
    normalized: bool
    """Whether the rows of the latent weights were scaled to unit length first."""
    fingerprint: str
    """Fingerprint of the generator they belong to."""

    def __len__(self) -> int:
        """Give k."""
        return len(self.vectors)

    @property
    def shares(self) -> Tensor:
        """Each direction's share of the trace, ``[k]``: 0 to 1, comparable between layers and models.

        With SeFa's normalised rows this is lambda/m.
        """
        return self.eigenvalues / self.trace

    def __repr__(self) -> str:
        """Say what they are in one line."""
        rows = "unit rows" if self.normalized else "raw rows"
        return (
            f"Directions({len(self)} of size {self.vectors.shape[1]}, {self.method} of layers "
            f"{format_layers(self.layers)}, {rows}, top share {float(self.shares[0]):.3g})"
        )


def decompose(gram: Tensor) -> tuple[Tensor, Tensor]:
    """Turn a Gram matrix ``[d, d]`` into eigenvalues ``[d]`` descending and eigenvectors as rows ``[d, d]``.

    float64 ``eigh``, which sorts; eigenvalues below zero by rounding become 0; each vector's entry of
    largest magnitude is positive, so that the same matrix gives the same signs everywhere.
    """
    values, vectors = torch.linalg.eigh(gram)
    rows = vectors.T.flip(0).contiguous()
    largest = rows.gather(1, rows.abs().argmax(dim=1, keepdim=True))
    return values.flip(0).clamp_min_(0), rows.mul_(torch.where(largest < 0, -1.0, 1.0))


def format_layers(layers: tuple[int, ...]) -> str:
    """Write layer numbers as people do: ``0``, ``2-5`` or ``0,3,7`` (ends included)."""
    if len(layers) > 1 and layers == tuple(range(layers[0], layers[-1] + 1)):
        return f"{layers[0]}-{layers[-1]}"
    return ",".join(map(str, layers))
