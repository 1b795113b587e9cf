import pytest
import torch

from sefa_widget.evaluation.regressor import AttributeRegressor
from tests.training.garments.data import random_garments
from training.garments import classifier as module
from training.garments.classifier import accuracy, train
from training.garments.dataset import CLASSES, Garments
from training.garments.network import make_generator
from training.garments.quality import measure, page


@pytest.fixture(scope="module")
def classifier():
    torch.manual_seed(0)
    return AttributeRegressor(CLASSES, resolution=32, widths=(4, 4), hidden=6).eval().requires_grad_(False)


def test_pictures_are_as_near_to_themselves_as_can_be(classifier):
    torch.manual_seed(0)
    real = random_garments(0, 60)
    found = measure(make_generator().eval(), classifier, real, real, 40)
    assert found.reference == pytest.approx(0, abs=1e-3)
    assert found.distance > found.reference
    assert found.shown.shape == found.held_out.shape == found.spread.shape == (10,)
    assert page(found, 40, 850_000).count("\n| ") == 2 + 10 + 1


def test_a_classifier_learns_to_tell_classes_apart(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 20)
    labels = torch.arange(10)
    images = torch.zeros(10, 1, 32, 32, dtype=torch.uint8)
    for label in labels.tolist():
        images[label, :, 3 * label : 3 * label + 3] = 255
    bars = Garments(images, labels)
    assert accuracy(train(bars, 80 * 20), bars) > 0.5
