import pytest
import torch

from sefa_widget.evaluation.holding import adjusted_p, sure_change, thresholds


def null_sets(seed, bases=59, k=4, attributes=12, noise=0.0):
    """Changes ``[bases + 1, k, A]`` by random orthonormal directions, of attributes of unequal scales."""
    random = torch.Generator().manual_seed(seed)
    readings = torch.randn(attributes, 10, generator=torch.Generator().manual_seed(99), dtype=torch.float64)
    readings *= torch.logspace(-2, 1, attributes)[:, None]
    normal = torch.randn(bases + 1, 10, k, generator=random, dtype=torch.float64)
    strengths = torch.linspace(0.5, 2, k)[:, None]
    changes = torch.linalg.qr(normal)[0].transpose(1, 2) * strengths @ readings.T
    scales = noise * readings.norm(dim=1)
    noisy = torch.randn(changes.shape, generator=random, dtype=torch.float64)
    return sure_change(changes + scales * noisy, scales.expand_as(changes)), readings


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize(("bases", "expected"), [(19, 0.05), (59, 0.05), (50, 2 / 51)])
def test_among_random_directions_some_attribute_is_held_at_the_stated_rate_over_all_of_them(
    noise, bases, expected
):
    wrong = []
    for seed in range(800):
        sets, _ = null_sets(seed, bases, noise=noise)
        wrong.append(bool((adjusted_p(sets[0], sets[1:]) <= 0.05).any()))
    rate = sum(wrong) / len(wrong)
    assert rate == pytest.approx(expected, abs=3.1 * (expected * (1 - expected) / len(wrong)) ** 0.5)


def test_every_attribute_is_as_likely_to_be_held_by_chance_whatever_its_scale():
    least = torch.zeros(12)
    for seed in range(800):
        sets, _ = null_sets(seed)
        least[adjusted_p(sets[0], sets[1:]).argmin()] += 1
    assert least.min() > 0.4 * least.mean()
    assert least.max() < 2 * least.mean()


def test_a_known_effect_is_held_and_the_other_attributes_are_not_any_more_often():
    found, wrong = 0, 0
    for seed in range(200):
        sets, readings = null_sets(seed, noise=0.05)
        sets[0, 1, 7] = 2.0 * readings[7].norm()  # the most that any direction of these strengths can
        held = adjusted_p(sets[0], sets[1:]) <= 0.05
        found += bool(held[7])
        wrong += bool(held[torch.arange(12) != 7].any())
    assert found >= 190
    assert wrong <= 20


def test_directions_that_change_nothing_but_scatter_the_scores_hold_nothing_more_often():
    """Noise of 20 times that of the random directions: many mean changes are larger than theirs."""
    wrong = 0
    for seed in range(300):
        sets, readings = null_sets(seed, noise=0.05)
        error = readings.norm(dim=1).expand(4, -1)
        random = torch.Generator().manual_seed(seed + 10_000)
        change = error * torch.randn(error.shape, generator=random, dtype=torch.float64)
        wrong += bool((adjusted_p(sure_change(change, error), sets[1:]) <= 0.05).any())
    assert wrong / 300 < 0.1


def test_a_threshold_is_where_the_p_value_reaches_the_level():
    for seed in range(50):
        sets, _ = null_sets(seed, bases=19)
        for level in (0.05, 0.2, 0.5):
            above = sets[0].amax(0) > thresholds(sets[0], sets[1:], level)
            assert torch.equal(above, adjusted_p(sets[0], sets[1:]) <= level)


def test_p_is_never_below_what_the_number_of_bases_allows():
    sets, _ = null_sets(0, bases=19)
    assert float(adjusted_p(sets[0] + 100, sets[1:]).min()) == 1 / 20


@pytest.mark.parametrize(
    ("level", "message"),
    [
        (0.01, r"level is 0.01; with 19 random bases no p value is below 1/20 = 0.05.*controls: 99 reach it"),
        (0, "no p value is below 1/20"),
        (0.6, "level is 0.6; it must be a finite number, 0 to 0.5"),
    ],
)
def test_a_level_that_the_bases_cannot_reach_is_refused(level, message):
    sets, _ = null_sets(0, bases=19)
    with pytest.raises(ValueError, match=message):
        thresholds(sets[0], sets[1:], level)


def test_an_attribute_that_nothing_changes_is_chance():
    zeros = torch.zeros(20, 2, 3, dtype=torch.float64)
    assert adjusted_p(zeros[0], zeros[1:]).tolist() == [1, 1, 1]
