import pytest
import torch
from torch import nn

from training.garments.discriminator import Discriminator, halved


@pytest.fixture
def judge():
    torch.manual_seed(0)
    return Discriminator(10).eval()


def pictures(count):
    return torch.rand(count, 1, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_every_picture_is_judged_by_itself(judge):
    images, labels = pictures(6), torch.arange(6)
    logits = judge(images, labels)
    assert logits.shape == (6,)
    assert torch.allclose(judge(images[2:3], labels[2:3]), logits[2:3], atol=1e-4)


def test_the_class_counts(judge):
    images = pictures(1).expand(10, -1, -1, -1)
    assert len(judge(images, torch.arange(10)).detach().unique()) == 10


def test_no_weight_stretches_anything_by_more_than_1(judge):
    judge.train()
    for _ in range(30):
        judge(pictures(2), torch.arange(2))
    judge.eval()
    for module in judge.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            assert torch.linalg.matrix_norm(module.weight.detach().flatten(1), 2) == pytest.approx(
                1, abs=0.02
            )


def test_convolving_and_averaging_are_one_convolution():
    torch.manual_seed(0)
    convolution, x = nn.Conv2d(3, 5, 3, padding=1), torch.randn(2, 3, 8, 8)
    apart = nn.functional.avg_pool2d(convolution(x), 2)
    assert torch.allclose(halved(convolution, x), apart, atol=1e-5)
