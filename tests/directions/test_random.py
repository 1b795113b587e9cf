"""Random directions, the control of all methods."""

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions.random import METHOD, find, orthonormal


def test_random_directions_are_an_orthonormal_basis_without_values(tiny_style):
    found = find(tiny_style)
    assert torch.allclose(found.vectors @ found.vectors.T, torch.eye(6, dtype=torch.float64), atol=1e-14)
    assert found.eigenvalues.dtype == torch.float64
    assert found.eigenvalues.tolist() == [1] * 6
    assert (found.trace, found.rows, found.value) == (6.0, 0, None)
    assert (found.method, found.layers, found.normalized) == ("random", (0, 1, 2), None)
    assert found.fingerprint == tiny_style.fingerprint


def test_the_layers_say_where_an_edit_is_applied_and_nothing_else(tiny_style):
    found = find(tiny_style, [0, 2])
    assert (found.layers, found.edit_rows) == ((0, 2), (0, 2))
    assert torch.equal(found.vectors, find(tiny_style).vectors)


def test_the_first_k_are_those_of_the_whole_basis(tiny_style):
    short, whole = find(tiny_style, None, 2), find(tiny_style)
    assert len(short) == len(short.eigenvalues) == 2
    assert torch.equal(short.vectors, whole.vectors[:2])


def test_the_same_seed_gives_the_same_basis_and_another_one_another(tiny_style):
    assert torch.equal(find(tiny_style).vectors, find(tiny_style, seed=0).vectors)
    assert not torch.allclose(find(tiny_style, seed=1).vectors, find(tiny_style).vectors)
    normal = torch.randn(6, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    assert torch.equal(find(tiny_style, seed=1).vectors, orthonormal(normal))
    assert find(tiny_style, seed=1).options == {"seed": 1}
    assert find(tiny_style).options == {}


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5])
def test_a_seed_that_torch_does_not_take_is_refused(tiny_style, seed):
    with pytest.raises(ValueError, match="seed is"):
        find(tiny_style, seed=seed)
    assert len(find(tiny_style, seed=2**64 - 1)) == 6


def test_the_rows_are_those_of_the_only_decomposition_with_a_positive_diagonal():
    normal = torch.randn(5, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    rows = orthonormal(normal)
    assert rows.shape == (3, 5)
    r = rows @ normal
    assert torch.allclose(rows @ rows.T, torch.eye(3, dtype=torch.float64), atol=1e-14)
    assert torch.allclose(r.tril(-1), torch.zeros(3, 3, dtype=torch.float64), atol=1e-14)
    assert (r.diagonal() > 0).all()


def test_every_generator_has_random_directions(tiny, tiny_style):
    for generator in (tiny, tiny_style):
        assert METHOD.applies_to(generator)
        found = factorize(generator, method="random", k=1, seed=4)
        assert torch.equal(found.vectors, find(generator, None, 1, seed=4).vectors)
    (option,) = METHOD.options
    assert (option.name, option.default, option.least, option.most) == ("seed", 0, 0, 2**64 - 1)
