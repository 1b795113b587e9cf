import io

import numpy as np
import pytest
import torch
from PIL import Image

from sefa_widget.pictures import frames


def picture(size: int) -> torch.Tensor:
    """A smooth colourful picture, as generators make them."""
    ramp = torch.linspace(-1.2, 1.2, size)
    x, y = torch.meshgrid(ramp, ramp, indexing="ij")
    return torch.stack([x, y, torch.sin(3 * x * y)])


def decoded(frame: frames.Frame) -> np.ndarray:
    if frame.mime == "image/x-rgba":
        rgba = np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width, 4)
        assert (rgba[..., 3] == 255).all()
        return rgba[..., :3]
    return np.asarray(Image.open(io.BytesIO(frame.data)).convert("RGB"))


def test_minus_one_is_black_one_is_white_and_beyond_is_clipped():
    image = torch.tensor([-5.0, -1.0, 0.0, 1.0, 5.0]).expand(3, 1, 5)
    assert frames.to_pixels(image)[0, :, 0].tolist() == [0, 0, 128, 255, 255]


def test_grey_becomes_rgb_and_nan_becomes_black():
    pixels = frames.to_pixels(torch.tensor([[[1.0, float("nan")]]]))
    assert pixels.tolist() == [[[255] * 3, [0] * 3]]


@pytest.mark.parametrize("size", [1, 64, 128, 129, 300])
def test_a_final_frame_holds_exactly_the_pixels(size):
    pixels = frames.to_pixels(picture(size))
    frame = frames.final(pixels)
    assert frame.lossless
    assert (frame.width, frame.height) == (size, size)
    assert np.array_equal(decoded(frame), pixels)


def test_a_small_preview_is_already_lossless_and_a_large_one_is_a_close_jpeg():
    assert frames.preview(frames.to_pixels(picture(128))).lossless
    pixels = frames.to_pixels(picture(256))
    frame = frames.preview(pixels)
    assert not frame.lossless
    assert frame.mime == "image/jpeg"
    assert np.abs(decoded(frame).astype(int) - pixels).mean() < 2


def test_pictures_need_not_be_square():
    pixels = frames.to_pixels(picture(200)[:, :70])
    assert decoded(frames.final(pixels)).shape == (70, 200, 3)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_batch_becomes_the_pixels_of_each_image(device, channels):
    images = (torch.randn(3, channels, 5, 4, generator=torch.Generator().manual_seed(0)) * 0.7).to(device)
    pixels = frames.to_pixels(images)
    assert pixels.shape == (3, 5, 4, 3)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, np.stack([frames.to_pixels(image) for image in images]))


def test_the_images_given_stay_as_they_are():
    images = torch.full((1, 3, 2, 2), 0.25)
    frames.to_pixels(images)
    assert (images == 0.25).all()


@pytest.mark.parametrize("shape", [(4, 4), (0, 4, 4), (1, 2, 3, 4, 4)])
def test_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=rf"these have \[{', '.join(map(str, shape))}\]"):
        frames.to_pixels(torch.zeros(shape))


def test_what_is_not_opaque_shows_a_checkerboard():
    picture = torch.zeros(4, 32, 32)
    picture[3] = -1.0
    picture[:, :, 16:] = 1.0
    pixels = frames.to_pixels(picture)
    assert pixels[0, :4, 0].tolist() == [255, 255, 204, 204]  # squares of 2 pixels
    assert pixels[2, :4, 0].tolist() == [204, 204, 255, 255]
    assert (pixels[:, 16:] == 255).all()


def test_half_opaque_grey_mixes_with_the_checkerboard():
    picture = torch.full((3, 2, 32, 32), -1.0)
    picture[:, 1] = 0.0
    pixels = frames.to_pixels(picture)
    assert pixels.shape == (3, 32, 32, 3)
    assert pixels[2, 0, 0].tolist() == [128] * 3
    assert pixels[2, 0, 2].tolist() == [102] * 3
