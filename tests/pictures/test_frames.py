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


@pytest.mark.parametrize("shape", [(5, 7, 3), (2, 5, 7, 3)])
def test_small_pictures_travel_as_rows_of_rgba_one_below_the_other(shape):
    pixels = np.random.RandomState(0).randint(0, 256, shape, np.uint8)
    for frame in (frames.preview(pixels), frames.final(pixels)):
        assert (frame.mime, frame.width, frame.height, frame.lossless) == ("image/x-rgba", 7, 5, True)
        rgba = np.frombuffer(frame.data, np.uint8).reshape(*shape[:-1], 4)
        assert np.array_equal(rgba[..., :3], pixels)
        assert (rgba[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("height", "width", "small"), [(128, 128, True), (129, 1, False), (1, 129, False), (128, 1, True)]
)
def test_up_to_128_pixels_of_either_side_are_small(height, width, small):
    pixels = np.zeros((height, width, 3), np.uint8)
    assert (frames.preview(pixels).mime == "image/x-rgba") is small
    assert (frames.final(pixels).mime == "image/x-rgba") is small


def test_large_pictures_travel_as_jpeg_with_all_colours_and_then_as_they_are():
    pixels = frames.to_pixels(torch.stack([picture(130), picture(130).flip(0)]))
    below = Image.fromarray(pixels.reshape(-1, 130, 3))
    quick, whole = frames.preview(pixels), frames.final(pixels)
    assert (quick.mime, quick.width, quick.height, quick.lossless) == ("image/jpeg", 130, 130, False)
    assert (whole.mime, whole.width, whole.height, whole.lossless) == ("image/webp", 130, 130, True)
    for frame, codec, options in (
        (quick, "JPEG", {"quality": 92, "subsampling": 0}),
        (whole, "WEBP", {"lossless": True, "exact": True, "quality": 0, "method": 0}),
    ):
        expected = io.BytesIO()
        below.save(expected, codec, **options)
        assert frame.data == expected.getvalue()


def test_of_more_than_four_channels_the_first_three_are_taken():
    image = torch.linspace(-1, 1, 6)[:, None, None].expand(6, 2, 2)
    assert frames.to_pixels(image)[0, 0].tolist() == [0, 51, 102]


@pytest.mark.parametrize(("size", "side"), [(8, 1), (16, 1), (31, 1), (32, 2), (64, 4)])
def test_the_checkerboard_has_16_squares_along_the_shorter_side(size, side):
    for shape in ((size, 70), (70, size)):
        clear = torch.zeros(4, *shape)
        clear[3] = -3.0  # beyond transparent
        pixels = frames.to_pixels(clear)[..., 0].astype(int)
        changes = np.flatnonzero(np.diff(pixels[0])) + 1
        assert changes.tolist() == list(range(side, shape[1], side))
        assert sorted(np.unique(pixels)) == [204, 255]


def test_half_precision_is_rounded_as_full_precision_is():
    image = (torch.arange(256.0) / 127.5 - 1).expand(3, 1, 256)
    assert frames.to_pixels(image)[0, :, 0].tolist() == list(range(256))
    half = image.half()
    assert np.array_equal(frames.to_pixels(half), frames.to_pixels(half.float()))


def test_an_opaque_picture_keeps_its_colours():
    image = torch.tensor([-1.0, 0.2, 0.6, 1.0])[:, None, None].expand(4, 3, 3)
    assert frames.to_pixels(image)[1, 1].tolist() == [0, 153, 204]
    grey = torch.tensor([0.2, 1.0])[:, None, None].expand(2, 3, 3)
    assert frames.to_pixels(grey)[1, 1].tolist() == [153] * 3


def test_many_small_pictures_are_still_small():
    pixels = np.zeros((130, 2, 3, 3), np.uint8)
    for frame in (frames.preview(pixels), frames.final(pixels)):
        assert (frame.mime, len(frame.data)) == ("image/x-rgba", 130 * 2 * 3 * 4)
