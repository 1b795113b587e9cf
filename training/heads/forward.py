"""Draws pictures of codes with the shipped generator, in the number format of training.

`StyleGAN2.forward` is made for pictures one at a time; this is the same function for training: reduced
precision, each transposed convolution joined with the blur behind it, nothing written in place. A test
holds the two together.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from sefa_widget.generators.fir import kernel2d, upsample
from sefa_widget.generators.modulated import StyledConv, ToRGB
from sefa_widget.generators.stylegan2.network import Block, StyleGAN2


def synthesize(generator: StyleGAN2, codes: Tensor, dtype: torch.dtype = torch.bfloat16) -> Tensor:
    """Make pictures ``[N, 3, H, W]`` from codes ``[N, L, w_dim]`` with fresh noise, ready for autograd."""
    x = generator.const.to(dtype).expand(len(codes), -1, -1, -1)
    x = x.contiguous(memory_format=torch.channels_last)
    image: Tensor | None = None
    row = 0
    for block in cast("list[Block]", generator.blocks):
        if block.conv0 is not None:
            x = styled(block.conv0, x, codes[:, row])
            row += 1
        x = styled(block.conv1, x, codes[:, row])
        row += 1
        if block.to_rgb is not None:
            colours = to_rgb(block.to_rgb, x, codes[:, row])
            image = colours if image is None else upsample(image) + colours
    assert image is not None
    return image


def styled(layer: StyledConv, x: Tensor, code: Tensor) -> Tensor:
    """Apply one modulated convolution: scale the input, convolve, scale the output (demodulation)."""
    style = layer.affine(code)
    scale = torch.rsqrt(style.square() @ layer.weight.square().sum((2, 3)).T + 1e-8) * math.sqrt(2)
    x = x * style.to(x.dtype)[:, :, None, None]
    if layer.up:
        x = functional.conv_transpose2d(x, joined(layer).to(x.dtype), stride=2, padding=2)
    else:
        weight = layer.weight.to(x.dtype).contiguous(memory_format=torch.channels_last)
        x = functional.conv2d(x, weight, padding=1)
    x = torch.addcmul(
        (layer.bias * math.sqrt(2)).to(x.dtype)[:, None, None], x, scale.to(x.dtype)[:, :, None, None]
    )
    if layer.noise is not None:
        noise = torch.randn(len(x), *layer.noise.const.shape, dtype=x.dtype)
        x = x + noise * (layer.noise.strength * math.sqrt(2)).to(x.dtype)
    return functional.leaky_relu_(x, 0.2)


def joined(layer: StyledConv) -> Tensor:
    """Give the kernel ``[in, out, 6, 6]`` of the transposed convolution and the blur after it."""
    taps = kernel2d(layer.taps, layer.weight, gain=4.0)
    shifted = functional.conv2d(torch.eye(9).view(9, 1, 3, 3), taps, padding=3).view(9, 36)
    kernel = layer.weight.transpose(0, 1).flatten(2) @ shifted
    return kernel.view(*kernel.shape[:2], 6, 6).contiguous(memory_format=torch.channels_last)


def to_rgb(layer: ToRGB, x: Tensor, code: Tensor) -> Tensor:
    """Apply the modulated 1x1 convolution to colours, in float32 at its end."""
    style = layer.affine(code) * layer.weight_gain
    x = functional.conv2d(x * style.to(x.dtype)[:, :, None, None], layer.weight.to(x.dtype))
    return x.float() + layer.bias[:, None, None]
