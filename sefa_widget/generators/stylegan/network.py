"""StyleGAN makes a picture by convolutions with adaptive instance norm, which read one style code each.

Source: Karras et al. 2019, "A Style-Based Generator Architecture for Generative Adversarial Networks";
layers and quirks are those of genforce's PyTorch version.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.base import Layer, Modulation
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.stages import Features, Stage
from sefa_widget.generators.style_layers import check_widths
from sefa_widget.generators.style_mapping import StyleGenerator
from sefa_widget.generators.stylegan.layers import StyledLayer, ToRGB

FUSED_FROM = 128
"""Resolution from which official networks upsample with a transposed convolution ("auto")."""


class StyleGAN(StyleGenerator):
    """The StyleGAN generator.

    Every layer reads a code row of its own, two per resolution, and all are factorisable. Fresh noise
    goes to every layer, as in the paper (the copy of this network in genforce's SeFa gives it to the
    first one only).

    Parameters
    ----------
    widths
        Channels of the features at each resolution, from 4 upwards, for example ``{4: 512, 8: 512}``.
    mapping
        Keyword arguments of `MappingNetwork`.
    image_channels
        3 for RGB, 1 for grey.
    fused_from
        Resolution from which upsampling layers are ``"fused"``; see `StyledLayer`.
    noise
        ``"spatial"`` or ``"channel"``.
    final_tanh
        Squash the picture to -1..1.
    extrapolates
        See `StyleGenerator`.
    eps, bias_first
        See `StyledLayer`.
    """

    family: ClassVar[str] = "stylegan"
    lod: Tensor

    def __init__(
        self,
        widths: Mapping[int, int] | Mapping[str, int],
        mapping: Mapping[str, Any],
        image_channels: int = 3,
        fused_from: int = FUSED_FROM,
        noise: Literal["spatial", "channel"] = "spatial",
        final_tanh: bool = False,
        extrapolates: bool = False,
        eps: float = 1e-8,
        bias_first: bool = False,
    ) -> None:
        super().__init__(mapping, extrapolates)
        width = check_widths(widths)
        resolutions = list(width)
        self.channels, self.resolution, self.final_tanh = image_channels, resolutions[-1], final_tanh
        self._config: dict[str, Any] = {
            "widths": {str(size): count for size, count in width.items()},
            "mapping": self.mapper.config,
            "image_channels": image_channels,
            "fused_from": fused_from,
            "noise": noise,
            "final_tanh": final_tanh,
            "extrapolates": extrapolates,
            "eps": eps,
            "bias_first": bias_first,
        }
        self.register_buffer("lod", torch.zeros(()))
        self.const = nn.Parameter(torch.ones(width[4], 4, 4))
        self.blocks = nn.ModuleList()
        self.to_rgb = nn.ModuleList()
        layers: list[Layer] = []
        for resolution in resolutions:
            inputs, outputs = width.get(resolution // 2, 0), width[resolution]
            up: Literal["nearest", "fused"] | None = "fused" if resolution >= fused_from else "nearest"
            first = StyledLayer(inputs, outputs, self.latent_dim, resolution, up, noise, eps, bias_first)
            second = StyledLayer(outputs, outputs, self.latent_dim, resolution, None, noise, eps, bias_first)
            self.blocks.append(nn.ModuleList([first, second]))
            self.to_rgb.append(ToRGB(outputs, image_channels))
            size = f"{resolution}x{resolution}"
            names = [f"{size} conv 1", f"{size} conv 2"] if inputs else [f"{size} const", f"{size} conv"]
            layers += [Layer(name, resolution, len(layers) + n) for n, name in enumerate(names)]
        self.layers = tuple(layers)

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        return self._config

    def latent_weight(self, layer: int) -> Tensor:
        """Give the style weight ``[2 C, w_dim]`` of layer number `layer`: scales, then shifts."""
        block = cast(nn.ModuleList, self.blocks[layer // 2])
        return cast(StyledLayer, block[layer % 2]).affine.effective_weight

    def modulations(self, layer: int) -> tuple[Modulation, ...]:
        """Give the style of a layer with the next convolution: the style is the last thing a layer does.

        Instance norm leaves unit variance, so scale and shift weigh what they are. Behind the last layer is
        the 1x1 convolution to RGB; the others are those of earlier resolutions, which are not drawn.
        """
        scale, shift = self.latent_weight(layer).chunk(2)
        if layer + 1 == len(self.layers):
            kernel = self.to_rgb[-1].get_parameter("weight")
            return (Modulation(kernel / math.sqrt(kernel.shape[1]), scale, shift),)
        following = cast(StyledLayer, cast(nn.ModuleList, self.blocks[(layer + 1) // 2])[(layer + 1) % 2])
        assert following.weight is not None  # only the first layer has no convolution
        return (Modulation(following.weight * following.gain, scale, shift),)

    def stages(self) -> tuple[Stage, ...]:
        """Give one stage per layer, each with a code row of its own, and one per image that is needed.

        The stored level of detail `lod` is how far the growth of the network had got: 0 is all the way,
        1 leaves the last resolution out, values between fade it in.
        """
        lod, levels = float(self.lod), len(self.blocks)
        stages: list[Stage] = []
        for n in range(levels):
            size = 4 * 2**n
            share = levels - n - lod if n else max(levels - lod, 1)  # of this resolution in the image
            if share > 0:
                stages += [
                    Stage(self.layers[row].name, size, (row,), partial(self._layer, row))
                    for row in (2 * n, 2 * n + 1)
                ]
            if share < 2:
                run, picture = partial(self._draw, n, share), self._picture if n == levels - 1 else None
                stages.append(Stage(f"{size}x{size} to RGB", size, (), run, picture))
        return tuple(stages)

    def _layer(self, row: int, features: Features, latent: Latent, noise: Noise) -> Features:
        x, *image = features or (self._start(latent.codes),)
        layer = cast(nn.ModuleList, self.blocks[row // 2])[row % 2]
        x = x.to(self.dtype_at(self.layers[row].resolution))
        return (layer(x, latent.codes[:, row], noise), *image)

    def _draw(self, n: int, share: float, features: Features, latent: Latent, noise: Noise) -> Features:
        """Mix the image of resolution n into the image so far."""
        x, *image = features
        if share <= 0:
            return x, functional.interpolate(image[0], scale_factor=2.0)
        drawn = self.to_rgb[n](x)
        if share < 1:
            drawn = drawn * share + functional.interpolate(image[0], scale_factor=2.0) * (1 - share)
        return x, drawn

    def _picture(self, features: Features) -> Tensor:
        return torch.tanh(features[1]) if self.final_tanh else features[1].contiguous()

    def _start(self, codes: Tensor) -> Tensor:
        layout = torch.channels_last if codes.device.type == "cpu" else torch.contiguous_format
        return self.const.expand(codes.shape[0], -1, -1, -1).contiguous(memory_format=layout)
