import pytest
import torch
from torch import nn

from training.heads.discriminator import GROUP, Discriminator, spread


@pytest.fixture
def discriminator():
    torch.manual_seed(0)
    return Discriminator(5)


def pictures(count, seed=0):
    return torch.rand(count, 3, 64, 64, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_every_picture_gets_a_logit_and_its_attributes_in_float32(discriminator):
    logits, attributes = discriminator(pictures(8).bfloat16())
    assert (logits.shape, attributes.shape) == ((8,), (8, 5))
    assert logits.dtype == attributes.dtype == torch.float32


def test_the_feature_of_spread_is_the_mean_deviation_in_each_group():
    x = torch.randn(2 * GROUP, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    shown = spread(x)
    assert shown.shape == (2 * GROUP, 1, 4, 4)
    wanted = x[::2].std(0, correction=0).mean()  # every other picture is of the first group
    assert torch.allclose(shown[0], wanted.expand(1, 4, 4), atol=1e-5)
    assert float(spread(x[:1].expand(GROUP, -1, -1, -1)).max()) < 1e-3


def test_a_new_discriminator_does_not_judge_variety_by_feature(discriminator):
    before = discriminator(pictures(4))[0]
    nn.init.ones_(discriminator.varied.weight)
    assert not torch.allclose(discriminator(pictures(4))[0], before, atol=1e-3)
    nn.init.zeros_(discriminator.varied.weight)
    assert torch.equal(discriminator(pictures(4))[0], before)


def test_the_variety_of_a_batch_moves_all_its_logits_alike(discriminator):
    images = torch.cat([pictures(3), pictures(1).expand(5, -1, -1, -1)])
    before = discriminator(images)[0]
    nn.init.ones_(discriminator.varied.weight)
    moved = discriminator(images)[0] - before
    assert torch.allclose(moved, moved[:1].expand(8), atol=1e-4)
    assert moved[0].item() > 0.01


def test_the_variety_of_the_attributes_it_reads_is_judged_too(discriminator):
    before, attributes = discriminator(pictures(8))
    with torch.no_grad():
        discriminator.varied.weight[0, -5] = 3.0
        moved = discriminator(pictures(8))[0] - before
    weight = 3.0 * discriminator.varied.gain
    assert torch.allclose(moved, weight * attributes[:, 0].std(correction=0).expand(8), atol=1e-4)


def test_pictures_that_do_not_vary_at_all_have_a_finite_slope(discriminator):
    nn.init.ones_(discriminator.varied.weight)
    images = pictures(1).expand(4, -1, -1, -1).clone().requires_grad_(True)
    discriminator(images)[0].sum().backward()
    assert images.grad.isfinite().all()
