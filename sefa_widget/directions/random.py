"""Random directions: a basis of the latent space without any meaning, the control of all methods."""

from __future__ import annotations

import torch
from torch import Tensor

from sefa_widget.arguments import MAX_SEED, whole
from sefa_widget.directions.base import Directions
from sefa_widget.directions.layers import LayerChoice, choose_layers, edit_rows
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.generators.base import Generator


@keeps_options
def find(
    generator: Generator,
    layers: LayerChoice = None,
    k: int | None = None,
    *,
    seed: int = 0,
) -> Directions:
    """Draw directions uniformly; what any method scores must be more than these score.

    They have no values. The layers only say where an edit is to be applied.
    """
    d = generator.latent_dim
    numbers = choose_layers(generator, layers)
    draw = torch.Generator("cpu").manual_seed(whole(seed, "seed", 0, MAX_SEED))
    return Directions(
        vectors=orthonormal(torch.randn(d, d, generator=draw, dtype=torch.float64))[:k],
        eigenvalues=torch.ones(d, dtype=torch.float64)[:k],
        trace=float(d),
        rows=0,
        search=Search("random", numbers, None),
        fingerprint=generator.fingerprint,
        edit_rows=edit_rows(generator, numbers),
    )


def orthonormal(normal: Tensor) -> Tensor:
    """Turn normal numbers ``[d, k]`` into k orthonormal rows, every such basis as likely as any other.

    The Q of the QR decomposition of a normal matrix, columns turned so that R's diagonal is positive, is
    uniformly distributed over all bases (Mezzadri 2007, "How to generate random matrices from the classical
    compact groups").
    """
    q, r = torch.linalg.qr(normal)
    rows: Tensor = (q * r.diagonal().sign()).T
    return rows


METHOD = Method(
    name="random",
    title="Random",
    find=find,
    applies_to=lambda generator: True,
    asks="nothing",
    reads="nothing",
    takes="no time",
    source='Mezzadri, "How to generate random matrices from the classical compact groups", Notices of '
    "the AMS 54(5), 2007",
    options=(Option("seed", "Seed", "whole", 0, "Same seed, same basis.", least=0, most=MAX_SEED),),
)
