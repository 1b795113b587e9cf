import numpy as np
import pytest
import torch
from PIL import Image

from sefa_widget.inversion import Crop, invert, read_picture


def quarters(side=400):
    """Give a picture that is white in its upper right quarter."""
    array = np.zeros((side, side, 3), np.uint8)
    array[: side // 2, side // 2 :] = 255
    return array


@pytest.mark.parametrize("side", [32, 400, 2000])
def test_the_part_that_is_named_is_read_from_pictures_of_any_kind(tiny, tmp_path, side):
    array = quarters(side)
    Image.fromarray(array).save(tmp_path / "a.png")
    tensor = torch.from_numpy(array).permute(2, 0, 1) / 127.5 - 1
    for picture in (array, Image.fromarray(array), tmp_path / "a.png", tensor):
        assert read_picture(tiny, picture, crop=Crop(0.55, 0.05, 0.4, 0.4)).min() > 0.99
        assert read_picture(tiny, picture, crop=Crop(0, 0.55, 1, 0.4)).max() < -0.99


def test_a_part_is_one_of_the_photo_that_is_turned_as_its_exif_entry_says(tiny, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    Image.fromarray(quarters()).save(tmp_path / "a.jpg", exif=exif, quality=95)
    assert read_picture(tiny, tmp_path / "a.jpg", crop=Crop(0.55, 0.55, 0.4, 0.4)).min() > 0.9


def test_what_is_not_of_the_frame_s_proportions_is_cut_about_its_middle(tiny):
    array = np.zeros((40, 160, 3), np.uint8)
    array[:, 40:80] = 255
    assert read_picture(tiny, array, crop=Crop(0, 0, 0.75, 1)).min() > 0.99


def test_a_small_part_of_a_large_photo_keeps_its_detail(tiny):
    array = np.zeros((4000, 4000, 3), np.uint8)
    array[2000:2016, 2000:2008] = 255
    cut = read_picture(tiny, array, crop=Crop(0.5, 0.5, 0.004, 0.004))
    assert cut[..., :8].min() == 1
    assert cut[..., 8:].max() == -1


def test_a_part_of_less_than_a_pixel_is_one_pixel():
    assert Crop(0.999, 0, 0.001, 1).pixels(10, 4) == (9, 0, 10, 4)


def test_the_part_is_what_a_search_looks_for(tiny):
    crop = Crop(0.5, 0, 0.5, 0.5)
    found = invert(tiny, quarters(), crop=crop, steps=0, samples=8, own=0)
    assert torch.equal(found.target, read_picture(tiny, quarters(), crop=crop)[0])


@pytest.mark.parametrize("values", [(0.5, 0, 0.6, 1), (0, 0.5, 1, 0.6), (0, 0, 0, 1), (0, 0, 1, 0)])
def test_a_part_that_is_empty_or_goes_beyond_the_picture_is_refused(values):
    with pytest.raises(ValueError, match="is empty or not within the picture; left"):
        Crop(*values)
