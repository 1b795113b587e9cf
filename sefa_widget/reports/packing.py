"""Packs pictures for a file of bounded size: without loss where that fits, else smaller step by step."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sefa_widget.pictures.files import Tiles
from sefa_widget.progress import Progress

LARGEST = 256
"""Pixels of the longer side of a picture, at most."""
GAP = 2
"""Transparent pixels between two pictures of a strip."""
Strip = NDArray[np.uint8]
"""Pictures side by side: ``[S, H, W, 3]``."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pack pictures.

    Attributes
    ----------
    side
        Pixels of the longer side, at most.
    quality
        Of WebP; None is without loss.
    """

    side: int
    quality: int | None


WAYS = (
    Way(LARGEST, None),
    Way(LARGEST, 90),
    Way(192, 90),
    Way(128, 90),
    Way(128, 75),
    Way(96, 75),
    Way(64, 75),
)
"""From the best on."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Strips as the addresses of pictures that hold their own data.

    Attributes
    ----------
    addresses
        One for each strip, in their order.
    size
        Bytes of all together.
    way
        How they were packed.
    height, width
        Pixels of one picture of a strip.
    """

    addresses: tuple[str, ...]
    size: int
    way: Way
    height: int
    width: int


def pack(strips: Sequence[Strip], most: int, progress: Progress | None = None) -> Packed:
    """Pack strips into at most so many bytes, in the best of the `WAYS` that fits.

    `progress` is called after each strip that is packed.

    Raises
    ------
    ValueError
        If none fits.
    """
    for tried, way in enumerate(WAYS):
        addresses: list[str] = []
        size = 0
        for strip in strips:
            address = _address(smaller(strip, way.side), way.quality)
            addresses.append(address)
            size += len(address)
            if progress is not None:
                progress(tried * len(strips) + len(addresses), len(WAYS) * len(strips))
            if size > most:
                break
        else:
            height, width = smaller(strips[0][:1], way.side).shape[1:3]
            return Packed(tuple(addresses), size, way, height, width)
    raise ValueError(
        f"{len(strips)} strips of pictures do not fit into {most / 1e6:.2g} MB, not even at "
        f"{WAYS[-1].side} px. Allow more with most_megabytes, or show fewer: k, wall, seeds and layers say "
        "how many."
    )


def smaller(tiles: Tiles, side: int) -> Tiles:
    """Make pictures ``[..., H, W, 3]`` smaller where a side is longer than `side` pixels."""
    height, width = tiles.shape[-3:-1]
    scale = side / max(height, width)
    if scale >= 1:
        return tiles
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    flat = tiles.reshape(-1, height, width, 3)
    made = [np.asarray(Image.fromarray(one).resize(size, Image.Resampling.LANCZOS)) for one in flat]
    return np.stack(made).reshape(*tiles.shape[:-3], size[1], size[0], 3)


def _address(strip: Strip, quality: int | None) -> str:
    """Write a strip as WebP, a gap between its pictures that what is behind shines through."""
    count, height, width, _ = strip.shape
    row = np.zeros((height, count * width + (count - 1) * GAP, 4), np.uint8)
    for place, picture in enumerate(strip):
        left = place * (width + GAP)
        row[:, left : left + width, :3] = picture
        row[:, left : left + width, 3] = 255
    buffer = io.BytesIO()
    if quality is None:
        Image.fromarray(row).save(buffer, "WEBP", lossless=True, exact=True, method=4)
    else:
        Image.fromarray(row).save(buffer, "WEBP", quality=quality, method=4)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
