import json
from importlib import resources

import pytest
import torch
from safetensors.torch import load_file, save_file

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.evaluation import AttributeRegressor, load_regressor, rescore, save_regressor
from sefa_widget.generators import load_generator, save_generator
from tests.evaluation.helpers import Linear, directions, random_rows
from training.heads.attributes import NAMES, draw_attributes
from training.heads.dataset import scaled
from training.heads.renderer import render_heads

BUNDLED = resources.files("sefa_widget.evaluation") / "bundled" / "heads-attributes.safetensors"


@pytest.fixture
def small():
    torch.manual_seed(0)
    return AttributeRegressor(["one", "two"], resolution=8, widths=[4, 6], hidden=5).eval()


@pytest.fixture(scope="module")
def bundled():
    return load_regressor()


def test_the_bundled_regressor_reads_freshly_drawn_heads(bundled):
    attributes = draw_attributes(64, seed=77)
    pictures = torch.cat([render_heads(part) for part in torch.split(attributes, 4)])
    wanted, found = scaled(attributes), bundled(pictures * 2 - 1)
    explained = 1 - (found - wanted).square().sum(0) / (wanted - wanted.mean(0)).square().sum(0)
    assert bundled.names == NAMES
    assert explained.median() > 0.97
    assert explained.min() > 0.8


def test_noise_and_blur_move_what_is_read_only_a_little(bundled):
    clean = torch.cat([render_heads(part) for part in torch.split(draw_attributes(16, seed=78), 4)]) * 2 - 1
    noisy = clean + 0.05 * torch.randn(clean.shape, generator=torch.Generator().manual_seed(0))
    soft = clean.lerp(torch.nn.functional.avg_pool2d(clean, 3, stride=1, padding=1), 0.5)
    for changed in (noisy, soft):
        assert (bundled(changed) - bundled(clean)).square().mean().sqrt() < 0.12


def test_the_bundled_file_is_small_and_of_half_precision():
    with resources.as_file(BUNDLED) as path:
        assert path.stat().st_size < 1_500_000
        assert {tensor.dtype for tensor in load_file(path).values()} == {torch.float16}


def test_a_loaded_regressor_is_float32_in_eval_mode_and_without_gradients(bundled):
    assert not bundled.training
    assert {parameter.dtype for parameter in bundled.parameters()} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in bundled.parameters())


def test_what_is_saved_reads_the_same_off_pictures(small, tmp_path):
    small.half().float()  # as the file keeps them
    again = load_regressor(save_regressor(small, tmp_path / "small.safetensors"))
    pictures = torch.randn(3, 3, 8, 8)
    assert torch.equal(again(pictures), small(pictures))
    assert again.names == ("one", "two")
    assert again.config == small.config


def test_attributes_are_a_linear_reading_of_features(small):
    pictures = torch.randn(3, 3, 8, 8)
    features = small.features(pictures)
    assert features.shape == (3, 5)
    assert (features >= 0).all()
    assert torch.allclose(small(pictures), features @ small.last.weight.T + small.last.bias, atol=1e-6)


def test_one_picture_is_read_as_among_others(small):
    pictures = torch.randn(5, 3, 8, 8)
    assert torch.allclose(small(pictures)[2:3], small(pictures[2:3]), atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_pictures_may_be_of_any_floating_type_and_device(small, dtype, device):
    pictures = torch.randn(2, 3, 8, 8).to(dtype)
    assert torch.equal(
        small(pictures.to(device)) if dtype != torch.float64 else small(pictures), small(pictures.float())
    )


def test_gradients_reach_the_pictures(small):
    pictures = torch.randn(2, 3, 8, 8, requires_grad=True)
    small(pictures).sum().backward()
    assert pictures.grad.abs().sum() > 0


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 1, 8, 8), (2, 3, 16, 16)])
def test_pictures_of_another_shape_are_refused_with_what_to_do(small, shape):
    with pytest.raises(ValueError, match=r"takes \[N, 3, 8, 8\].*interpolate"):
        small(torch.zeros(shape))


def test_whole_numbers_are_refused_with_what_to_do(small):
    with pytest.raises(ValueError, match=r"uint8.*127\.5 - 1"):
        small(torch.zeros(2, 3, 8, 8, dtype=torch.uint8))


def test_a_network_that_cannot_be_built_is_refused():
    with pytest.raises(ValueError, match="must be a list of different texts"):
        AttributeRegressor([])
    with pytest.raises(ValueError, match="every width halves"):
        AttributeRegressor(["one"], resolution=20)


def test_a_generator_is_not_a_regressor_and_the_other_way_round(tiny, small, tmp_path):
    with pytest.raises(CheckpointError, match="holds a generator, not a regressor"):
        load_regressor(save_generator(tiny, tmp_path / "tiny.safetensors"))
    with pytest.raises(CheckpointError, match="attribute_regressor"):
        load_generator(save_regressor(small, tmp_path / "small.safetensors"))


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(CheckpointError, match=r"nothing\.safetensors"):
        load_regressor(tmp_path / "nothing.safetensors")


@pytest.mark.parametrize(
    "config",
    [
        {"names": ["one"]},
        {"names": 3},
        {"names": []},
        {"widths": [4, 6]},
        {"names": ["one", "two"], "depth": 3},
    ],
)
def test_tensors_that_do_not_fit_their_settings_are_said_so(small, config, tmp_path):
    path = save_regressor(small, tmp_path / "small.safetensors")
    about = {"family": "attribute_regressor", "config": config}
    save_file(load_file(path), path, {"sefa_widget": json.dumps(about)})
    with pytest.raises(CheckpointError, match="do not make one"):
        load_regressor(path)


def test_a_regressor_is_a_scorer_with_names(small):
    generator = Linear(random_rows(192, 4).float(), 8)
    found = rescore(generator, directions(torch.eye(4)), small, n=4)
    assert found.names == ("one", "two")
