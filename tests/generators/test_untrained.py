"""Networks with the weights they have before training, of every architecture and of modules."""

import copy
import threading

import pytest
import torch
from torch import nn

from sefa_widget import load_generator
from sefa_widget.directions.control import reinitialised
from sefa_widget.generators.biggan.blocks import Norm
from sefa_widget.generators.stylegan3.layers import FilteredLayer
from tests.conftest import GOLDEN, TinyStyle, seeded
from tests.generators.golden import load
from tests.generators.test_module import Chunks, Embedded, LinearFirst, Mapped, Normalized, TransposedFirst

CASES = sorted(path.stem for path in GOLDEN.glob("*.json"))


@pytest.mark.parametrize("case", CASES)
def test_every_architecture_is_built_again_and_draws_pictures(case):
    generator = load(case)
    before = {key: value.clone() for key, value in generator.state_dict().items()}
    fresh = reinitialised(generator, 3)
    assert type(fresh) is type(generator)
    assert fresh.config == generator.config
    assert not fresh.training
    assert not any(parameter.requires_grad for parameter in fresh.parameters())
    assert all(torch.equal(value, before[key]) for key, value in generator.state_dict().items())
    images = fresh.synthesize(fresh.sample([0, 1]))
    assert images.isfinite().all()
    assert (images[0] - images[1]).abs().mean() > 0.01
    assert fresh.fingerprint != generator.fingerprint
    assert fresh.fingerprint == reinitialised(generator, 3).fingerprint
    assert fresh.fingerprint != reinitialised(generator, 4).fingerprint


def test_random_numbers_of_torch_go_on_as_if_nothing_had_been_drawn(tiny):
    for generator in (tiny, load_generator(LinearFirst())):
        torch.manual_seed(5)
        expected = torch.rand(3)
        torch.manual_seed(5)
        reinitialised(generator)
        assert torch.equal(torch.rand(3), expected)


def test_a_default_device_of_the_user_is_not_that_of_the_network(tiny):
    with torch.device("meta"):
        assert reinitialised(tiny).device.type == "cpu"


def moments(tensor) -> tuple[float, float]:
    tensor = tensor.detach().double()
    return float(tensor.mean()), float(tensor.std())


def test_a_dcgan_starts_as_in_the_example_of_pytorch(tiny):
    faces = reinitialised(load_generator("faces"))
    for convolution in faces.convolutions:
        assert moments(convolution.weight) == pytest.approx((0, 0.02), abs=0.002)
    assert moments(faces.norms[0].weight) == pytest.approx((1, 0.02), abs=0.004)
    assert not faces.norms[0].bias.any()


def test_a_pggan_starts_with_the_gains_of_the_equalised_learning_rate():
    fresh = reinitialised(load("genforce_pggan"))
    for layer, gain in [(fresh.convolutions[0], 2), (fresh.projection, 2), (fresh.outputs[0], 1)]:
        size = layer.weight[0].numel()
        assert float(layer.weight.square().mean()) * size == pytest.approx(gain, rel=0.35)
        assert not layer.bias.any()


@pytest.mark.parametrize("case", ["genforce_stylegan", "nv_ada", "nv_ada_cond_resnet", "nv_sg3_t"])
def test_a_stylegan_starts_with_normal_weights_styles_of_one_and_no_noise(case):
    fresh = reinitialised(load(case))
    first = 0.0 if case == "genforce_stylegan" else 1.0
    for name, tensor in fresh.named_parameters():
        if name.endswith("affine.bias") and not name.startswith("input"):
            assert (tensor == first).all()
        elif name.endswith("strength"):
            assert not tensor.any()
        elif name.endswith("weight") and tensor.numel() > 500 and not name.startswith("mapper"):
            assert moments(tensor) == pytest.approx((0, 1), abs=0.15)
    z = torch.randn(4000, fresh.z_dim, generator=torch.Generator().manual_seed(0))
    classes = torch.arange(len(z)) % fresh.num_classes if fresh.num_classes else None
    w = fresh.mapping(z, labels=classes).codes[:, 0]
    assert torch.allclose(fresh.w_avg[0], w.mean(0), atol=0.2 * float(w.std()))


def test_a_fastgan_starts_with_kernels_of_spectral_norm_one():
    fresh = reinitialised(load("fastgan_256"))
    kernels = [fresh.projection.weight.transpose(0, 1), fresh.to_image.weight]
    for kernel in [*kernels, *(m.weight for m in fresh.blocks.modules() if isinstance(m, nn.Conv2d))]:
        assert float(torch.linalg.matrix_norm(kernel.flatten(1), 2)) == pytest.approx(1, rel=0.05)


def test_a_biggan_starts_orthogonal_and_reads_the_same_parts_of_the_latent():
    generator = load("ajbrock_biggan_hier")
    fresh = reinitialised(generator)
    for number in range(len(generator.layers)):
        reads = (generator.latent_weight(number) != 0).any(0)
        assert torch.equal((fresh.latent_weight(number) != 0).any(0), reads)
    assert not reads.all()
    kernel = fresh.blocks[0].convolutions[1].weight.flatten(1)
    assert torch.allclose(kernel @ kernel.T, torch.eye(len(kernel)), atol=1e-5)


def test_what_is_stored_but_not_learned_is_kept():
    generator = load("nv_sg3_r")
    fresh = reinitialised(generator)
    buffers = dict(generator.named_buffers())
    kept = [name for name in buffers if name.endswith(("_filter", "freqs", "phases", "transform"))]
    assert len(kept) > 10
    assert all(torch.equal(fresh.get_buffer(name), buffers[name]) for name in kept)
    assert torch.equal(reinitialised(load("genforce_stylegan")).lod, load("genforce_stylegan").lod)


