"""Where the largest face of a picture is, by dlib's detector of upright faces seen from the front.

The detector slides a window of 80 pixels over gradients of a picture (Dalal & Triggs 2005, "Histograms of
Oriented Gradients for Human Detection"; King 2015, "Max-Margin Object Detection"). It is part of dlib, so no
weights are loaded. It says where a face is, never whose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

SIDES = (256, 512, 896)
"""Longer sides that a picture is brought to, until a face is found: the largest faces are found first."""
ENLARGED = 2
"""No picture is enlarged more than so many times, but for the first of these sides."""
FINER = (0.875, 0.9375, 1.0, 1.0625, 1.125)
"""Each look is repeated with sides so many times as long: boxes come in steps, which the mean smooths."""
LEAST = 2
"""A face is one that is found in so many of these looks."""
WELL = 120
"""Pixels of a face that is measured: where it is smaller than the window, its box is too large."""
AROUND = 1.25
"""So many of its sides around its middle are looked at then."""
LARGEST = round(SIDES[-1] * FINER[-1])
"""The longer side of the largest picture that is looked at."""

_alone = Lock()
"""The detector keeps what it looks at, so that threads take turns."""


@dataclass(frozen=True, slots=True)
class Face:
    """A square around a face.

    Attributes
    ----------
    x, y
        Its middle, in pixels from the left and from the top.
    side
        Its length, in pixels.
    """

    x: float
    y: float
    side: float

    def is_as(self, other: Face) -> bool:
        """Whether both are about the same square."""
        far = max(abs(self.x - other.x), abs(self.y - other.y)) / other.side
        return far < 0.3 and 0.6 < self.side / other.side < 1 / 0.6


def check_detector() -> None:
    """Raise an ImportError that says what to install, if dlib is not installed."""
    _detector()


def largest_face(grey: Tensor, between: Callable[[], object] | None = None) -> Face | None:
    """Find the largest face of a picture.

    Parameters
    ----------
    grey
        Grey levels ``[1, 1, H, W]`` of 0..255.
    between
        Called after each of up to 15 looks at the picture, of 10 to 200 ms; what it raises ends the work.

    Returns
    -------
    Face or None
        In pixels of the picture; None if there is none of at least 40 pixels, or about a twelfth of the
        longer side.

    Raises
    ------
    ImportError
        If dlib is not installed.
    """
    most = max(SIDES[0], ENLARGED * max(grey.shape[2:]))
    for side in (side for side in SIDES if side <= most):
        face = _agreed(_looks(grey, side / max(grey.shape[2:]), between))
        if face is not None:
            return _measured(grey, face, between) or face
    return None


def _measured(grey: Tensor, face: Face, between: Callable[[], object] | None) -> Face | None:
    """Look at a face again at the size at which it is seen well."""
    reach = AROUND * face.side
    left, top = max(0, round(face.x - reach)), max(0, round(face.y - reach))
    near = grey[:, :, top : round(face.y + reach), left : round(face.x + reach)]
    found = _agreed(_looks(near, WELL / face.side, between))
    return None if found is None else Face(found.x + left, found.y + top, found.side)


def _looks(grey: Tensor, scale: float, between: Callable[[], object] | None) -> list[list[Face]]:
    """Give the faces that are found at several scales about one."""
    looks = []
    for times in FINER:
        looks.append(_faces(grey, scale * times))
        if between is not None:
            between()
    return looks


def _faces(grey: Tensor, scale: float) -> list[Face]:
    """Give the faces that the detector finds in a picture that is made so many times as large."""
    size = [max(1, round(length * scale)) for length in grey.shape[2:]]
    seen = interpolate(grey, size, mode="bicubic", antialias=scale < 1, align_corners=False)
    pixels = seen[0, 0].round().clamp(0, 255).to(torch.uint8).numpy()
    detector = _detector()
    with _alone:
        boxes, _, _ = detector.run(pixels, 0, 0.0)
    found = [(box.left() + box.width() / 2, box.top() + box.height() / 2, box.width()) for box in boxes]
    return [Face(x / scale, y / scale, side / scale) for x, y, side in found]


def _agreed(looks: list[list[Face]]) -> Face | None:
    """Give the mean of the largest face that is found in several looks."""
    for one in sorted((face for faces in looks for face in faces), key=lambda face: -face.side):
        same = [next((face for face in faces if face.is_as(one)), None) for faces in looks]
        found = [face for face in same if face is not None]
        if len(found) >= LEAST:
            count = len(found)
            x, y = (sum(getattr(face, name) for face in found) / count for name in ("x", "y"))
            return Face(x, y, sum(face.side for face in found) / count)
    return None


@cache
def _detector() -> Any:
    try:
        import dlib
    except ImportError as error:
        raise ImportError(
            "Faces are found by dlib, which is not installed: pip install 'sefa_widget[faces]'."
        ) from error
    return dlib.get_frontal_face_detector()
