"""The layers of StyleGAN3: an input of sine waves, and convolutions between low-pass filters.

Source: Karras et al. 2021, "Alias-Free Generative Adversarial Networks". The filters are those stored
with the weights; nothing is designed here.
"""

from __future__ import annotations

import math
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.fir import filter_down, filter_up, padding
from sefa_widget.generators.modulated import modulated_convolution
from sefa_widget.generators.style_layers import Dense


class FourierInput(nn.Module):
    """Sine waves whose frequencies the first code turns and whose phases it shifts, mixed by a matrix.

    Parameters
    ----------
    waves
        How many there are.
    w_dim
        Size of the style code.
    size
        Height and width of the result.
    sampling_rate
        Pixels per unit of length; the unit is the side of the picture.
    bandwidth
        Frequency from which waves get weaker.
    square
        Whether the result is as wide as it is high, and not half as wide.
    """

    transform: Tensor
    freqs: Tensor
    phases: Tensor

    def __init__(
        self, waves: int, w_dim: int, size: int, sampling_rate: float, bandwidth: float, square: bool = True
    ) -> None:
        super().__init__()
        self.width = size if square else size // 2
        self.size, self.sampling_rate, self.bandwidth = size, sampling_rate, bandwidth
        self.weight = nn.Parameter(torch.randn(waves, waves))
        self.affine = Dense(w_dim, 4)
        self.affine.weight.data.zero_()
        self.affine.bias.data.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))
        self.register_buffer("transform", torch.eye(3))
        self.register_buffer("freqs", torch.randn(waves, 2).mul_(bandwidth))
        self.register_buffer("phases", torch.rand(waves).sub_(0.5))

    def forward(self, code: Tensor) -> Tensor:
        """Map the code ``[N, w_dim]`` to ``[N, waves, size, size]``."""
        t = self.affine(code)
        cosine, sine, x, y = (t / t[:, :2].norm(dim=1, keepdim=True)).unbind(1)
        zero, one = torch.zeros_like(x), torch.ones_like(x)
        turn = torch.stack([cosine, -sine, zero, sine, cosine, zero, zero, zero, one], 1)
        shift = torch.stack([one, zero, -x, zero, one, -y, zero, zero, one], 1)
        transform = turn.view(-1, 3, 3) @ shift.view(-1, 3, 3) @ self.transform
        phases = self.phases + (self.freqs @ transform[:, :2, 2:]).squeeze(2)
        freqs = self.freqs @ transform[:, :2, :2]
        nyquist = self.sampling_rate / 2
        amplitudes = (1 - (freqs.norm(dim=2) - self.bandwidth) / (nyquist - self.bandwidth)).clamp(0, 1)
        high, wide = (self._axis(count, code) for count in (self.size, self.width))
        angles = (freqs[:, :, :1] * wide)[:, :, None] + (freqs[:, :, 1:] * high)[:, :, :, None]
        waves: Tensor = torch.sin((angles + phases[:, :, None, None]) * (2 * math.pi))
        weight = self.weight * amplitudes[:, None] / math.sqrt(len(self.weight))
        mixed: Tensor = waves.flatten(2).transpose(1, 2) @ weight.transpose(1, 2)
        return mixed.view(-1, self.size, self.width, len(self.weight)).permute(0, 3, 1, 2)

    def _axis(self, count: int, like: Tensor) -> Tensor:
        """Give the places of `count` pixels along an axis, whose middle is 0."""
        axis = (torch.arange(count, device=like.device, dtype=like.dtype) + 0.5) / count
        return (axis - 0.5) * (count / self.sampling_rate)


class FilteredLayer(nn.Module):
    """A modulated convolution, and a leaky ReLU at a higher sampling rate between two low-pass filters.

    The official layer normalises styles over the whole batch, which demodulation undoes (up to its
    epsilon of 1e-8); here nothing of one picture reaches another.

    Parameters
    ----------
    inputs, outputs
        Channels.
    w_dim
        Size of the style code.
    kernel
        Size of the convolution kernel: 3, or 1 in rotation-equivariant networks.
    in_size, out_size
        Height and width of input and output.
    up, down
        Factors of the sampling rates before and after the activation.
    up_taps, down_taps
        Taps of the filters along one axis; 1 for no filter.
    radial
        Whether the filter after the activation is not separable.
    to_rgb
        The last layer: no activation, no demodulation.
    clamp
        Largest absolute value after the activation, or None.
    square
        Whether pictures are as wide as they are high, and not half as wide.
    """

    up_filter: Tensor | None
    down_filter: Tensor | None
    magnitude_ema: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        w_dim: int,
        kernel: int,
        in_size: int,
        out_size: int,
        up: int,
        down: int,
        up_taps: int,
        down_taps: int,
        radial: bool,
        to_rgb: bool,
        clamp: float | None,
        square: bool = True,
    ) -> None:
        super().__init__()
        across = (in_size, out_size) if square else (in_size // 2, out_size // 2)
        self.across = padding(kernel, *across, up, down, up_taps, down_taps)
        self.out_size, self.up, self.down, self.to_rgb, self.clamp = out_size, up, down, to_rgb, clamp
        self.padding = padding(kernel, in_size, out_size, up, down, up_taps, down_taps)
        self.weight_gain = 1 / math.sqrt(inputs * kernel**2) if to_rgb else 1.0
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.affine = Dense(w_dim, inputs, bias=1.0)
        down_shape = (down_taps, down_taps) if radial else (down_taps,)
        self.register_buffer("magnitude_ema", torch.ones(()))
        self.register_buffer("up_filter", torch.ones(up_taps) / up_taps if up_taps > 1 else None)
        flat = torch.ones(down_shape)
        self.register_buffer("down_filter", flat / flat.sum() if down_taps > 1 else None)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        """Map ``[N, in, in_size, in_size]`` and the code to ``[N, out, out_size, out_size]``."""
        if self.training:
            self.magnitude_ema.copy_(x.detach().square().mean())
        style = self.affine(code) * self.weight_gain
        scale = torch.rsqrt(self.magnitude_ema).expand(1, len(self.weight))
        weight: Tensor = self.weight
        if not self.to_rgb:
            weight = weight * torch.rsqrt(weight.square().mean((1, 2, 3), keepdim=True))
            style = style * torch.rsqrt(style.square().mean(1, keepdim=True))
            scale = scale * torch.rsqrt(style.square() @ weight.square().sum((2, 3)).T + 1e-8)
        x = modulated_convolution(
            x, weight, style, scale, self.bias, partial(functional.conv2d, padding=weight.shape[2] - 1)
        )
        if self.to_rgb:
            x = filter_up(x, self.up_filter, self.up, *self.padding, across=self.across)
            x = x if self.clamp is None else x.clamp(-self.clamp, self.clamp)
        else:
            x = filter_up(x, self.up_filter, self.up, *self.padding, math.sqrt(2), self.across)
            if self.clamp is not None:
                x = x.clamp_(-5 * self.clamp, self.clamp)  # 5 times 0.2 is 1: the same as to clamp after
            x = functional.leaky_relu_(x, 0.2)
        return filter_down(x, self.down_filter, self.down)
