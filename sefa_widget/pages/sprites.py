"""Packs pictures as sprites: several in one WebP or AVIF, as good as there is room for."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

CODECS: Mapping[str, Mapping[str, Any]] = {
    "webp": {"method": 4},
    "avif": {"speed": 8, "subsampling": "4:4:4"},
}
"""Codecs by name, and what Pillow is told besides the quality."""
LOSSLESS = 100
"""The quality of WebP that stands for no loss; small pictures have room for it."""
QUALITIES = (LOSSLESS, 90, 80, 70, 55, 40)
"""Qualities that are tried, the best first."""
BLOCK = 16
"""Codecs work on squares of so many pixels: pictures begin at multiples, and none reaches into the next."""
TEXT = 4 / 3
"""How much larger bytes are as text in a page."""
LOST = 1.5
"""There is no room if the worst quality will need so many times as much."""
FIRST, FAR, NEAR = 3.0, 1.25, 0.6
"""A quality is given up that will need so many times the room: by the first sprites; once a twentieth of them
is packed. Once a third is, those are that are worse than one that needs less than the last of these."""


@dataclass(slots=True)
class _Quality:
    """Sprites at one quality."""

    value: int
    sprites: list[bytes] = field(default_factory=list)
    size: int = 0
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Packed:
    """All sprites.

    Attributes
    ----------
    data
        Their bytes, one after another.
    sizes
        How many bytes each has.
    quality
        Of the codec.
    error
        How far a colour is from what was drawn, on average over all pictures, of 255.
    """

    data: bytes
    sizes: tuple[int, ...]
    quality: int
    error: float


class Packer:
    """Takes sprites, and gives them at the best quality that there is room for.

    Parameters
    ----------
    codec
        One of `CODECS`.
    room
        Bytes that there are.
    count
        How many pictures there will be.

    Raises
    ------
    ValueError
        If Pillow cannot write the codec.
    """

    def __init__(self, codec: str, room: int, count: int) -> None:
        if not features.check(codec):
            raise ValueError(f"This Pillow cannot write codec={codec!r}: pip install -U pillow.")
        self._codec, self._room, self._count = codec, room, count
        self._done = 0
        self._qualities = [_Quality(value) for value in QUALITIES]

    def add(self, pictures: NDArray[np.uint8]) -> None:
        """Pack one more sprite, of pictures ``[rows, columns, H, W, 3]``.

        Raises
        ------
        ValueError
            If there will be no room, at any quality.
        """
        sheet, count = sprite(pictures), pictures.shape[0] * pictures.shape[1]
        for quality in self._qualities:
            data = self._encoded(sheet, quality.value)
            quality.sprites.append(data)
            quality.size += len(data)
            apart = unpacked(data, *pictures.shape[:4]).astype(np.int16) - pictures
            quality.error += count * float(np.abs(apart).mean())
        self._done += count
        self._give_up()

    def packed(self) -> Packed:
        """Give all sprites at the best quality that has room."""
        best = next(quality for quality in self._qualities if quality.size <= self._room)
        sizes = tuple(len(data) for data in best.sprites)
        return Packed(b"".join(best.sprites), sizes, best.value, best.error / max(1, self._done))

    def _give_up(self) -> None:
        """Leave qualities out that will not be taken."""
        share = self._done / self._count
        far = (FIRST if share < 1 / 20 else FAR) * share * self._room
        while len(self._qualities) > 1 and self._qualities[0].size > far:
            del self._qualities[0]
        if share > 1 / 3:
            fitting = [n for n, one in enumerate(self._qualities) if one.size < NEAR * share * self._room]
            del self._qualities[fitting[0] + 1 if fitting else len(self._qualities) :]
        last = self._qualities[-1]
        if last.size > (self._room if share < 1 / 20 else min(1.0, LOST * share) * self._room):
            raise ValueError(
                f"{self._count} pictures need about {TEXT * last.size / share / 1e6:.1f} MB at quality "
                f"{last.value}, and there is room for {TEXT * self._room / 1e6:.1f}: draw fewer directions, "
                "seeds, strengths or pairs, or smaller pictures (pixels=), or allow more (megabytes=)."
            )

    def _encoded(self, sheet: NDArray[np.uint8], quality: int) -> bytes:
        buffer = io.BytesIO()
        options = dict(CODECS[self._codec], quality=quality)
        if self._codec == "webp" and quality == LOSSLESS:
            options |= {
                "lossless": True,
                "quality": 50,
            }  # of the way to it: higher is slow, and hardly smaller
        Image.fromarray(sheet).save(buffer, self._codec.upper(), **options)
        return buffer.getvalue()


def pitch(size: int) -> int:
    """Give how far the pictures of a sprite are apart, for pictures of so many pixels."""
    return BLOCK * -(-size // BLOCK)


def sprite(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put pictures ``[rows, columns, H, W, 3]`` into one, each at a multiple of `BLOCK` pixels."""
    rows, columns, height, width, _ = pictures.shape
    down, along = pitch(height), pitch(width)
    missing = ((0, 0), (0, 0), (0, down - height), (0, along - width), (0, 0))
    padded = np.pad(pictures, missing, mode="edge")
    whole = padded.transpose(0, 2, 1, 3, 4).reshape(rows * down, columns * along, 3)
    return np.ascontiguousarray(whole)


def unpacked(data: bytes, rows: int, columns: int, height: int, width: int) -> NDArray[np.uint8]:
    """Give the pictures of a sprite again, ``[rows, columns, height, width, 3]``."""
    sheet = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    tiles = sheet.reshape(rows, pitch(height), columns, pitch(width), 3).transpose(0, 2, 1, 3, 4)
    return tiles[:, :, :height, :width]


def shrunk(pixels: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    """Make a picture ``[H, W, 3]`` smaller, if it is higher than `most` pixels."""
    height, width = pixels.shape[:2]
    if height <= most:
        return pixels
    size = max(1, round(width * most / height)), most
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
