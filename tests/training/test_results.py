from dataclasses import replace

import pytest
import torch

from sefa_widget.directions import as_directions
from sefa_widget.directions.planes import separate
from sefa_widget.evaluation import captured_change, rescore
from sefa_widget.measures.matching import find_nearest
from tests.evaluation.helpers import Linear, directions, random_rows
from training.heads.measure import explained
from training.heads.results import Measured, Supervised, write_results


class Pixels:
    """The first pixels of a picture, by name."""

    names = ("one", "two", "three")

    def __call__(self, images):
        return images.flatten(1)[:, :3]


@pytest.fixture(scope="module")
def page():
    """Pixel i shows number i of the latent; the set moves the first number alone."""
    generator = Linear(torch.eye(48)[:, :16], 4)
    axes = directions(torch.eye(16)[:2] + 0.01 * random_rows(2, 16))
    found = rescore(generator, axes, Pixels(), n=20, strength=2.0, rows=(0, 1))
    codes = random_rows(400, 16, seed=5)
    planes = tuple(separate(codes, column, chosen=0.2) for column in codes[:, :3].T)
    nearest = {"axes": find_nearest("supervised", as_directions(planes), "axes", axes, controls=999)}
    scores = codes[:, :3] + torch.tensor([0.0, 0.5, 3.0]) * random_rows(400, 3, seed=6)
    return write_results(
        [
            Measured("axes", axes, (0, 1), found, 1.0, captured_change(generator, axes)),
            Measured("of some layers", axes, (0, 1), replace(found, method="other"), 1.0, None),
        ],
        Supervised(planes, nearest, explained(codes, scores)),
        step=2.0,
    )


def table(page, title):
    """The rows of the table under a title, as lists of cells."""
    part = page.split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in (lines[0], *lines[2:])]


def test_the_page_says_how_many_bases_and_which_quantiles_and_level(page):
    assert "--samples 20" in page
    assert "Random: 59 orthonormal bases of 2 directions" in page
    assert "5 to 95 % of the 59 bases" in " ".join(page.split())
    assert "family-wise level of 5 %" in " ".join(page.split())


def test_what_is_held_is_named_and_its_cells_are_bold(page):
    head, axes, _ = table(page, "What each set does")
    assert head[-1] == "held"
    assert axes[-1] == "one, two"
    assert axes[3].endswith("of 59")
    _, one, two, three = table(page, "Matrix: axes")
    assert [cell.startswith("**") for cell in one[1:3]] == [True, False]
    assert [cell.startswith("**") for cell in two[1:3]] == [False, True]
    assert not any(cell.startswith("**") for cell in three)
    assert one[-1] == f"{1 / 60:.2f}"
    assert three[-1] == "1.00"


def test_captured_change_is_only_of_sets_that_move_all_layers(page):
    assert [row[0] for row in table(page, "Captured change")] == ["set", "axes"]


def test_directions_nearer_than_chance_are_bold_and_planes_say_how_far_they_are_to_be_trusted(page):
    head, one, two, three = table(page, "Nearest direction to each supervised one")
    assert head == ["attribute", "accuracy", "reliability", "axes"]
    assert (one[3].startswith("**"), two[3].startswith("**"), three[3].startswith("**")) == (
        True,
        True,
        False,
    )
    assert float(one[1]) > 0.9
    assert 0.5 < float(one[2]) < 1


def test_a_linear_map_explains_what_is_not_noise_within_an_interval(page):
    head, *rows = table(page, "Attributes that a linear map of w predicts")
    assert head == ["attribute", "R²", "5 to 95 %"]
    assert [row[0] for row in rows] == ["one", "two", "three"]
    for (_, value, interval), truth in zip(rows, (1.0, 0.8, 0.1), strict=True):
        low, high = map(float, interval.rsplit("-", 1))
        assert low <= float(value) <= high
        assert float(value) == pytest.approx(truth, abs=0.12)
