import numpy as np
import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions.low_rank import pursuit
from tests.directions.test_resefa import BOX, parts
from tests.evaluation.helpers import Linear, random_rows


def published(matrix, sparsity=1 / 60):
    """Principal component pursuit as the published program has it, with singular values and multipliers."""
    mu = matrix.size / (4 * np.linalg.norm(matrix, 1))
    sparse, multipliers = np.zeros_like(matrix), np.zeros_like(matrix)

    def shrink(values, by):
        return np.sign(values) * np.maximum(np.abs(values) - by, 0)

    for _ in range(10_000):
        u, s, v = np.linalg.svd(matrix - sparse - multipliers / mu, full_matrices=False)
        low = u @ np.diag(shrink(s, 1 / mu)) @ v
        sparse = shrink(matrix - low - multipliers / mu, sparsity / mu)
        multipliers = multipliers + mu * (low + sparse - matrix)
        if np.linalg.norm(low + sparse - matrix) <= 1e-7 * np.linalg.norm(matrix):
            return low
    raise AssertionError


def test_a_low_rank_and_a_sparse_matrix_are_told_apart():
    random = torch.Generator().manual_seed(0)
    rows = torch.randn(3, 60, generator=random, dtype=torch.float64)
    low = rows.T @ rows
    sparse = torch.zeros(60, 60, dtype=torch.float64)
    places = torch.randperm(60, generator=random)[:40].view(2, 20)
    sparse[places[0], places[1]] = sparse[places[1], places[0]] = 30.0
    found = pursuit(low + sparse, 60**-0.5)
    assert torch.linalg.matrix_rank(found[0], rtol=1e-6) == 3
    assert torch.allclose(found[0], low, atol=1e-3)
    assert torch.allclose(found[1], sparse, atol=1e-3)


@pytest.mark.parametrize("sparsity", [1 / 60, 0.2])
def test_the_low_rank_part_is_that_of_the_published_program(tiny, sparsity):
    for matrix in parts(tiny, [4]):
        low, sparse = pursuit(torch.from_numpy(matrix), sparsity)
        assert np.allclose(low.numpy(), published(matrix, sparsity), atol=1e-6 * np.abs(matrix).max())
        assert np.allclose((low + sparse).numpy(), matrix, atol=1e-6 * np.abs(matrix).max())


@pytest.mark.parametrize("relax", [0, 2])
def test_directions_are_those_of_the_published_program(tiny, relax):
    strong, around = (published(matrix, 0.3) for matrix in parts(tiny, [4]))
    ranks = [int(np.linalg.matrix_rank(low)) for low in (strong, around)]
    principal = np.linalg.svd(strong)[2][: ranks[0]]
    null = np.linalg.svd(around)[2][min(max(1, ranks[1] - relax), len(around) - 1) :].T
    free = principal @ null @ null.T
    free /= np.linalg.norm(free, axis=1, keepdims=True)
    found = factorize(tiny, method="low_rank", region=BOX, seed=4, sparsity=0.3, relax=relax)
    assert len(found) == ranks[0]
    assert np.abs((found.vectors.numpy() * free).sum(1)).min() > 1 - 1e-5


def test_directions_change_nothing_around_a_region_that_can_be_moved_alone():
    rows = random_rows(3 * 16, 6).float().view(3, 4, 4, 6)
    rows[:, :2, :2, 3:] = 0  # the first three move the region only, the others what is around it
    rows[:, 2:, :, :3] = 0
    rows[:, :, 2:, :3] = 0
    mixed = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(1)))[0]
    generator = Linear(rows.view(-1, 6) @ mixed, 4)
    found = factorize(generator, method="low_rank", region=(0, 0, 2, 2), sparsity=1.0)
    moved = (rows.double().view(-1, 6) @ mixed.double() @ found.vectors.T).view(3, 4, 4, -1)
    inside = moved[:, :2, :2].square().sum((0, 1, 2))
    assert len(found) > 0
    assert ((moved.square().sum((0, 1, 2)) - inside) < 1e-6 * inside).all()


def test_progress_goes_on_while_the_parts_are_told_apart_so_that_it_can_be_cancelled(tiny):
    class Enough(Exception):
        pass

    told = []

    def tell(done, total):
        told.append((done, total))
        if len(told) == 5:
            raise Enough

    with pytest.raises(Enough):
        factorize(tiny, method="low_rank", region=BOX, n=2, progress=tell)
    assert told[:2] == [(1, 2), (2, 2)]
    assert set(told[2:]) == {(2, 2)}


def test_where_nothing_is_left_that_is_said(tiny):
    one = torch.randn(48, 1, generator=torch.Generator().manual_seed(0)) @ torch.tensor([[1.0, 2, 3, -4]])
    box = {"method": "low_rank", "region": (0, 0, 2, 2)}
    with pytest.raises(ValueError, match=r"Everything that moves region .* also moves what is around it"):
        factorize(Linear(one, 4), sparsity=1.0, **box)
    with pytest.raises(ValueError, match=r"All that moves region .* went to the sparse part"):
        factorize(Linear(torch.ones(48, 2), 4), **box)
    with pytest.raises(ValueError, match="the whole picture"):
        factorize(tiny, method="low_rank", region=(0, 0, 16, 16))


def test_where_nothing_in_the_region_moves_that_is_said():
    rows = torch.randn(3, 4, 4, 3, generator=torch.Generator().manual_seed(0))
    rows[:, :2, :2] = 0
    with pytest.raises(ValueError, match=r"Nothing in region \(0, 0, 2, 2\) changes with the latent"):
        factorize(Linear(rows.view(-1, 3), 4), method="low_rank", region=(0, 0, 2, 2))
