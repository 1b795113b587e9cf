"""Builds the generator of garments as it begins to learn: size, first weights, and constraints."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from sefa_widget.generators.biggan import BigGAN
from training.garments.dataset import CLASSES

CHUNK = 16
"""Numbers of z that each layer reads."""
BLOCKS = ((True, 128, 64), (True, 64, 32), (True, 32, 16))


def make_generator() -> BigGAN:
    """Build the network of the garments: 32 px, grey, a chunk of 16 numbers of z for each layer."""
    generator = BigGAN(
        latent_dim=CHUNK * (len(BLOCKS) + 1),
        num_classes=len(CLASSES),
        embedding_dim=32,
        blocks=BLOCKS,
        channels=1,
    )
    with torch.no_grad():
        for module in generator.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.orthogonal_(module.weight)
        assert generator.embedding is not None
        nn.init.normal_(generator.embedding.weight, std=0.5)  # at first z counts more than the class
        for weight, read in readers(generator):
            weight[:, ~read] = 0
    return generator


def readers(generator: BigGAN) -> list[tuple[Tensor, Tensor]]:
    """List the weights that read z, and which columns each of them reads: its chunk, and the class."""
    found = [(generator.projection.weight, columns(generator, 0))]
    for n, block in enumerate(generator.blocks):
        for name, module in block.named_modules():
            if name.endswith(("gain", "offset")):
                found.append((module.get_parameter("weight"), columns(generator, n + 1)))
    return found


def columns(generator: BigGAN, layer: int) -> Tensor:
    """Tell which columns ``[latent_dim + embedding_dim]`` a layer reads."""
    read = torch.ones(generator.projection.in_features, dtype=torch.bool)
    read[: generator.latent_dim] = torch.arange(generator.latent_dim) // CHUNK == layer
    return read


def normalised(generator: BigGAN) -> BigGAN:
    """Add spectral norm, and keep what no layer reads at zero."""
    for weight, read in readers(generator):
        hook = partial(torch.mul, read)
        weight.register_hook(hook)  # type: ignore[no-untyped-call]
    for name, module in list(generator.named_modules()):
        if isinstance(module, nn.Conv2d | nn.Linear) and name != "embedding":
            spectral_norm(module, eps=1e-8)
    return generator
