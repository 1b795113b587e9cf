"""Turns a picture of any kind into the tensor that a generator would have drawn."""

from __future__ import annotations

import io
import math
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor
from torch.nn.functional import interpolate

from sefa_widget.arguments import instance
from sefa_widget.arguments import path as full_path
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.inversion.crop import Crop

MOST_PIXELS = 100_000_000
"""Larger pictures are refused before their pixels are read."""
READ_ERRORS = (OSError, ValueError, SyntaxError, EOFError, struct.error)
"""What PIL raises for files that are damaged."""
REDUCIBLE = ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr")
"""Modes whose pixels can be averaged before all else."""

Picture = str | Path | bytes | Image.Image | np.ndarray[Any, Any] | Tensor
"""A file or its bytes, a PIL image, an array ``[H, W]`` or ``[H, W, 3 or 4]`` of uint8 (0..255) or uint16
(0..65535), or a tensor ``[C, H, W]`` of -1..1, as `Generator.synthesize` gives it."""


def read_picture(generator: Generator, picture: Picture, *, crop: Crop | None = None) -> Tensor:
    """Give a picture as ``[1, C, H, W]`` of -1..1, cut to the generator's frame.

    A photo is turned as its EXIF entry says, what is transparent becomes white, and of an animation the
    first frame is taken, with a warning. A large photo is made smaller before its colours are computed.

    >>> import numpy as np
    >>> from sefa_widget import load_generator
    >>> from sefa_widget.inversion import read_picture
    >>> read_picture(load_generator("faces"), np.zeros((300, 400, 3), np.uint8)).shape
    torch.Size([1, 3, 64, 64])

    Parameters
    ----------
    generator
        Whose frame it must fill: `resolution` by `width` pixels.
    picture
        A path, the bytes of a file, a PIL image, an array, or a tensor; an image of PIL is not changed.
    crop
        The part that is taken, for example that of `suggested_crop`; None is all of it. What is not of
        the frame's proportions is cut about its middle.

    Returns
    -------
    Tensor
        The target ``[1, C, H, W]`` on the generator's device.

    Raises
    ------
    ValueError
        If it is no picture, cannot be read to its end, or has more than 100 million pixels.
    """
    check_generator(generator)
    if crop is not None:
        instance(crop, "crop", Crop, "a Crop(left, top, width, height) in fractions of the picture, or None")
    if isinstance(picture, Tensor):
        return _framed(generator, _cut(_checked(generator, picture), crop))
    least = 4 * max(generator.resolution, generator.width)
    image = _upright(picture, least, generator.channels, crop)
    values = torch.from_numpy(np.array(image, dtype=np.float32)).reshape(image.height, image.width, -1)
    return _framed(generator, values.permute(2, 0, 1)[None] / 127.5 - 1)


def grey_levels(generator: Generator, picture: Picture, longest: int) -> Tensor:
    """Give a picture, whole and upright, as ``[1, 1, H, W]`` of 0..255; a larger one is made smaller."""
    if isinstance(picture, Tensor):
        red, green, blue = _checked(generator, picture).expand(-1, 3, -1, -1).unbind(1)
        values = (0.299 * red + 0.587 * green + 0.114 * blue)[None] * 127.5 + 127.5
    else:
        values = torch.from_numpy(np.array(_upright(picture, longest, 1, None), np.float32))[None, None]
    scale = longest / max(values.shape[2:])
    if scale >= 1:
        return values
    size = [max(1, round(length * scale)) for length in values.shape[2:]]
    return interpolate(values, size, mode="bicubic", antialias=True, align_corners=False)


def _cut(picture: Tensor, crop: Crop | None) -> Tensor:
    if crop is None:
        return picture
    left, top, right, bottom = crop.pixels(picture.shape[3], picture.shape[2])
    return picture[:, :, top:bottom, left:right]


def _upright(picture: Picture, least: int, channels: int, crop: Crop | None) -> Image.Image:
    """Read a picture that is no tensor: upright, of 8 bits, the part alone that is cut out.

    It is made smaller where more than `least` pixels a side remain.
    """
    if isinstance(picture, str | Path | bytes):
        with _opened(picture if isinstance(picture, bytes) else full_path(picture, "picture")) as image:
            return _read(image, least, channels, crop)
    if isinstance(picture, np.ndarray):
        picture = _of_array(picture)
    wanted = "a path, a PIL image, an array [H, W, 3] of 0..255, or a tensor [C, H, W] of -1..1"
    return _read(instance(picture, "picture", Image.Image, wanted), least, channels, crop)


