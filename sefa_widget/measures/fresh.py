"""Fresh latents: directions are measured on seeds that no method has seen."""

from __future__ import annotations

from sefa_widget.arguments import whole
from sefa_widget.generators.base import Generator, Latent, check_generator

FRESH_SEED = 1_000_000
"""Scores draw their latents from this seed on, so that no method has seen them."""


def fresh_latents(generator: Generator, count: int) -> Latent:
    """Draw latents for scoring, class 0 where there are classes; always the same ones."""
    count = whole(count, "count", 1)
    return check_generator(generator).sample(range(FRESH_SEED, FRESH_SEED + count))
