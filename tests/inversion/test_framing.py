"""A photo is cut so that its face stands where the generator's own faces do."""

import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import torch
from PIL import Image

from sefa_widget import load_generator
from sefa_widget.inversion import Crop, read_picture, suggested_crop
from sefa_widget.inversion.faces import Face, largest_face
from sefa_widget.inversion.framing import LEAST, SAMPLES, cut_around, own_face
from sefa_widget.inversion.picture import grey_levels
from sefa_widget.pictures.frames import to_pixels

FOUND = {"faces": 720, "heads": 720}
"""A seed of each generator whose face stands about where its faces do."""


@cache
def of(name):
    return load_generator(name)  # its own faces are looked for once


@pytest.fixture(params=FOUND)
def generator(request):
    return of(request.param)


def drawn(generator, seed, side):
    (pixels,) = to_pixels(generator.synthesize(generator.sample(seed)))
    return Image.fromarray(pixels).resize((side, side))


def photo_of(*parts, size=(600, 400)):
    """Give a photo with pictures at places of it."""
    photo = Image.new("RGB", size, (120, 130, 125))
    for picture, place in parts:
        photo.paste(picture, place)
    return photo


@pytest.mark.parametrize(("side", "left", "top"), [(90, 480, 20), (180, 300, 60), (390, 5, 5)])
def test_a_picture_of_the_generator_in_a_photo_is_found_again_at_any_place_and_size(
    generator, side, left, top
):
    photo = photo_of((drawn(generator, FOUND[generator.name], side), (left, top)))
    crop = suggested_crop(generator, photo)
    assert crop.width * 600 == pytest.approx(crop.height * 400)
    assert crop.width * 600 / side == pytest.approx(1, abs=0.12)
    assert (crop.left * 600 - left) / side == pytest.approx(0, abs=0.12)
    assert (crop.top * 400 - top) / side == pytest.approx(0, abs=0.12)


def test_the_face_of_the_cut_picture_stands_where_the_generator_s_faces_do(generator):
    photo = photo_of((drawn(generator, FOUND[generator.name], 200), (250, 90)))
    target = read_picture(generator, photo, crop=suggested_crop(generator, photo))
    face, own = largest_face(grey_levels(generator, target, 256)), own_face(generator)
    for name in ("x", "y", "side"):
        assert getattr(face, name) == pytest.approx(getattr(own, name), abs=0.06 * generator.resolution)


def test_of_several_faces_the_largest_is_taken():
    generator = of("faces")
    small, large = (drawn(generator, 720, side) for side in (120, 240))
    crop = suggested_crop(generator, photo_of((small, (20, 20)), (large, (330, 100))))
    assert crop.left * 600 == pytest.approx(330, abs=30)


def test_a_photo_of_a_path_an_array_or_a_tensor_is_cut_alike(tmp_path):
    generator = of("faces")
    photo = photo_of((drawn(generator, 720, 180), (300, 60)))
    photo.save(tmp_path / "a.png")
    tensor = torch.from_numpy(np.array(photo)).permute(2, 0, 1) / 127.5 - 1
    first = suggested_crop(generator, photo)
    for same in (tmp_path / "a.png", (tmp_path / "a.png").read_bytes(), np.array(photo), tensor):
        crop = suggested_crop(generator, same)
        assert (crop.left, crop.top, crop.width) == pytest.approx(
            (first.left, first.top, first.width), abs=0.05
        )


@pytest.mark.parametrize("size", [(600, 400), (1, 300), (3, 3)])
def test_a_photo_without_a_face_has_no_suggestion(size):
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    assert suggested_crop(of("faces"), noise) is None


def test_a_generator_that_makes_no_faces_has_no_suggestion():
    photo = photo_of((drawn(of("faces"), 720, 180), (300, 60)))
    assert suggested_crop(of("garments"), photo) is None


def test_the_generator_s_own_faces_are_looked_for_once_as_long_as_its_weights_are_the_same(tiny, monkeypatch):
    drawings, synthesize = [], type(tiny).synthesize

    def counted(self, *args, **options):
        drawings.append(1)
        return synthesize(self, *args, **options)

    monkeypatch.setattr(type(tiny), "synthesize", counted)
    assert own_face(tiny) is None
    own_face(tiny)
    assert len(drawings) == SAMPLES - LEAST + 1  # what is left cannot change it
    with torch.no_grad():
        next(tiny.parameters()).mul_(1.001)
    own_face(tiny)
    assert len(drawings) == 2 * (SAMPLES - LEAST + 1)


def test_progress_goes_up_to_all_of_the_work_and_what_it_raises_ends_it(tiny):
    told, photo = [], np.zeros((30, 40, 3), np.uint8)

    def stop(_done, _total):
        raise KeyError("enough")

    with pytest.raises(KeyError):
        suggested_crop(tiny, photo, progress=stop)
    suggested_crop(tiny, photo, progress=lambda done, total: told.append(done / total))
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > SAMPLES


@pytest.mark.parametrize(
    ("face", "crop"),
    [
        (Face(100, 100, 20), Crop(0.225, 0.45, 0.05, 0.1)),
        (Face(4, 190, 20), Crop(0, 0.9, 0.05, 0.1)),  # it is moved
        (Face(200, 100, 250), Crop(0.25, 0, 0.5, 1)),  # it is made smaller
        (Face(20, 20, 900), Crop(0, 0, 0.5, 1)),
    ],
)
def test_a_cut_that_would_go_beyond_the_photo_is_moved_or_made_smaller(face, crop):
    cut = cut_around(face, (400, 200), Face(32, 32, 64), (64, 64))
    assert (cut.left, cut.top, cut.width, cut.height) == pytest.approx(
        (crop.left, crop.top, crop.width, crop.height)
    )


def test_without_dlib_it_is_said_what_to_install():
    code = (
        "import sys; sys.modules['dlib'] = None\n"
        "from sefa_widget import load_generator\n"
        "from sefa_widget.inversion import read_picture, suggested_crop\n"
        "import numpy as np\n"
        "photo = np.zeros((9, 9, 3), np.uint8)\n"
        "read_picture(load_generator('faces'), photo)\n"
        "suggested_crop(load_generator('faces'), photo)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.endswith(
        "ImportError: Faces are found by dlib, which is not installed: pip install 'sefa_widget[faces]'.\n"
    )
