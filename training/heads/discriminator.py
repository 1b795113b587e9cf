"""Tells how real pictures ``[N, 3, 64, 64]`` look, and what each shows, attribute by attribute.

A residual network (Karras et al. 2020, section 4.1) with a second head, which regresses the attributes of
real pictures. It sees how varied a minibatch is in two places: the mean standard deviation of groups as one
more feature (Karras et al. 2018, section 3), and that of each of the last features and of each attribute it
reads, over the whole batch, added to the logits, so that it notices when a single thing hardly varies. It
is not shipped: only training needs it.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = {64: 16, 32: 32, 16: 64, 8: 96, 4: 96}
GROUP = 4
"""Pictures that share one standard deviation."""


class Conv(nn.Module):
    """A convolution with equalised learning rate, bias and leaky ReLU.

    Parameters
    ----------
    inputs, outputs, size
        Channels and width of the kernel.
    down
        Average the output of the convolution over 2x2 pixels.
    active
        With bias and activation; the gain that keeps the variance is in the weights.
    """

    def __init__(self, inputs: int, outputs: int, size: int, down: bool = False, active: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs)) if active else None
        self.down, self.gain = down, math.sqrt((2 if active else 1) / (inputs * size * size))

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[N, in, H, W]`` to ``[N, out, H, W]`` or ``[N, out, H / 2, W / 2]``."""
        weight, padding = self.weight * self.gain, self.weight.shape[2] // 2
        if self.down:
            # A convolution followed by the 2x2 mean is one convolution of a kernel larger by one.
            weight = functional.avg_pool2d(functional.pad(weight, (1, 1, 1, 1)), 2, stride=1)
        weight = weight.to(x.dtype).contiguous(memory_format=torch.channels_last)
        bias = None if self.bias is None else (self.bias * math.sqrt(2)).to(x.dtype)
        x = functional.conv2d(x, weight, bias, stride=2 if self.down else 1, padding=padding)
        return x if bias is None else functional.leaky_relu_(x, 0.2)


class ResidualBlock(nn.Module):
    """Two convolutions and a way around them, half the resolution at the end."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv0, self.conv1 = Conv(inputs, inputs, 3), Conv(inputs, outputs, 3, down=True)
        self.skip = Conv(inputs, outputs, 1, active=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[N, in, H, W]`` to ``[N, out, H / 2, W / 2]``."""
        around = self.skip(functional.avg_pool2d(x, 2))
        joined: Tensor = (self.conv1(self.conv0(x)) + around) * math.sqrt(0.5)
        return joined


class Linear(nn.Module):
    """A linear layer with equalised learning rate."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.gain = 1 / math.sqrt(inputs)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[N, in]`` to ``[N, out]``."""
        return functional.linear(x, self.weight * self.gain, self.bias)


class Discriminator(nn.Module):
    """Tells drawn heads from made ones.

    Parameters
    ----------
    attributes
        Number of attributes the second head regresses.
    """

    def __init__(self, attributes: int) -> None:
        super().__init__()
        widths = list(CHANNELS.values())
        self.from_rgb = Conv(3, widths[0], 1)
        self.blocks = nn.ModuleList(ResidualBlock(*pair) for pair in pairwise(widths))
        last = widths[-1]
        self.conv = Conv(last + 1, last, 3)
        self.dense = Linear(last * 16, last)
        self.real, self.shown = Linear(last, 1), Linear(last, attributes)
        self.varied = Linear(last + attributes, 1)
        nn.init.zeros_(self.varied.weight)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Give logits ``[N]`` and attributes ``[N, A]`` in float32; activations have the images' dtype.

        All N pictures are taken for one minibatch: a multiple of `GROUP`, either all real or all made.
        """
        x = self.from_rgb(images.contiguous(memory_format=torch.channels_last))
        for block in cast("list[ResidualBlock]", self.blocks):
            x = block(x)
        x = x.float()
        x = self.conv(torch.cat([x, spread(x)], 1))
        x = functional.leaky_relu(self.dense(x.flatten(1)), 0.2) * math.sqrt(2)
        shown = self.shown(x)
        deviation = (torch.cat([x, shown], 1).var(0, correction=0) + 1e-8).sqrt()
        return (self.real(x) + self.varied(deviation[None]))[:, 0], shown


def spread(x: Tensor) -> Tensor:
    """Give the mean standard deviation in groups of pictures as a feature ``[N, 1, H, W]``."""
    groups = x.reshape(GROUP, -1, *x.shape[1:])
    deviation = (groups.var(0, correction=0) + 1e-8).sqrt().mean((1, 2, 3))
    return deviation.repeat(GROUP)[:, None, None, None].expand(-1, 1, *x.shape[2:])
