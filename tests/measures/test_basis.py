"""Orthonormal bases: of what directions span, and random ones."""

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions import random
from sefa_widget.measures.basis import (
    CONTROL_SEED,
    as_control,
    chance,
    in_words,
    orthonormalize,
    random_bases,
    random_units,
)
from tests.evaluation.helpers import random_rows


def stream(seed=0):
    return torch.Generator().manual_seed(CONTROL_SEED + seed)


def test_the_first_rows_of_a_basis_span_what_the_first_rows_span():
    rows = random_rows(3, 5)
    basis = orthonormalize(rows)
    assert torch.allclose(basis @ basis.T, torch.eye(3, dtype=torch.float64), atol=1e-14)
    for j in range(1, 4):
        assert torch.allclose(rows[:j] @ basis[:j].T @ basis[:j], rows[:j])
    assert ((basis * rows).sum(1) > 0).all()


def test_rows_may_be_of_any_length_and_type():
    basis = orthonormalize(torch.tensor([[3, 0], [4, 1e-20]]).float())
    assert basis.dtype == torch.float64
    assert basis.tolist() == [[1, 0], [0, 0]]
    tiny = orthonormalize(torch.tensor([[1e-200, 0], [1e-200, 1e-200]], dtype=torch.float64))
    assert torch.allclose(tiny, torch.eye(2, dtype=torch.float64))


@pytest.mark.parametrize(("outside", "length"), [(2e-8, 1), (0.5e-8, 0)])
def test_a_row_that_depends_on_those_before_becomes_zeros(outside, length):
    rows = torch.tensor([[1.0, 0, 0], [1.0, outside, 0], [0, 0, 0], [1, 0, 1]], dtype=torch.float64)
    basis = orthonormalize(rows)
    assert basis.norm(dim=1).tolist() == pytest.approx([1, length, 0, 1])
    assert basis[3].tolist() == pytest.approx([0, 0, 1])


def test_nearly_parallel_rows_are_orthogonal_to_the_last_digit():
    first = random_rows(1, 50)
    rows = torch.cat([first, first + 1e-6 * random_rows(1, 50, 1), first + 1e-6 * random_rows(1, 50, 2)])
    basis = orthonormalize(rows)
    assert float((basis @ basis.T - torch.eye(3)).abs().max()) < 1e-14


def test_random_bases_are_as_many_as_asked_for_and_each_another_one():
    found = list(random_bases(3, 2, 4))
    assert [tuple(basis.shape) for basis in found] == [(2, 4)] * 3
    for basis in found:
        assert torch.allclose(basis @ basis.T, torch.eye(2, dtype=torch.float64), atol=1e-14)
    assert not torch.allclose(found[0], found[1])


def test_of_more_rows_than_numbers_each_block_is_orthonormal():
    (found,) = random_bases(1, 5, 2)
    assert found.shape == (5, 2)
    for block in (found[:2], found[2:4]):
        assert torch.allclose(block @ block.T, torch.eye(2, dtype=torch.float64), atol=1e-14)
    assert float(found[4].norm()) == pytest.approx(1)
    (whole,) = random_bases(1, 4, 2)
    assert whole.shape == (4, 2)


def test_the_same_seed_gives_the_same_bases_from_a_stream_of_their_own():
    assert CONTROL_SEED == 2**32
    normal = torch.randn(4, 2, generator=stream(3), dtype=torch.float64)
    (found,) = random_bases(1, 2, 4, 3)
    assert torch.equal(found, random.orthonormal(normal))
    assert torch.equal(next(random_bases(1, 2, 4)), next(random_bases(1, 2, 4, 0)))
    assert not torch.equal(next(random_bases(1, 2, 4)), found)


def test_random_units_are_normal_numbers_of_length_one():
    normal = torch.randn(5, 3, generator=stream(2), dtype=torch.float64)
    assert torch.allclose(random_units(5, 3, 2), normal / normal.norm(dim=1, keepdim=True))
    assert torch.equal(random_units(5, 3), random_units(5, 3, 0))
    assert not torch.equal(random_units(5, 3), random_units(5, 3, 2))


def test_a_control_is_of_the_same_generator_and_rows_but_of_random_directions(tiny_style):
    found = factorize(tiny_style, layers=[1, 2])
    (vectors,) = random_bases(1, 2, 6)
    control = as_control(found, vectors)
    assert torch.equal(control.vectors, vectors)
    assert control.eigenvalues.tolist() == [1, 1]
    assert control.eigenvalues.dtype == torch.float64
    assert (control.trace, control.rows) == (6.0, 6)
    assert (control.method, control.layers, control.normalized) == ("random", (1, 2), None)
    assert (control.fingerprint, control.edit_rows) == (found.fingerprint, (1, 2))


def test_quantiles_are_over_the_first_dimension_and_leave_nan_out():
    values = torch.arange(101.0)[:, None].repeat(1, 2)
    values[:, 1] *= 2
    assert chance(values).tolist() == [[5, 10], [50, 100], [95, 190]]
    assert chance(torch.tensor([2.0, float("nan")])).tolist() == [2, 2, 2]
    assert chance(values).dtype == torch.float64


def test_quantiles_of_nothing_are_refused():
    with pytest.raises(ValueError, match=r"values is empty, of shape \[0, 2\]"):
        chance(torch.zeros(0, 2))
    with pytest.raises(ValueError, match="values is"):
        chance([1.0])


def test_measured_values_are_written_beside_those_of_random_directions():
    values = torch.tensor([0.5, 0.12345, 0.25])
    assert in_words(values, None) == "0.123 to 0.5"
    assert in_words(values, torch.arange(101.0) / 1000) == (
        "0.123 to 0.5; 5 to 95 % of 101 random: 0.005 to 0.095"
    )
