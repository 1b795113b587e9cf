"""A box of the picture, in which changes are compared."""

from __future__ import annotations

import numpy as np

from sefa_widget.arguments import number, several

Region = tuple[float, float, float, float]
"""Top, left, bottom and right: whole pixels, or fractions of the picture."""
MAX_SIDE = 256
"""Larger pictures are compared after averaging squares of pixels down to at most this side."""


def coarseness(height: int, width: int) -> int:
    """Give the side of the squares of pixels that are averaged before pictures are compared."""
    return -(-max(height, width) // MAX_SIDE)


def box(region: Region | None, height: int, width: int | None = None) -> tuple[slice, slice]:
    """Turn a region into slices over height and width of the compared picture, or say what is wrong."""
    width = height if width is None else width
    step = coarseness(height, width)
    high, wide = -(-height // step), -(-width // step)
    if region is None:
        return slice(0, high), slice(0, wide)
    edges = several(region, "region", "(top, left, bottom, right)")
    if len(edges) != 4:
        raise ValueError(f"region is {region!r}; it must be (top, left, bottom, right).")
    pixels = all(isinstance(edge, int | np.integer) for edge in edges)
    edges = [number(edge, "An edge of the region") for edge in edges]
    sides = (high, wide, high, wide)
    top, left, bottom, right = (
        round(edge / step if pixels else edge * side) for edge, side in zip(edges, sides, strict=True)
    )
    if not (0 <= top < bottom <= high and 0 <= left < right <= wide):
        limits = f"0..{height}" if height == width else f"0..{height} and 0..{width}"
        raise ValueError(
            f"Region {tuple(edges)} is not a box of a {height}x{width} picture: (top, left, "
            f"bottom, right) are whole pixels of {limits}, or fractions of 0..1."
        )
    return slice(top, bottom), slice(left, right)
