"""A box of the picture, in which changes are compared."""

from __future__ import annotations

import numpy as np

from sefa_widget.arguments import number, several

Region = tuple[float, float, float, float]
"""Top, left, bottom and right: whole pixels, or fractions of the picture."""
MAX_SIDE = 256
"""Larger pictures are compared after averaging squares of pixels down to at most this side."""


def box(region: Region | None, resolution: int) -> tuple[slice, slice]:
    """Turn a region into slices over height and width of the compared picture, or say what is wrong."""
    step = -(-resolution // MAX_SIDE)
    side = -(-resolution // step)
    if region is None:
        return slice(0, side), slice(0, side)
    edges = several(region, "region", "(top, left, bottom, right)")
    if len(edges) != 4:
        raise ValueError(f"region is {region!r}; it must be (top, left, bottom, right).")
    pixels = all(isinstance(edge, int | np.integer) for edge in edges)
    edges = [number(edge, "An edge of the region") for edge in edges]
    top, left, bottom, right = (round(edge / step if pixels else edge * side) for edge in edges)
    if not (0 <= top < bottom <= side and 0 <= left < right <= side):
        raise ValueError(
            f"Region {tuple(edges)} is not a box of a {resolution}x{resolution} picture: (top, left, "
            f"bottom, right) are whole pixels of 0..{resolution}, or fractions of 0..1."
        )
    return slice(top, bottom), slice(left, right)
