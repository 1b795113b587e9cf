"""Every procedure keeps its level where there is nothing, and sees what there is."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from benchmarks.claims import statistics
from benchmarks.claims.statistics import (
    LEVEL,
    POWER,
    Interval,
    chance_p,
    corrected,
    fewest_above_chance,
    gap_p,
    jackknife_interval,
    mean_interval,
    paired_p,
    resampled_interval,
    share_interval,
    shares_p,
    smallest_gap_seen,
    smallest_seen,
    smallest_seen_of_parts,
    smallest_share_seen,
)


@pytest.fixture(autouse=True)
def fewer(monkeypatch):
    """Fewer resamples: a simulation runs a procedure hundreds of times. 199 + 1 times 5 % is whole."""
    monkeypatch.setattr(statistics, "RESAMPLES", 199)


def rate(times, event, seed=0):
    """How often an event of a random generator happens, with all that this may be by chance (99.9 %)."""
    random = np.random.default_rng(seed)
    some = sum(bool(event(random)) for _ in range(times))
    found = stats.binomtest(some, times).proportion_ci(0.999)
    return Interval(some / times, found.low, found.high)


def is_level(found):
    return found.low <= LEVEL <= found.high


def misses(interval, truth=0.0):
    return not interval.low <= truth <= interval.high


@pytest.mark.parametrize("count", [10, 100])
def test_an_interval_of_a_mean_misses_it_in_5_percent(count, monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 999)  # ends of fewer are too rough: 8 % with 199
    found = rate(600, lambda random: misses(mean_interval(random.normal(size=count))))
    assert is_level(found)


def test_an_interval_of_a_skewed_mean_misses_it_about_as_often():
    found = rate(150, lambda random: misses(mean_interval(random.exponential(size=100)), 1))
    assert found.value < 0.10


@pytest.mark.parametrize("count", [10, 100])
def test_an_interval_of_a_mean_that_is_there_excludes_zero(count):
    shift = 4 / count**0.5  # standard errors
    found = rate(60, lambda random: misses(mean_interval(random.normal(shift, size=count))))
    assert found.value > 0.9


def test_a_statistic_over_resamples_misses_the_truth_in_5_percent():
    def missed(random):
        x = random.normal(size=(150, 2))
        return misses(resampled_interval(150, lambda i: np.corrcoef(x[i].T)[0, 1]))

    assert is_level(rate(400, missed))


def test_a_statistic_over_resamples_sees_what_is_there():
    def seen(random):
        x = random.normal(size=(150, 1)) + random.normal(size=(150, 2))  # correlated by 0.5
        return misses(resampled_interval(150, lambda i: np.corrcoef(x[i].T)[0, 1]))

    assert rate(40, seen).value > 0.9


def spread_over_parts(random, scale):
    x = random.normal(scale=scale, size=300)
    parts = np.arange(300) * 10 // 300
    return jackknife_interval(parts.tolist(), lambda i: np.log(x[i].std(ddof=1)))


def test_a_jackknife_over_parts_misses_the_truth_in_5_percent():
    assert is_level(rate(1500, lambda random: misses(spread_over_parts(random, 1.0))))


def test_a_jackknife_over_parts_sees_what_is_there():
    assert rate(80, lambda random: misses(spread_over_parts(random, 1.3))).value > 0.9


@pytest.mark.parametrize("count", [10, 20])
def test_exchanged_signs_find_a_difference_where_there_is_none_in_5_percent(count):
    assert is_level(rate(1500, lambda random: paired_p(random.standard_t(3, size=count)) <= LEVEL))


def test_exchanged_signs_find_a_difference_that_is_there():
    assert rate(60, lambda random: paired_p(random.normal(1.2, size=12)) <= LEVEL).value > 0.9


@pytest.mark.parametrize("more", [True, False])
def test_a_value_like_its_controls_is_found_unlike_in_5_percent(more):
    def found(random):
        values = random.normal(size=60)
        return chance_p(values[0], values[1:], more=more) <= LEVEL

    assert is_level(rate(4000, found))


def test_a_value_beyond_its_controls_is_found():
    found = rate(300, lambda random: chance_p(random.normal(4), random.normal(size=59)) <= LEVEL)
    assert found.value > 0.9


def test_corrected_p_values_of_twenty_nulls_have_a_small_one_in_5_percent():
    found = rate(3000, lambda random: corrected(random.uniform(size=20)).min() <= LEVEL)
    assert is_level(found)


def test_a_correction_is_that_of_statsmodels():
    p = np.random.default_rng(0).uniform(size=20) ** 4
    assert corrected(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_a_correction_lets_a_clear_effect_among_nulls_through():
    def seen(random):
        return corrected([1e-4, *random.uniform(size=19)])[0] <= LEVEL

    assert rate(50, seen).value == 1


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_an_interval_of_a_share_misses_it_in_about_5_percent(share):
    found = rate(2000, lambda random: misses(share_interval(random.binomial(200, share), 200), share))
    assert is_level(found)


def test_two_shares_that_are_the_same_are_found_different_in_5_percent_at_most():
    found = rate(
        400, lambda random: shares_p(random.binomial(32, 0.5), 32, random.binomial(64, 0.5), 64) <= LEVEL
    )
    assert found.low <= LEVEL


def test_two_shares_that_differ_are_found_different():
    found = rate(
        60, lambda random: shares_p(random.binomial(32, 0.8), 32, random.binomial(64, 0.3), 64) <= LEVEL
    )
    assert found.value > 0.9


@pytest.mark.parametrize("count", [10, 20])
def test_the_smallest_difference_that_would_be_seen_is_seen_in_80_percent(count):
    unit = np.array([1.0, -1.0] * (count // 2))
    unit /= unit.std(ddof=1)
    shift = smallest_seen(unit)
    found = rate(600, lambda random: paired_p(random.normal(shift, size=count)) <= LEVEL)
    assert found.low - 0.03 <= POWER <= found.high + 0.03  # the formula is that of Student's test


def test_the_smallest_share_that_would_be_seen_is_seen_in_about_80_percent():
    share = smallest_share_seen(0.3, 64, 64)
    found = rate(
        500, lambda random: shares_p(random.binomial(64, share), 64, random.binomial(64, 0.3), 64) <= LEVEL
    )
    assert POWER - 0.12 <= found.value <= POWER + 0.03  # Fisher's test is careful


def test_two_groups_of_one_mean_are_found_different_in_5_percent():
    def found(random):
        return gap_p(random.normal(size=10), random.standard_t(4, size=14)) <= LEVEL

    assert is_level(rate(600, found))


def test_the_smallest_gap_of_two_groups_that_would_be_seen_is_seen_in_80_percent():
    unit = np.array([1.0, -1.0] * 5)
    shift = smallest_gap_seen(unit / unit.std(ddof=1), unit / unit.std(ddof=1))
    found = rate(400, lambda random: gap_p(random.normal(shift, size=10), random.normal(size=10)) <= LEVEL)
    assert found.low - 0.03 <= POWER <= found.high + 0.03


def test_the_smallest_value_of_parts_that_would_be_seen_is_seen_in_80_percent():
    """Of the logarithm of a spread: 300 samples in ten parts."""
    error = 1 / 600**0.5
    shift = smallest_seen_of_parts(error, 10)
    found = rate(600, lambda random: misses(spread_over_parts(random, np.exp(shift))))
    assert found.low - 0.04 <= POWER <= found.high + 0.04


def test_fewer_findings_than_the_fewest_above_chance_have_chance_in_their_interval():
    for of in (6, 20):
        fewest = fewest_above_chance(of)
        assert share_interval(fewest - 1, of).low <= LEVEL < share_interval(fewest, of).low


def test_values_without_spread_have_an_interval_without_width():
    assert mean_interval([2.0, 2.0]) == Interval(2.0, 2.0, 2.0)
