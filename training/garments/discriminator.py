"""Tells how real pictures ``[N, 1, 32, 32]`` look for their class.

The residual discriminator of BigGAN (Brock et al. 2019) with projection of the class (Miyato & Koyama 2018)
and spectral norm, made small: its first convolution has stride 2. It is not shipped: only training needs it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

WIDTHS = (24, 48, 96)


class Block(nn.Module):
    """Two convolutions and a way around them, half the resolution at the end."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv0 = spectral_norm(nn.Conv2d(inputs, inputs, 3, padding=1))
        self.conv1 = spectral_norm(nn.Conv2d(inputs, outputs, 3, padding=1))
        self.skip = spectral_norm(nn.Conv2d(inputs, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[N, in, H, W]`` to ``[N, out, H / 2, W / 2]``."""
        h = halved(self.conv1, torch.relu(self.conv0(torch.relu(x))))
        joined: Tensor = h + self.skip(functional.avg_pool2d(x, 2))
        return joined


def halved(convolution: nn.Module, x: Tensor) -> Tensor:
    """Convolve 3x3 and average 2x2 pixels, as one convolution of a 4x4 kernel."""
    assert isinstance(convolution, nn.Conv2d)
    kernel = functional.avg_pool2d(functional.pad(convolution.weight, (1, 1, 1, 1)), 2, stride=1)
    kernel = kernel.contiguous(memory_format=torch.channels_last)
    return functional.conv2d(x, kernel, convolution.bias, stride=2, padding=1)


class Discriminator(nn.Module):
    """Tells Fashion-MNIST from made garments.

    Parameters
    ----------
    classes
        Number of classes.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        first, *_, last = WIDTHS
        self.from_grey = spectral_norm(nn.Conv2d(1, first, 4, stride=2, padding=1))
        pairs = pairwise(WIDTHS)
        self.blocks = nn.ModuleList(Block(*pair) for pair in pairs)
        self.conv = spectral_norm(nn.Conv2d(last, last, 3, padding=1))
        self.real = spectral_norm(nn.Linear(last, 1))
        self.of_class = spectral_norm(nn.Embedding(classes, last))

    def forward(self, images: Tensor, labels: Tensor) -> Tensor:
        """Give logits ``[N]``."""
        x = self.from_grey(images.contiguous(memory_format=torch.channels_last))
        for block in cast("list[Block]", self.blocks):
            x = block(x)
        x = torch.relu(x + self.conv(torch.relu(x))).sum((2, 3))
        judged: Tensor = self.real(x)[:, 0] + (self.of_class(labels) * x).sum(1)
        return judged
