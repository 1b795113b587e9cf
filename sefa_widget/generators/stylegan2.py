"""StyleGAN2: one style code per layer in, a picture made by modulated convolutions out.

Source: Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN". This one network
serves the weights of NVIDIA (PyTorch and TensorFlow), genforce and rosinality; `convert_stylegan2`
converts them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.base import Layer, Noise
from sefa_widget.generators.fir import BINOMIAL, blur, upsample
from sefa_widget.generators.style_mapping import ACTIVATIONS, Dense, NoiseInput, StyleGenerator

HOMOGENEOUS = ("linear", "relu", "lrelu")
"""Activations with act(a x) = a act(x) for a > 0, so that a gain may be applied before them."""


class StyledConv(nn.Module):
    """A 3x3 convolution whose input channels are scaled by the style, with noise, bias and activation.

    The paper modulates and demodulates the weights for each sample. Scaling the input by the style and
    the output by the demodulation is the same function, and needs no grouped convolution; for a single
    large picture it is cheaper to scale the weights.

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
    ) -> None:
        super().__init__()
        self.resolution, self.up, self.taps, self.clamp = resolution, up, list(taps), clamp
        self.activation = activation
        first, second = (inputs, outputs) if up else (outputs, inputs)
        memory = torch.randn(first, second, 3, 3).contiguous(memory_format=torch.channels_last)
        self.weight = nn.Parameter(memory.transpose(0, 1) if up else memory)
        """``[out, in, 3, 3]``, in memory as the (transposed) convolution reads it fastest."""
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.affine = Dense(w_dim, inputs, bias=1.0)
        self.noise = None
        if noise == "spatial":
            self.noise = NoiseInput((1, resolution, resolution))
        elif noise == "channel":
            self.noise = NoiseInput((outputs, 1, 1), (1, resolution, resolution))

    def forward(self, x: Tensor, code: Tensor, noise: Noise, gain: float = 1.0) -> Tensor:
        """Map ``[N, in, H, W]`` and the code ``[N, w_dim]`` to ``[N, out, resolution, resolution]``."""
        act, act_gain = ACTIVATIONS[self.activation]
        before = act_gain * gain if self.activation in HOMOGENEOUS else 1.0
        after = act_gain * gain / before
        style: Tensor = self.affine(code)
        scale = torch.rsqrt(style.square() @ self._energy() + 1e-8) * before
        bias = self.bias * before
        if len(x) == 1 and x.numel() >= self.weight.numel():
            x = self._convolve(x, self.weight * style[0, :, None, None] * scale[0, :, None, None, None], bias)
        else:
            x = self._convolve(x * style[:, :, None, None], self.weight)
            x = torch.addcmul(bias[:, None, None], x, scale[:, :, None, None])
        added = None if self.noise is None else self.noise(x, noise)
        if added is not None:
            x = x.add_(added * before)
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
        return x[:, :, : self.resolution, : self.resolution]


class ToRGB(nn.Module):
    """A modulated 1x1 convolution to the image channels, without demodulation and noise."""

    def __init__(self, inputs: int, outputs: int, w_dim: int, clamp: float | None = None) -> None:
        super().__init__()
        self.clamp, self.weight_gain = clamp, 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.affine = Dense(w_dim, inputs, bias=1.0)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        """Map ``[N, in, H, W]`` and the code ``[N, w_dim]`` to ``[N, out, H, W]``."""
        style = self.affine(code) * self.weight_gain
        weight = self.weight.flatten(1) * style[:, None]
        image: Tensor = torch.baddbmm(self.bias[:, None], weight, x.flatten(2))
        image = image.view(len(x), -1, *x.shape[2:])
        return image if self.clamp is None else image.clamp(-self.clamp, self.clamp)


class Block(nn.Module):
    """All layers of one resolution."""

    def __init__(self, conv0: StyledConv | None, conv1: StyledConv, to_rgb: ToRGB | None) -> None:
        super().__init__()
        self.conv0, self.conv1, self.to_rgb = conv0, conv1, to_rgb
        self.skip: nn.Parameter | None = None
        """Of 'resnet' blocks: the weight ``[out, in, 1, 1]`` of the way around the convolutions."""


