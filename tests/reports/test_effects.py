import math

import pytest
import torch

from sefa_widget import load_generator
from sefa_widget.evaluation import effect, latent_spread
from sefa_widget.measures.sliders import Setting
from sefa_widget.reports.effects import Measured, measure, step_of, usual_scorer
from tests.reports.conftest import quick


def brightness(images):
    return images.mean((1, 2, 3))


def test_the_effect_is_measured_on_fresh_seeds_of_the_same_class_and_truncation(tiny_style, groups):
    settings = quick(tiny_style, label=2, truncation_psi=0.5)
    found = measure(tiny_style, groups[0], settings, None)
    latents = Setting(2, 0.5).latents(tiny_style, 4)
    expected = effect(
        tiny_style,
        groups[0].directions.first(3),
        strength=step_of(groups[0]),
        latents=latents,
        controls=2,
    )
    assert torch.equal(found.effect.change, expected.change)
    assert torch.allclose(found.error, expected.spread / math.sqrt(3))
    assert found.attributes is None


def test_a_direction_is_beyond_chance_if_it_is_with_its_errors_taken_off(tiny_style, groups):
    found = measure(tiny_style, groups[0], quick(tiny_style), None)
    top = found.band[2]
    change = torch.tensor([top + 1.0, top + 1.0, top - 1.0], dtype=torch.float64)
    errors = torch.tensor([0.4, 0.6, 0.0], dtype=torch.float64)
    again = Measured(type(found.effect)(**_fields(found.effect, change=change)), errors, None)
    assert again.beyond == 1


def _fields(value, **changed):
    return {name: getattr(value, name) for name in value.__slots__} | changed


def test_a_scorer_sees_a_step_of_one_standard_deviation(tiny_style, groups):
    found = measure(tiny_style, groups[0], quick(tiny_style), brightness)
    assert found.attributes is not None
    first = groups[0].directions.first(2)
    assert torch.allclose(found.attributes.strengths, latent_spread(tiny_style, first))
    assert found.attributes.control is not None
    assert len(found.attributes.control) == 2


def test_progress_goes_from_0_to_the_end_with_and_without_a_scorer(tiny_style, groups):
    for scorer in (None, brightness):
        told = []
        measure(tiny_style, groups[0], quick(tiny_style), scorer, lambda d, t, told=told: told.append(d / t))
        assert told == sorted(told)
        assert told[-1] == pytest.approx(1)


def test_only_the_bundled_heads_have_a_scorer_of_their_own(tiny):
    assert usual_scorer(tiny) is None
    assert len(usual_scorer(load_generator("heads", device="cpu")).names) == 20
