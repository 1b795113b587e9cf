"""Which directions of two sets belong together, beside what random ones do."""

import math
from dataclasses import replace

import pytest
import torch

from sefa_widget.measures.basis import orthonormalize, random_bases, random_units
from sefa_widget.measures.matching import (
    BASES,
    Nearest,
    Pair,
    absolute_cosines,
    compare_pair,
    find_nearest,
    match,
    principal_angles,
)
from tests.evaluation.helpers import directions, random_rows


def test_cosines_are_without_sign_and_length_and_never_above_one():
    first = torch.tensor([[2.0, 0, 0], [0, -1e-5, 0]])
    second = torch.tensor([[-3.0, 0, 0], [1, 1, 0], [0, 0, 1], [1 / 3, 1 / 3, 1 / 3]])
    found = absolute_cosines(first, second)
    assert found.dtype == torch.float64
    half, third = 0.5**0.5, (1 / 3) ** 0.5
    assert torch.allclose(found, torch.tensor([[1, half, 0, third], [0, half, 0, third]]).double())
    rows = random_rows(200, 7)
    assert float(absolute_cosines(rows, rows).max()) == 1


def test_the_matching_has_the_largest_total_and_not_each_ones_best():
    cosines = torch.tensor([[0.9, 0.8, 0.0], [0.8, 0.1, 0.0]])
    assert match(cosines) == ((0, 1), (1, 0))
    assert match(cosines.T) == ((0, 1), (1, 0))


def test_matched_cosines_are_in_the_order_of_the_matching():
    cosines = torch.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    empty = torch.zeros(0)
    pair = Pair("a", "b", cosines, ((0, 2), (1, 0)), empty, empty, empty)
    assert pair.matched.tolist() == pytest.approx([0.3, 0.4])


def test_p_counts_the_random_directions_that_come_at_least_as_near():
    control = torch.tensor([0.2, 0.3, 0.4, 0.5], dtype=torch.float64)
    found = Nearest("a", 0, "sefa", 1, 0.3, 5, control)
    assert found.p == pytest.approx(3 / 5)
    assert replace(found, distance=0.1).p == pytest.approx(1 / 5)
    assert replace(found, distance=0.9).p == 1
    assert math.isnan(found.reliability)


@pytest.mark.parametrize("angle", [1e-9, 0.3, 1.2, math.pi / 2])
def test_the_angle_of_two_lines_is_found_to_all_digits(angle):
    one = torch.tensor([[2.0, 0, 0]], dtype=torch.float64)
    other = torch.tensor([[math.cos(angle), math.sin(angle), 0]], dtype=torch.float64)
    (found,) = principal_angles(one, other).tolist()
    assert found == pytest.approx(angle, rel=1e-7, abs=1e-15)


def test_as_many_angles_as_the_smaller_span_has_dimensions_whichever_comes_first():
    line = torch.tensor([[1.0, 0, 1, 0]], dtype=torch.float64)
    space = torch.eye(4, dtype=torch.float64)[[0, 1, 0]]
    for one, other in ((line, space), (space, line)):
        assert principal_angles(one, other).tolist() == pytest.approx([math.pi / 4])
    twice = torch.tensor([[1.0, 0, 1, 0], [0, 0, 0, 1]], dtype=torch.float64)
    for one, other in ((twice, space), (space, twice)):
        assert principal_angles(one, other).tolist() == pytest.approx([math.pi / 4, math.pi / 2])


def test_angles_ascend_and_are_small_ones_to_all_digits():
    angles = [1e-9, 0.5, 1.1]
    one = torch.eye(6, dtype=torch.float64)[:3]
    other = torch.zeros(3, 6, dtype=torch.float64)
    for row, angle in enumerate(reversed(angles)):
        other[row, row], other[row, 3 + row] = math.cos(angle), math.sin(angle)
    assert principal_angles(one, other).tolist() == pytest.approx(angles, rel=1e-7)


def test_a_pair_is_of_the_first_k_of_both_and_of_all_unless_told_otherwise():
    first, second = directions(random_rows(4, 6)), directions(random_rows(3, 6, 1))
    pair = compare_pair("a", first, "b", second, controls=5, seed=2)
    assert (pair.first, pair.second) == ("a", "b")
    assert torch.equal(pair.cosines, absolute_cosines(first.vectors, second.vectors))
    assert pair.matching == match(pair.cosines)
    assert torch.equal(pair.angles, principal_angles(first.vectors, second.vectors))
    assert (pair.control_cosines.shape, pair.control_angles.shape) == ((5,), (5, 3))
    short = compare_pair("a", first, "b", second, k=2, controls=5, seed=2)
    assert short.cosines.shape == (2, 2)
    assert short.angles.shape == (2,)
    assert short.control_angles.shape == (5, 2)


