import torch

from sefa_widget import factorize
from sefa_widget.evaluation import fresh_latents
from sefa_widget.measures.sliders.range import W_SPREADS, Z_SPREADS, SliderRange, first_range, with_measured


def test_first_ends_in_z_are_the_same_for_all_and_estimates(tiny):
    first = first_range(tiny, factorize(tiny))
    assert first.rounded() == [Z_SPREADS] * 8
    assert first.measured == ()
    assert first.change is None


def test_first_ends_in_w_go_as_far_as_w_spreads_along_the_direction(tiny_style):
    found = factorize(tiny_style)
    codes = fresh_latents(tiny_style, 5000).codes[:, 0].double()
    spread = (codes @ found.vectors.T).std(0)
    assert torch.allclose(first_range(tiny_style, found).ends, W_SPREADS * spread, rtol=0.15)


def test_directions_that_are_not_measured_follow_those_that_are_nearest():
    first = SliderRange(torch.tensor([1.0, 2.0, 1.0, 1.0], dtype=torch.float64), ("estimate",) * 4)
    known = with_measured(first, {0: (3.0, "change")}, 0.25)
    assert known.rounded() == [3, 6, 3, 3]
    assert known.stops == ("change", "estimate", "estimate", "estimate")
    more = with_measured(first, {2: (9.0, "sharpness"), 0: (3.0, "change"), 1: (8.0, "flat")}, 0.25)
    assert more.rounded() == [3, 8, 9, 4]
    assert more.measured == (0, 1, 2)


def test_measured_ends_of_other_pictures_are_estimates():
    known = SliderRange(torch.ones(2, dtype=torch.float64), ("change", "estimate"), 0.3)
    estimate = known.as_estimate()
    assert estimate.rounded() == [1, 1]
    assert estimate.measured == ()
    assert estimate.change is None
    assert estimate.as_estimate() is estimate
