"""StyleGAN2 beyond the golden pictures: training, odd files, and what is refused."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sefa_widget.checkpoint import Checkpoint, CheckpointError
from sefa_widget.generators import load_generator
from sefa_widget.generators.stylegan2 import StyleGAN2
from tests.generators.golden import ROUNDING, agrees

GOLDEN = Path(__file__).parents[1] / "golden"
WIDTHS = {4: 16, 8: 12, 16: 8}
MAPPING = {"z_dim": 10, "widths": [12, 12], "lr_multiplier": 0.1}


def golden(name, change=None, **config):
    """Read a golden checkpoint; `config` replaces its settings, `change` edits its tensors."""
    about = json.loads((GOLDEN / f"{name}.json").read_text())
    tensors = load_file(GOLDEN / f"{name}.safetensors")
    if change:
        change(tensors)
    return Checkpoint(about["format"], tensors, {**about["config"], **config}, name)


@pytest.fixture
def small():
    torch.manual_seed(0)
    return StyleGAN2(WIDTHS, MAPPING, conv_clamp=1.5)


@pytest.mark.parametrize("architecture", ["skip", "resnet", "orig"])
@pytest.mark.parametrize("count", [1, 2])
def test_every_parameter_learns(architecture, count):
    generator = StyleGAN2(WIDTHS, MAPPING, architecture=architecture, conv_clamp=256)
    for seed_noise in ("const", "random"):
        generator.zero_grad()
        latent = generator.sample(range(count))
        generator(latent.codes, noise=seed_noise).square().mean().backward()
        still = [name for name, p in generator.named_parameters() if p.grad is None or not p.grad.any()]
        assert not still


def test_pictures_follow_the_weights_while_they_change(small):
    latent = small.sample(0)
    before = small.synthesize(latent)
    with torch.no_grad():
        small.blocks[1].conv0.weight.mul_(-1)
    assert not torch.allclose(small.synthesize(latent), before)


def test_clamp_bounds_every_layer(small):
    with torch.no_grad():
        small.blocks[-1].conv1.bias += 100
    x = small.blocks[-1].conv1(torch.randn(1, 8, 16, 16), torch.randn(1, 12), "const", 0.5)
    assert x.max() == 0.75


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "swish"])
def test_other_activations_and_filters_work(activation):
    generator = StyleGAN2(WIDTHS, MAPPING, activation=activation, resample_filter=[1, 2, 1])
    images = generator.synthesize(generator.sample([0, 1]))
    assert images.shape == (2, 3, 16, 16)
    torch.testing.assert_close(generator.synthesize(generator.sample(1)), images[1:], rtol=1e-3, atol=1e-3)


def test_noise_is_stored_fresh_or_absent(small):
    for block in small.blocks:
        block.conv1.noise.strength.data.fill_(1.0)
    latent = small.sample(0)
    images = {noise: small.synthesize(latent, noise=noise) for noise in ("const", "random", "none")}
    assert agrees(images["const"], small.synthesize(latent, noise="const"), ROUNDING)
    assert not torch.allclose(images["random"], small.synthesize(latent, noise="random"))
    assert not torch.allclose(images["none"], images["const"])


def test_layers_are_the_convolutions_and_the_last_to_rgb(small):
    assert [layer.name for layer in small.layers] == [
        "4x4 conv",
        "8x8 conv 1",
        "8x8 conv 2",
        "16x16 conv 1",
        "16x16 conv 2",
        "16x16 to RGB",
    ]
    assert [layer.row for layer in small.layers] == list(range(6)) == list(range(small.num_codes))
    assert [len(small.latent_weight(n)) for n in range(6)] == [16, 16, 12, 12, 8, 8]


def test_truncation_above_one_extrapolates_only_where_the_source_does():
    nvidia, genforce = (
        load_generator(golden(name), device="cpu") for name in ("nv_ada", "genforce_stylegan2")
    )
    for generator, moves in ((nvidia, True), (genforce, False)):
        codes = [generator.sample(0, truncation_psi=psi).codes for psi in (1, 1.3)]
        assert torch.allclose(*codes, atol=1e-6) != moves


def test_nvidia_weights_without_settings_have_the_official_ones():
    checkpoint = golden("nv_ada")
    bare = Checkpoint(checkpoint.format, checkpoint.tensors, {}, "bare")
    with_settings, without = (load_generator(c, device="cpu") for c in (checkpoint, bare))
    assert without.config == with_settings.config
    latent = without.sample(0)
    assert agrees(without.synthesize(latent), with_settings.synthesize(latent), ROUNDING)


def test_rosinality_files_may_lack_mean_noise_and_filters():
    def strip(tensors):
        for key in [key for key in tensors if key.startswith("noises") or "kernel" in key]:
            del tensors[key]

    generators = [load_generator(golden("ros_sg2", strip), device="cpu") for _ in range(2)]
    pictures = [generator.synthesize(generator.sample(3, truncation_psi=0.5)) for generator in generators]
    assert agrees(*pictures, ROUNDING)
    mean = generators[0].sample(range(500)).codes[:, 0].mean(0)
    torch.testing.assert_close(generators[0].w_avg[0], mean, atol=0.3, rtol=0)


def test_genforce_may_have_a_w_per_layer_and_noise_per_channel():
    def widen(tensors):
        tensors["mapping.dense1.weight"] = tensors["mapping.dense1.weight"].repeat(6, 1)
        tensors["mapping.dense1.bias"] = tensors["mapping.dense1.bias"].repeat(6)
        tensors["truncation.w_avg"] = tensors["truncation.w_avg"].repeat(6)
        for key in [key for key in tensors if key.endswith(".noise")]:
            size, width = tensors[key].shape[-1], len(tensors[key.replace("noise", "bias")])
            tensors[key] = torch.ones(1, width, 1, 1)
            strength = tensors[f"{key}_strength"] * plain.tensors[key]
            tensors[f"{key}_strength"] = strength.reshape(size, size)

    plain = golden("genforce_stylegan2_origin")
    generators = [load_generator(c, device="cpu") for c in (plain, golden(plain.name, widen))]
    latents = [generator.sample(0, truncation_psi=0.7, truncation_cutoff=3) for generator in generators]
    assert generators[1].config["noise"] == "channel"
    torch.testing.assert_close(latents[0].codes, latents[1].codes)
    torch.testing.assert_close(*[g.synthesize(c) for g, c in zip(generators, latents, strict=True)])


@pytest.mark.parametrize(
    ("name", "change", "text"),
    [
        ("nv_ada", lambda t: t.pop("synthesis.b8.conv1.bias"), "'synthesis.b8.conv1.bias' is missing"),
        ("nv_ada", lambda t: t.update({"synthesis.extra": torch.ones(1)}), "synthesis.extra"),
        ("nv_ada", lambda t: t.update({"synthesis.b8.conv1.weight": torch.ones(3)}), "has shape"),
        ("nv_ada", lambda t: t.pop("mapping.fc0.weight"), "no mapping network"),
        ("genforce_stylegan2", lambda t: t.pop("synthesis.early_layer.const"), "early_layer.const"),
        ("genforce_stylegan", lambda t: t.pop("synthesis.layer3.style.bias"), "layer3.style.bias"),
        ("ros_sg2", lambda t: t.pop("convs.1.conv.weight"), "this architecture lacks"),
        ("nv_tf_sg2", lambda t: t.pop("synthesis/8x8/Conv1/weight"), "this architecture lacks"),
        ("nv_sg3_t", lambda t: t.pop("synthesis.L3_36_16.weight"), "numbers"),
        ("nv_sg3_t", lambda t: t.pop("synthesis.L3_36_16.up_filter"), "L3_36_16"),
    ],
)
def test_incomplete_or_strange_files_are_refused(name, change, text):
    with pytest.raises(CheckpointError, match=text):
        load_generator(golden(name, change), device="cpu")


@pytest.mark.parametrize(
    ("name", "kwargs", "text"),
    [
        ("nv_ada", {"img_resolution": 64}, "img_resolution is stated as 64, but the tensors show 32"),
        ("nv_ada", {"z_dim": 512}, "z_dim"),
        ("nv_ada", {"synthesis_kwargs": {"conv_clamp": "no"}}, "conv_clamp is 'no'"),
        ("nv_ada", {"synthesis_kwargs": {"activation": "gelu"}}, "activation 'gelu' is unknown"),
        ("nv_ada", {"synthesis_kwargs": {"architecture": "orig"}}, "architecture"),
        ("nv_sg3_r", {"img_channels": 1}, "img_channels"),
    ],
)
def test_settings_that_contradict_the_tensors_are_refused(name, kwargs, text):
    with pytest.raises(CheckpointError, match=text):
        load_generator(golden(name, attributes={}, init_kwargs=kwargs), device="cpu")
