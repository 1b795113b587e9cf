"""The averaged local basis: the directions of w that the mapping network can move it in.

Source: Choi et al., "Do Not Escape From the Manifold: Discovering the Local Coordinates on the Latent Space
of GANs", ICLR 2022 (the printed equations were not compared): the local basis at ``w = f(z)`` are the left
singular vectors of the Jacobian ``J = df/dz = U S V^T``. They differ from place to place. Here they are
averaged over z, each with the square of its singular value: the eigenvectors of the mean of
``J J^T = U S^2 U^T``. The average is ours.
"""

from __future__ import annotations

import torch
from torch import Tensor

from sefa_widget.arguments import whole
from sefa_widget.directions.base import Directions
from sefa_widget.directions.device import to_float64
from sefa_widget.directions.eigen import from_gram
from sefa_widget.directions.layers import LayerChoice, choose_layers
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.generators.precision import full_precision
from sefa_widget.progress import Progress

SHARE = Value("share of the change of w by small steps of z", "λ/Σλ")
BATCH = 64
"""Latents at once."""


def applies_to(generator: Generator) -> bool:
    """Tell whether there is a mapping network that can be differentiated."""
    if generator.latent_space != "w":
        return False
    with generator.lock, torch.enable_grad():
        z = torch.ones(1, generator.z_dim, device=generator.device, dtype=generator.dtype, requires_grad=True)
        return bool(generator.mapping(z).codes.requires_grad)


def jacobians(generator: Generator, z: Tensor) -> Tensor:
    """Give the derivative of w by z at each z ``[N, z_dim]``: ``[N, d, z_dim]``, of the first code row."""
    with generator.lock, full_precision(), torch.enable_grad():
        z = z.to(generator.device, generator.dtype).requires_grad_()
        w = generator.mapping(z).codes[:, 0]
        rows = [
            torch.autograd.grad(w[:, entry].sum(), z, retain_graph=entry + 1 < w.shape[1])[0]
            for entry in range(w.shape[1])
        ]
    return torch.stack(rows, 1)


@keeps_options
def find(
    generator: Generator,
    layers: LayerChoice = None,
    k: int | None = None,
    *,
    n: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Directions:
    """Average the local bases at n samples; class 0 where there are classes, without truncation.

    Parameters
    ----------
    layers
        Where a direction is applied: to the code rows that these layers read.
    n, seed
        How many z, and the seed they are drawn with.

    Raises
    ------
    ValueError
        If the generator has no mapping network that can be differentiated.
    """
    check_generator(generator)
    n, seed = whole(n, "n", 1), whole(seed, "seed", 0)
    if not applies_to(generator):
        raise ValueError(
            f"{generator.name!r} has no mapping network that can be differentiated, so there is no local "
            "basis of w. Use 'jacobian': it differentiates the picture."
        )
    random = torch.Generator().manual_seed(seed)
    total = torch.zeros(generator.latent_dim, generator.latent_dim, dtype=torch.float64)
    for start in range(0, n, BATCH):
        z = torch.randn(min(BATCH, n - start), generator.z_dim, generator=random)
        found = to_float64(jacobians(generator, z))
        total += torch.einsum("nij,nkj->ik", found, found).cpu()
        if progress is not None:
            progress(min(start + BATCH, n), n)
    search = Search("local_basis", choose_layers(generator, layers), None)
    return from_gram(generator, total / n, rows=n, search=search, k=k, value=SHARE)


METHOD = Method(
    name="local_basis",
    title="Averaged local basis",
    find=find,
    applies_to=applies_to,
    asks="which way does the mapping network move w most?",
    reads="derivatives of the mapping network",
    takes="seconds: d derivatives of a small network",
    source='Choi et al., "Do Not Escape From the Manifold: Discovering the Local Coordinates on the Latent '
    'Space of GANs", ICLR 2022, averaged',
    options=(
        Option("n", "Latents", "whole", 1000, "How many latents.", least=1),
        Option("seed", "Seed", "whole", 0, "Same seed, same latents.", least=0),
    ),
    value=SHARE,
    offered=False,
)
