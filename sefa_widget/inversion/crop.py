"""The part of a picture that is cut to a generator's frame."""

from __future__ import annotations

from dataclasses import dataclass

from sefa_widget.arguments import number

EXACT = 1e-6
"""What a cut may go beyond the picture, because fractions are rounded."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of an upright picture, in fractions of its width and height.

    One that is empty, or not within the picture, is a ValueError.

    >>> from sefa_widget.inversion import Crop
    >>> Crop(0.25, 0.0, 0.5, 1.0).pixels(400, 200)
    (100, 0, 300, 200)

    Attributes
    ----------
    left
        What is left of it, as a fraction of the picture's width.
    top
        What is above it, as a fraction of the picture's height.
    width
        Its width, as a fraction of the picture's.
    height
        Its height, as a fraction of the picture's.
    """

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        """Check that it is within the picture."""
        for name in ("left", "top", "width", "height"):
            number(getattr(self, name), f"{name} of a Crop", 0, 1)
        within = self.left + self.width <= 1 + EXACT and self.top + self.height <= 1 + EXACT
        if not within or not self.width or not self.height:
            raise ValueError(
                f"{self} is empty or not within the picture; left + width and top + height are at most 1."
            )

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Give left, top, right and bottom in a picture of so many pixels; at least one is within."""
        left, right = _ends(self.left, self.width, width)
        top, bottom = _ends(self.top, self.height, height)
        return left, top, right, bottom


def _ends(start: float, length: float, size: int) -> tuple[int, int]:
    first = min(size - 1, round(start * size))
    return first, min(size, max(first + 1, round((start + length) * size)))
