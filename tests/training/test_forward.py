import pytest
import torch

from sefa_widget.generators.modulated import StyledConv
from sefa_widget.generators.stylegan2 import StyleGAN2
from training.heads.forward import synthesize
from training.heads.trainer import make_generator


def randomised(generator):
    """Biases that are not 0, so that they matter; strengths of noise stay 0."""
    random = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, tensor in generator.named_parameters():
            if name.endswith("bias"):
                tensor += 0.3 * torch.randn(tensor.shape, generator=random)
    return generator


@pytest.fixture(params=["heads", "small"])
def generator(request):
    torch.manual_seed(0)
    if request.param == "heads":
        return randomised(make_generator())
    return randomised(StyleGAN2({4: 12, 8: 8, 16: 6}, {"z_dim": 5, "widths": [7], "lr_multiplier": 0.1}))


@pytest.mark.parametrize("count", [1, 3])
def test_in_float32_and_without_noise_it_is_the_shipped_network(generator, count):
    codes = generator.sample(range(count)).codes
    codes = codes + 0.2 * torch.randn(codes.shape, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        ours, shipped = synthesize(generator, codes, torch.float32), generator(codes, noise="none")
    assert shipped.std() > 0.1
    assert torch.allclose(ours, shipped, atol=1e-4)


def test_in_float32_gradients_are_those_of_the_shipped_network(generator):
    codes = generator.sample(range(2)).codes.detach()
    slopes = []
    for make in (
        lambda: synthesize(generator, codes, torch.float32),
        lambda: generator(codes, noise="none"),
    ):
        generator.zero_grad()
        make().square().mean().backward()
        slopes.append(
            {name: p.grad.clone() for name, p in generator.named_parameters() if p.grad is not None}
        )
    assert slopes[1].keys() <= slopes[0].keys()
    for name, slope in slopes[1].items():
        assert torch.allclose(slopes[0][name], slope, atol=1e-5, rtol=1e-3), name


def test_in_reduced_precision_the_picture_is_nearly_the_same(generator):
    codes = generator.sample(range(2)).codes
    with torch.no_grad():
        ours, shipped = synthesize(generator, codes), generator(codes, noise="none")
    assert ours.dtype == torch.float32
    assert (ours - shipped).square().mean().sqrt() < 0.03 * shipped.std()


def test_noise_is_fresh_in_every_picture(generator):
    with torch.no_grad():
        for module in generator.modules():
            if isinstance(module, StyledConv):
                module.noise.strength.fill_(0.5)
        codes = generator.sample([4, 4]).codes
        one, two = synthesize(generator, codes, torch.float32)
    assert not torch.allclose(one, two, atol=1e-2)
