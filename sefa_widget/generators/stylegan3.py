"""StyleGAN3 makes a picture by alias-free layers, which read one style code each.

Source: Karras et al. 2021, "Alias-Free Generative Adversarial Networks". The filters are those stored
with the weights; nothing is designed here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.base import Layer, Modulation
from sefa_widget.generators.fir import filter_down, filter_up, padding
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.modulated import modulated_convolution
from sefa_widget.generators.stages import Features, Stage
from sefa_widget.generators.style_mapping import Dense, StyleGenerator


class FourierInput(nn.Module):
    """Sine waves whose frequencies the first code turns and whose phases it shifts, mixed by a matrix.

    Parameters
    ----------
    channels
        How many waves.
    w_dim
        Size of the style code.
    size
        Height and width of the result.
    sampling_rate
        Pixels per unit of length; the unit is the side of the picture.
    bandwidth
        Frequency from which waves get weaker.
    """

    transform: Tensor
    freqs: Tensor
    phases: Tensor

    def __init__(self, channels: int, w_dim: int, size: int, sampling_rate: float, bandwidth: float) -> None:
        super().__init__()
        self.size, self.sampling_rate, self.bandwidth = size, sampling_rate, bandwidth
        self.weight = nn.Parameter(torch.randn(channels, channels))
        self.affine = Dense(w_dim, 4)
        self.affine.weight.data.zero_()
        self.affine.bias.data.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))
        self.register_buffer("transform", torch.eye(3))
        self.register_buffer("freqs", torch.randn(channels, 2) * bandwidth)
        self.register_buffer("phases", torch.rand(channels) - 0.5)

    def forward(self, code: Tensor) -> Tensor:
        """Map the code ``[N, w_dim]`` to ``[N, channels, size, size]``."""
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
        axis = (torch.arange(self.size, device=code.device, dtype=code.dtype) + 0.5) / self.size
        axis = (axis - 0.5) * (self.size / self.sampling_rate)
        angles = (freqs[:, :, :1] * axis)[:, :, None] + (freqs[:, :, 1:] * axis)[:, :, :, None]
        waves: Tensor = torch.sin((angles + phases[:, :, None, None]) * (2 * math.pi))
        weight = self.weight * amplitudes[:, None] / math.sqrt(len(self.weight))
        mixed: Tensor = waves.flatten(2).transpose(1, 2) @ weight.transpose(1, 2)
        return mixed.view(-1, self.size, self.size, len(self.weight)).permute(0, 3, 1, 2)


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
    ) -> None:
        super().__init__()
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
            x = filter_up(x, self.up_filter, self.up, *self.padding)
            x = x if self.clamp is None else x.clamp(-self.clamp, self.clamp)
        else:
            x = filter_up(x, self.up_filter, self.up, *self.padding, gain=math.sqrt(2))
            if self.clamp is not None:
                x = x.clamp_(-5 * self.clamp, self.clamp)  # 5 times 0.2 is 1: the same as to clamp after
            x = functional.leaky_relu_(x, 0.2)
        return filter_down(x, self.down_filter, self.down)


class StyleGAN3(StyleGenerator):
    """The StyleGAN3 generator, translation-equivariant (t) or also rotation-equivariant (r).

    Code row 0 turns and shifts the input, row l + 1 is the style of layer L{l}. All are factorisable.

    Parameters
    ----------
    mapping
        Keyword arguments of `MappingNetwork`.
    layers
        Keyword arguments of `FilteredLayer`, one set per layer, without w_dim and clamp.
    sampling_rate, bandwidth
        Of the input; see `FourierInput`.
    conv_clamp
        Largest absolute value after an activation, or None.
    output_scale
        The picture is multiplied with it.
    extrapolates
        See `StyleGenerator`.
    """

    family: ClassVar[str] = "stylegan3"

    def __init__(
        self,
        mapping: Mapping[str, Any],
        layers: Sequence[Mapping[str, Any]],
        sampling_rate: float,
        bandwidth: float = 2.0,
        conv_clamp: float | None = 256.0,
        output_scale: float = 0.25,
        extrapolates: bool = True,
    ) -> None:
        super().__init__(mapping, extrapolates)
        self.output_scale = output_scale
        self._config: dict[str, Any] = {
            "mapping": self.mapper.config,
            "layers": [dict(layer) for layer in layers],
            "sampling_rate": sampling_rate,
            "bandwidth": bandwidth,
            "conv_clamp": conv_clamp,
            "output_scale": output_scale,
            "extrapolates": extrapolates,
        }
        first, last = layers[0], layers[-1]
        self.channels, self.resolution = last["outputs"], last["out_size"]
        self.input = FourierInput(
            first["inputs"], self.latent_dim, first["in_size"], sampling_rate, bandwidth
        )
        self.synthesis = nn.ModuleList(
            FilteredLayer(**layer, w_dim=self.latent_dim, clamp=conv_clamp) for layer in layers
        )
        sizes = [first["in_size"], *(layer["out_size"] for layer in layers)]
        names = ["input", *(f"L{n} {size}x{size}" for n, size in enumerate(sizes[1:-1])), "to RGB"]
        self.layers = tuple(
            Layer(name, size, row) for row, (name, size) in enumerate(zip(names, sizes, strict=True))
        )

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        return self._config

    def latent_weight(self, layer: int) -> Tensor:
        """Give the style weight of layer number `layer`: ``[4, w_dim]`` for 0, else ``[in, w_dim]``."""
        if layer == 0:
            return self.input.affine.effective_weight
        module = cast(FilteredLayer, self.synthesis[layer - 1])
        return module.affine.effective_weight * module.weight_gain

    def modulations(self, layer: int) -> tuple[Modulation, ...]:
        """Give the style of a layer with the convolution it modulates, demodulated at the mean latent.

        None for layer 0, which turns and shifts the input.
        """
        if layer == 0:
            return ()
        module = cast(FilteredLayer, self.synthesis[layer - 1])
        kernel: Tensor = module.weight
        if not module.to_rgb:
            style = module.affine(self.w_avg[layer % len(self.w_avg)])
            energy = (kernel * style[:, None, None]).square().sum((1, 2, 3), keepdim=True)
            kernel = kernel * torch.rsqrt(energy + 1e-8)
        return (Modulation(kernel, self.latent_weight(layer)),)

    def stages(self) -> tuple[Stage, ...]:
        """Give one stage per layer, each with a code row of its own; there is no noise."""
        last = len(self.layers) - 1
        return tuple(
            Stage(
                layer.name,
                layer.resolution,
                rows=(row,),
                run=partial(self._layer, row),
                picture=self._picture if row == last else None,
            )
            for row, layer in enumerate(self.layers)
        )

    def _layer(self, row: int, features: Features, latent: Latent, noise: Noise) -> Features:
        code = latent.codes[:, row]
        return (self.synthesis[row - 1](features[0], code) if row else self.input(code),)

    def _picture(self, features: Features) -> Tensor:
        return (features[0] * self.output_scale).contiguous()
