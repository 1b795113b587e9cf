"""Eigenvectors as directions: descending, of unit length, with the same signs everywhere."""

import pytest
import torch

from sefa_widget.directions import Search
from sefa_widget.directions.eigen import decompose, from_gram, signs, unit_rows
from sefa_widget.directions.value import SHARE_OF_WEIGHT
from tests.evaluation.helpers import random_rows


def test_eigenvectors_are_rows_in_the_order_of_their_eigenvalues():
    rows = random_rows(8, 4)
    gram = rows.T @ rows
    values, vectors = decompose(gram)
    assert (values[:-1] > values[1:]).all()
    assert torch.allclose(vectors @ gram, values[:, None] * vectors)
    assert torch.allclose(vectors @ vectors.T, torch.eye(4, dtype=torch.float64), atol=1e-14)
    assert (vectors.gather(1, vectors.abs().argmax(1, keepdim=True)) > 0).all()


def test_no_eigenvalue_is_below_zero():
    values, _ = decompose(torch.diag(torch.tensor([2.0, -1e-9, 0.5])))
    assert values.tolist() == [2, 0.5, 0]
    assert values.dtype == torch.float64


def test_the_entry_of_largest_magnitude_decides_the_sign():
    rows = torch.tensor([[1.0, -2, 0], [2, -1, 0], [-1, -3, 2], [0, 0, 0]])
    assert signs(rows).tolist() == [[-1], [1], [-1], [1]]
    assert signs(rows.double()).dtype == torch.float64
    assert signs(torch.tensor([[-0.5, 0.25]])).dtype == torch.float32


@pytest.mark.parametrize("row", [[1.0, -1.0], [-1.0, 1.0]])
def test_where_two_entries_are_as_large_the_sign_stays(row):
    assert signs(torch.tensor([row])).tolist() == [[1]]


def test_rows_become_of_unit_length_with_the_sign_of_their_largest_entry_or_their_own():
    rows = torch.tensor([[3.0, -4.0], [0, 0.5]], dtype=torch.float64)
    turned = torch.tensor([[-0.6, 0.8], [0, 1]], dtype=torch.float64)
    assert torch.allclose(unit_rows(rows), turned)
    assert torch.allclose(unit_rows(rows, signed=False), turned * torch.tensor([[-1], [1]]))


def test_rows_of_zeros_stay_zeros():
    assert unit_rows(torch.zeros(2, 3, dtype=torch.float64)).tolist() == [[0] * 3] * 2
    assert unit_rows(torch.full((1, 1), 1e-250, dtype=torch.float64)).tolist() == [[1]]


def test_directions_of_a_gram_are_its_first_eigenvectors(tiny_style):
    rows = random_rows(9, 6)
    search = Search("sefa", (1,), False)
    about = {"rows": 9, "search": search, "value": SHARE_OF_WEIGHT}
    found = from_gram(tiny_style, rows.T @ rows, k=2, **about)
    values, vectors = decompose(rows.T @ rows)
    assert torch.equal(found.vectors, vectors[:2])
    assert torch.equal(found.eigenvalues, values[:2])
    assert found.trace == pytest.approx(float(rows.square().sum()))
    assert (found.rows, found.search, found.value) == (9, search, SHARE_OF_WEIGHT)
    assert (found.fingerprint, found.edit_rows) == (tiny_style.fingerprint, (1,))
    assert len(from_gram(tiny_style, rows.T @ rows, k=None, **about)) == 6


def test_directions_of_no_layers_are_edited_in_all_rows(tiny_style):
    found = from_gram(
        tiny_style, torch.eye(6), rows=6, search=Search("sefa", None, False), k=1, value=SHARE_OF_WEIGHT
    )
    assert found.edit_rows == (0, 1, 2)
