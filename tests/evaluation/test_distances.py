import math

import pytest
import torch
from scipy import linalg

from sefa_widget.evaluation import (
    Features,
    frechet_curve,
    frechet_distance,
    kernel_distance,
)


def normal(count, size, seed=0):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def features(values, name="pixels"):
    return Features(name, len(values), values.mean(0), torch.cov(values.T), values.float())


def test_the_frechet_distance_is_that_of_the_matrix_square_root():
    one, two = normal(300, 6), normal(200, 6, seed=1) @ normal(6, 6, seed=2) + 1
    first, second = torch.cov(one.T), torch.cov(two.T)
    root = linalg.sqrtm((first @ second).numpy()).real
    wanted = (one.mean(0) - two.mean(0)).square().sum() + first.trace() + second.trace() - 2 * root.trace()
    found = frechet_distance(features(one), features(two))
    assert float(found) == pytest.approx(float(wanted))
    assert found.counts == (300, 200)
    assert str(found).startswith("Frechet distance ")


def test_the_kernel_distance_is_the_mean_over_pairs_of_different_pictures():
    one, two = normal(6, 3).float().double(), normal(6, 3, seed=1).float().double() + 0.5

    def cubic(a, b):
        return (float(a @ b) / 3 + 1) ** 3

    def pairs(a):
        return [cubic(a[i], a[j]) for i in range(6) for j in range(6) if i != j]

    across = [cubic(a, b) for a in one for b in two]
    wanted = sum(pairs(one)) / 30 + sum(pairs(two)) / 30 - 2 * sum(across) / 36
    found = kernel_distance(features(one), features(two))
    assert float(found) == pytest.approx(wanted)
    assert math.isnan(found.error)


def test_the_kernel_distance_of_equal_sets_is_0_within_its_error_and_that_of_others_is_not():
    sets = [features(normal(2000, 4, seed) + shift) for seed, shift in ((0, 0), (1, 0), (2, 0.3))]
    same, other = (kernel_distance(sets[0], far, block=100) for far in sets[1:])
    assert abs(float(same)) < 3 * same.error
    assert float(other) > 5 * other.error
    assert other > same
    assert other - same == pytest.approx(float(other) - float(same))


def test_a_frechet_distance_of_equal_sets_falls_with_their_size_towards_a_limit_of_0():
    curve = frechet_curve(features(normal(4096, 8)), features(normal(4096, 8, 1)))
    assert curve.sizes == (256, 512, 1024, 2048, 4096)
    assert (curve.values.diff() < 0).all()
    assert abs(curve.limit) < float(curve.values[-1])
    assert float(curve.errors[0]) < float(curve.values[0])
    assert math.isnan(float(curve.errors[-1]))
    assert "in the limit" in repr(curve)


def test_features_and_distances_of_different_extractors_are_never_held_against_each_other():
    one, two = features(normal(20, 3)), features(normal(20, 3, 1), "colours")
    for measure in (frechet_distance, kernel_distance, frechet_curve):
        with pytest.raises(ValueError, match="'pixels' and of 'colours' have nothing to do with each other"):
            measure(one, two)
    first, second = frechet_distance(one, one), frechet_distance(two, two)
    for compared in (lambda: first < second, lambda: first >= second, lambda: first - second):
        with pytest.raises(ValueError, match="read all pictures with one extractor"):
            compared()
    with pytest.raises(ValueError, match="A Frechet and a kernel distance"):
        first - kernel_distance(one, one)
    with pytest.raises(ValueError, match="one has 3 and the other 4"):
        frechet_distance(one, features(normal(20, 4)))
