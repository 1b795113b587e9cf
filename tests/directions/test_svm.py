"""The plane of a linear support vector machine, held against what makes a plane the best one."""

import numpy as np
import pytest
import torch
from scipy.optimize import lsq_linear

from sefa_widget.directions.svm import linear_svm


def blobs(n, d, gap, seed):
    """Points of two classes, a third of them of the first, whose centres are 2 gap apart."""
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=random, dtype=torch.float64) + 5
    y = torch.where(torch.arange(n) % 3 == 0, 1.0, -1.0).double()
    x[:, 0] += gap * y
    return x, y


def assert_best(x, y, C, w, b):
    """The subgradient of the loss has a zero: w and 0 are sums of y x and y, each point weighed as it may."""
    C = torch.as_tensor(C, dtype=torch.float64).expand(len(y))
    margins = y * (x @ w + b)
    low = torch.where(margins < 1 - 1e-5, C * (1 - 1e-6), torch.zeros_like(C))
    high = torch.where(margins > 1 + 1e-5, 1e-6 * C, C)
    parts = torch.cat([x - x.mean(0), torch.ones(len(y), 1, dtype=torch.float64)], 1) * y[:, None]
    goal = np.append(w.numpy(), 0.0)
    fit = lsq_linear(parts.T.numpy(), goal, (low.numpy(), high.numpy() * (1 + 1e-9)), tol=1e-14)
    assert np.abs(fit.fun).max() < 2e-4 * max(1, float(w.norm()))


CASES = [
    (30, 2, 0.5, 1.0, 9),
    (30, 2, 3.0, 1.0, 8),
    (40, 10, 0.3, 1.0, 11),
    (20, 30, 0.5, 1.0, 7),
    (60, 3, 0.5, 0.01, 10),
    (60, 3, 0.5, 100.0, 14),
    (60, 3, 4.0, 100.0, 13),
    (10, 3, 0.0, 1.0, 8),
]


@pytest.mark.parametrize(("n", "d", "gap", "C", "rounds"), CASES)
def test_the_plane_is_the_best_one_and_found_in_few_rounds(n, d, gap, C, rounds):
    x, y = blobs(n, d, gap, n + d)
    w, b = linear_svm(x, y, C, rounds=rounds + 1)
    assert w.dtype == torch.float64
    assert_best(x, y, C, w, b)


def test_each_point_may_have_a_weight_of_its_own():
    x, y = blobs(30, 2, 0.5, 3)
    C = torch.linspace(0.1, 2, 30, dtype=torch.float64)
    w, b = linear_svm(x, y, C)
    assert_best(x, y, C, w, b)
    assert not torch.allclose(w, linear_svm(x, y)[0], atol=1e-3)


def test_a_point_of_twice_the_weight_counts_as_two_points():
    x, y = blobs(20, 2, 0.5, 4)
    weights = torch.ones(20, dtype=torch.float64)
    weights[3] = 2
    w, b = linear_svm(x, y, weights)
    again, offset = linear_svm(torch.cat([x, x[3:4]]), torch.cat([y, y[3:4]]))
    assert torch.allclose(w, again, atol=1e-7)
    assert b == pytest.approx(offset, abs=1e-6)


@pytest.mark.parametrize(("C", "length"), [(100.0, 0.25), (0.01, 0.08)])
def test_between_two_points_the_plane_is_in_the_middle_and_its_margin_is_theirs(C, length):
    """Of points 8 apart w is 2/8, or, where errors cost little, 8 C."""
    w, b = linear_svm(torch.tensor([[9.0], [1.0]]), torch.tensor([1.0, -1.0]), C)
    assert float(w) == pytest.approx(length, rel=1e-6)
    assert b == pytest.approx(-5 * length, rel=1e-4)


def test_the_plane_turns_with_the_signs_and_moves_with_the_points():
    x, y = blobs(30, 3, 0.5, 5)
    w, b = linear_svm(x, y)
    turned, opposite = linear_svm(x, -y)
    assert torch.allclose(turned, -w, atol=1e-7)
    assert opposite == pytest.approx(-b, abs=1e-6)
    moved, offset = linear_svm(x + 3, y)
    assert torch.allclose(moved, w, atol=1e-7)
    assert offset == pytest.approx(b - 3 * float(w.sum()), abs=1e-6)


def test_a_weight_of_one_is_the_default():
    x, y = blobs(30, 2, 0.5, 6)
    assert torch.equal(linear_svm(x, y)[0], linear_svm(x, y, 1.0)[0])


def test_a_looser_tolerance_takes_fewer_rounds_and_is_nearly_the_same():
    x, y = blobs(60, 3, 0.5, 63)
    rough, _ = linear_svm(x, y, 100.0, tolerance=1e-2, rounds=10)
    assert torch.allclose(rough, linear_svm(x, y, 100.0)[0], rtol=0.1)
    with pytest.raises(ValueError, match="No separating plane was found in 10 rounds"):
        linear_svm(x, y, 100.0, rounds=10)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_points_of_both_classes_are_needed(sign):
    with pytest.raises(ValueError, match="needs points of both"):
        linear_svm(torch.ones(3, 2), torch.full((3,), sign))


@pytest.mark.parametrize("scale", [1e8, 1e80, 1e200])
def test_points_too_far_apart_for_any_plane_are_refused_with_what_to_do(scale):
    x, _ = blobs(20, 2, 0, 1)
    y = torch.tensor([1.0, -1.0] * 10)
    with pytest.raises(ValueError, match="found in 200 rounds; scale the codes to about unit size"):
        linear_svm((x - 5) * scale, y)


def test_points_of_less_precision_count_as_they_are():
    x, y = blobs(30, 2, 0.5, 7)
    w, b = linear_svm(x.float(), y)
    again, offset = linear_svm(x.float().double(), y)
    assert torch.equal(w, again)
    assert b == offset
