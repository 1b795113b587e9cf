import numpy as np
import pytest
import torch

from sefa_widget import edit, factorize, load_generator
from sefa_widget.evaluation import latent_spread, load_regressor, rescore
from tests.generators.golden import GOLDEN


@pytest.fixture(scope="module")
def heads():
    return load_generator("heads", device="cpu")


def test_the_bundled_heads_are_an_ordinary_stylegan2_of_this_project(heads):
    assert (heads.family, heads.latent_space, heads.latent_dim) == ("stylegan2", "w", 32)
    assert [layer.resolution for layer in heads.layers] == [4, 8, 8, 16, 16, 32, 32, 64, 64, 64]
    assert [layer.row for layer in heads.layers] == list(range(10))


def test_five_seeds_give_the_golden_heads(heads):
    golden = torch.from_numpy(np.load(GOLDEN / "heads.npz")["images"]).float()
    images = heads.synthesize(heads.sample(range(5)))
    assert images.shape == golden.shape == (5, 3, 64, 64)
    assert float((images - golden).abs().max()) < 2 / 127.5


def test_the_centre_of_truncation_is_the_mean_of_w(heads):
    codes = heads.sample(range(2000)).codes[:, 0]
    assert float((codes.mean(0) - heads.w_avg[0]).norm()) < 0.1 * float(codes.std(0).norm())


def test_coarse_layers_turn_the_head_and_fine_ones_do_not(heads):
    regressor = load_regressor()
    yaw = regressor.names.index("yaw")
    turned = []
    for rows in ((0, 3), (5, 10)):
        directions = factorize(heads, layers=rows).first(4)
        steps = latent_spread(heads, directions)
        found = rescore(heads, directions, regressor, strength=steps, rows=rows, n=32, controls=0)
        turned.append(float(found.change[:, yaw].abs().max()))
        assert torch.isfinite(found.change).all()
    bottom, fine = turned
    assert bottom > 0.3
    assert fine < bottom / 2


def test_no_strength_is_no_edit(heads):
    latent = heads.sample([7])
    same = edit(latent, factorize(heads), {0: 0.0})
    assert torch.equal(heads.synthesize(same), heads.synthesize(latent))
