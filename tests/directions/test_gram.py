"""Sums of Gram matrices over layers, each layer computed once."""

from itertools import combinations

import pytest
import torch

from sefa_widget.directions.gram import Gram, LayerGrams, gram_of_rows, total_gram
from tests.evaluation.helpers import random_rows


@pytest.fixture
def grams():
    """Of layers 1, 2, 3, 5 and 8, given in another order."""
    return {n: Gram(random_rows(3, 3, n), 10**place) for place, n in enumerate((5, 1, 8, 2, 3))}


def test_the_sum_over_any_layers_is_that_of_their_matrices_and_rows(grams):
    layers = LayerGrams(grams)
    assert layers.known is grams
    for count in range(1, 6):
        for numbers in combinations(sorted(grams), count):
            total = layers.total(numbers)
            assert torch.allclose(total.matrix, sum(grams[n].matrix for n in numbers))
            assert total.rows == sum(grams[n].rows for n in numbers)


class Computed:
    """Gives Grams and remembers which were asked for."""

    def __init__(self, free=(), value=1.0):
        self.asked, self.free, self.value = [], free, value

    def __call__(self, missing):
        assert not torch.is_grad_enabled()
        self.asked.append(missing)
        return {n: Gram(torch.full((2, 2), self.value * (n + 1)), n) for n in {*missing, *self.free}}


def test_a_layer_is_computed_once_and_only_what_is_missing_is_asked_for(tiny_style):
    compute = Computed()
    assert total_gram(tiny_style, [0, 1], ("sefa",), compute).matrix.tolist() == [[3, 3], [3, 3]]
    assert total_gram(tiny_style, [1], ("sefa",), compute).rows == 1
    assert compute.asked == [[0, 1]]
    total = total_gram(tiny_style, [0, 2], ("sefa",), compute)
    assert (total.matrix.tolist(), total.rows) == ([[4, 4], [4, 4]], 2)
    assert compute.asked == [[0, 1], [2]]
    assert total_gram(tiny_style, [0, 1, 2], ("sefa",), compute).rows == 3
    assert len(compute.asked) == 2


def test_layers_that_come_for_free_are_not_asked_for_again(tiny_style):
    compute = Computed(free=(2,))
    total_gram(tiny_style, [0], ("sefa",), compute)
    assert total_gram(tiny_style, [0, 2], ("sefa",), compute).rows == 2
    assert compute.asked == [[0]]


def test_another_method_or_other_weights_are_computed_anew(tiny_style):
    compute = Computed()
    total_gram(tiny_style, [1], ("sefa", True), compute)
    total_gram(tiny_style, [1], ("sefa", False), compute)
    assert compute.asked == [[1], [1]]
    with torch.no_grad():
        tiny_style.styles[0].weight.add_(1)
    found = total_gram(tiny_style, [1], ("sefa", True), Computed(value=5.0))
    assert found.matrix.tolist() == [[10, 10], [10, 10]]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_layers_with_numbers_that_are_none_are_named_and_not_kept(tiny_style, bad):
    with pytest.raises(ValueError, match="Layer 2 of 'tinystyle' cannot be factorised"):
        total_gram(tiny_style, [2], ("sefa",), Computed(value=bad))
    with pytest.raises(ValueError, match="Layers 0, 2 of 'tinystyle' cannot be factorised"):
        total_gram(tiny_style, [0, 2], ("sefa",), Computed(value=bad))
    assert total_gram(tiny_style, [2], ("sefa",), Computed()).rows == 2


def test_one_broken_number_is_enough_and_whole_layers_are_not_named(tiny_style):
    def compute(missing):
        whole, broken = torch.eye(2), torch.eye(2)
        broken[1, 0] = float("nan")
        return {0: Gram(whole, 1), 1: Gram(broken, 1)}

    with pytest.raises(ValueError, match="Layer 1 of"):
        total_gram(tiny_style, [0, 1], ("sefa",), compute)


def test_the_gram_of_rows_is_that_of_unit_rows_or_of_rows_as_they_are():
    weight = torch.tensor([[3.0, 4.0], [0, 0], [0, 2]])
    scaled = gram_of_rows(weight, True)
    assert scaled.matrix.dtype == torch.float64
    assert torch.allclose(scaled.matrix, torch.tensor([[0.36, 0.48], [0.48, 1.64]], dtype=torch.float64))
    assert scaled.rows == 2
    plain = gram_of_rows(weight, False)
    assert plain.matrix.tolist() == [[9, 12], [12, 20]]
    assert plain.rows == 2


@pytest.mark.parametrize("normalize", [True, False])
def test_a_broken_row_is_not_taken_for_zeros(normalize):
    weight = torch.tensor([[float("nan"), 1.0], [1, 0]])
    assert gram_of_rows(weight, normalize).matrix.isnan().any()
