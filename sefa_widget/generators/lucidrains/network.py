"""The StyleGAN2 of lucidrains: one style code for each resolution, and attention between some of them.

Source: the package stylegan2-pytorch. It differs from StyleGAN2 in this: features are enlarged by
interpolation, noise is one picture of uniform numbers for all layers, whose axes are swapped, and pictures
are of 0..1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.base import Layer
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.lucidrains.attention import HEAD, HEADS, linear_attention
from sefa_widget.generators.precision import computing_in, to_full
from sefa_widget.generators.stages import Features, Stage
from sefa_widget.generators.style_mapping import StyleGenerator


class LucidStyleGAN2(StyleGenerator):
    """The generator of stylegan2-pytorch; code row l is read by all layers of resolution ``4 * 2**l``.

    Parameters
    ----------
    widths
        Channels of the features at 4x4, 8x8 ...
    start
        Channels of the constant that the picture grows from.
    mapping
        Keyword arguments of `MappingNetwork`.
    image_channels
        3 for RGB, 4 for RGB and opacity.
    attention
        Numbers of the blocks that have attention before them.
    const
        Whether the constant is learned; else a layer makes it of the mean of the code rows.
    """

    family: ClassVar[str] = "lucidrains"
    noise_map: Tensor

    def __init__(
        self,
        widths: Sequence[int],
        start: int,
        mapping: Mapping[str, Any],
        image_channels: int = 3,
        attention: Sequence[int] = (),
        const: bool = True,
    ) -> None:
        super().__init__(mapping, extrapolates=True)
        self._config = {
            "widths": list(widths),
            "start": start,
            "mapping": self.mapper.config,
            "image_channels": image_channels,
            "attention": list(attention),
            "const": const,
        }
        self.channels, self.resolution = image_channels, 4 * 2 ** (len(widths) - 1)
        d = self.latent_dim
        if const:
            self.initial = nn.Parameter(torch.randn(start, 4, 4))
        else:
            self.initial = nn.Parameter(torch.randn(d, start, 4, 4))
        self.initial_conv = nn.Conv2d(start, start, 3, padding=1)
        inputs = [start, *widths]
        self.blocks = nn.ModuleList(
            _Block(i, o, d, image_channels) for i, o in zip(inputs, widths, strict=False)
        )
        self.attentions = nn.ModuleDict({str(n): _Attention(inputs[n]) for n in attention})
        self.register_buffer("noise_map", torch.rand(self.resolution, self.resolution))
        self.layers = tuple(Layer(f"{4 * 2**n}x{4 * 2**n} block", 4 * 2**n, n) for n in range(len(widths)))

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        return dict(self._config)

    @property
    def noisy(self) -> bool:
        """Whether pictures depend on noise: they do."""
        return True

    def latent_weight(self, layer: int) -> Tensor:
        """Give the three style weights of a block, row-stacked: ``[m, w_dim]``."""
        block = cast(_Block, self.blocks[layer])
        return torch.cat([style.weight for style in (block.style1, block.style2, block.rgb_style)])

    def stages(self) -> tuple[Stage, ...]:
        """Give one stage per block; without a learned constant the first reads all rows."""
        rows = tuple(range(len(self.blocks)))
        return tuple(
            Stage(
                layer.name,
                layer.resolution,
                rows if not n and not self._config["const"] else (n,),
                partial(self._block, n),
                self._picture if n == len(self.blocks) - 1 else None,
            )
            for n, layer in enumerate(self.layers)
        )

    def _block(self, n: int, features: Features, latent: Latent, noise: Noise) -> Features:
        if features:
            x, image, drawn = features
        else:
            x, image, drawn = self._start(latent.codes), None, self._noise(latent.codes, noise)
        dtype = self.dtype_at(self.layers[n].resolution)
        with computing_in(dtype, self.device):
            x = x.to(dtype)
            if str(n) in self.attentions:
                x = self.attentions[str(n)](x)
            x, rgb = self.blocks[n](x, latent.codes[:, n], drawn, n > 0)
        rgb = to_full(rgb)
        image = rgb if image is None else image + rgb
        if n < len(self.blocks) - 1:
            image = smooth(functional.interpolate(image, scale_factor=2.0, mode="bilinear"))
        return x, image, drawn

    def _start(self, codes: Tensor) -> Tensor:
        if self._config["const"]:
            x = self.initial.expand(codes.shape[0], -1, -1, -1)
        else:
            x = torch.einsum("nd,dchw->nchw", codes.mean(1), self.initial)
        started: Tensor = self.initial_conv(x)
        return started

    def _noise(self, codes: Tensor, noise: Noise) -> Tensor:
        """Give the noise picture ``[N, 1, H, W]``, its axes swapped as the package does."""
        side = self.resolution
        if noise == "random":
            return torch.rand(codes.shape[0], 1, side, side, device=codes.device, dtype=codes.dtype)
        drawn = self.noise_map if noise == "const" else torch.zeros_like(self.noise_map)
        return drawn.T.expand(codes.shape[0], 1, side, side)

    def _picture(self, features: Features) -> Tensor:
        return 2 * features[1] - 1


class _Block(nn.Module):
    """Two modulated convolutions with noise, and the way to RGB."""

    def __init__(self, inputs: int, outputs: int, w_dim: int, image_channels: int) -> None:
        super().__init__()
        self.style1, self.style2 = nn.Linear(w_dim, inputs), nn.Linear(w_dim, outputs)
        self.rgb_style = nn.Linear(w_dim, outputs)
        self.noise1, self.noise2 = (nn.Linear(1, outputs) for _ in range(2))
        self.conv1 = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.conv2 = nn.Parameter(torch.randn(outputs, outputs, 3, 3))
        self.to_rgb = nn.Parameter(torch.randn(image_channels, outputs, 1, 1))

    def forward(self, x: Tensor, w: Tensor, noise: Tensor, up: bool) -> tuple[Tensor, Tensor]:
        if up:
            x = functional.interpolate(x, scale_factor=2.0, mode="bilinear")
        cut = noise[:, :, : x.shape[2], : x.shape[3]]
        for weight, style, strength in (
            (self.conv1, self.style1(w), self.noise1),
            (self.conv2, self.style2(w), self.noise2),
        ):
            factors = style + 1
            scale = torch.rsqrt(factors.square() @ weight.square().sum((2, 3)).T + 1e-8)
            x = functional.conv2d(x * factors[:, :, None, None], weight, padding=1) * scale[:, :, None, None]
            added = strength.weight[:, 0, None, None] * cut + strength.bias[:, None, None]
            x = functional.leaky_relu(x + added, 0.2)
        rgb = functional.conv2d(x * (self.rgb_style(w) + 1)[:, :, None, None], self.to_rgb)
        return x, rgb


class _Attention(nn.Module):
    """Linear attention over pixels and a small network for each pixel, both added to what they read."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gains = nn.Parameter(torch.ones(2, width))
        self.offsets = nn.Parameter(torch.zeros(2, width))
        inside = HEADS * HEAD
        self.to_q = nn.Conv2d(width, inside, 1, bias=False)
        self.depthwise = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)
        self.to_kv = nn.Conv2d(width, 2 * inside, 1, bias=False)
        self.to_out = nn.Conv2d(inside, width, 1)
        self.widen, self.narrow = nn.Conv2d(width, 2 * width, 1), nn.Conv2d(2 * width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self._normalized(x, 0)
        mixed = linear_attention(self.to_q(h), self.to_kv(self.depthwise(h)))
        x = x + self.to_out(functional.gelu(mixed))
        h = functional.leaky_relu(self.widen(self._normalized(x, 1)), 0.2)
        added: Tensor = x + self.narrow(h)
        return added

    def _normalized(self, x: Tensor, which: int) -> Tensor:
        variance, mean = torch.var_mean(x, 1, correction=0, keepdim=True)
        scaled = (x - mean) * torch.rsqrt(variance + 1e-5)
        return scaled * self.gains[which, :, None, None] + self.offsets[which, :, None, None]


def smooth(image: Tensor) -> Tensor:
    """Blur with [1, 2, 1] along both axes; the border is mirrored."""
    taps = image.new_tensor([1.0, 2.0, 1.0]) / 4
    kernel = torch.outer(taps, taps).expand(image.shape[1], 1, 3, 3)
    return functional.conv2d(
        functional.pad(image, (1, 1, 1, 1), mode="reflect"), kernel, groups=image.shape[1]
    )
