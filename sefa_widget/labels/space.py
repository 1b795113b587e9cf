"""A few numbers that tell one latent space from another: whether a direction can mean the same in both."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.generators.version import ByWeights

SIDE = 8
"""A sketch has SIDE x SIDE numbers."""
SAME = 0.9
"""Sketches at least so alike are of one space. Two unrelated ones are about 0 +- 1/SIDE alike."""
_SEED = 2**33

_KEPT: ByWeights[tuple[float, ...]] = ByWeights()


def sketch(generator: Generator) -> tuple[float, ...]:
    """Give a few numbers that change little when weights change little, and all when the space is another.

    In W: where the mapping network sends `SIDE` fixed normal vectors, their mean taken off. In z: the weight
    of the first layer that reads it. Both are looked at along fixed random axes (a random projection), so
    that the cosine of two sketches estimates how alike the spaces are.

    >>> from sefa_widget import load_generator
    >>> faces = load_generator("faces")
    >>> round(likeness(sketch(faces), sketch(faces)), 6)
    1.0
    """
    known = _KEPT.of(check_generator(generator))
    if "sketch" not in known:
        with generator.lock, torch.no_grad():
            known["sketch"] = _computed(generator)
    return known["sketch"]


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """Give the cosine of two sketches; 0 where one is missing or of another size."""
    if len(one) != len(other) or not one:
        return 0.0
    first, second = (torch.tensor(numbers, dtype=torch.float64) for numbers in (one, other))
    return float(torch.nn.functional.cosine_similarity(first, second, dim=0))


def _computed(generator: Generator) -> tuple[float, ...]:
    draw = torch.Generator().manual_seed(_SEED)
    if generator.latent_space != "z":
        z = torch.randn(SIDE, generator.z_dim, generator=draw)
        codes = generator.mapping(z.to(generator.device, generator.dtype)).codes[:, 0].double().cpu()
        rows = codes - codes.mean(0)
    else:
        first = next(number for number, layer in enumerate(generator.layers) if layer.row is not None)
        weight = generator.latent_weight(first).double().cpu()
        rows = _axes(SIDE, len(weight), draw) @ weight
    numbers = (rows @ _axes(rows.shape[1], SIDE, draw)).reshape(-1)
    length = float(numbers.norm())
    digits = (numbers / length if length and math.isfinite(length) else torch.zeros_like(numbers)).tolist()
    return tuple(round(number, 6) for number in digits)


def _axes(rows: int, columns: int, draw: torch.Generator) -> Tensor:
    return torch.randn(rows, columns, generator=draw, dtype=torch.float64)
