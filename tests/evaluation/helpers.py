"""A generator whose pictures are a known matrix times the code, and directions of chosen vectors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from sefa_widget.directions import Directions, Search
from sefa_widget.generators import Generator, Layer, Noise


class Linear(Generator):
    """``image = M z``: every change of the picture can be written down."""

    family = "linear"

    def __init__(self, weight: Tensor, resolution: int) -> None:
        super().__init__()
        self.name = "linear"
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.z_dim = self.latent_dim = weight.shape[1]
        self.resolution = resolution
        self.layers = (Layer("all", resolution, 0),)

    @property
    def config(self) -> dict[str, Any]:
        return {}

    def forward(self, codes: Tensor, labels: Tensor | None = None, noise: Noise = "const") -> Tensor:
        return (codes[:, 0] @ self.weight.T).view(-1, 3, self.resolution, self.resolution)

    def latent_weight(self, layer: int) -> Tensor:
        return self.weight


def directions(vectors: Any, method: str = "given") -> Directions:
    vectors = nn.functional.normalize(torch.as_tensor(vectors, dtype=torch.float64), dim=1)
    return Directions(
        vectors=vectors,
        eigenvalues=torch.linspace(2, 1, len(vectors), dtype=torch.float64),
        trace=100.0,
        rows=vectors.shape[1],
        search=Search(method, (0,), False),
        fingerprint="",
    )


def random_rows(k: int, d: int, seed: int = 0) -> Tensor:
    return torch.randn(k, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
