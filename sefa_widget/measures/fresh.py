"""Fresh latents: directions are measured on seeds that no method has seen."""

from __future__ import annotations

from collections.abc import Iterator

from sefa_widget.arguments import whole
from sefa_widget.generators.base import Generator, Latent, check_generator, check_latents

FRESH_SEED = 1_000_000
"""Scores draw their latents from this seed on, so that no method has seen them."""

Samples = Latent | range | tuple[int, ...]
"""Latents, or the seeds that they are drawn from where they are needed: these take no memory."""


def fresh_latents(generator: Generator, count: int) -> Latent:
    """Draw latents for scoring, class 0 where there are classes; always the same ones."""
    return check_generator(generator).sample(fresh_seeds(count))


def fresh_seeds(count: int) -> range:
    """Give the seeds of `fresh_latents`."""
    count = whole(count, "count", 1)
    return range(FRESH_SEED, FRESH_SEED + count)


def fresh_samples(count: int, latents: Latent | None) -> Samples:
    """Give the latents of a caller, or the seeds of `count` fresh ones where there are none."""
    return fresh_seeds(count) if latents is None else check_latents(latents)


def some(samples: Samples, most: int) -> Iterator[Samples]:
    """Cut samples into parts of `most`, the last one with what is left."""
    for start in range(0, len(samples), most):
        yield samples[start : start + most]


def drawn(generator: Generator, samples: Samples) -> Latent:
    """Give the latents of samples."""
    return samples if isinstance(samples, Latent) else generator.sample(samples)
