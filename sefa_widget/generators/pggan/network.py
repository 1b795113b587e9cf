"""PGGAN makes a picture of a latent vector with two normalised convolutions per doubling of the size.

Source: Karras et al. 2018, "Progressive Growing of GANs for Improved Quality, Stability, and Variation".
Conversion multiplies the gains of the equalised learning rate into the weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sefa_widget.generators.base import Generator, Layer
from sefa_widget.generators.fir import doubling_kernel
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.precision import computing_in, to_full
from sefa_widget.generators.stages import Features, Stage


class PGGAN(Generator):
    """Convolutions with pixel norm and leaky ReLU; the latent enters once, on the unit sphere.

    The latent is pixel-normalised by `mapping` and again by `forward`, as in the official code: an edit
    is added to the normalised latent, and the sum is normalised before it is used. So truncation, which
    only scales z, changes nothing short of psi = 0.

    Parameters
    ----------
    latent_dim
        Size of z.
    widths
        Channels at 4x4, 8x8, ... up to the full resolution.
    channels
        Channels of the image.
    num_classes
        Size of the class vector that is put behind z.
    normalize
        Whether there is pixel norm at all (``perChannelNormalization`` of pytorch_GAN_zoo).
    joint_labels
        Normalise z and the class vector together (pytorch_GAN_zoo) instead of z alone first (genforce);
        `mapping` then leaves z as it is.
    slope
        Of the leaky ReLU.
    tanh
        Whether the image goes through tanh.
    lod
        Level of detail: 0 is the full resolution, 1 half of it (shown as large), and a fraction blends,
        as during training.
    """

    family: ClassVar[str] = "pggan"

    def __init__(
        self,
        latent_dim: int,
        widths: Sequence[int],
        channels: int = 3,
        num_classes: int = 0,
        normalize: bool = True,
        joint_labels: bool = False,
        slope: float = 0.2,
        tanh: bool = False,
        lod: float = 0.0,
    ) -> None:
        super().__init__()
        self.z_dim = self.latent_dim = latent_dim
        self.widths, self.channels, self.num_classes = list(widths), channels, num_classes
        self.normalize, self.joint_labels = normalize, joint_labels
        self.slope, self.tanh, self.lod = slope, tanh, lod
        self.resolution = 4 * 2 ** (len(widths) - 1)
        self.projection = nn.Linear(latent_dim + num_classes, widths[0] * 16)
        sizes = [(widths[0], widths[0])]
        for before, width in pairwise(widths):
            sizes += [(before, width), (width, width)]
        self.convolutions = nn.ModuleList(nn.Conv2d(i, o, 3, padding=1) for i, o in sizes)
        self.outputs = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in widths)
        self.layers = (Layer("latent projection", 4, row=0), Layer("4x4 conv", 4, row=None))
        drawn = [4 * 2**n for n in range(len(widths)) if n < len(widths) - lod] or [4]
        for size in drawn[1:]:
            self.layers += tuple(Layer(f"{size}x{size} conv {n}", size, row=None) for n in (1, 2))
        self.layers += (Layer(f"{drawn[-1]}x{drawn[-1]} to RGB", drawn[-1], row=None),)

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        names = "latent_dim widths channels num_classes normalize joint_labels slope tanh lod"
        return {name: getattr(self, name) for name in names.split()}

    def initialize(self, trained: Generator) -> None:
        """Draw normal weights with the gains of the equalised learning rate, and biases of zero."""
        for layer in (self.projection, *self.convolutions, *self.outputs):
            weight, bias = layer.get_parameter("weight"), layer.get_parameter("bias")
            gain = 1.0 if layer in list(self.outputs) else math.sqrt(2)
            nn.init.normal_(weight, 0.0, gain / math.sqrt(weight[0].numel()))
            nn.init.zeros_(bias)

    def mapping(
        self,
        z: Tensor,
        *,
        labels: Tensor | Sequence[int] | None = None,
        truncation_psi: float = 1.0,
        truncation_cutoff: int | None = None,
    ) -> Latent:
        """Normalise z to mean square 1; see `Generator.mapping`."""
        latent = super().mapping(
            z, labels=labels, truncation_psi=truncation_psi, truncation_cutoff=truncation_cutoff
        )
        if self.joint_labels and self.num_classes:
            return latent
        return latent.with_codes(self._norm(latent.codes, dim=2))

    def stages(self) -> tuple[Stage, ...]:
        """Give the projection and one stage per resolution; only the projection reads the latent."""
        levels = [
            Stage(
                f"{4 * 2**n}x{4 * 2**n} block",
                4 * 2**n,
                rows=(),
                run=partial(self._level, n),
                picture=self._picture if n == len(self.outputs) - 1 else None,
            )
            for n in range(len(self.outputs))
        ]
        return (Stage("latent projection", 4, rows=(0,), run=self._project), *levels)

    def _project(self, features: Features, latent: Latent, noise: Noise) -> Features:
        x = latent.codes[:, 0]
        if not self.joint_labels:
            x = self._norm(x)
        x = self._norm(self.with_labels(x, latent.labels))
        x = F.leaky_relu(self.projection(x), self.slope).view(x.shape[0], -1, 16)
        if x.device.type == "cpu":  # channels last in memory, in a way that vmap can follow
            x = x.transpose(1, 2).contiguous().transpose(1, 2)
        return (x.view(*x.shape[:2], 4, 4),)

    def _level(self, n: int, features: Features, latent: Latent, noise: Noise) -> Features:
        """Run one resolution: from x, and the image so far if this level needs it, to the same."""
        x, *image = features
        share = len(self.outputs) - n - self.lod  # of this level in the image
        if n == 0:
            share = max(share, 1)
        if share <= 0:
            return x, _double(image[0])
        dtype = self.dtype_at(4 * 2**n)
        with computing_in(dtype, self.device):
            return self._drawn(n, share, x.to(dtype), image)

    def _drawn(self, n: int, share: float, x: Tensor, image: list[Tensor]) -> Features:
        x = self._convolve(2 * n, self._convolve(2 * n - 1, x, double=True) if n else x)
        if share >= 2:
            return (x,)  # the next level draws the image alone
        drawn = to_full(self.outputs[n](self._norm(x)))
        if share < 1:
            drawn = share * drawn + (1 - share) * _double(image[0])
        return x, drawn

    def _picture(self, features: Features) -> Tensor:
        return torch.tanh(features[-1]) if self.tanh else features[-1].contiguous()

    def latent_weight(self, layer: int) -> Tensor:
        """Give the first layer, from z to a 4x4 picture, as a matrix ``[C * 4 * 4, d]``."""
        return self.latent_kernel(layer).permute(0, 2, 3, 1).flatten(0, 2)

    def latent_kernel(self, layer: int) -> Tensor:
        """Give the first layer as the kernel ``[C, d, 4, 4]`` of a transposed convolution."""
        if layer != 0:
            raise ValueError(f"Layer {layer} of {self.name!r} reads no latent; only layer 0 does.")
        weight: Tensor = self.projection.weight
        return weight[:, : self.latent_dim].reshape(-1, 4, 4, self.latent_dim).permute(0, 3, 1, 2)

    def responses(self, latents: Tensor) -> Iterator[Tensor]:
        """Push latents through convolutions and doublings; see `Generator.responses`.

        The picture is that of the last level alone, also where `lod` blends two.
        """
        x = torch.einsum("nd,cdhw->nchw", latents, self.latent_kernel(0))
        x = x.contiguous(memory_format=torch.channels_last)
        yield x
        for n, convolution in enumerate(self.convolutions[: len(self.layers) - 2]):
            weight = convolution.get_parameter("weight")
            x = _double_and_convolve(x, weight) if n % 2 else F.conv2d(x, weight, padding=1)
            yield x
        yield F.conv2d(x, self.outputs[(len(self.layers) - 3) // 2].get_parameter("weight"))

    def _convolve(self, n: int, x: Tensor, double: bool = False) -> Tensor:
        weight, bias = (
            self.convolutions[n].get_parameter("weight"),
            self.convolutions[n].get_parameter("bias"),
        )
        x = self._norm(x)
        x = _double_and_convolve(x, weight, bias) if double else F.conv2d(x, weight, bias, padding=1)
        return F.leaky_relu(x, self.slope)

    def _norm(self, x: Tensor, dim: int = 1) -> Tensor:
        if not self.normalize:
            return x
        return x * torch.rsqrt(to_full(x).square().mean(dim=dim, keepdim=True) + 1e-8).to(x.dtype)


def _double_and_convolve(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    exported = torch.compiler.is_compiling()  # whose way must not depend on the number of pictures
    if exported or 4 * x.numel() < weight.numel():  # the kernel takes longer to make than it saves
        return F.conv2d(_double(x), weight, bias, padding=1)
    return F.conv_transpose2d(x, doubling_kernel(weight), bias, stride=2, padding=1)


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")
