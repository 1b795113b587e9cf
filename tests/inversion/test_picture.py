import numpy as np
import pytest
import torch
from PIL import Image

from sefa_widget.inversion import read_picture


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pictures_of_any_mode_are_read(tiny, tmp_path, mode):
    grey = Image.new("L", (20, 20), 255 if mode == "1" else 128)
    if mode == "I;16":
        grey = Image.fromarray(np.full((20, 20), 128 * 257, dtype=np.uint16))
    path = tmp_path / ("a.tif" if mode in ("CMYK", "I;16") else "a.png")
    (grey if mode == "I;16" else grey.convert(mode)).save(path)
    assert read_picture(tiny, path).sub(1 if mode == "1" else 0.004).abs().max() < 0.02


def test_arrays_images_and_paths_give_the_same(tiny, tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    image = Image.fromarray(array)
    image.save(tmp_path / "a.png")
    first = read_picture(tiny, array)
    assert first.shape == (1, 3, 16, 16)
    for same in (image, tmp_path / "a.png", str(tmp_path / "a.png"), array.astype(np.uint16) * 257):
        assert torch.allclose(read_picture(tiny, same), first, atol=1e-6)


def test_the_middle_is_cut_out(tiny):
    array = np.zeros((16, 48, 3), np.uint8)
    array[:, 16:32] = 255
    assert read_picture(tiny, array).min() == 1


def test_what_is_transparent_becomes_white(tiny):
    assert read_picture(tiny, Image.new("RGBA", (20, 20), (0, 0, 0, 0))).min() > 0.99


@pytest.mark.parametrize("size", [16, 400])
def test_a_photo_is_turned_as_its_exif_entry_says(tiny, tmp_path, size):
    array = np.zeros((size, size, 3), np.uint8)
    array[: size // 2] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    Image.fromarray(array).save(tmp_path / "a.jpg", exif=exif)
    picture = read_picture(tiny, tmp_path / "a.jpg")
    assert picture[:, :, :6].max() < -0.9
    assert picture[:, :, 10:].min() > 0.9


def test_of_an_animation_the_first_frame_is_taken_and_that_is_said(tiny, tmp_path):
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 255)]
    frames[0].save(tmp_path / "b.gif", save_all=True, append_images=frames[1:])
    with pytest.warns(UserWarning, match="2 frames; the first one is taken"):
        assert read_picture(tiny, tmp_path / "b.gif").max() < -0.9


def test_a_picture_that_cannot_be_read_is_refused(tiny, tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"'a\.png' is not a picture"):
        read_picture(tiny, tmp_path / "a.png")
    Image.effect_noise((64, 64), 50).save(tmp_path / "c.png")
    (tmp_path / "c.png").write_bytes((tmp_path / "c.png").read_bytes()[:2000])
    with pytest.raises(ValueError, match="cannot be read"):
        read_picture(tiny, tmp_path / "c.png")
    Image.new("1", (20_000, 6_000)).save(tmp_path / "d.png")
    with pytest.raises(ValueError, match="at most 100,000,000"):
        read_picture(tiny, tmp_path / "d.png")
    with pytest.raises(ValueError, match="of no known range"):
        read_picture(tiny, Image.new("F", (8, 8)))


def test_an_image_that_was_given_is_not_changed(tiny):
    image = Image.new("RGBA", (500, 400), (1, 2, 3, 4))
    read_picture(tiny, image)
    assert (image.mode, image.size) == ("RGBA", (500, 400))
