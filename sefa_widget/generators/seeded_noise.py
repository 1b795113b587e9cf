"""Noise pictures that a network does not store: they are drawn again from a seed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class SeededNoise(nn.Module):
    """Normal numbers of a shape, the same for the same seed on every device.

    They are no part of the state dict. On the meta device there are none before `fill`, so that a network
    can be looked at before memory is taken for it.
    """

    values: Tensor

    def __init__(self, shape: Sequence[int], seed: int) -> None:
        super().__init__()
        self.seed = seed
        self.register_buffer("values", torch.empty(tuple(shape)), persistent=False)
        if not self.values.is_meta:
            self.fill()

    def fill(self) -> None:
        """Draw the numbers, on the CPU."""
        seeded = torch.Generator("cpu").manual_seed(self.seed)
        self.values = torch.randn(self.values.shape, generator=seeded, device="cpu")
