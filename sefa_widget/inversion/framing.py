"""Suggests where a photo is cut: so that its largest face stands where the generator's own faces do."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import torch

from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.generators.version import ByWeights
from sefa_widget.inversion.crop import Crop
from sefa_widget.inversion.faces import LARGEST, SIDES, Face, check_detector, largest_face
from sefa_widget.inversion.picture import Picture, grey_levels
from sefa_widget.progress import Progress, check_progress, part, shares

SAMPLES = 24
"""How many of the generator's own pictures are looked at."""
FIRST_SEED = 2_000_000
"""They are of seeds that no search samples by default."""
LEAST = SAMPLES // 3
"""A generator of fewer faces makes none."""
_kept: ByWeights[Face | None] = ByWeights()


def suggested_crop(
    generator: Generator, picture: Picture, *, progress: Progress | None = None
) -> Crop | None:
    """Suggest where to cut a photo, so that its largest face stands where the generator's faces do.

    The detector of dlib looks for faces in 24 samples of the generator, once as long as its weights are the
    same; the median of these is where its faces stand. Then it looks for the largest face of the photo. The
    cut has the proportions of the generator's frame. One that would be larger than the photo is made
    smaller, and one that would go beyond the photo is moved until it is within.

    >>> import numpy as np
    >>> from sefa_widget import load_generator
    >>> from sefa_widget.inversion import suggested_crop
    >>> suggested_crop(load_generator("faces"), np.zeros((300, 400, 3), np.uint8)) is None
    True

    Parameters
    ----------
    generator
        The generator; its classes, if it has any, are drawn at random.
    picture
        As `read_picture` takes it.
    progress
        Called with how much of the work is done, and how much there is; what it raises ends the work.

    Returns
    -------
    Crop or None
        For ``crop=`` of `read_picture`, `invert` and `panel.find`. None if no upright face, seen from the
        front, is found in the photo, or in a third of the samples. None leaves a picture cut about its
        middle.

    Raises
    ------
    ImportError
        If dlib is not installed: ``pip install 'sefa_widget[faces]'``.
    ValueError
        If it is no picture that can be read.
    """
    check_generator(generator)
    told = check_progress(progress)
    check_detector()
    first, second = shares(told, (SAMPLES, 2))
    grey = grey_levels(generator, picture, LARGEST)
    own = own_face(generator, first)
    face = None if own is None else largest_face(grey, _between(second))
    if second is not None:
        second(1, 1)
    if own is None or face is None:
        return None
    height, width = grey.shape[2:]
    return cut_around(face, (width, height), own, (generator.width, generator.resolution))


def own_face(generator: Generator, progress: Progress | None = None) -> Face | None:
    """Give where a generator's faces stand in its frame; None if it makes none.

    It is measured once as long as the weights are the same.

    Raises
    ------
    ImportError
        If dlib is not installed.
    """
    check_detector()
    kept = _kept.of(generator)
    if SAMPLES not in kept:
        found: list[Face] = []
        for number in range(SAMPLES):
            if len(found) + SAMPLES - number < LEAST:  # what is left cannot change that it makes none
                break
            face = _of_sample(generator, number, part(progress, number, SAMPLES))
            found += [] if face is None else [face]
        sides = [median(getattr(face, name) for face in found) for name in ("x", "y", "side") if found]
        kept[SAMPLES] = Face(*sides) if len(found) >= LEAST else None
    return kept[SAMPLES]


def _of_sample(generator: Generator, number: int, progress: Progress | None) -> Face | None:
    """Find the face of one sample, in pixels of the frame."""
    seed, labels = FIRST_SEED + number, None
    if generator.num_classes:
        random = torch.Generator("cpu").manual_seed(seed)
        labels = torch.randint(generator.num_classes, (1,), generator=random)
    image = generator.synthesize(generator.sample(seed, labels=labels)).float().cpu().clamp(-1, 1)
    return largest_face(grey_levels(generator, image, SIDES[0]), _between(progress))


def _between(progress: Progress | None) -> Callable[[], object] | None:
    return None if progress is None else lambda: progress(0, 1)


def cut_around(face: Face, photo: tuple[int, int], own: Face, frame: tuple[int, int]) -> Crop:
    """Cut a photo so that a face stands where `own` does in the frame, and the cut is within the photo.

    >>> cut_around(Face(150, 100, 50), (400, 200), Face(32, 32, 32), (64, 64))
    Crop(left=0.25, top=0.25, width=0.25, height=0.5)

    Parameters
    ----------
    face
        The face in the photo.
    photo
        Width and height of the photo, in pixels.
    own
        Where the generator's faces stand.
    frame
        Width and height of its frame, in pixels.
    """
    largest = min(size / side for size, side in zip(photo, frame, strict=True))
    scale = min(face.side / own.side, largest)
    left, width = _within(face.x, own.x * scale, frame[0] * scale, photo[0])
    top, height = _within(face.y, own.y * scale, frame[1] * scale, photo[1])
    return Crop(left, top, width, height)


def _within(middle: float, before: float, length: float, size: int) -> tuple[float, float]:
    """Give the start and the length of a cut as fractions of a side of the photo."""
    start = min(max(0.0, middle - before), max(0.0, size - length))
    return start / size, min(1.0, length / size)
