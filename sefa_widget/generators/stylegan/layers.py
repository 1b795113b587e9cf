"""The layers of StyleGAN: a styled convolution with instance norm, and the one to colours.

Source: Karras et al. 2019, "A Style-Based Generator Architecture for Generative Adversarial Networks".
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.fir import blur, doubling_kernel
from sefa_widget.generators.latent import Noise
from sefa_widget.generators.precision import to_full
from sefa_widget.generators.style_layers import Dense, NoiseInput

STRIP = 2**19
"""Values whose squares are held at once."""


class StyledLayer(nn.Module):
    """Convolution, blur where it upsamples, noise, bias, leaky ReLU, instance norm, scale and shift.

    Parameters
    ----------
    inputs
        Channels; 0 for the first layer, which starts from a constant instead of a convolution.
    outputs
        Channels.
    w_dim
        Size of the style code.
    resolution
        Height and width of the output.
    up
        ``"nearest"`` doubles the pixels before the convolution; ``"fused"`` learned a transposed
        convolution, which is the same with the kernel turned by 180 degrees.
    noise
        One noise value per pixel or per channel.
    eps
        Added to the variance by the instance norm.
    bias_first
        Whether the bias comes before the blur.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        w_dim: int,
        resolution: int,
        up: Literal["nearest", "fused"] | None,
        noise: Literal["spatial", "channel"],
        eps: float = 1e-8,
        bias_first: bool = False,
    ) -> None:
        super().__init__()
        self.eps, self.bias_first = eps, bias_first
        self.up, self.gain = up, math.sqrt(2 / max(9 * inputs, 1))
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3)) if inputs else None
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.affine = Dense(w_dim, 2 * outputs)
        if noise == "spatial":
            self.noise = NoiseInput((1, resolution, resolution), (outputs, 1, 1))
        else:
            self.noise = NoiseInput((outputs, 1, 1), (1, resolution, resolution))

    def forward(self, x: Tensor, code: Tensor, noise: Noise) -> Tensor:
        """Map ``[N, in, H, W]`` and the code ``[N, w_dim]`` to ``[N, out, resolution, resolution]``."""
        if self.weight is not None:
            x = self._convolve(x, (self.weight * self.gain).to(x.dtype), self.bias.to(x.dtype))
        else:
            x = x + self.bias[:, None, None]
        added = self.noise(x, noise)
        x = functional.leaky_relu_(x if added is None else x.add_(added.to(x.dtype)), 0.2)
        scale, shift = self.affine(code).chunk(2, 1)
        return _normalized(to_full(x), scale + 1, shift, self.eps).to(x.dtype)

    def _convolve(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        if not self.up:
            return functional.conv2d(x, weight, bias, padding=1)
        kernel = doubling_kernel(weight.flip(2, 3) if self.up == "fused" else weight)
        if self.bias_first:
            x = functional.conv_transpose2d(x, kernel, bias, stride=2, padding=1)
            return blur(x, (1, 2, 1))
        x = functional.conv_transpose2d(x, kernel, stride=2, padding=1)
        return blur(x, (1, 2, 1), bias=bias)


def _normalized(x: Tensor, scale: Tensor, shift: Tensor, eps: float) -> Tensor:
    """Give each channel of each picture the mean `shift` and the standard deviation `scale`, both ``[N, C]``.

    Where no gradient is wanted, `x` ``[N, C, H, W]`` itself is changed, and its squares are summed in strips
    that fit the cache: each new tensor of a large picture costs more time than the arithmetic.
    """
    mean = x.mean((2, 3), keepdim=True)
    if torch.is_grad_enabled():
        x = x - mean
        scale = scale * torch.rsqrt(x.square().mean((2, 3)) + eps)
        return torch.addcmul(shift[:, :, None, None], x, scale[:, :, None, None])
    x = x.sub_(mean)
    height = max(1, STRIP * x.shape[2] // x.numel())
    strips: tuple[Tensor, ...] = torch.split(x, height, 2)
    squares = torch.stack([strip.square().sum((2, 3)) for strip in strips]).sum(0)
    scale = scale * torch.rsqrt(squares / (x.shape[2] * x.shape[3]) + eps)
    return x.mul_(scale[:, :, None, None]).add_(shift[:, :, None, None])


class ToRGB(nn.Module):
    """A 1x1 convolution to the image channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[N, in, H, W]`` to ``[N, out, H, W]``, which is not half."""
        weight = self.weight / math.sqrt(x.shape[1])
        return to_full(functional.conv2d(x, weight.to(x.dtype), self.bias.to(x.dtype)))
