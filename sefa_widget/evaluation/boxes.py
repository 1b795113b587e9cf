"""Pictures of a generator as networks of other packages take them: pixels, and the part that holds a face."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from sefa_widget.arguments import instance, number, several

Box = tuple[float, float, float, float]
"""Left, top, right and bottom of a part of a picture, as fractions of its width and height."""
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def as_box(given: Sequence[float]) -> Box:
    """Check a box.

    Raises
    ------
    ValueError
        If it is not four fractions, left before right and top before bottom.
    """
    wanted = "four fractions of the picture: left, top, right, bottom"
    found = [number(part, "A part of the box", 0, 1) for part in several(given, "box", wanted)]
    if len(found) != 4 or found[0] >= found[2] or found[1] >= found[3]:
        raise ValueError(f"box is {given!r}; it must be {wanted}, such as (0.1, 0.2, 0.9, 1).")
    left, top, right, bottom = found
    return left, top, right, bottom


def as_pixels(images: Tensor, finest: int) -> NDArray[np.uint8]:
    """Give pictures ``[N, 3, H, W]`` of about -1..1 as ``[N, H, W, 3]`` of 0..255.

    Grey ones are taken as RGB, and those with a side under `finest` pixels are enlarged.

    Raises
    ------
    ValueError
        If they have another shape or type.
    """
    shown = _colours(images).detach().to("cpu", torch.float32).clamp(-1, 1)
    scale = finest / min(shown.shape[2:])
    if scale > 1:
        size = [round(side * scale) for side in shown.shape[2:]]
        shown = interpolate(shown, size, mode="bicubic", align_corners=False).clamp(-1, 1)
    pixels = ((shown + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1)
    return np.ascontiguousarray(pixels.numpy())


def cut_out(images: Tensor, box: Box, device: torch.device) -> Tensor:
    """Give the part of pictures in a box: float32 ``[N, 3, h, w]`` of 0..255, on a device.

    Grey ones are taken as RGB, colours beyond -1..1 are cut off, and edges are rounded to whole pixels.

    Raises
    ------
    ValueError
        If pictures have another shape or type, or less than one pixel of them is in the box.
    """
    images = _colours(images)
    height, width = images.shape[2:]
    sides = zip(box, (width, height) * 2, strict=True)
    left, top, right, bottom = (round(part * side) for part, side in sides)
    if right <= left or bottom <= top:
        raise ValueError(
            f"The box {box} holds less than one pixel of pictures of {width}x{height}; give a larger one."
        )
    face = images[:, :, top:bottom, left:right].to(device, torch.float32)
    return (face.clamp(-1, 1) + 1) * 127.5


def _colours(images: Tensor) -> Tensor:
    """Give pictures with three channels, or say what is wrong with them."""
    instance(images, "images", Tensor, "a tensor of pictures [N, 3, H, W] of about -1..1")
    if images.ndim != 4 or images.shape[1] not in (1, 3) or not images.is_floating_point():
        raise ValueError(
            f"Pictures have shape {list(images.shape)} and type {images.dtype}; they must be floats "
            "[N, 3, H, W] of about -1..1."
        )
    return images.expand(-1, 3, -1, -1)
