"""Single channels of a style space as directions, by the names that the literature gives them.

Source: Wu, Lischinski & Shechtman, "StyleSpace Analysis: Disentangled Controls for StyleGAN Image
Generation", CVPR 2021: channel c of style layer l is written ``l_c``; ToRGB layers are counted too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch

from sefa_widget.arguments import instance, several, whole
from sefa_widget.directions.base import Directions
from sefa_widget.generators.style_space import StyleSpace

SPACE = "a style space, as style_space(generator) gives it"


def style_channels(space: StyleSpace, channels: Sequence[str | int]) -> Directions:
    """Give single style channels as directions, each named as in the paper.

    >>> from sefa_widget import load_generator
    >>> from sefa_widget.generators import style_space
    >>> space = style_space(load_generator("heads"))
    >>> style_channels(space, ["2_17", 0]).names
    ('2_17', '0_0')

    Parameters
    ----------
    space
        The style space.
    channels
        Names such as ``"9_409"``, channel 409 of style layer 9 (convolutions and ToRGB layers, counted from
        0 in the order in which a picture is made), or numbers of channels, 0 to S - 1, such as
        `evaluation.channel_effects` leads to.

    Returns
    -------
    Directions
        One-hot vectors ``[k, S]``, with names. A unit of strength is a unit of the channel.

    Raises
    ------
    ValueError
        If it is no style space, or there is no such channel.
    """
    instance(space, "space", StyleSpace, SPACE)
    wanted = 'names such as "9_409", or numbers of channels'
    numbers = [_number(space, channel) for channel in several(channels, "channels", wanted)]
    if not numbers or len(set(numbers)) < len(numbers):
        raise ValueError(f"channels is {channels!r}; it must be {wanted}, at least one, each once.")
    vectors = torch.zeros(len(numbers), space.latent_dim, dtype=torch.float64)
    vectors[range(len(numbers)), numbers] = 1
    return Directions.from_vectors(vectors, names=[channel_name(space, n) for n in numbers], generator=space)


def channel_name(space: StyleSpace, number: int) -> str:
    """Name channel `number`: style layer, and channel of that layer."""
    layer = next(n for n, part in enumerate(space.styles) if number < part.stop)
    return f"{layer}_{number - space.styles[layer].start}"


def _number(space: StyleSpace, channel: str | int) -> int:
    if not isinstance(channel, str):
        return whole(channel, "A channel", 0, space.latent_dim - 1)
    match = re.fullmatch(r"(\d{1,3})_(\d{1,5})", channel)
    layer = int(match[1]) if match else len(space.styles)
    if match is None or layer >= len(space.styles):
        raise ValueError(
            f"There is no channel {channel!r}: give layer and channel, such as '2_17'; layers are 0 to "
            f"{len(space.styles) - 1}."
        )
    part, place = space.styles[layer], int(match[2])
    if place >= part.stop - part.start:
        raise ValueError(
            f"There is no channel {channel!r}: layer {layer} ({part.name}) has the channels 0 to "
            f"{part.stop - part.start - 1}."
        )
    return part.start + place
