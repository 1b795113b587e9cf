"""What is measured in garments, and when an effect counts as the same in every class."""

import pytest
import torch

from benchmarks.claims import claim, classes
from benchmarks.claims.claim import Run
from benchmarks.claims.classes import common
from benchmarks.claims.garments import ATTRIBUTES, attributes


def rectangle(top, bottom, left, right, grey=0.5):
    image = torch.full((1, 1, 32, 32), -1.0)
    image[..., top:bottom, left:right] = 2 * grey - 1
    return image


def measured(*places, grey=0.5):
    return dict(zip(ATTRIBUTES, attributes(rectangle(*places, grey=grey))[0].tolist(), strict=True))


def test_a_rectangle_has_its_size_its_place_and_its_grey():
    found = measured(4, 24, 10, 22, grey=0.6)
    assert found["area"] == pytest.approx(20 * 12 / 32**2)
    assert found["width"] == pytest.approx(12, abs=0.1)
    assert found["height"] == pytest.approx(20, abs=0.1)
    assert found["brightness"] == pytest.approx(0.6)
    assert found["contrast"] == pytest.approx(0, abs=1e-3)
    assert (found["centre down"], found["centre right"]) == pytest.approx((13.5, 15.5))
    assert found["sides"] == 0
    assert measured(4, 24, 0, 32)["sides"] == pytest.approx(0.5)


def test_what_does_not_change_a_rectangle_changes_no_other_attribute():
    one, two = measured(4, 24, 10, 22, grey=0.6), measured(4, 24, 10, 22, grey=0.9)
    changed = {name for name in ATTRIBUTES if abs(one[name] - two[name]) > 1e-6}
    assert changed == {"brightness", "edges"}


def test_a_black_picture_has_numbers_too():
    assert attributes(torch.full((2, 1, 32, 32), -1.0)).isfinite().all()


def effects(same, n=400):
    """Effects of ten classes on five attributes, with as much noise as effect."""
    random = torch.Generator().manual_seed(0)
    own = torch.randn(10, 5, generator=random)
    every = torch.randn(5, generator=random)
    effect = same**0.5 * every / every.norm() + (1 - same) ** 0.5 * own / own.norm(dim=1, keepdim=True)
    return effect[:, None] + torch.randn(10, n, 5, generator=random) / 5**0.5


def test_the_common_share_is_1_of_one_effect_and_about_0_of_ten():
    assert common(effects(1.0)) == pytest.approx(1, abs=0.05)
    assert common(effects(0.0)) == pytest.approx(0, abs=0.15)
    assert 0.2 < common(effects(0.5)) < 0.8


def table(agreement):
    return {
        "agreement": [
            {"layers": layers, "set": kind, "direction": n, "common": value + 0.001 * n, "class kept": 0.9}
            for layers in classes.LAYERS
            for kind, value in agreement.items()
            for n in range(classes.K if kind == "SeFa" else 50)
        ]
    }


def verdicts(**agreement):
    found = classes.findings(table(agreement))
    assert len(found) == 3 * len(classes.LAYERS)
    return [finding.verdict for finding in found[:: len(classes.LAYERS)]]


def test_verdicts_follow_the_rules():
    assert verdicts(SeFa=0.9, random=0.2) == ["holds", "holds", "cannot be tested here"]
    assert verdicts(SeFa=0.1, random=0.6)[:2] == ["does not hold", "does not hold"]
    assert verdicts(SeFa=0.6, random=0.59)[1] == "cannot be tested here"


def test_a_small_run_gives_every_direction_of_every_set(monkeypatch, tmp_path):
    monkeypatch.setattr(claim, "KEPT", tmp_path)
    monkeypatch.setattr(classes, "LAYERS", {"all layers": (0, 4), "4 px": (0, 1)})
    for name, value in {"K": 2, "CONTROLS": (3, 3), "PICTURES": (4, 4), "SAMPLES": 40}.items():
        monkeypatch.setattr(classes, name, value)
    tables = classes.measure(Run("classes"))
    assert len(tables["agreement"]) == 2 * (2 + 3)
    assert len(tables["effects"]) == 2 * 2 * 10
    assert all(0 <= row["class kept"] <= 1 for row in tables["agreement"])
