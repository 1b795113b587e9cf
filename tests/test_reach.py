import pytest
import torch

from sefa_widget import factorize
from sefa_widget.evaluation import fresh_latents
from sefa_widget.reach import MEASURED, STRETCH, W_SPREADS, Z_SPREADS, equal_reach, first_reach
from tests.evaluation.helpers import Linear, directions, random_rows


def test_sliders_of_z_begin_with_the_same_reach(tiny):
    assert first_reach(tiny, factorize(tiny)).rounded() == [Z_SPREADS] * 8


def test_sliders_of_w_begin_as_far_as_w_spreads_along_the_direction(tiny_style):
    found = factorize(tiny_style)
    codes = fresh_latents(tiny_style, 5000).codes[:, 0].double()
    spread = (codes @ found.vectors.T).std(0)
    assert torch.allclose(first_reach(tiny_style, found).strengths, W_SPREADS * spread, rtol=0.15)


def test_equal_reach_is_inverse_to_the_slope_of_a_linear_generator():
    weight = random_rows(48, 12)
    slopes = weight.norm(dim=0)
    reach = equal_reach(Linear(weight.float(), 4), directions(torch.eye(12)))
    change = reach.strengths[:MEASURED] * slopes[:MEASURED]
    assert torch.allclose(change, change.median().expand(MEASURED), rtol=0.03)
    assert reach.strengths[MEASURED:].tolist() == [Z_SPREADS] * 2


def test_a_weak_direction_ends_at_the_stretched_reach_and_a_dead_generator_keeps_the_first():
    weight = random_rows(48, 4)
    weight[:, 3] *= 1e-3
    reach = equal_reach(Linear(weight.float(), 4), directions(torch.eye(4)))
    assert float(reach.strengths[3]) == STRETCH * Z_SPREADS
    dead = equal_reach(Linear(torch.zeros(48, 4), 4), directions(torch.eye(4)))
    assert dead.change is None
    assert dead.rounded() == [Z_SPREADS] * 4


def test_measuring_tells_how_far_it_is_and_ends_when_told_to(tiny):
    told = []
    equal_reach(tiny, factorize(tiny), progress=lambda *step: told.append(step))
    assert told == sorted(told)
    assert told[0] == (0, 16)
    assert told[-1][0] >= 15

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        equal_reach(tiny, factorize(tiny), progress=stop)
