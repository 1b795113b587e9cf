import math

import pytest
import torch

from sefa_widget.evaluation.amounts import amount

TRUE = torch.tensor([0.6, -0.5, 0.4, 0.3, -0.3, 0.2, 0.1, 0, 0, 0, 0, 0], dtype=torch.float64)
LENGTH = float(TRUE.norm())
PURITY = float((TRUE**4).sum() / TRUE.square().sum() ** 2)


def drawn(truth, n, times, seed=0):
    """Give `times` amounts, from n samples each, of noise that attributes partly share."""
    random = torch.Generator().manual_seed(seed)
    mix = 0.4 * torch.eye(len(truth), dtype=torch.float64)
    mix[:, 0] += 0.15
    noise = torch.randn(times, n, len(truth), generator=random, dtype=torch.float64) @ mix.T
    return [amount(truth + one) for one in noise]


def values(amounts, name):
    return torch.stack([getattr(one, name) for one in amounts])


@pytest.mark.parametrize("n", [8, 40, 500])
def test_the_effect_is_the_length_of_the_true_changes_however_few_the_samples_are(n):
    effects = values(drawn(TRUE, n, 300), "effect")
    assert float(effects.mean()) == pytest.approx(LENGTH, abs=0.05)  # its error at 8 samples is 0.2


def test_the_mean_change_alone_grows_where_samples_are_few():
    """What the estimate is for: the length of the measured means is far too large at 8 samples."""
    lengths = [float(one.change.norm()) for one in drawn(TRUE, 8, 300)]
    assert sum(lengths) / 300 > 1.1 * LENGTH


@pytest.mark.parametrize("n", [8, 40, 500])
def test_the_error_of_the_effect_is_how_much_it_varies(n):
    amounts = drawn(TRUE, n, 400)
    varies = float(values(amounts, "effect").std())
    assert float(values(amounts, "effect_error").mean()) == pytest.approx(varies, rel=0.15)


@pytest.mark.parametrize("n", [8, 40])
def test_where_nothing_changes_the_effect_is_nothing_on_average_and_has_no_purity(n):
    amounts = drawn(torch.zeros(12, dtype=torch.float64), n, 400)
    effects = values(amounts, "effect")
    assert abs(float(effects.mean())) < 3.1 * float(effects.std()) / 20
    assert float(values(amounts, "effect_error").mean()) == pytest.approx(float(effects.std()), rel=0.15)
    assert float(values(amounts, "purity").isnan().double().mean()) > 0.9


@pytest.mark.parametrize("n", [20, 500])
def test_the_purity_is_that_of_the_true_changes_within_its_error(n):
    amounts = drawn(TRUE, n, 300)
    purities, errors = values(amounts, "purity"), values(amounts, "purity_error")
    assert float(purities.mean()) == pytest.approx(PURITY, abs=0.1 * PURITY)
    assert float(errors.mean()) == pytest.approx(float(purities.std()), rel=0.35)


def test_one_attribute_alone_is_pure_and_a_equal_ones_have_purity_one_over_a():
    exact = torch.tensor([[0.0, 2, 0], [3, 3, 3]], dtype=torch.float64)
    one, equal = (amount(changes.expand(5, 3)) for changes in exact)
    assert (float(one.effect), float(one.purity), float(one.effect_error)) == (2, 1, 0)
    assert float(equal.effect) == pytest.approx(math.sqrt(27))
    assert float(equal.purity) == pytest.approx(1 / 3)


def test_change_and_error_are_mean_and_standard_error():
    changes = torch.randn(9, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = amount(changes)
    assert torch.allclose(found.change, changes.mean(0))
    assert torch.allclose(found.error, changes.std(0) / 3)
