"""The modulated convolutions of StyleGAN2, to features and to colours.

Source: Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.fir import BINOMIAL, blur
from sefa_widget.generators.latent import Noise
from sefa_widget.generators.style_layers import ACTIVATIONS, Dense, NoiseInput

HOMOGENEOUS = ("linear", "relu", "lrelu")
"""Activations with act(a x) = a act(x) for a > 0, so that a gain may be applied before them."""


def modulated_convolution(
    x: Tensor,
    weight: Tensor,
    style: Tensor,
    scale: Tensor,
    bias: Tensor,
    convolve: Callable[[Tensor, Tensor, Tensor | None], Tensor],
) -> Tensor:
    """Convolve with weights that each sample scales.

    The papers scale the weights of each sample and convolve in groups. To scale the input and the output
    channels is the same function without groups; for a single large picture it is cheaper to scale the
    weights.

    Parameters
    ----------
    x
        ``[N, in, H, W]``, also half: the others stay float32 until they meet it.
    weight
        ``[out, in, k, k]``.
    style
        Factors of the input channels ``[N, in]``.
    scale
        Factors of the output channels ``[N or 1, out]``.
    bias
        ``[out]``.
    convolve
        A linear function of input, weight and, added at the end, bias.
    """
    kind = x.dtype
    bias = bias.to(kind)
    if x.shape[0] == 1 and x.numel() >= weight.numel():
        weight = weight * style[0, :, None, None] * scale[0, :, None, None, None]
        return convolve(x, weight.to(kind), bias)
    if kind == torch.float16:
        style, weight, scale = _in_range(style, weight, scale)
    x = convolve(x * style.to(kind)[:, :, None, None], weight.to(kind), None)
    return torch.addcmul(bias[:, None, None], x, scale.to(kind)[:, :, None, None])


def _in_range(style: Tensor, weight: Tensor, scale: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Move the sizes of styles and weights to the scale, so that no product leaves the range of float16.

    The largest style of a picture becomes 1, and a kernel cannot sum to more than the largest input: the
    published code normalises the same way.
    """
    largest = style.abs().amax(1, keepdim=True).clamp_min(1e-30)
    span = weight.abs().amax((1, 2, 3)).clamp_min(1e-30) * math.sqrt(weight[0].numel())
    return style / largest, weight / span[:, None, None, None], scale * largest * span


class StyledConv(nn.Module):
    """A 3x3 convolution whose input channels are scaled by the style, with noise, bias and activation.

    Parameters
    ----------
    inputs, outputs
        Channels.
    w_dim
        Size of the style code.
    resolution
        Height and width of the output.
    up
        Double height and width (transposed convolution, then the FIR filter).
    taps
        The FIR filter along one axis.
    noise
        Shape of the noise, or None.
    activation
        A name in `ACTIVATIONS`.
    clamp
        Largest absolute value of the output, or None.
    width
        Width of the output, where it is not the height.
    bilinear
        Double height and width by interpolation instead, before a plain convolution.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        w_dim: int,
        resolution: int,
        up: bool = False,
        taps: Sequence[float] = BINOMIAL,
        noise: Literal["spatial", "channel"] | None = "spatial",
        activation: str = "lrelu",
        clamp: float | None = None,
        width: int | None = None,
        bilinear: bool = False,
    ) -> None:
        super().__init__()
        width = resolution if width is None else width
        self.resolution, self.width = resolution, width
        self.enlarge = up and bilinear
        up = up and not bilinear
        self.up, self.taps, self.clamp = up, list(taps), clamp
        self.activation = activation
        first, second = (inputs, outputs) if up else (outputs, inputs)
        memory = torch.randn(first, second, 3, 3).contiguous(memory_format=torch.channels_last)
        self.weight = nn.Parameter(memory.transpose(0, 1) if up else memory)
        """``[out, in, 3, 3]``, in memory as the (transposed) convolution reads it fastest."""
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.affine = Dense(w_dim, inputs, bias=1.0)
        self.noise = None
        if noise == "spatial":
            self.noise = NoiseInput((1, resolution, width))
        elif noise == "channel":
            self.noise = NoiseInput((outputs, 1, 1), (1, resolution, width))

    def forward(self, x: Tensor, code: Tensor, noise: Noise, gain: float = 1.0) -> Tensor:
        """Map ``[N, in, H, W]`` and the code ``[N, w_dim]`` to ``[N, out, resolution, resolution]``."""
        act, act_gain = ACTIVATIONS[self.activation]
        before = act_gain * gain if self.activation in HOMOGENEOUS else 1.0
        after = act_gain * gain / before
        if self.enlarge:
            x = functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        style: Tensor = self.affine(code)
        scale = torch.rsqrt(style.square() @ self._energy() + 1e-8) * before
        x = modulated_convolution(x, self.weight, style, scale, self.bias * before, self._convolve)
        added = None if self.noise is None else self.noise(x, noise)
        if added is not None:
            x = x.add_((added * before).to(x.dtype))
        limit = None if self.clamp is None else self.clamp * gain
        if self.activation == "lrelu":
            if limit is not None:
                x = x.clamp_(-5 * limit, limit)  # 5 times 0.2 is 1: the same as to clamp after
            return functional.leaky_relu_(x, 0.2)
        x = act(x) * after
        return x if limit is None else x.clamp(-limit, limit)

    def _energy(self) -> Tensor:
        """Give the sum of squares of each 3x3 kernel, ``[in, out]``."""
        if self.up:
            return self.weight.transpose(0, 1).square().sum((2, 3))
        return self.weight.square().sum((2, 3)).T

    def _convolve(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        if not self.up:
            return functional.conv2d(x, weight, bias, padding=1)
        x = functional.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        x = blur(x, self.taps, gain=4.0, bias=bias)
        return x[:, :, : self.resolution, : self.width]


class ToRGB(nn.Module):
    """A modulated 1x1 convolution to the image channels, without demodulation and noise."""

    def __init__(self, inputs: int, outputs: int, w_dim: int, clamp: float | None = None) -> None:
        super().__init__()
        self.clamp, self.weight_gain = clamp, 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.affine = Dense(w_dim, inputs, bias=1.0)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        """Map ``[N, in, H, W]`` and the code ``[N, w_dim]`` to ``[N, out, H, W]`` of the code's type."""
        style = self.affine(code) * self.weight_gain
        weight = (self.weight.flatten(1).T * style[:, :, None]).to(x.dtype)
        image: Tensor = torch.baddbmm(self.bias.to(x.dtype), x.flatten(2).transpose(1, 2), weight)
        image = image.view(x.shape[0], *x.shape[2:], -1).permute(0, 3, 1, 2)  # channels last in memory
        image = image if self.clamp is None else image.clamp(-self.clamp, self.clamp)
        return image.to(style.dtype)
