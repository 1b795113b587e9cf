"""The networks give what the package's own program gives, which `tests/npm` brings."""

import json
import pickle
import shutil

import numpy as np
import pytest
import torch

from sefa_widget.evaluation.face_api import log_odds, read_face_api
from tests.evaluation.face_api_golden import BOX, FILE, PACKAGE, cases
from tests.generators.golden import ROUNDING

MODEL = PACKAGE / "model"
AGES, EXPRESSIONS = "age_gender_model", "face_expression_model"


@pytest.fixture(scope="module")
def golden():
    with np.load(FILE) as file:
        return dict(file)


@pytest.fixture(scope="module")
def read():
    return read_face_api(PACKAGE)


@pytest.fixture
def copied(tmp_path):
    """A folder with copies of both networks' files."""
    for file in MODEL.glob("*"):
        if file.name.startswith((AGES, EXPRESSIONS)):
            shutil.copy(file, tmp_path)
    return tmp_path


def images(pixels):
    return torch.from_numpy(pixels).float() / 127.5 - 1


def of_case(golden, case):
    """What is read off the pictures of a case."""
    box = BOX if case == "box" else (0, 0, 1, 1)
    return read_face_api(PACKAGE, box=box)(images(cases(golden["faces"])[case])).double().numpy()


@pytest.mark.parametrize("case", ["64", "112", "192", "narrow", "wide", "box"])
def test_pictures_of_any_shape_get_the_packages_numbers(golden, case):
    found = of_case(golden, case)
    gender, expressions = golden[f"{case}/gender"], golden[f"{case}/expressions"]
    others = [np.log(np.exp(np.delete(expressions, one, 1)).sum(1)) for one in range(7)]
    odds = [gender[:, 0] - gender[:, 1], *(expressions.T - others)]
    wanted = np.stack([golden[f"{case}/age"], *odds], 1)
    assert (np.abs(found - wanted).max(0) < ROUNDING * wanted.std(0)).all()


def test_names_and_probabilities_are_those_that_the_package_tells(golden, read):
    found = of_case(golden, "64")
    probabilities = 1 / (1 + np.exp(-found[:, 1:]))
    assert read.names == tuple(golden["names"])
    assert np.allclose(found[:, 0], golden["64/said"][:, 0], atol=1e-3)
    assert np.allclose(probabilities, golden["64/said"][:, 1:], atol=1e-5)


def test_log_odds_change_where_probabilities_are_0_or_1():
    odds = log_odds(torch.tensor([[0.0, 200.0], [0.0, 201.0]]))
    assert odds.tolist() == [[-200, 200], [-201, 201]]
    probabilities = torch.tensor([[0.2, 0.2, 0.6]])
    assert torch.allclose(log_odds(probabilities.log()), probabilities.logit())


@pytest.mark.parametrize("folder", [MODEL, PACKAGE, PACKAGE.parents[1], PACKAGE.parents[2]])
def test_the_package_is_found_from_each_folder_above_its_weights(folder, golden, read):
    pictures = images(golden["faces"][:1])
    assert torch.equal(read_face_api(folder)(pictures), read(pictures))


def test_pictures_are_floats_of_any_type_grey_or_too_bright(golden, read):
    pictures = images(golden["faces"][:2])
    wanted = read(pictures)
    assert wanted.dtype == read(pictures.double()).dtype == read(pictures.bfloat16()).dtype == torch.float32
    assert torch.allclose(read(pictures.double()), wanted, atol=1e-4)
    assert torch.allclose(read(pictures * 9), read((pictures * 9).clamp(-1, 1)), atol=1e-4)
    grey = pictures[:, :1]
    assert torch.allclose(read(grey), read(grey.expand(-1, 3, -1, -1)), atol=1e-4)
    assert read(pictures[:0]).shape == (0, 9)


def test_a_box_is_the_part_of_the_picture_that_is_seen(golden, read):
    pictures = images(golden["faces"][:2, :, :40])  # 64 wide, 40 high
    found = read_face_api(PACKAGE, box=(0.25, 0.1, 0.5, 1))(pictures)
    assert torch.allclose(found, read(pictures[:, :, 4:, 16:32]), atol=1e-4)
    with pytest.raises(ValueError, match="holds less than one pixel of pictures of 64x40"):
        read_face_api(PACKAGE, box=(0.5, 0, 0.501, 1))(pictures)
    with pytest.raises(ValueError, match=r"box is .*; it must be four fractions of the picture"):
        read_face_api(PACKAGE, box=(0.5, 0, 0.2, 1))


def test_gradients_reach_pictures_but_no_weights(golden, read):
    pictures = images(golden["faces"][:1]).requires_grad_()
    read(pictures)[0, 3].backward()
    assert pictures.grad.abs().max() > 0
    assert not read.training
    assert not any(weight.requires_grad for weight in read.parameters())


def test_it_travels(golden, read):
    again = pickle.loads(pickle.dumps(read))
    pictures = images(golden["faces"][:1])
    assert again.names == read.names
    assert torch.equal(again(pictures), read(pictures))


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (torch.zeros(3, 8, 8), r"shape \[3, 8, 8\] and type torch.float32; they must be floats"),
        (torch.zeros(1, 4, 8, 8), r"shape \[1, 4, 8, 8\]"),
        (torch.zeros(1, 3, 8, 8).byte(), "type torch.uint8"),
        (torch.zeros(1, 3, 0, 8), "less than one pixel of pictures of 8x0"),
        ([1], r"images is a list \(\[1\]\); it must be a tensor of pictures"),
    ],
)
def test_what_are_no_pictures_is_refused(read, pictures, message):
    with pytest.raises(ValueError, match=message):
        read(pictures)


def test_without_the_package_the_error_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="Run `npm install @vladmandic/face-api`"):
        read_face_api(tmp_path)
    with pytest.raises(ValueError, match="folder is 3; it must be a text or a Path"):
        read_face_api(3)
    with pytest.raises(ValueError, match="Device 'moon' is unknown"):
        read_face_api(PACKAGE, device="moon")


def test_the_weights_of_another_network_are_refused(copied):
    text = (copied / f"{EXPRESSIONS}-weights_manifest.json").read_text()
    (copied / f"{AGES}-weights_manifest.json").write_text(text)
    with pytest.raises(ValueError, match=r"of another network: 'entry_flow/conv_in/filters' is not there"):
        read_face_api(copied)


def change(folder, edit):
    """Edit the tensors that the manifest of expressions describes."""
    file = folder / f"{EXPRESSIONS}-weights_manifest.json"
    groups = json.loads(file.read_text())
    edit(groups[0]["weights"])
    file.write_text(json.dumps(groups))


def test_a_network_of_another_shape_is_refused(copied):
    change(copied, lambda weights: weights[-2].update(shape=[7, 256]))
    with pytest.raises(ValueError, match=r"'fc/weights' is of another shape, \[7, 256\]"):
        read_face_api(copied)


def test_a_network_with_more_tensors_is_refused(copied):
    change(copied, lambda weights: weights.append({"name": "more", "shape": [1], "dtype": "float32"}))
    with (copied / f"{EXPRESSIONS}.bin").open("ab") as numbers:
        numbers.write(bytes(4))
    with pytest.raises(ValueError, match="it has 50 tensors, not 49"):
        read_face_api(copied)


def test_weights_that_are_cut_off_are_refused(copied):
    file = copied / f"{AGES}.bin"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match="429,707 bytes, where 429,708 are described"):
        read_face_api(copied)
