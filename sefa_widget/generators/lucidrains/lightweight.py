"""The lightweight GAN of lucidrains: gated convolutions, early features that scale late ones, and attention.

Source: the package lightweight-gan, after Liu et al. 2021 (see FastGAN). Pictures are of 0..1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.base import Generator, Layer
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.lucidrains.attention import CrossAttention
from sefa_widget.generators.lucidrains.network import smooth
from sefa_widget.generators.precision import computing_in, to_full
from sefa_widget.generators.seeded_noise import SeededNoise
from sefa_widget.generators.stages import Features, Stage

LATER = 3
"""A gate scales the layer that is so many layers behind the one it looks at."""


class LightweightGAN(Generator):
    """The generator of lightweight-gan; the latent enters once.

    Parameters
    ----------
    latent_dim
        Size of z.
    widths
        Channels behind each layer; the first doubles 4x4.
    channels
        Channels of the image.
    gates
        Numbers of the layers that a gate looks at, each with the size of its pictures where it weighs
        frequencies, or 0 where it attends to pixels.
    hidden
        Of each gate: the channels inside it.
    attention
        Numbers of the layers that have attention before them.
    antialias
        Whether features are blurred when they are enlarged.
    """

    family: ClassVar[str] = "lightweight_gan"

    def __init__(
        self,
        latent_dim: int,
        widths: Sequence[int],
        channels: int = 3,
        gates: Mapping[str, int] | None = None,
        hidden: Mapping[str, int] | None = None,
        attention: Sequence[int] = (),
        antialias: bool = False,
    ) -> None:
        super().__init__()
        self.z_dim = self.latent_dim = latent_dim
        self.channels, self.resolution = channels, 4 * 2 ** len(widths)
        gates, hidden = gates or {}, hidden or {}
        self._config = {
            "latent_dim": latent_dim,
            "widths": list(widths),
            "channels": channels,
            "gates": dict(gates),
            "hidden": dict(hidden),
            "attention": list(attention),
            "antialias": antialias,
        }
        inputs = [latent_dim, *widths]
        self.initial = nn.ConvTranspose2d(latent_dim, 2 * latent_dim, 4)
        self.initial_norm = nn.BatchNorm2d(2 * latent_dim)
        self.ups = nn.ModuleList(
            _Up(i, o, 8 * 2**n, antialias) for n, (i, o) in enumerate(zip(inputs, widths, strict=False))
        )
        self.gates = nn.ModuleDict(
            {n: _Gate(widths[int(n)], size, hidden[n], widths[int(n) + LATER]) for n, size in gates.items()}
        )
        self.attentions = nn.ModuleDict({str(n): CrossAttention(inputs[n]) for n in attention})
        self.out = nn.Conv2d(widths[-1], channels, 3, padding=1)
        self.layers = (Layer("latent projection", 4, 0),)

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        return dict(self._config)

    @property
    def noisy(self) -> bool:
        """Whether pictures depend on noise: they do."""
        return True

    def latent_weight(self, layer: int) -> Tensor:
        """Give the first convolution, applied to a 1x1 input, as a matrix ``[2 * d * 4 * 4, d]``."""
        return self.latent_kernel(layer).permute(0, 2, 3, 1).flatten(0, 2)

    def latent_kernel(self, layer: int) -> Tensor:
        """Give the first convolution as a kernel ``[2 * d, d, 4, 4]``."""
        if layer != 0:
            raise ValueError(f"Layer {layer} of {self.name!r} reads no latent; only layer 0 does.")
        return self.initial.weight.transpose(0, 1)

    def stages(self) -> tuple[Stage, ...]:
        """Give the projection, which alone reads the latent, and the layers."""
        last = len(self.ups) - 1
        ups = [
            Stage(
                f"{8 * 2**n}x{8 * 2**n} conv",
                8 * 2**n,
                (),
                partial(self._up, n),
                self._picture if n == last else None,
            )
            for n in range(len(self.ups))
        ]
        return (Stage("latent projection", 4, (0,), self._project), *ups)

    def _project(self, features: Features, latent: Latent, noise: Noise) -> Features:
        x = self.initial_norm(self.initial(latent.codes[:, 0, :, None, None]))
        return (functional.normalize(functional.glu(x, 1), dim=1),)

    def _up(self, n: int, features: Features, latent: Latent, noise: Noise) -> Features:
        """Run layer n; behind the features stand the gates that wait, the next one first."""
        x, *waiting = features
        dtype = self.dtype_at(8 * 2**n)
        with computing_in(dtype, self.device):
            x = x.to(dtype)
            if str(n) in self.attentions:
                x = x + self.attentions[str(n)](x)
            x = self.ups[n](x, noise)
            if str(n) in self.gates:
                waiting.append(self.gates[str(n)](x))
            if str(n - LATER) in self.gates:
                x = x * waiting.pop(0)
        return (x, *waiting)

    def _picture(self, features: Features) -> Tensor:
        return 2 * to_full(self.out(to_full(features[0]))) - 1


class _Up(nn.Module):
    """Doubling by a 1x1 convolution and a shuffle of channels, then a gated 4x4 convolution with noise."""

    def __init__(self, inputs: int, outputs: int, size: int, antialias: bool) -> None:
        super().__init__()
        self.antialias = antialias
        self.expand = nn.Conv2d(inputs, 4 * inputs, 1)
        self.convolution = nn.Conv2d(inputs, 2 * outputs, 4)
        self.strength = nn.Parameter(torch.zeros(1))
        self.norm = nn.BatchNorm2d(2 * outputs)
        self.noise = SeededNoise((1, size, size), seed=size)

    def forward(self, x: Tensor, noise: Noise) -> Tensor:
        x = functional.pixel_shuffle(functional.silu(self.expand(x)), 2)
        x = smooth(x) if self.antialias else x
        x = self.convolution(functional.pad(x, (2, 1, 2, 1)))
        if noise != "none":
            stored = self.noise.values
            drawn = stored if noise == "const" else torch.randn_like(x[:, :1])
            x = x + (self.strength * drawn).to(x.dtype)
        gated: Tensor = functional.glu(self.norm(x), 1)
        return gated


class _Gate(nn.Module):
    """From early features, how strong each channel of later ones is.

    With `size` it weighs frequencies of pictures of that size; else it attends to pixels.
    """

    def __init__(self, width: int, size: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.to_k = None if size else nn.Conv2d(width, 1, 1)
        self.dct: Tensor | None
        self.register_buffer("dct", torch.zeros(width, size, size) if size else None)
        self.squeeze, self.excite = nn.Conv2d(width, hidden, 1), nn.Conv2d(hidden, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.to_k is not None:
            weights = self.to_k(x).flatten(2).softmax(2)
            context = (x.flatten(2) @ weights.transpose(1, 2))[..., None]
        else:
            assert self.dct is not None
            context = (x * self.dct).sum((2, 3), keepdim=True)
        return torch.sigmoid(self.excite(functional.leaky_relu(self.squeeze(context), 0.1)))