def test_statistics_are_those_of_the_new_networks_own_pictures(tiny):
    for generator in (tiny, load("fastgan_256"), load_generator(TransposedFirst())):
        seen: list[tuple[nn.BatchNorm2d, torch.Tensor]] = []
        keep = lambda norm, _args, x, seen=seen: seen.append((norm, x.double()))  # noqa: E731
        fresh = reinitialised(generator)
        norms = [part for part in fresh.modules() if isinstance(part, nn.BatchNorm2d)]
        for norm in norms:
            norm.register_forward_hook(keep)
        fresh.synthesize(fresh.sample(range(64)))
        assert seen
        for norm, x in seen:
            x = (x - norm.bias[:, None, None]) / norm.weight[:, None, None]
            assert float(x.square().mean()) == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("case", ["ajbrock_biggan_hier", "hf_biggan_deep"])
def test_statistics_of_a_biggan_are_gathered_at_every_truncation(case):
    fresh = reinitialised(load(case))
    norm = next(part for part in fresh.modules() if isinstance(part, Norm))
    assert torch.equal(norm.variances, norm.variances[:1].expand_as(norm.variances))
    assert not torch.equal(norm.variances, torch.ones_like(norm.variances))


def test_a_stylegan3_measures_how_strong_its_features_are():
    fresh = reinitialised(load("nv_sg3_t"))
    layers = [part for part in fresh.modules() if isinstance(part, FilteredLayer)]
    inputs = []
    for layer in layers:
        layer.register_forward_pre_hook(lambda _layer, args: inputs.append(float(args[0].square().mean())))
    fresh.synthesize(fresh.sample(range(8)))
    for layer, strength in zip(layers, inputs, strict=True):
        assert float(layer.magnitude_ema) == pytest.approx(strength, rel=0.5)


def test_a_class_that_its_config_does_not_build_is_refused():
    class Wider(TinyStyle):
        def __init__(self, width):
            super().__init__()

    with pytest.raises(ValueError, match=r"'tinystyle' cannot be built again from its config.*width"):
        reinitialised(seeded(Wider(3)))


KINDS = [LinearFirst, TransposedFirst, Embedded, Normalized, Chunks]


@pytest.mark.parametrize("kind", KINDS)
def test_a_module_is_copied_and_reads_its_latent_in_the_same_layers(kind):
    torch.manual_seed(0)
    module = kind()
    before = copy.deepcopy(module.state_dict())
    generator = load_generator(module)
    fresh = reinitialised(generator, 1)
    assert fresh.module is not module
    assert fresh.layers == generator.layers
    for number in range(len(fresh.layers)):
        assert not torch.allclose(fresh.latent_weight(number), generator.latent_weight(number))
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())
    assert fresh.fingerprint == reinitialised(generator, 1).fingerprint


def test_the_w_of_a_module_stays_the_output_of_its_mapping_network():
    fresh = reinitialised(load_generator(Mapped(), latent_from="mapping"))
    assert (fresh.latent_space, fresh.latent_dim) == ("w", 5)
    assert fresh.sample([0]).codes.shape == (1, 2, 5)


class Equalised(nn.Module):
    """A layer without `reset_parameters`, as StyleGANs have it."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * 3)
        self.bias = nn.Parameter(torch.full((outputs,), 5.0))

    def forward(self, x):
        return x @ self.weight.T / 100 + self.bias


def test_weights_without_a_reset_are_drawn_with_their_own_mean_and_spread():
    module = LinearFirst()
    module.first = Equalised(6, 48)
    fresh = reinitialised(load_generator(module)).module.first
    assert not torch.equal(fresh.weight, module.first.weight)
    assert moments(fresh.weight) == pytest.approx(moments(module.first.weight), abs=0.5)
    assert (fresh.bias == 5).all()


class Normed(LinearFirst):
    def __init__(self, norm):
        super().__init__()
        self.first = norm(self.first)


@pytest.mark.parametrize("norm", [nn.utils.spectral_norm, nn.utils.parametrizations.spectral_norm])
def test_of_spectral_norm_the_weight_behind_it_is_drawn_and_its_norm_is_one(norm):
    torch.manual_seed(0)
    module = Normed(norm)
    generator = load_generator(module)
    module(torch.randn(2, 6))  # now its weight was computed with gradients, and cannot be copied as it is
    weight = reinitialised(generator).latent_weight(0)
    assert not torch.allclose(weight, generator.latent_weight(0), atol=0.01)
    assert float(torch.linalg.matrix_norm(weight, 2)) == pytest.approx(1, rel=0.1)


def test_a_module_that_cannot_be_copied_is_refused():
    module = LinearFirst()
    module.lock = threading.Lock()
    with pytest.raises(ValueError, match=r"cannot be copied to draw other weights: .*lock"):
        reinitialised(load_generator(module))


def test_a_call_that_runs_another_module_is_refused():
    module = LinearFirst()
    generator = load_generator(module, call=lambda _given, z, _labels: module(z), latent_dim=6)
    with pytest.raises(ValueError, match="call= must run the module it is given"):
        reinitialised(generator)


def test_a_module_whose_layer_starts_at_zero_is_refused():
    class Gate(nn.Linear):
        def reset_parameters(self):
            nn.init.zeros_(self.weight)

    module = Chunks()
    module.scale = Gate(4, 3, bias=False)
    nn.init.normal_(module.scale.weight)
    with pytest.raises(ValueError, match="A layer that starts at zero reads nothing"):
        reinitialised(load_generator(module))
