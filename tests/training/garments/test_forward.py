import pytest
import torch
from torch import nn

from training.garments.forward import doubled, synthesize
from training.garments.network import make_generator

COUNT = 64


@pytest.fixture
def generator():
    torch.manual_seed(0)
    made = make_generator()
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if name.endswith("bias"):
                weight += 0.3 * torch.randn_like(weight)
    return made


def drawn(generator, count=COUNT):
    labels = [n % 10 for n in range(count)]
    latent = generator.sample(range(count), labels=labels)
    return latent, torch.tensor(labels)


def test_at_the_statistics_of_the_batch_it_is_the_shipped_network(generator):
    latent, labels = drawn(generator)
    with torch.no_grad():
        ours = synthesize(generator, latent.codes[:, 0], labels)
        generator.train()  # takes the statistics of these pictures
        shipped = generator(latent.codes, latent.labels)
    assert shipped.std() > 0.1
    assert torch.allclose(ours, shipped, atol=0.005)  # its variances are those of a sample


def test_every_weight_gets_a_gradient(generator):
    latent, labels = drawn(generator, 8)
    synthesize(generator, latent.codes[:, 0], labels).square().mean().backward()
    for name, weight in generator.named_parameters():
        assert weight.grad is not None, name
        # In front of a norm of the batch, a bias does nothing.
        if not name.endswith("bias"):
            assert weight.grad.any(), name


def test_doubling_and_convolving_are_one_transposed_convolution():
    torch.manual_seed(0)
    convolution, x = nn.Conv2d(3, 5, 3, padding=1), torch.randn(2, 3, 4, 6)
    apart = convolution(nn.functional.interpolate(x, scale_factor=2.0))
    assert torch.allclose(doubled(convolution, x), apart, atol=1e-5)
