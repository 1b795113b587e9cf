"""StyleGAN2 makes a picture by modulated convolutions, which read one style code each.

Source: Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN". This one network
serves the weights of NVIDIA (PyTorch and TensorFlow), genforce and rosinality.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.base import Layer, Modulation
from sefa_widget.generators.fir import BINOMIAL, upsample
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.modulated import StyledConv, ToRGB
from sefa_widget.generators.stages import Features, Stage
from sefa_widget.generators.style_layers import check_widths
from sefa_widget.generators.style_mapping import StyleGenerator


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
    widths
        Channels of the features at each resolution, from 4 upwards, for example ``{4: 512, 8: 512}``.
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
    upsampling
        How features and pictures are enlarged: ``"fir"`` is a transposed convolution and the filter,
        ``"bilinear"`` an interpolation.
    start
        Height and width of the constant that the picture grows from. Official networks have 4 x 4; others
        draw pictures that are not square.
    """

    family: ClassVar[str] = "stylegan2"

    def __init__(
        self,
        widths: Mapping[int, int] | Mapping[str, int],
        mapping: Mapping[str, Any],
        image_channels: int = 3,
        architecture: Literal["skip", "resnet", "orig"] = "skip",
        activation: str = "lrelu",
        resample_filter: Sequence[float] = BINOMIAL,
        conv_clamp: float | None = None,
        noise: Literal["spatial", "channel"] | None = "spatial",
        final_tanh: bool = False,
        extrapolates: bool = True,
        start: Sequence[int] = (4, 4),
        upsampling: Literal["fir", "bilinear"] = "fir",
    ) -> None:
        super().__init__(mapping, extrapolates)
        width = check_widths(widths)
        resolutions = list(width)
        bilinear = self.bilinear = upsampling == "bilinear"
        high, wide = start
        largest = resolutions[-1] // 4
        self.channels, self.resolution, self._width = image_channels, high * largest, wide * largest
        self._sizes = {size: (high * size // 4, wide * size // 4) for size in resolutions}
        self.architecture, self.taps, self.final_tanh = architecture, list(resample_filter), final_tanh
        self._config: dict[str, Any] = {
            "widths": {str(size): count for size, count in width.items()},
            "mapping": self.mapper.config,
            "image_channels": image_channels,
            "architecture": architecture,
            "activation": activation,
            "resample_filter": list(resample_filter),
            "conv_clamp": conv_clamp,
            "noise": noise,
            "final_tanh": final_tanh,
            "extrapolates": extrapolates,
            "start": [high, wide],
            "upsampling": upsampling,
        }
        w_dim = self.latent_dim

        def conv(inputs: int, outputs: int, resolution: int, up: bool = False) -> StyledConv:
            height, across = self._sizes[resolution]
            return StyledConv(
                inputs, outputs, w_dim, height, up, self.taps, noise, activation, conv_clamp, across, bilinear
            )

        self.const = nn.Parameter(torch.randn(width[4], high, wide))
        self.blocks = nn.ModuleList()
        for resolution in resolutions:
            inputs, outputs = width.get(resolution // 2, 0), width[resolution]
            has_rgb = architecture == "skip" or resolution == resolutions[-1]
            block = Block(
                conv(inputs, outputs, resolution, up=True) if inputs else None,
                conv(outputs, outputs, resolution),
                ToRGB(outputs, image_channels, w_dim, conv_clamp) if has_rgb else None,
            )
            if architecture == "resnet" and inputs:
                block.skip = nn.Parameter(torch.randn(outputs, inputs, 1, 1))
            self.blocks.append(block)
        places = [(resolutions[0], "")] + [(size, f" {n}") for size in resolutions[1:] for n in (1, 2)]
        names = [f"{self._named(size)} conv{which}" for size, which in places]
        names.append(f"{self._named(resolutions[-1])} to RGB")
        sizes = [self._sizes[size][0] for size, _ in places] + [self.resolution]
        self.layers = tuple(
            Layer(name, size, row) for row, (name, size) in enumerate(zip(names, sizes, strict=True))
        )

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        return self._config

    @property
    def width(self) -> int:
        """Width of the images, in pixels."""
        return self._width

    def _named(self, size: int) -> str:
        return "x".join(map(str, self._sizes[size]))

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

    def modulations(self, layer: int) -> tuple[Modulation, ...]:
        """Give the style of a layer with the convolution it modulates, demodulated at the mean latent."""
        module = self.style_layers()[layer]
        kernel: Tensor = module.weight
        if isinstance(module, StyledConv):
            style = module.affine(self.w_avg[layer % len(self.w_avg)])
            energy = (kernel * style[:, None, None]).square().sum((1, 2, 3), keepdim=True)
            kernel = kernel * torch.rsqrt(energy + 1e-8)
        return (Modulation(kernel, self.latent_weight(layer)),)

    def stages(self) -> tuple[Stage, ...]:
        """Give one stage per convolution and ToRGB; each reads one code row.

        Features are x, and behind it the image so far of a 'skip' network, or what goes around the
        convolutions of a 'resnet' block.
        """
        stages: list[Stage] = []
        row = 0
        for n, block in enumerate(self._blocks()):
            size = 4 * 2**n
            for step in (self._conv0, self._conv1) if n else (self._conv1,):
                height = self._sizes[size][0]
                stages.append(Stage(self.layers[row].name, height, (row,), partial(step, block, row)))
                row += 1
            if block.to_rgb is not None:
                run = partial(self._to_rgb, block, row)
                name = f"{self._named(size)} to RGB"
                stages.append(Stage(name, self._sizes[size][0], (row,), run, self._picture))
        return tuple(stages)

    def _conv0(self, block: Block, row: int, features: Features, latent: Latent, noise: Noise) -> Features:
        x, *image = features
        assert block.conv0 is not None  # only the first block has none
        x = x.to(self.dtype_at(block.conv0.resolution))
        h = block.conv0(x, latent.codes[:, row], noise)
        if block.skip is None:
            return (h, *image)
        around = block.skip * math.sqrt(0.5 / block.skip.shape[1])
        return h, upsample(functional.conv2d(x, around.to(x.dtype)), self.taps)

    def _conv1(self, block: Block, row: int, features: Features, latent: Latent, noise: Noise) -> Features:
        x, *others = features or (self._start(latent.codes),)
        if block.skip is None:
            return (block.conv1(x, latent.codes[:, row], noise), *others)
        return (others[0] + block.conv1(x, latent.codes[:, row], noise, math.sqrt(0.5)),)

    def _to_rgb(self, block: Block, row: int, features: Features, latent: Latent, noise: Noise) -> Features:
        x, *image = features
        assert block.to_rgb is not None
        rgb = block.to_rgb(x, latent.codes[:, row])
        return x, self._enlarged(image[0]) + rgb if image else rgb

    def _enlarged(self, image: Tensor) -> Tensor:
        if self.bilinear:
            return functional.interpolate(image, scale_factor=2.0, mode="bilinear", align_corners=False)
        return upsample(image, self.taps)

    def _start(self, codes: Tensor) -> Tensor:
        layout = torch.channels_last if codes.device.type == "cpu" else torch.contiguous_format
        return self.const.expand(codes.shape[0], -1, -1, -1).contiguous(memory_format=layout)

    def _picture(self, features: Features) -> Tensor:
        return torch.tanh(features[1]) if self.final_tanh else features[1].contiguous()
