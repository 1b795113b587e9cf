import math

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.evaluation import effect, matched_strengths
from tests.evaluation.helpers import Linear, directions, random_rows


def test_on_a_linear_generator_the_strength_is_change_over_slope():
    weight = random_rows(48, 6)
    found = matched_strengths(Linear(weight.float(), 4), directions(torch.eye(6)), change=0.3)
    assert torch.allclose(found.strengths, 0.3 / (weight.norm(dim=0) / math.sqrt(48)), rtol=0.011)
    assert found.reached.all()


@pytest.mark.parametrize("name", ["tiny", "tiny_style"])
def test_matched_strengths_give_equal_change(request, name):
    generator = request.getfixturevalue(name)
    found = factorize(generator, k=3)
    latents = generator.sample(range(8))
    far = matched_strengths(generator, found, change=0.05, latents=latents)
    assert far.reached.all()
    for index, strength in enumerate(far.strengths.tolist()):
        there = effect(generator, found, strength=strength, latents=latents, controls=0)
        assert float(there.change[index]) * strength == pytest.approx(0.05, rel=0.011)
    assert far.control is not None
    assert len(far.control.strengths) == 20
    assert (far.control.strengths > 0).all()


def test_a_direction_that_does_nothing_ends_at_the_limit():
    weight = random_rows(48, 4)
    weight[:, 2] = 0
    found = matched_strengths(Linear(weight.float(), 4), directions(torch.eye(4)), change=0.1, limit=7)
    assert float(found.strengths[2]) == 7
    assert found.reached.tolist() == [True, True, False, True]
    assert "to 0.1" in repr(found)


def test_random_directions_are_searched_up_to_the_largest_limit():
    seen = []
    found = matched_strengths(
        Linear(torch.zeros(48, 4), 4),
        directions(torch.eye(4)[:2]),
        limit=torch.tensor([3.0, 5.0]),
        controls=6,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert found.strengths.tolist() == [3, 5]
    assert found.control.strengths.tolist() == [5] * 6
    assert "5 to 95 % of 6 random: 5 to 5" in repr(found)
    assert seen[-1] == (7, 8)


def test_a_change_out_of_reach_ends_at_the_limit(tiny):
    found = matched_strengths(tiny, factorize(tiny, k=2), change=5.0, limit=9, latents=tiny.sample(range(4)))
    assert found.strengths.tolist() == [9, 9]
    assert not found.reached.any()
    assert torch.isfinite(found.changes).all()


@pytest.mark.parametrize("wrong", [{"change": 0}, {"change": math.nan}, {"limit": -1}, {"limit": math.inf}])
def test_change_and_limit_must_be_finite_and_positive(tiny, wrong):
    with pytest.raises(ValueError, match="must be a finite number above 0"):
        matched_strengths(tiny, factorize(tiny), **wrong)
