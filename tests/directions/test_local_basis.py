"""The averaged local basis, held against derivatives by differences and against known mappings."""

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions import local_basis
from sefa_widget.directions.local_basis import jacobians
from sefa_widget.generators import Latent
from tests.generators.golden import load

CASES = ["nv_ada_orig_nonoise", "genforce_stylegan", "ros_sg2", "nv_sg3_t"]


@pytest.mark.parametrize("case", CASES)
def test_the_derivative_of_w_is_that_of_differences(case):
    generator = load(case).double()
    z = torch.randn(3, generator.z_dim, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = jacobians(generator, z)
    step = 1e-5
    for column in range(generator.z_dim):
        moved = torch.zeros_like(z)
        moved[:, column] = step
        with torch.no_grad():
            plus, minus = (generator.mapping(z + side * moved).codes[:, 0] for side in (1, -1))
        assert torch.allclose(found[:, :, column], (plus - minus) / (2 * step), atol=1e-4)


def test_directions_are_the_local_bases_weighed_by_their_squared_singular_values():
    generator = load(CASES[0])
    found = factorize(generator, method="local_basis", n=5)
    z = torch.randn(5, generator.z_dim, generator=torch.Generator().manual_seed(0))
    mean = 0
    for one in jacobians(generator, z).double():
        left, singular, _ = torch.linalg.svd(one, full_matrices=False)
        mean = mean + left @ torch.diag(singular**2) @ left.T / 5
    assert torch.allclose(found.vectors @ mean, found.eigenvalues[:, None] * found.vectors, atol=1e-6)
    assert float(found.values.sum()) == pytest.approx(1)


def test_of_a_linear_mapping_they_are_its_left_singular_vectors(tiny_style, monkeypatch):
    matrix = torch.randn(6, tiny_style.z_dim, generator=torch.Generator().manual_seed(1))

    def mapping(z, **options):
        return Latent((z @ matrix.T)[:, None].repeat(1, tiny_style.num_codes, 1), None, 1.0)

    monkeypatch.setattr(tiny_style, "mapping", mapping)
    found = factorize(tiny_style, method="local_basis", n=3)
    left = torch.linalg.svd(matrix.double())[0].T
    assert torch.allclose((found.vectors * left).sum(1).abs(), torch.ones(6, dtype=torch.float64), atol=1e-6)


def test_the_same_seed_gives_the_same_directions_and_batches_do_not_matter(tiny_style, monkeypatch):
    found = factorize(tiny_style, method="local_basis", n=10)
    monkeypatch.setattr(local_basis, "BATCH", 10)
    again, other = (factorize(tiny_style, method="local_basis", n=10, seed=seed) for seed in (0, 1))
    assert torch.allclose(again.vectors, found.vectors)
    assert not torch.allclose(other.vectors, found.vectors)


def test_it_tells_how_far_it_is(tiny_style):
    told = []
    factorize(tiny_style, method="local_basis", n=130, progress=lambda *now: told.append(now))
    assert told == [(64, 130), (128, 130), (130, 130)]


def test_a_generator_without_a_mapping_network_is_refused_with_the_reason(tiny):
    with pytest.raises(ValueError, match="has no mapping network that can be differentiated"):
        factorize(tiny, method="local_basis")
