"""StyleGAN3 makes a picture by alias-free layers, which read one style code each.

Source: Karras et al. 2021, "Alias-Free Generative Adversarial Networks".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from sefa_widget.generators.base import Layer, Modulation
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.precision import to_full
from sefa_widget.generators.stages import Features, Stage
from sefa_widget.generators.style_mapping import MappingNetwork, StyleGenerator
from sefa_widget.generators.stylegan3.layers import FilteredLayer, FourierInput


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
    square
        Whether pictures are as wide as they are high, and not half as wide (StyleGAN-Human).
    """

    family: ClassVar[str] = "stylegan3"
    parts: ClassVar[Mapping[str, Any]] = {"mapping": MappingNetwork, "layers": FilteredLayer}

    def __init__(
        self,
        mapping: Mapping[str, Any],
        layers: Sequence[Mapping[str, Any]],
        sampling_rate: float,
        bandwidth: float = 2.0,
        conv_clamp: float | None = 256.0,
        output_scale: float = 0.25,
        extrapolates: bool = True,
        square: bool = True,
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
            "square": square,
        }
        self._square = square
        first, last = layers[0], layers[-1]
        self.channels, self.resolution = last["outputs"], last["out_size"]
        self.input = FourierInput(
            first["inputs"], self.latent_dim, first["in_size"], sampling_rate, bandwidth, square
        )
        self.synthesis = nn.ModuleList(
            FilteredLayer(**layer, w_dim=self.latent_dim, clamp=conv_clamp, square=square) for layer in layers
        )
        sizes = [first["in_size"], *(layer["out_size"] for layer in layers)]
        names = ["input", *(f"L{n} {size}x{size}" for n, size in enumerate(sizes[1:-1])), "to RGB"]
        self.layers = tuple(
            Layer(name, size, row) for row, (name, size) in enumerate(zip(names, sizes, strict=True))
        )

    @property
    def width(self) -> int:
        """Width of the images, in pixels."""
        return self.resolution if self._square else self.resolution // 2

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
        if not row:
            return (self.input(code),)
        x = features[0].to(self.dtype_at(self.layers[row].resolution))
        return (self.synthesis[row - 1](x, code),)

    def _picture(self, features: Features) -> Tensor:
        return (to_full(features[0]) * self.output_scale).contiguous()
