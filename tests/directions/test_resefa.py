import numpy as np
import pytest
import torch

from sefa_widget import factorize
from tests.directions.test_jacobian import explicit
from tests.evaluation.helpers import Linear, random_rows
from tests.generators.golden import load

BOX = (2, 4, 9, 16)


def parts(generator, seeds, rows=None, box=BOX):
    """Both matrices of the paper, from explicit derivatives."""
    jacobians = explicit(generator, seeds, rows).numpy()  # [N, C, H, W, d]
    inside = np.zeros(jacobians.shape[2:4], bool)
    inside[box[0] : box[2], box[1] : box[3]] = True
    found = []
    for mask in (inside, ~inside):
        each = [one[:, mask].reshape(-1, one.shape[-1]) for one in jacobians]
        found.append(np.mean([one.T @ one / len(one) for one in each], axis=0))
    return found


@pytest.mark.parametrize("tau", [1e-3, 0.0])
@pytest.mark.parametrize("seeds", [[4], [4, 5, 6]])
def test_directions_are_those_of_the_published_program(tiny, tau, seeds):
    inside, outside = parts(tiny, seeds)
    d = len(inside)
    values, vectors = np.linalg.eig(np.linalg.inv(outside + tau * np.trace(outside) * np.eye(d)) @ inside)
    order = np.argsort(-values.real)
    found = factorize(tiny, method="resefa", region=BOX, n=len(seeds), seed=4, tau=tau)
    assert np.allclose(found.eigenvalues.numpy(), values.real[order], rtol=1e-3)
    cosines = np.abs((found.vectors.numpy() * vectors.real[:, order].T).sum(1))
    assert cosines[:4].min() > 1 - 1e-4


def test_the_value_is_the_change_inside_as_a_multiple_of_that_outside(tiny):
    inside, outside = parts(tiny, [4])
    floor = outside + 1e-3 * np.trace(outside) * np.eye(len(outside))
    found = factorize(tiny, method="resefa", region=BOX, seed=4)
    v = found.vectors.numpy()
    ratio = ((v @ inside) * v).sum(1) / ((v @ floor) * v).sum(1)
    assert np.allclose(ratio, found.eigenvalues.numpy(), rtol=1e-4)
    assert found.values[0] == pytest.approx(float(found.eigenvalues[0]))


def test_the_rows_of_the_chosen_layers_move(tiny_style):
    box = (1, 2, 5, 8)
    inside, outside = parts(tiny_style, [1], [2], box)
    floor = outside + 1e-3 * np.trace(outside) * np.eye(len(outside))
    expected = np.sort(np.linalg.eigvals(np.linalg.inv(floor) @ inside).real)[::-1]
    found = factorize(tiny_style, method="resefa", layers=[2], region=box, seed=1)
    assert found.edit_rows == (2,)
    assert np.allclose(found.eigenvalues.numpy(), expected, rtol=1e-3, atol=1e-4)


def test_the_whole_picture_is_no_region(tiny):
    with pytest.raises(ValueError, match=r"compares a region with what is around it, .* the whole picture"):
        factorize(tiny, method="resefa", region=(0.0, 0.0, 1.0, 1.0))
    with pytest.raises(TypeError, match="needs the option 'region'"):
        factorize(tiny, method="resefa")


def test_without_a_floor_directions_that_change_nothing_outside_are_refused():
    rows = random_rows(3 * 16, 3).float()
    rows[:, 2] = 0
    rows[0, 2] = 1  # moves one pixel, which is inside
    generator = Linear(rows, 4)
    with pytest.raises(ValueError, match=r"With tau=0 some directions change nothing around the region"):
        factorize(generator, method="resefa", region=(0, 0, 2, 2), tau=0)
    assert factorize(generator, method="resefa", region=(0, 0, 2, 2)).eigenvalues[0] > 20


def test_where_nothing_around_the_region_moves_a_larger_tau_is_not_asked_for():
    rows = torch.zeros(3, 4, 4, 3)
    rows[:, :2, :2] = torch.randn(3, 2, 2, 3, generator=torch.Generator().manual_seed(0))
    with pytest.raises(ValueError, match=r"Nothing around region \(0, 0, 2, 2\) changes with the latent"):
        factorize(Linear(rows.view(-1, 3), 4), method="resefa", region=(0, 0, 2, 2))


def test_a_real_stylegan_moves_the_region_more_than_random_directions_do():
    generator = load("nv_ada")
    found = factorize(generator, method="resefa", region=(0.25, 0.25, 0.75, 0.75), k=3)
    random = factorize(generator, method="random", seed=0)
    shares = []
    for directions in (found, random):
        latent = generator.sample(0)
        here = generator.synthesize(latent)
        ratios = []
        for row in directions.vectors[:3].float():
            change = (generator.synthesize(latent.with_codes(latent.codes + 0.05 * row)) - here).square()[0]
            side = change.shape[-1]
            box = slice(side // 4, 3 * side // 4)
            inner = change[:, box, box].mean()
            ratios.append(float(inner / (4 * change.mean() - inner) * 3))
        shares.append(min(ratios) if directions is found else max(ratios))
    assert shares[0] > shares[1]
    assert torch.allclose(found.vectors.norm(dim=1), torch.ones(3, dtype=torch.float64))
