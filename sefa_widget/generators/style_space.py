"""The style space of StyleGAN2: all its style channels, in the place of w, are what is edited.

Source: Wu, Lischinski & Shechtman, "StyleSpace Analysis: Disentangled Controls for StyleGAN Image
Generation", CVPR 2021, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from sefa_widget.arguments import instance
from sefa_widget.generators.base import Generator, Layer, check_generator
from sefa_widget.generators.factorisable import LatentSpace
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.modulated import StyledConv, ToRGB
from sefa_widget.generators.stages import Features, Stage
from sefa_widget.generators.stylegan2 import StyleGAN2


def style_space(generator: Generator) -> StyleSpace:
    """Give a generator that draws the same pictures from the style channels of another one.

    Directions, edits, scores and the panel work on it as on any generator; one number of its codes is one
    channel. It shares the other one's weights.

    >>> from sefa_widget import explore, load_generator
    >>> from sefa_widget.directions import style_channels
    >>> from sefa_widget.generators import style_space
    >>> space = style_space(load_generator("heads"))
    >>> space.sample([1]).codes.shape
    torch.Size([1, 1, 896])
    >>> panel = explore(space, directions={"channels": style_channels(space, ["0_3", "2_17"])})
    >>> panel.method = "channels"

    Parameters
    ----------
    generator
        A StyleGAN2 of any size and format.

    Returns
    -------
    StyleSpace
        Codes are ``[N, 1, S]``: the channels of all convolutions and ToRGB layers, in the order in which a
        picture is made, as in the paper.

    Raises
    ------
    ValueError
        If it is no StyleGAN2.
    """
    given = check_generator(generator)
    return StyleSpace(instance(given, "generator", StyleGAN2, "a StyleGAN2: others have no such style space"))


@dataclass(frozen=True, slots=True)
class Styles:
    """The style channels of one layer.

    Attributes
    ----------
    name
        Of the layer, for example ``"8x8 conv 1"``.
    row
        The row of w that they are made of.
    start, stop
        Where they are among all channels.
    """

    name: str
    row: int
    start: int
    stop: int


class StyleSpace(Generator):
    """The generator that `style_space` gives.

    Its factorisable layers are those of `styles`; each reads its own channels as they are, so SeFa finds
    nothing here: all eigenvalues of one layer are the same.
    """

    family: ClassVar[str] = "stylespace"
    latent_space: LatentSpace = "s"

    def __init__(self, generator: StyleGAN2) -> None:
        super().__init__()
        self.source_network = generator
        """The StyleGAN2 that reads w."""
        self.drawing = _sharing(generator)
        """The same network, whose layers read their channels instead."""
        self.name = f"{generator.name}, style space"
        for given in ("z_dim", "resolution", "channels", "num_classes", "synthesis_dtype", "assumed"):
            setattr(self, given, getattr(generator, given))
        self.opening = replace(generator.opening, layers=None)
        self.styles = _find_styles(generator)
        self.latent_dim = self.styles[-1].stop
        sizes = {stage.name: stage.resolution for stage in generator.stages()}
        self.layers = tuple(Layer(part.name, sizes[part.name], 0) for part in self.styles)

    @property
    def width(self) -> int:
        """Width of the images, in pixels."""
        return self.source_network.width

    @property
    def noisy(self) -> bool:
        """Whether a layer adds noise to its features."""
        return self.source_network.noisy

    @property
    def config(self) -> dict[str, Any]:
        """A style space is made of a generator, not of settings.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(
            f"{self.name!r} cannot be saved or built again by itself: save the generator that it was made "
            "of, and give that to style_space."
        )

    def untrained(self) -> Generator:
        """Give the style space of a network of the same architecture before training."""
        fresh = self.source_network.untrained()
        return style_space(fresh)

    def mapping(
        self,
        z: Tensor,
        *,
        labels: Tensor | Sequence[int] | None = None,
        truncation_psi: float = 1.0,
        truncation_cutoff: int | None = None,
    ) -> Latent:
        """Turn normal vectors into style channels ``[N, 1, S]``; truncation is that of w."""
        latent = self.source_network.mapping(
            z, labels=labels, truncation_psi=truncation_psi, truncation_cutoff=truncation_cutoff
        )
        return replace(latent, codes=self.channels_of(latent.codes))

    def channels_of(self, codes: Tensor) -> Tensor:
        """Turn codes of W+ ``[N, L, d]`` into style channels ``[N, 1, S]``."""
        readers = _readers(self.source_network)
        parts = [reader.affine(codes[:, part.row]) for reader, part in zip(readers, self.styles, strict=True)]
        return torch.cat(parts, 1)[:, None]

    def latent_weight(self, layer: int) -> Tensor:
        """Give what picks the channels of a layer, ``[C, S]``: a 1 in each row."""
        part = self.styles[layer]
        return torch.eye(self.latent_dim, device=self.device, dtype=self.dtype)[part.start : part.stop]

    def stages(self) -> tuple[Stage, ...]:
        """Give the stages of the network; each reads its channels of the one code row."""
        rows = self.source_network.num_codes

        def reads(stage: Stage) -> Stage:
            def run(features: Features, latent: Latent, noise: Noise) -> Features:
                return stage.run(features, latent.with_codes(latent.codes.expand(-1, rows, -1)), noise)

            return replace(stage, rows=(0,), run=run)

        return tuple(reads(stage) for stage in self.drawing.stages())


class _Own(nn.Module):
    """Takes a layer's own channels out of all of them."""

    def __init__(self, start: int, stop: int) -> None:
        super().__init__()
        self.start, self.stop = start, stop

    def forward(self, channels: Tensor) -> Tensor:
        """Cut ``[N, S]`` to ``[N, C]``."""
        return channels[:, self.start : self.stop]


def _readers(network: StyleGAN2) -> list[StyledConv | ToRGB]:
    """Give the layers that read a style, in the order in which a picture is made."""
    parts = chain.from_iterable((block.conv0, block.conv1, block.to_rgb) for block in network.blocks)
    return [part for part in parts if isinstance(part, StyledConv | ToRGB)]


def _sharing(network: StyleGAN2) -> StyleGAN2:
    """Copy a network, which shares its weights, and let each layer read its own channels."""
    shared: dict[int, Any] = {id(part): part for part in chain(network.parameters(), network.buffers())}
    copied = deepcopy(network, shared)
    start = 0
    for reader in _readers(copied):
        count = len(reader.affine.bias)
        reader.register_module("affine", _Own(start, start + count))
        start += count
    return copied


def _find_styles(network: StyleGAN2) -> tuple[Styles, ...]:
    """List where the channels of each layer are, in the order of `_readers`."""
    ends = [0, *accumulate(len(reader.affine.bias) for reader in _readers(network))]
    return tuple(
        Styles(stage.name, stage.rows[0], *place)
        for stage, place in zip(network.stages(), pairwise(ends), strict=True)
    )
