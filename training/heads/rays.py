"""Where rays meet ellipsoids, and how a head is turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

FAR = -1e3
"""Depth of the background."""


@dataclass
class Rays:
    """Where rays start and where they go.

    Attributes
    ----------
    origin, direction
        Per axis ``[N, P]`` and ``[N, 1]``, in the coordinates of what is hit; larger t is nearer to the
        viewer.
    """

    origin: tuple[Tensor, Tensor, Tensor]
    direction: tuple[Tensor, Tensor, Tensor]

    def at(self, depth: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Give the points at a depth ``[N, P]`` along the rays."""
        x, y, z = (start + depth * step for start, step in zip(self.origin, self.direction, strict=True))
        return x, y, z

    def meet(self, ellipsoid: Ellipsoid) -> Tensor:
        """Give the depth ``[N, P]`` at which rays meet an ellipsoid first, `FAR` where they miss it."""
        square: Tensor | float = 0.0
        product: Tensor | float = 0.0
        rest: Tensor | float = -1.0
        parts = zip(self.origin, self.direction, ellipsoid.centre, ellipsoid.radii, strict=True)
        for start, step, centre, radius in parts:
            offset, scaled = (start - centre) / radius, step / radius
            square, product = square + scaled * scaled, product + scaled * offset
            rest = rest + offset * offset
        assert isinstance(square, Tensor)
        assert isinstance(product, Tensor)
        inside = product * product - square * rest
        return torch.where(inside > 0, (inside.clamp_min(0).sqrt() - product) / square, FAR)


Number = Tensor | float


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid along the axes: centre and radii, each a number or one per head ``[N, 1]``."""

    centre: tuple[Number, Number, Number]
    radii: tuple[Number, Number, Number]


def rotation(yaw: Tensor, pitch: Tensor, roll: Tensor) -> list[list[Tensor]]:
    """Give the matrix from head to picture: yaw about y, then pitch about x, then roll about z (degrees)."""
    (cy, sy), (cp, sp), (cr, sr) = (
        (torch.cos(torch.deg2rad(angle)), torch.sin(torch.deg2rad(angle))) for angle in (yaw, -pitch, roll)
    )
    return [
        [cr * cy - sr * sp * sy, -sr * cp, cr * sy + sr * sp * cy],
        [sr * cy + cr * sp * sy, cr * cp, sr * sy - cr * sp * cy],
        [-cp * sy, sp, cp * cy],
    ]


def dot(first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
    """Give the product of two vectors whose entries broadcast with each other."""
    (a, b, c), (d, e, f) = first, second
    return a * d + b * e + c * f
