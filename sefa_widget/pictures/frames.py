"""Make pictures bytes, and encode them for their way to a page: small (preview) or lossless (final)."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

RAW_LIMIT = 128
"""Up to this many pixels of height or width a picture travels as it is: smaller than a JPEG is quick."""
JPEG_QUALITY = 92

SQUARES = 16
"""Squares along the shorter side of the checkerboard behind a picture that is not opaque."""
LIGHT, DARK = 1.0, 0.6
"""Values of its squares."""

Pixels = NDArray[np.uint8]
"""``[H, W, 3]`` RGB, or ``[N, H, W, 3]``."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded picture, or several of one size, one below the other.

    Attributes
    ----------
    data
        The encoded bytes.
    mime
        Their encoding; ``image/x-rgba`` is width * height * 4 raw bytes of each picture.
    width
        Pixels in a row.
    height
        Rows of pixels of one picture.
    lossless
        Whether the bytes hold exactly the pixels.
    """

    data: bytes
    mime: str
    width: int
    height: int
    lossless: bool


def to_pixels(images: Tensor) -> Pixels:
    """Turn images of -1..1 into 8-bit RGB pixels, rounded to the nearest and clipped.

    The pixels are made on the images' device and are moved once, as bytes: a quarter of what float32 takes.

    >>> to_pixels(torch.zeros(2, 3, 4, 4)).shape
    (2, 4, 4, 3)

    Parameters
    ----------
    images
        One image ``[C, H, W]``, or N of them ``[N, C, H, W]``. One channel is grey, two are grey and how
        opaque the picture is, three are RGB, four are RGB and how opaque; what shines through is a
        checkerboard. Of more, the first three are taken. NaN becomes black.

    Returns
    -------
    Pixels
        uint8 ``[H, W, 3]``, or ``[N, H, W, 3]``.

    Raises
    ------
    ValueError
        If the images have another shape.
    """
    if images.ndim not in (3, 4) or images.shape[-3] < 1:
        raise ValueError(
            "Images have shape [C, H, W] or [N, C, H, W], with C of 1 or more; these have "
            f"{list(images.shape)}."
        )
    found: Pixels = byte_pixels(images).contiguous().cpu().numpy()
    return found


def byte_pixels(images: Tensor) -> Tensor:
    """Turn images ``[..., C, H, W]`` of -1..1 into uint8 RGB ``[..., H, W, 3]`` on their device."""
    rgb = _opaque(images.float()) if images.shape[-3] in (2, 4) else images[..., :3, :, :]
    scaled = torch.nan_to_num(rgb.float(), nan=-1.0).add(1).mul(127.5).round().clamp(0, 255)
    pixels = scaled.to(torch.uint8).movedim(-3, -1)
    return pixels if pixels.shape[-1] == 3 else pixels[..., :1].expand(*pixels.shape[:-1], 3)


def _opaque(images: Tensor) -> Tensor:
    """Lay pictures, whose last channel says how opaque they are, over a checkerboard of light greys."""
    height, width = images.shape[-2:]
    side = max(1, min(height, width) // SQUARES)
    down, along = (torch.arange(size, device=images.device) // side for size in (height, width))
    board = LIGHT - (LIGHT - DARK) * ((down[:, None] + along) % 2)
    alpha = images[..., -1:, :, :].add(1).mul(0.5).clamp(0, 1)
    return alpha * images[..., :-1, :, :] + (1 - alpha) * board


def to_pil(pixels: Pixels) -> Image.Image:
    """Turn pixels ``[H, W, 3]`` into a PIL image."""
    return Image.fromarray(pixels)


def preview(pixels: Pixels) -> Frame:
    """Encode for a moving picture: raw RGBA when small, else JPEG without chroma subsampling.

    Pixels are of one picture ``[H, W, 3]``, or of several ``[n, H, W, 3]``, which are encoded one below the
    other.
    """
    if max(pixels.shape[-3:-1]) <= RAW_LIMIT:
        rgba = np.full((*pixels.shape[:-1], 4), 255, np.uint8)
        rgba[..., :3] = pixels
        return Frame(rgba.tobytes(), "image/x-rgba", *_size(pixels), lossless=True)
    return _encoded(pixels, "JPEG", lossless=False, quality=JPEG_QUALITY, subsampling=0)


def final(pixels: Pixels) -> Frame:
    """Encode without loss: raw RGBA when small, else lossless WebP at its fastest setting; see `preview`."""
    if max(pixels.shape[-3:-1]) <= RAW_LIMIT:
        return preview(pixels)
    return _encoded(pixels, "WEBP", lossless=True, quality=0, method=0)


def _encoded(pixels: Pixels, codec: str, *, lossless: bool, **options: int) -> Frame:
    buffer = io.BytesIO()
    picture = to_pil(pixels.reshape(-1, *pixels.shape[-2:]))
    if lossless:
        picture.save(buffer, codec, lossless=True, exact=True, **options)
    else:
        picture.save(buffer, codec, **options)
    return Frame(buffer.getvalue(), f"image/{codec.lower()}", *_size(pixels), lossless)


def _size(pixels: Pixels) -> tuple[int, int]:
    return pixels.shape[-2], pixels.shape[-3]
