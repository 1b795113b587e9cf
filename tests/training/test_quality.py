import math

import pytest
import torch
from scipy import linalg

from sefa_widget.evaluation import AttributeRegressor
from sefa_widget.generators import save_generator
from tests.evaluation.helpers import Linear, random_rows
from training.heads.dataset import Heads
from training.heads.quality import frechet_distance, measure, read_generator
from training.heads.trainer import Recipe, Trainer


def heads_of(images):
    """Heads of pictures in -1..1, whose attributes nobody reads."""
    return Heads(((images.clamp(-1, 1) + 1) * 127.5).round().byte(), torch.zeros(len(images), 2))


def normal(count, size, seed=0):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_a_cloud_is_no_distance_from_itself():
    cloud = normal(200, 5)
    assert frechet_distance(cloud, cloud) == pytest.approx(0, abs=1e-9)


def test_a_shift_costs_its_square():
    cloud = normal(100, 3)
    assert frechet_distance(cloud, cloud + torch.tensor([3.0, 0, 4.0])) == pytest.approx(25)


def test_scaling_costs_the_square_of_the_difference_of_standard_deviations():
    cloud = normal(100, 3)
    cloud -= cloud.mean(0)
    assert frechet_distance(cloud, 3 * cloud) == pytest.approx(float(4 * cloud.var(0).sum()))


def test_the_distance_is_that_of_the_matrix_square_root():
    one, two = normal(300, 6), normal(200, 6, seed=1) @ normal(6, 6, seed=2) + 1
    first, second = torch.cov(one.T), torch.cov(two.T)
    root = linalg.sqrtm((first @ second).numpy()).real
    apart = (one.mean(0) - two.mean(0)).square().sum()
    wanted = float(apart + first.trace() + second.trace() - 2 * root.trace())
    assert frechet_distance(one, two) == pytest.approx(wanted)
    assert frechet_distance(two, one) == pytest.approx(wanted)


def test_features_that_never_change_are_no_trouble():
    cloud = normal(50, 4)
    cloud[:, 2] = 0
    assert frechet_distance(cloud, cloud + 1) == pytest.approx(4)
    assert frechet_distance(cloud[:, :1], cloud[:, :1] + 1) == pytest.approx(1)


@pytest.mark.parametrize("other", [(3, 5), (1, 4), (4,)])
def test_features_must_fit_each_other(other):
    with pytest.raises(ValueError, match=r"\[3, 4\]"):
        frechet_distance(torch.zeros(3, 4), torch.zeros(other))


@pytest.fixture
def regressor():
    torch.manual_seed(0)
    regressor = AttributeRegressor(["one", "two"], resolution=8, widths=[8, 8], hidden=6).eval()
    torch.nn.init.constant_(regressor.dense.bias, 1)  # so that no feature is cut off at 0
    return regressor


@pytest.fixture
def generator():
    return Linear(random_rows(192, 4).float() * 0.1, 8)


def test_a_generator_is_no_further_from_its_own_pictures_than_they_from_each_other(generator, regressor):
    real, held_out = (heads_of(generator(normal(400, 4, seed)[:, None].float())) for seed in (1, 2))
    quality = measure(generator, regressor, real, held_out, count=800)
    assert quality.distance < 3 * quality.reference
    assert quality.few >= 0
    assert torch.allclose(quality.spread, torch.ones(2), atol=0.15)


def test_a_generator_of_half_the_variation_has_half_the_spread_and_a_distance(generator, regressor):
    real, held_out = (heads_of(generator(normal(400, 4, seed)[:, None].float())) for seed in (1, 2))
    half = measure(Linear(generator.weight / 2, 8), regressor, real, held_out, count=400)
    assert half.distance > 10 * half.reference
    assert torch.allclose(half.spread, torch.full((2,), 0.5), atol=0.15)


def test_the_unit_of_the_features_does_not_matter(generator, regressor):
    real, held_out = (heads_of(generator(normal(100, 4, seed)[:, None].float())) for seed in (1, 2))
    before = measure(generator, regressor, real, held_out, count=100)
    with torch.no_grad():
        regressor.dense.weight *= 10
        regressor.dense.bias *= 10
    after = measure(generator, regressor, real, held_out, count=100)
    assert math.isclose(before.distance, after.distance, rel_tol=1e-3)


def test_a_generator_is_read_from_a_checkpoint_and_from_a_file(tmp_path):
    trainer = Trainer(Heads(torch.zeros(4, 3, 64, 64, dtype=torch.uint8), torch.zeros(4, 20)), Recipe())
    trainer.save(tmp_path / "checkpoint.pt")
    read = read_generator(tmp_path / "checkpoint.pt")
    latent = read.sample(range(2))
    pictures = trainer.finished().synthesize(latent)
    assert torch.equal(read.synthesize(latent), pictures)
    saved = read_generator(save_generator(read, tmp_path / "heads.safetensors"))
    assert torch.allclose(saved.synthesize(latent), pictures, atol=1e-5)
