"""Draws pictures with the shipped generator as it is while it trains: batch norms use the batch.

`BigGAN.forward` is made for pictures at stored statistics; this is the same function for training, ready for
autograd, with each doubling joined with the convolution behind it. A test holds the two together.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.biggan import BigGAN
from sefa_widget.generators.biggan.blocks import Block, Norm


def synthesize(generator: BigGAN, z: Tensor, labels: Tensor) -> Tensor:
    """Make pictures ``[N, C, H, W]`` of classes ``[N]`` from vectors ``[N, z_dim]``."""
    assert generator.embedding is not None
    embedded = generator.embedding.weight.T[labels]
    condition = torch.cat([z, embedded], 1)
    x = generator.projection(condition).unflatten(1, (-1, 4, 4)).contiguous(memory_format=torch.channels_last)
    for block in cast("list[Block]", generator.blocks):
        first, second = cast("list[Norm]", block.norms)
        before, after = cast("list[nn.Conv2d]", block.convolutions)
        h = doubled(before, torch.relu(normalized(first, x, condition)))
        h = after(torch.relu(normalized(second, h, condition)))
        # A 1x1 convolution and a doubling may change places.
        x = h + functional.interpolate(block.shortcut(x), scale_factor=2.0)
    x = torch.relu(normalized(generator.output_norm, x, None))
    return torch.tanh(generator.to_image(x))


def normalized(norm: Norm, x: Tensor, condition: Tensor | None) -> Tensor:
    """Normalise by the batch, then scale and shift under the condition."""
    if condition is None:
        return functional.batch_norm(x, None, None, norm.weight, norm.bias, True, 0.0, norm.eps)
    x = functional.batch_norm(x, None, None, None, None, True, 0.0, norm.eps)
    scale, offset = 1 + norm.gain(condition), norm.offset(condition)
    return torch.addcmul(offset[:, :, None, None], x, scale[:, :, None, None])


def doubled(convolution: nn.Conv2d, x: Tensor) -> Tensor:
    """Double pixels and convolve 3x3, as one transposed convolution of a 4x4 kernel."""
    kernel = functional.pad(convolution.weight, (1, 1, 1, 1))
    kernel = functional.avg_pool2d(kernel, 2, stride=1) * 4
    kernel = kernel.flip(2, 3).transpose(0, 1).contiguous(memory_format=torch.channels_last)
    return functional.conv_transpose2d(x, kernel, convolution.bias, stride=2, padding=1)
