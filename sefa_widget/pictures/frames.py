"""An image tensor in, the bytes of a picture out, small and fast (preview) or lossless (final)."""

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

Pixels = NDArray[np.uint8]
"""``[H, W, 3]`` RGB."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded picture.

    Attributes
    ----------
    data
        The encoded bytes.
    mime
        Their encoding; ``image/x-rgba`` is width * height * 4 raw bytes.
    width
        Pixels in a row.
    height
        Rows.
    lossless
        Whether the bytes hold exactly the pixels.
    """

    data: bytes
    mime: str
    width: int
    height: int
    lossless: bool


def to_pixels(image: Tensor) -> Pixels:
    """Turn one image ``[C, H, W]`` of -1..1 into 8-bit RGB pixels, rounded to the nearest and clipped.

    One channel becomes grey, channels after the third are left out; NaN becomes black.
    """
    if image.ndim != 3 or image.shape[0] < 1:
        raise ValueError(f"An image has shape [C, H, W]; this one has {list(image.shape)}.")
    rgb = image[:3] if image.shape[0] >= 3 else image[:1].expand(3, -1, -1)
    scaled = torch.nan_to_num(rgb.float(), nan=-1.0).add(1).mul(127.5).round().clamp(0, 255)
    pixels: Pixels = scaled.to(torch.uint8).permute(1, 2, 0).contiguous().cpu().numpy()
    return pixels


def side_by_side(left: Pixels, right: Pixels) -> Pixels:
    """Put two pictures of one size next to each other, ``[H, 2 W, 3]``."""
    return np.concatenate([left, right], axis=1)


def to_pil(pixels: Pixels) -> Image.Image:
    """Turn pixels ``[H, W, 3]`` into a PIL image."""
    return Image.fromarray(pixels)


def preview(pixels: Pixels) -> Frame:
    """Encode for a moving picture: raw RGBA when small, else JPEG without chroma subsampling."""
    height, width = pixels.shape[:2]
    if max(height, width) <= RAW_LIMIT:
        rgba = np.full((height, width, 4), 255, np.uint8)
        rgba[..., :3] = pixels
        return Frame(rgba.tobytes(), "image/x-rgba", width, height, lossless=True)
    return _encoded(pixels, "JPEG", lossless=False, quality=JPEG_QUALITY, subsampling=0)


def final(pixels: Pixels) -> Frame:
    """Encode without loss: raw RGBA when small, else lossless WebP at its fastest setting."""
    if max(pixels.shape[:2]) <= RAW_LIMIT:
        return preview(pixels)
    return _encoded(pixels, "WEBP", lossless=True, quality=0, method=0)


def _encoded(pixels: Pixels, codec: str, *, lossless: bool, **options: int) -> Frame:
    buffer = io.BytesIO()
    if lossless:
        to_pil(pixels).save(buffer, codec, lossless=True, exact=True, **options)
    else:
        to_pil(pixels).save(buffer, codec, **options)
    height, width = pixels.shape[:2]
    return Frame(buffer.getvalue(), f"image/{codec.lower()}", width, height, lossless)