class StyleGAN2(StyleGenerator):
    """The StyleGAN2 generator.

    Code row l is the w of convolution l (4x4, then two per resolution); the ToRGB of a resolution reads
    the row after its last convolution. The factorisable layers are the convolutions and the last ToRGB.

    Parameters
    ----------
    channels
        Channels per resolution, from 4 upwards, for example ``{4: 512, 8: 512}``.
    mapping
        Keyword arguments of `MappingNetwork`.
    image_channels
        3 for RGB, 1 for grey.
    architecture
        How the picture leaves the network: ``"skip"`` sums a ToRGB of each resolution, ``"orig"`` and
        ``"resnet"`` have one ToRGB at the end, ``"resnet"`` adds a 1x1 convolution around each block.
    activation
        Of the convolutions: a name in `ACTIVATIONS`.
    resample_filter
        The FIR filter along one axis.
    conv_clamp
        Largest absolute value a layer may put out, or None. Official networks trained in half precision
        have 256; it belongs to the function they learned.
    noise
        ``"spatial"`` (one value per pixel), ``"channel"`` (one per channel, times a learned picture) or
        None.
    final_tanh
        Squash the picture to -1..1.
    extrapolates
        See `StyleGenerator`.
    """

    family: ClassVar[str] = "stylegan2"

    def __init__(
        self,
        channels: Mapping[int, int] | Mapping[str, int],
        mapping: Mapping[str, Any],
        image_channels: int = 3,
        architecture: Literal["skip", "resnet", "orig"] = "skip",
        activation: str = "lrelu",
        resample_filter: Sequence[float] = BINOMIAL,
        conv_clamp: float | None = None,
        noise: Literal["spatial", "channel"] | None = "spatial",
        final_tanh: bool = False,
        extrapolates: bool = True,
    ) -> None:
        super().__init__(mapping, extrapolates)
        widths = {int(resolution): width for resolution, width in channels.items()}
        resolutions = [4 * 2**n for n in range(len(widths))]
        if not widths or sorted(widths) != resolutions:
            raise ValueError(f"Channels are given for {list(widths)} px; they must be for 4, 8, 16, ... px.")
        self.channels, self.resolution = image_channels, resolutions[-1]
        self.architecture, self.taps, self.final_tanh = architecture, list(resample_filter), final_tanh
        self._config: dict[str, Any] = {
            "channels": {str(resolution): widths[resolution] for resolution in resolutions},
            "mapping": self.mapper.config,
            "image_channels": image_channels,
            "architecture": architecture,
            "activation": activation,
            "resample_filter": list(resample_filter),
            "conv_clamp": conv_clamp,
            "noise": noise,
            "final_tanh": final_tanh,
            "extrapolates": extrapolates,
        }
        w_dim = self.latent_dim

        def conv(inputs: int, outputs: int, resolution: int, up: bool = False) -> StyledConv:
            return StyledConv(
                inputs, outputs, w_dim, resolution, up, self.taps, noise, activation, conv_clamp
            )

        self.const = nn.Parameter(torch.randn(widths[4], 4, 4))
        self.blocks = nn.ModuleList()
        for resolution in resolutions:
            inputs, outputs = widths.get(resolution // 2, 0), widths[resolution]
            has_rgb = architecture == "skip" or resolution == self.resolution
            block = Block(
                conv(inputs, outputs, resolution, up=True) if inputs else None,
                conv(outputs, outputs, resolution),
                ToRGB(outputs, image_channels, w_dim, conv_clamp) if has_rgb else None,
            )
            if architecture == "resnet" and inputs:
                block.skip = nn.Parameter(torch.randn(outputs, inputs, 1, 1))
            self.blocks.append(block)
        names = ["4x4 conv"] + [f"{r}x{r} conv {n}" for r in resolutions[1:] for n in (1, 2)]
        sizes = [4] + [r for r in resolutions[1:] for _ in (1, 2)]
        names, sizes = [*names, f"{self.resolution}x{self.resolution} to RGB"], [*sizes, self.resolution]
        self.layers = tuple(
            Layer(name, size, row) for row, (name, size) in enumerate(zip(names, sizes, strict=True))
        )

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        return self._config

    def style_layers(self) -> list[StyledConv | ToRGB]:
        """Give the factorisable layers, in the order of `layers`, with their `weight` and `affine`."""
        found: list[StyledConv | ToRGB] = []
        for block in self._blocks():
            found += [block.conv1] if block.conv0 is None else [block.conv0, block.conv1]
        last = self._blocks()[-1].to_rgb
        return found if last is None else [*found, last]

    def _blocks(self) -> list[Block]:
        return cast("list[Block]", list(self.blocks))

    def latent_weight(self, layer: int) -> Tensor:
        """Give the style weight ``[in, w_dim]`` of layer number `layer`, gain included."""
        module = self.style_layers()[layer]
        gain = module.weight_gain if isinstance(module, ToRGB) else 1.0
        return module.affine.effective_weight * gain

    def forward(self, codes: Tensor, labels: Tensor | None = None, noise: Noise = "const") -> Tensor:
        """Make images ``[N, C, H, W]`` of about -1..1 from codes ``[N, L, w_dim]``."""
        layout = torch.channels_last if codes.device.type == "cpu" else torch.contiguous_format
        x = self.const.expand(len(codes), -1, -1, -1).contiguous(memory_format=layout)
        image: Tensor | None = None
        row = 0
        for block in self._blocks():
            residual, gain = None, 1.0
            if block.skip is not None:
                gain = math.sqrt(0.5)
                around = block.skip * (gain / math.sqrt(block.skip.shape[1]))
                residual = upsample(functional.conv2d(x, around), self.taps)
            if block.conv0 is not None:
                x = block.conv0(x, codes[:, row], noise)
                row += 1
            x = block.conv1(x, codes[:, row], noise, gain)
            row += 1
            if residual is not None:
                x = residual + x
            if image is not None:
                image = upsample(image.contiguous(memory_format=layout), self.taps)
            if block.to_rgb is not None:
                rgb = block.to_rgb(x, codes[:, row])
                image = rgb if image is None else image + rgb
        assert image is not None
        return torch.tanh(image) if self.final_tanh else image.contiguous()
