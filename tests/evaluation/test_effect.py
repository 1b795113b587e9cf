import math

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.evaluation import effect
from tests.evaluation.helpers import Linear, directions, random_rows


def test_a_linear_generators_effect_is_the_length_of_its_columns():
    weight = random_rows(48, 6)
    score = effect(Linear(weight.float(), 4), directions(torch.eye(6)), strength=2.0)
    assert torch.allclose(score.change, weight.norm(dim=0) / math.sqrt(48), atol=1e-6)
    assert torch.allclose(score.spread, torch.zeros(6, dtype=torch.float64), atol=1e-6)
    assert torch.allclose(score.evenness, torch.ones(6, dtype=torch.float64), atol=1e-5)
    pixels = weight.T.reshape(6, 3, 4, 4).square().mean(1).sqrt()
    assert torch.allclose(score.heat, pixels, atol=1e-6)


def test_effect_is_what_its_formula_says_on_a_curved_generator(tiny_style):
    found = factorize(tiny_style, k=2)
    latents = tiny_style.sample([5, 6, 7], labels=[0, 2, 3])
    score = effect(tiny_style, found, strength=0.5, latents=latents, rows=(1, 3))
    base = tiny_style(latents.codes, latents.labels)
    sides = []
    for sign in (1, -1):
        codes = latents.codes.clone()
        codes[:, 1:3] += sign * 0.5 * found.vectors[1].float()
        sides.append((tiny_style(codes, latents.labels) - base).double())
    right, left = (side.flatten(1).square().mean(1).sqrt() for side in sides)
    both = (right + left) / 2 / 0.5
    assert float(score.change[1]) == pytest.approx(float(both.mean()), rel=1e-4)
    assert float(score.spread[1]) == pytest.approx(float(both.std(correction=0)), rel=1e-3)
    assert float(score.evenness[1]) == pytest.approx(float(right.mean() / left.mean()), rel=1e-4)
    assert score.heat.shape == (2, 8, 8)
    overall = torch.cat(sides).square().mean().sqrt() / 0.5
    assert float(score.heat[1].square().mean().sqrt()) == pytest.approx(float(overall), rel=1e-4)


def test_the_control_is_independent_random_directions_measured_alike():
    """Of a linear generator, the mean square change of random directions is known."""
    weight = random_rows(48, 6)
    score = effect(Linear(weight.float(), 4), directions(torch.eye(6)[:2]), controls=300)
    assert score.control is not None
    assert score.control.control is None
    assert score.control.change.shape == (300,)
    expected = weight.square().sum() / 6 / 48
    assert float(score.control.change.square().mean()) == pytest.approx(float(expected), rel=0.05)
    assert float(score.control.change.std()) > 0.01
    assert "5 to 95 % of 300 random" in repr(score)


def test_twenty_random_directions_are_measured_unless_told_otherwise(tiny):
    found = factorize(tiny, k=3)
    assert len(effect(tiny, found, latents=tiny.sample([0])).control.change) == 20
    assert effect(tiny, found, latents=tiny.sample([0]), controls=0).control is None
    with pytest.raises(ValueError, match="controls is True"):
        effect(tiny, found, controls=True)


@pytest.mark.parametrize("strength", [0.0, -1.0, math.nan, math.inf])
def test_a_strength_must_be_finite_and_positive(tiny, strength):
    with pytest.raises(ValueError, match="must be a finite number above 0"):
        effect(tiny, factorize(tiny), strength=strength)


def test_progress_goes_to_the_end_and_ends_the_work_where_it_raises(tiny):
    told = []
    few, latents = factorize(tiny, k=2), tiny.sample([1, 2])
    effect(tiny, few, latents=latents, controls=3, progress=lambda done, total: told.append(done / total))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1)
    assert len(set(told)) == 6

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        effect(tiny, few, latents=latents, progress=stop)
