"""Differentiation in forward mode: one at a time in a process, and not of every module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from sefa_widget.generators.lock import Lock

if TYPE_CHECKING:
    from sefa_widget.generators.base import Generator

FORWARD_MODE = Lock()
"""Held while a generator is differentiated in forward mode: torch has one level of it for the whole process.
It is taken after the generator's own lock."""

FAILURES = (RuntimeError, TypeError, ValueError, LookupError, AttributeError, AssertionError, StopIteration)
"""What modules of other people raise where they cannot be run as they are tried."""


def forward_mode_error(generator: Generator) -> str:
    """Try to differentiate pictures; say why that fails, or give "" where it works."""
    codes = generator.sample(0).codes
    units = torch.eye(generator.latent_dim, device=generator.device, dtype=generator.dtype)

    def along(direction: Tensor) -> Tensor:
        draw = lambda shift: generator(codes + shift)  # noqa: E731  # jvp takes a function
        derivative: Tensor = torch.func.jvp(draw, (torch.zeros_like(direction),), (direction,))[1]
        return derivative

    try:
        with generator.lock, FORWARD_MODE:
            torch.func.vmap(along, randomness="same")(units[:2])
    except FAILURES as error:
        return f"{type(error).__name__}: {error}".strip().splitlines()[0][:200]
    return ""
