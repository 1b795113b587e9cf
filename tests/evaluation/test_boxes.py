import numpy as np
import pytest
import torch

from sefa_widget.evaluation.boxes import WHOLE, as_box, as_pixels


def test_pixels_are_rounded_cut_off_and_enlarged_where_they_are_few():
    images = torch.tensor([-2.0, -1, 0, 2]).reshape(1, 1, 2, 2)
    assert as_pixels(images, 1)[0, :, :, 0].tolist() == [[0, 0], [128, 255]]
    assert as_pixels(torch.zeros(2, 3, 8, 4), 16).shape == (2, 32, 16, 3)
    assert as_pixels(torch.zeros(2, 3, 8, 4), 2).shape == (2, 8, 4, 3)


def test_grey_pictures_are_taken_as_rgb():
    found = as_pixels(torch.rand(1, 1, 4, 4), 4)
    assert np.array_equal(found[..., 0], found[..., 2])


def test_a_box_is_four_fractions_in_order():
    assert as_box([0, 0, 1, 1]) == WHOLE
    for wrong in ([0, 0, 1], [0.5, 0, 0.5, 1], [0, 1, 1, 0]):
        with pytest.raises(ValueError, match="left, top, right, bottom"):
            as_box(wrong)
    with pytest.raises(ValueError, match="part of the box"):
        as_box([0, 0, 1, 1.5])