def test_controls_are_random_bases_in_the_place_of_the_second_set():
    first, second = directions(random_rows(2, 6)), directions(random_rows(3, 6, 1))
    pair = compare_pair("a", first, "b", second, controls=4, seed=7)
    for trial, basis in enumerate(random_bases(4, 3, 6, 7)):
        cosines = absolute_cosines(first.vectors, basis)
        best = torch.stack([cosines[place] for place in match(cosines)]).mean()
        assert float(pair.control_cosines[trial]) == pytest.approx(float(best))
        angles = principal_angles(first.vectors, basis)
        assert torch.allclose(pair.control_angles[trial], angles, atol=1e-7)


def test_a_direction_that_is_there_twice_adds_no_angle_to_the_controls():
    line = random_rows(1, 6)
    pair = compare_pair(
        "a", directions(torch.cat([line, line])), "b", directions(random_rows(2, 6, 1)), controls=3
    )
    assert pair.angles.shape == (1,)
    assert pair.control_angles.shape == (3, 1)
    for trial, basis in enumerate(random_bases(3, 2, 6)):
        assert torch.allclose(pair.control_angles[trial], principal_angles(line, basis))


def test_more_directions_than_numbers_are_compared_with_as_many_random_ones():
    first, second = directions(random_rows(2, 3)), directions(random_rows(5, 3, 1))
    pair = compare_pair("a", first, "b", second, controls=3)
    assert pair.cosines.shape == (2, 5)
    assert float(pair.control_angles.max()) == pytest.approx(0, abs=1e-6)


def test_controls_are_a_hundred_of_seed_0_unless_told_otherwise():
    first, second = directions(random_rows(2, 5)), directions(random_rows(2, 5, 1))
    assert BASES == 100
    found = compare_pair("a", first, "b", second)
    assert torch.equal(
        found.control_cosines, compare_pair("a", first, "b", second, controls=100, seed=0).control_cosines
    )
    (nearest,) = find_nearest("a", first[0], "b", second)
    assert torch.equal(
        nearest.control, find_nearest("a", first[0], "b", second, controls=100, seed=0)[0].control
    )
    assert len(nearest.control) == 100


def test_the_nearest_of_the_first_k_is_found_for_each_supervised_direction():
    axes = torch.eye(4, dtype=torch.float64)
    targets = directions(torch.stack([axes[2] + 0.5 * axes[0], -axes[1]]))
    near = find_nearest("age", targets, "sefa", directions(axes), controls=6, seed=3, reliability=[0.5, 0.25])
    assert [(one.direction, one.index, one.reliability) for one in near] == [(0, 2, 0.5), (1, 1, 0.25)]
    assert [one.distance for one in near] == pytest.approx([1 - 1 / 1.25**0.5, 0])
    assert {(one.supervised, one.method, one.searched) for one in near} == {("age", "sefa", 4)}
    short = find_nearest("age", targets, "sefa", directions(axes), k=1, controls=6, seed=3)
    assert [(one.index, one.searched) for one in short] == [(0, 1), (0, 1)]
    assert all(math.isnan(one.reliability) for one in short)
    units = random_units(6, 4, 3)
    assert torch.allclose(short[0].control, 1 - units[:, 0].abs())
    assert torch.allclose(near[0].control, 1 - units.abs().amax(1))


def test_one_reliability_is_needed_for_each_supervised_direction():
    with pytest.raises(ValueError, match="There are 1 reliabilities for 2 supervised directions of 'age'"):
        find_nearest("age", directions(torch.eye(2)), "sefa", directions(torch.eye(2)), reliability=[1.0])


def test_a_span_of_dependent_rows_is_counted_once():
    rows = random_rows(1, 4)
    assert len(principal_angles(torch.cat([rows, 2 * rows]), random_rows(3, 4, 1))) == 1
    assert int((orthonormalize(torch.cat([rows, 2 * rows])).norm(dim=1) > 0).sum()) == 1