def _read(image: Image.Image, least: int, channels: int, crop: Crop | None) -> Image.Image:
    _check_pixels(image.width, image.height)
    if (frames := getattr(image, "n_frames", 1)) > 1:
        warnings.warn(f"The picture has {frames} frames; the first one is taken.", stacklevel=4)
    share = 1.0 if crop is None else min(crop.width, crop.height)
    try:
        if frames > 1:
            image.seek(0)
        image.load()
        image = _plain(_smaller(image, math.ceil(least / share)), channels)
        if crop is not None:
            image = image.crop(crop.pixels(*image.size))
        return _smaller(image, least)
    except READ_ERRORS as error:
        raise ValueError(f"The picture cannot be read: {error}. It may be cut off; save it again.") from error


def _smaller(image: Image.Image, least: int) -> Image.Image:
    """Average blocks of pixels as long as more than `least` a side remain, so that memory stays bounded."""
    factor = min(image.size) // least
    return image.reduce(factor) if factor > 1 and image.mode in REDUCIBLE else image


def _check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise ValueError(
            f"The picture has {width} x {height} pixels; at most {MOST_PIXELS:,} are taken. Make it smaller."
        )


def _opened(file: Path | bytes) -> Image.Image:
    name = "The picture" if isinstance(file, bytes) else repr(file.name)
    if isinstance(file, Path) and not file.is_file():
        raise ValueError(f"There is no file {str(file)!r}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(file) if isinstance(file, bytes) else file)
    except Image.DecompressionBombError as error:
        raise ValueError(f"{name} has more than {MOST_PIXELS:,} pixels; make it smaller.") from error
    except (UnidentifiedImageError, *READ_ERRORS) as error:
        raise ValueError(f"{name} is not a picture that can be read; use PNG, JPEG or WebP.") from error


def _plain(image: Image.Image, channels: int) -> Image.Image:
    """Give an image of 8 bits, grey or RGB, upright."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits, which PIL would clip instead of scale
        image = Image.fromarray((np.asarray(image) // 257).clip(0, 255).astype(np.uint8))
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers of no known range; give a tensor of -1..1")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L" if channels == 1 else "RGB")


def _of_array(array: np.ndarray[Any, Any]) -> Image.Image:
    grey, coloured = array.ndim == 2, array.ndim == 3 and array.shape[2] in (3, 4)
    if array.dtype not in (np.uint8, np.uint16) or not (grey or coloured) or not array.size:
        raise ValueError(
            f"The picture is an array {list(array.shape)} of {array.dtype}; it must be [H, W] or "
            "[H, W, 3 or 4] of uint8, 0 to 255, or of uint16, 0 to 65535."
        )
    _check_pixels(array.shape[1], array.shape[0])
    return Image.fromarray(array if array.dtype == np.uint8 else (array // 257).astype(np.uint8))


def _checked(generator: Generator, picture: Tensor) -> Tensor:
    given, picture = list(picture.shape), picture[None] if picture.ndim == 3 else picture
    allowed = f"[{generator.channels}, H, W] of finite numbers, -1 to 1"
    if picture.ndim != 4 or picture.shape[:2] != (1, generator.channels) or not picture.numel():
        raise ValueError(f"The picture is a tensor {given}; it must be {allowed}.")
    if not picture.is_floating_point() or not picture.isfinite().all() or picture.abs().max() > 2:
        raise ValueError(f"The picture is a tensor of other numbers; it must be {allowed}.")
    return picture.detach().clone().cpu().float().clamp(-1, 1)


def _framed(generator: Generator, picture: Tensor) -> Tensor:
    """Cut the middle in the frame's proportions, and resize it."""
    height, width = picture.shape[2:]
    size = (generator.resolution, generator.width)
    scale = min(height / size[0], width / size[1])
    cut = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    top, left = (height - cut[0]) // 2, (width - cut[1]) // 2
    picture = picture[:, :, top : top + cut[0], left : left + cut[1]]
    if picture.shape[2:] != size:
        picture = interpolate(picture, size, mode="bicubic", antialias=True, align_corners=False)
    return picture.clamp(-1, 1).to(generator.device, generator.dtype)
