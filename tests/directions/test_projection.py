"""Taking out of a direction what it shares with others."""

import pytest
import torch

from sefa_widget.directions.projection import project
from tests.evaluation.helpers import random_rows


def test_what_a_direction_shares_with_one_other_is_taken_out():
    direction, condition = torch.tensor([3.0, 4.0, 0.0]), torch.tensor([0.0, 2.0, 0.0])
    found = project(direction, condition)
    assert found.dtype == torch.float64
    assert found.tolist() == pytest.approx([1, 0, 0])
    assert project(-direction, condition).tolist() == pytest.approx([-1, 0, 0])
    assert project(torch.tensor([0.0, 1, 1]), condition).tolist() == pytest.approx([0, 0, 1])


def test_the_rest_is_that_of_a_least_squares_fit():
    direction, conditions = random_rows(1, 7)[0], random_rows(3, 7, 1)
    rest = direction - torch.linalg.lstsq(conditions.T, direction[:, None]).solution[:, 0] @ conditions
    assert torch.allclose(project(direction, conditions), rest / rest.norm())


@pytest.mark.parametrize("length", [1e-140, 1e-5, 1e5])
def test_a_condition_counts_the_same_however_long_it_is(length):
    direction, conditions = random_rows(1, 5)[0], random_rows(2, 5, 1)
    scaled = conditions * torch.tensor([[1.0], [length]], dtype=torch.float64)
    assert torch.allclose(project(direction, scaled), project(direction, conditions))


@pytest.mark.parametrize("length", [1e-140, 1e-9, 1e9])
def test_a_direction_may_be_of_any_length(length):
    direction, conditions = random_rows(1, 5)[0], random_rows(2, 5, 1)
    assert torch.allclose(project(direction * length, conditions), project(direction, conditions))


def test_conditions_that_depend_on_others_or_are_zero_take_nothing_more_out():
    direction, one = random_rows(1, 5)[0], random_rows(1, 5, 1)[0]
    again = torch.stack([one, -2 * one, one + 1e-14 * random_rows(1, 5, 2)[0], torch.zeros(5)])
    assert torch.allclose(project(direction, again), project(direction, one))


def test_conditions_that_are_nearly_the_same_still_count_as_two():
    one = torch.tensor([1.0, 0, 0, 0], dtype=torch.float64)
    other = torch.tensor([1.0, 1e-8, 0, 0], dtype=torch.float64)
    direction = torch.tensor([0.0, 1, 1, 0], dtype=torch.float64)
    assert project(direction, torch.stack([one, other])).tolist() == pytest.approx([0, 0, 1, 0], abs=1e-9)


def test_of_a_direction_that_nearly_lies_in_the_span_the_rest_is_at_right_angles_to_the_last_digit():
    conditions = random_rows(3, 40)
    direction = conditions.sum(0) / conditions.sum(0).norm() + 1e-6 * random_rows(1, 40, 1)[0]
    found = project(direction, conditions)
    assert float(found.norm()) == pytest.approx(1)
    assert float((conditions @ found).abs().max()) < 1e-13


@pytest.mark.parametrize(("outside", "left"), [(2e-8, True), (0.5e-8, False)])
def test_nothing_is_left_of_a_direction_in_the_span(outside, left):
    direction = torch.tensor([1.0, 0, outside], dtype=torch.float64)
    conditions = torch.eye(3, dtype=torch.float64)[:2]
    if left:
        assert project(direction, conditions).tolist() == pytest.approx([0, 0, 1])
    else:
        with pytest.raises(ValueError, match="lies in the span of its conditions: nothing is left"):
            project(direction, conditions)


def test_a_direction_of_zeros_is_refused():
    with pytest.raises(ValueError, match="nothing is left"):
        project(torch.zeros(3), torch.ones(3))


@pytest.mark.parametrize(
    ("direction", "conditions", "text"),
    [
        ([1.0], torch.ones(1), "direction is a list"),
        (torch.ones(1), [1.0], "conditions is a list"),
        (torch.ones(3), torch.ones(2, 4), r"The direction has 3 numbers, the conditions \[2, 4\]"),
        (torch.ones(3), torch.ones(3, 2), r"The direction has 3 numbers, the conditions \[3, 2\]"),
        (torch.ones(3), torch.tensor(1.0), r"The direction has 3 numbers, the conditions \[\]"),
    ],
)
def test_what_does_not_fit_is_refused(direction, conditions, text):
    with pytest.raises(ValueError, match=text):
        project(direction, conditions)
