"""The network gives what the package's TensorFlow.js gives, which `tests/npm` brings."""

import json
import pickle
import shutil

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from sefa_widget.evaluation.face_res import FILE as MODEL
from sefa_widget.evaluation.face_res import read_face_res
from tests.evaluation.face_res_golden import FILE, PACKAGE, pictures
from tests.generators.golden import ROUNDING


@pytest.fixture(scope="module")
def golden():
    with np.load(FILE) as file:
        return dict(file)


@pytest.fixture(scope="module")
def read():
    return read_face_res(PACKAGE)


@pytest.fixture(scope="module")
def faces():
    return torch.from_numpy(pictures()).float() / 127.5 - 1


@pytest.fixture
def copied(tmp_path):
    for file in (PACKAGE / "models").glob("faceres.*"):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_logits_are_those_of_the_packages_graph(golden, read):
    genders, ages = read.logits(torch.from_numpy(pictures()).float())
    for found, name in ((genders[:, None], "gender_pred/BiasAdd"), (ages, "age_pred/BiasAdd")):
        wanted = torch.from_numpy(golden[name])
        assert (found - wanted).abs().max() < ROUNDING * wanted.std()


def test_age_is_the_mean_of_all_years_and_male_the_odds_of_the_packages_probability(golden, read, faces):
    found = read(faces).double().numpy()
    years = golden["age_pred/Softmax"] @ np.arange(1, 101)
    assert read.names == ("age", "male")
    assert np.abs(found[:, 0] - years).max() < ROUNDING * years.std()
    assert np.allclose(1 / (1 + np.exp(-found[:, 1])), golden["gender_pred/Sigmoid"][:, 0], atol=1e-5)


def test_pictures_of_any_size_are_stretched_and_the_box_is_cut_out(read, faces):
    picture = faces[:1, :, :120, :200]
    stretched = interpolate(picture, (224, 224), mode="bilinear", antialias=True)
    assert torch.allclose(read(picture), read(stretched), atol=1e-3)
    boxed = read_face_res(PACKAGE, box=(0.25, 0, 0.75, 0.5))
    assert torch.allclose(boxed(faces[:1]), read(faces[:1, :, :112, 56:168]), atol=1e-4)


def test_of_larger_pictures_pixels_are_averaged(read, faces):
    large = faces[:1].repeat_interleave(4, 2).repeat_interleave(4, 3) / 2
    stripes = torch.tensor([-0.3, 0.3, 0.3, -0.3]).repeat(224)
    assert (read(large + stripes) - read(large)).abs().max() < 0.3  # 1.5 years where they are not


def test_grey_of_any_type_gets_float32_and_gradients_reach_the_picture(read, faces):
    picture = faces[:1, :1].double().requires_grad_()
    found = read(picture)
    found[0, 1].backward()
    assert found.dtype == torch.float32
    assert picture.grad.abs().max() > 0
    assert not any(weight.requires_grad for weight in read.parameters())


def test_it_travels_and_is_found_from_each_folder_above_its_weights(read, faces):
    wanted = read(faces[:1])
    assert torch.equal(pickle.loads(pickle.dumps(read))(faces[:1]), wanted)
    for folder in (PACKAGE / "models", PACKAGE.parents[1], PACKAGE.parents[2]):
        assert torch.equal(read_face_res(folder)(faces[:1]), wanted)


def test_without_the_package_the_error_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="Run `npm install @vladmandic/human`"):
        read_face_res(tmp_path)


@pytest.mark.parametrize(
    ("place", "change", "message"),
    [
        (0, {"name": "smile_pred/kernel"}, "'age_pred/kernel' is not there"),
        (0, {"shape": [100, 256]}, r"'age_pred/kernel' is of another shape, \[100, 256\]"),
        (-1, {"shape": [3]}, "bytes, where 6,978,818 are described"),
    ],
)
def test_another_network_is_refused(copied, place, change, message):
    file = copied / MODEL
    model = json.loads(file.read_text())
    model["weightsManifest"][0]["weights"][place].update(change)
    file.write_text(json.dumps(model))
    with pytest.raises(ValueError, match=message):
        read_face_res(copied)
