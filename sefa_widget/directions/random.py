"""Random directions: a basis of the latent space without any meaning, the control of all methods."""

from __future__ import annotations

import torch

from sefa_widget.arguments import MAX_SEED, whole
from sefa_widget.directions.base import (
    Directions,
    LayerChoice,
    choose_layers,
    edit_rows,
    keeps_options,
)
from sefa_widget.generators.base import Generator


@keeps_options
def find(
    generator: Generator,
    layers: LayerChoice = None,
    k: int | None = None,
    normalize: bool = True,
    *,
    seed: int = 0,
) -> Directions:
    """Draw directions uniformly; what any method scores must be more than these score.

    The Q of the QR decomposition of a normal matrix, columns turned so that R's diagonal is positive, is
    uniformly distributed over all bases (Mezzadri 2007, "How to generate random matrices from the classical
    compact groups"). They have no values. The layers only say where an edit is to be applied.
    """
    d = generator.latent_dim
    numbers = choose_layers(generator, layers)
    draw = torch.Generator("cpu").manual_seed(whole(seed, "seed", 0, MAX_SEED))
    normal = torch.randn(d, d, generator=draw, dtype=torch.float64)
    q, r = torch.linalg.qr(normal)
    return Directions(
        vectors=(q * r.diagonal().sign()).T[:k],
        eigenvalues=torch.ones(d, dtype=torch.float64)[:k],
        trace=float(d),
        rows=0,
        method="random",
        layers=numbers,
        normalized=None,
        fingerprint=generator.fingerprint,
        edit_rows=edit_rows(generator, numbers),
    )
