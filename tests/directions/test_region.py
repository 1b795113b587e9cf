"""Boxes of a picture, in pixels or fractions, of what is compared."""

import numpy as np
import pytest

from sefa_widget.directions.region import MAX_SIDE, box, coarseness


@pytest.mark.parametrize(
    ("height", "width", "step"),
    [(64, 64, 1), (256, 256, 1), (257, 8, 2), (8, 257, 2), (512, 512, 2), (513, 1, 3), (1024, 1024, 4)],
)
def test_larger_pictures_are_averaged_down_to_at_most_256(height, width, step):
    assert MAX_SIDE == 256
    assert coarseness(height, width) == step


@pytest.mark.parametrize(
    ("size", "slices"),
    [((64,), (64, 64)), ((64, 32), (64, 32)), ((512, 1024), (128, 256)), ((257,), (129, 129))],
)
def test_no_region_is_the_whole_picture(size, slices):
    assert box(None, *size) == (slice(0, slices[0]), slice(0, slices[1]))


@pytest.mark.parametrize(
    ("region", "size", "found"),
    [
        ((1, 2, 5, 7), (8,), (1, 5, 2, 7)),
        ((0, 0, 8, 8), (8,), (0, 8, 0, 8)),
        ((0.25, 0.5, 0.75, 1.0), (8,), (2, 6, 4, 8)),
        ((0.25, 0.5, 0.75, 1.0), (8, 16), (2, 6, 8, 16)),
        ((0, 0, 1.0, 0.5), (8, 16), (0, 8, 0, 8)),
        ((4, 8, 12, 1024), (512, 1024), (1, 3, 2, 256)),
        ((np.int64(1), 2, 3, np.int32(4)), (8,), (1, 3, 2, 4)),
        ([0, 8, 4, 16], (8, 16), (0, 4, 8, 16)),
    ],
)
def test_whole_numbers_are_pixels_and_others_fractions_of_the_side(region, size, found):
    top, bottom, left, right = found
    assert box(region, *size) == (slice(top, bottom), slice(left, right))


@pytest.mark.parametrize(
    "region",
    [
        (-1, 0, 4, 4),
        (4, 0, 4, 4),
        (0, 4, 4, 4),
        (0, 0, 9, 4),
        (0, 0, 4, 9),
        (0, -1, 4, 4),
        (5, 0, 4, 4),
        (0, 5, 4, 4),
    ],
)
def test_a_box_that_is_empty_or_outside_is_refused(region):
    with pytest.raises(ValueError, match=r"is not a box of a 8x8 picture: .* whole pixels of 0\.\.8, or"):
        box(region, 8)
    with pytest.raises(ValueError, match=r"is not a box of a 8x16 picture: .* of 0\.\.8 and 0\.\.16, or"):
        box((0, 0, 9, 16), 8, 16)


def test_a_region_has_four_edges_that_are_numbers():
    for wrong in ((0, 0, 4), (0, 0, 4, 4, 4)):
        with pytest.raises(ValueError, match=r"region is .*; it must be \(top, left, bottom, right\)"):
            box(wrong, 8)
    with pytest.raises(ValueError, match="region is"):
        box("0044", 8)
    with pytest.raises(ValueError, match="An edge of the region is"):
        box((0, 0, float("nan"), 4), 8)
