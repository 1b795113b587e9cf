"""StyleGAN3 files without stored settings."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators import load_generator

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("name", ["nv_sg3_t", "nv_sg3_r"])
def test_the_layer_plan_follows_from_the_tensors(name):
    about = json.loads((GOLDEN / f"{name}.json").read_text())
    tensors = load_file(GOLDEN / f"{name}.safetensors")
    full = load_generator(Checkpoint("nvidia_stylegan3", tensors, about["config"]), device="cpu")
    bare = load_generator(Checkpoint("nvidia_stylegan3", tensors), device="cpu")
    assert bare.config["layers"] == full.config["layers"]
    assert bare.config["sampling_rate"] == full.config["sampling_rate"]


def test_the_first_row_turns_and_shifts_the_picture():
    tensors = load_file(GOLDEN / "nv_sg3_t.safetensors")
    generator = load_generator(Checkpoint("nvidia_stylegan3", tensors), device="cpu")
    assert generator.latent_weight(0).shape == (4, generator.latent_dim)
    assert [layer.name for layer in generator.layers][:2] == ["input", "L0 36x36"]
    assert generator.layers[-1].name == "to RGB"
    latent = generator.sample(0)
    moved = latent.codes.clone()
    moved[:, 0] += torch.ones(generator.latent_dim)
    assert not torch.allclose(generator.synthesize(moved), generator.synthesize(latent))
