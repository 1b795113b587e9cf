"""What methods read of a generator to find directions: its layers, and the weights that take the latent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor

LatentSpace = Literal["z", "w", "s"]
"""The space in which codes live: normal vectors, what a mapping network makes of them, or the style channels
that layers make of that."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One factorisable layer of a generator, in the order in which the picture is made.

    Attributes
    ----------
    name
        What the layer-range selector shows, for example ``"8x8 conv"``.
    resolution
        Height and width of what the layer puts out, in pixels.
    row
        The row of the codes the layer reads; None where the latent only arrives through earlier layers.
    """

    name: str
    resolution: int
    row: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Modulation:
    """How the latent scales and shifts feature channels, and the convolution that reads them next.

    Attributes
    ----------
    kernel
        ``[C_out, C, k, k]``: the convolution, all its gains included.
    scale
        ``[C, d]``: from the latent to the gain of each channel.
    shift
        ``[C, d]``: from the latent to what is added to each channel, if anything is.
    """

    kernel: Tensor
    scale: Tensor
    shift: Tensor | None = None


class Factorisable(ABC):
    """A network with layers whose weights read a latent; `Generator` is one."""

    family: ClassVar[str]
    """Name of the architecture, for example ``"stylegan2"``."""

    latent_space: LatentSpace = "z"
    """The space in which codes live and directions are found."""
    latent_dim: int
    """d: size of one code."""
    layers: tuple[Layer, ...]
    """The factorisable layers, in the order in which the picture is made."""

    @property
    def num_codes(self) -> int:
        """L: how many rows the codes have."""
        return 1 + max(layer.row for layer in self.layers if layer.row is not None)

    @abstractmethod
    def latent_weight(self, layer: int) -> Tensor:
        """Give the matrix ``[m, d]`` that takes the latent into layer number `layer`.

        Its row order is free (Gram matrices do not depend on it). A layer with ``row=None`` has none:
        ValueError.
        """

    def latent_kernel(self, layer: int) -> Tensor:
        """Give the same weight as a convolution kernel ``[C_out, d, k, k]``; k is 1 for a linear layer."""
        return self.latent_weight(layer)[:, :, None, None]

    def first_map(self, label: int = 0) -> tuple[Tensor, Tensor] | None:
        """Give W ``[C, H, W, d]`` and b ``[C, H, W]`` if the first feature map is ``W z + b``; else None.

        Where the first layer reads the class as well, b is that of class `label`. None also where a norm
        comes between, behind which b is the same at all places.
        """
        return None

    def responses(self, latents: Tensor) -> Iterator[Tensor]:
        """Push latents ``[n, d]`` through the linear part of the network, layer by layer.

        For generators that read the latent once. Yields ``[n, C, H, W]`` for each entry of `layers`: a
        linear function of `latents`, before that layer's own normalisation. Biases, activations and pixel
        norm are left out, batch norm stands at its running statistics.
        NotImplementedError where the architecture has no such reading.
        """
        raise NotImplementedError(f"{self.family} generators have no composed response.")

    def modulations(self, layer: int) -> tuple[Modulation, ...]:
        """Give each scaling and shifting of channels in a layer, with the convolution that follows it.

        For generators that read the latent in every layer; empty where a layer does neither.
        """
        return ()

    @property
    def forward_mode_error(self) -> str | None:
        """Why its pictures cannot be differentiated in forward mode; None where they can."""
        return None
