import math

import pytest

from sefa_widget.measures.sliders.crossing import Crossing


def searched(curve, guess):
    """Search until the end is known; give the search and the strengths that were measured."""
    search, tried = Crossing(guess), []
    while search.end is None:
        tried.append(search.at)
        assert len(tried) < 40
        search.measured(curve(search.at))
    return search, tried


@pytest.mark.parametrize("power", [0.4, 0.7, 1.0, 2.0])
@pytest.mark.parametrize("guess", [0.05, 0.9, 3.0, 200.0])
def test_a_power_of_the_strength_is_found_exactly(power, guess):
    search, _ = searched(lambda strength: (strength / 3) ** power, guess)
    assert search.end == pytest.approx(3, rel=1e-9 if power == 1 else 0.02)
    assert not search.flat


def test_a_bent_curve_is_found_within_a_few_percent_in_three_measurements():
    search, tried = searched(lambda strength: 2 * math.tanh(strength), 0.3)
    assert search.end == pytest.approx(math.atanh(0.5), rel=0.02)
    assert len(tried) <= 3


def test_a_curve_that_stays_below_ends_where_it_becomes_flat():
    search, tried = searched(lambda strength: 0.6 * math.tanh(strength), 0.5)
    assert search.flat
    assert 0.6 * math.tanh(search.end) > 0.55
    assert search.end <= 10
    assert len(tried) <= 5


def test_a_direction_that_changes_nothing_ends_at_the_guess():
    search, tried = searched(lambda strength: 0.0, 4.0)
    assert (search.end, search.flat, len(tried)) == (4.0, True, 2)


@pytest.mark.parametrize("beyond", [20.0, math.inf, math.nan])
def test_a_curve_that_jumps_over_one_ends_just_before_the_jump(beyond):
    search, _ = searched(lambda strength: 0.1 * strength if strength < 4 else beyond, 1.0)
    assert 3.75 < search.end < 4


def test_a_curve_that_is_above_one_everywhere_ends_at_nearly_nothing():
    search, _ = searched(lambda strength: math.inf, 1.0)
    assert 0 < search.end < 1e-11


def test_a_curve_that_falls_for_a_while_is_followed_on():
    search, _ = searched(lambda s: 0.3 if s < 1 else 0.2 if s < 3 else s / 10, 0.5)
    assert search.end == pytest.approx(10, rel=0.05) or search.flat
