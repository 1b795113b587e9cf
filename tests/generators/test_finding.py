"""A generator is found wherever a file keeps it, and the averaged one is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from sefa_widget import CheckpointError, load_generator
from sefa_widget.__main__ import main
from sefa_widget.checkpoint.search import rank
from tests.conftest import GOLDEN

DCGAN = load_file(GOLDEN / "dcgan.safetensors")
STYLEGAN2 = load_file(GOLDEN / "ros_sg2.safetensors")
pytestmark = pytest.mark.filterwarnings("ignore:.*statistics")


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {prefix + key: tensor for key, tensor in tensors.items()}


def opened(value, tmp_path, **options):
    torch.save(value, tmp_path / "file.pt")
    return load_generator(tmp_path / "file.pt", device="cpu", **options)


def same(generator, tensors: Mapping[str, Tensor], key: str) -> bool:
    return any(torch.equal(tensor, tensors[key]) for tensor in generator.state_dict().values())


PREFIXES = ("_orig_mod.", "module._orig_mod.", "ema_model.module.", "netG.", "generator.", "gan.model.g_ema.")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("tensors", "key"), [(DCGAN, "main.3.weight"), (STYLEGAN2, "style.1.weight")])
def test_a_generator_is_found_under_any_prefix(prefix, tensors, key, tmp_path):
    around = {"n_averaged": torch.tensor(3), "discriminator.main.0.weight": torch.ones(4, 3, 4, 4)}
    assert same(opened(under(prefix, tensors) | around, tmp_path), tensors, key)


@pytest.mark.parametrize("key", ["gen", "modelG_state_dict", "params_ema", "weights", "state", "GAN"])
def test_a_generator_is_found_under_any_key_beside_anything(key, tmp_path):
    around = {"epoch": 3, "loss": 0.5, "opt": {"state": {0: {"exp_avg": torch.ones(3)}}, "param_groups": []}}
    assert same(opened({**around, "deep": [{key: DCGAN}]}, tmp_path), DCGAN, "main.3.weight")


def test_wrappers_in_the_middle_of_keys_are_taken_out(tmp_path):
    tensors = {key.replace("style.", "style.module."): tensor for key, tensor in STYLEGAN2.items()}
    assert same(opened({"g_ema": tensors}, tmp_path), STYLEGAN2, "style.1.weight")


def test_the_averaged_generator_is_taken_and_others_can_be_named(tmp_path):
    raw = {key: tensor + 1 if key == "main.3.weight" else tensor for key, tensor in DCGAN.items()}
    value = {"netD": {"a": torch.ones(1)}, "netG": raw, "netG_ema": DCGAN}
    assert same(opened(value, tmp_path), DCGAN, "main.3.weight")
    assert same(opened(value, tmp_path, network="netG"), raw, "main.3.weight")
    with pytest.raises(CheckpointError, match="no generator 'netC'; it has 'netG_ema', 'netG'"):
        opened(value, tmp_path, network="netC")


def test_which_of_two_equal_generators_was_taken_is_said(tmp_path, capsys):
    generator = opened({"netG_A": DCGAN, "netG_B": DCGAN}, tmp_path)
    assert generator.assumed[0] == "the network 'netG_A' (network= takes 'netG_A', 'netG_B')"
    assert "netG_B" in capsys.readouterr().out
    assert main(["inspect", str(tmp_path / "file.pt")]) == 0
    assert "networks    netG_A, netG_B; the first is described" in capsys.readouterr().out


def test_an_encoder_beside_a_decoder_is_left_out_and_that_is_said(tmp_path):
    tensors = {key: tensor for key, tensor in STYLEGAN2.items() if key != "latent_avg"}
    mean = torch.arange(float(tensors["style.1.weight"].shape[0]))
    encoder = {"encoder.input_layer.0.weight": torch.ones(4, 3, 3, 3)}
    value = {"state_dict": encoder | under("decoder.", tensors), "latent_avg": mean.repeat(10, 1)}
    generator = opened(value, tmp_path)
    assert generator.assumed == ("decoder.* as the generator, without encoder",)
    assert torch.equal(generator.w_avg[0], mean)


def test_names_tell_which_network_is_wanted():
    names = ["netD", "optimizer/state", "state_dict", "G", "net_g", "generator_ema", "avgG", "discriminator"]
    assert [rank(name) for name in names] == [3, 3, 2, 1, 1, 0, 0, 3]


NAMES = [
    "model.safetensors",
    "pytorch_model.bin",
    "diffusion_pytorch_model.safetensors",
    "generator.pth",
    "g.ckpt",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_may_have_its_weights_under_any_name(name, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    torch.save({"a": 1}, tmp_path / "optimizer.bin")
    if name.endswith("safetensors"):
        save_file(DCGAN, tmp_path / name)
    else:
        torch.save(DCGAN, tmp_path / name)
    assert same(load_generator(tmp_path, device="cpu"), DCGAN, "main.3.weight")


def test_safetensors_are_preferred_to_pickles(tmp_path):
    torch.save({key: tensor * 0 for key, tensor in DCGAN.items()}, tmp_path / "pytorch_model.bin")
    save_file(DCGAN, tmp_path / "model.safetensors")
    assert same(load_generator(tmp_path, device="cpu"), DCGAN, "main.3.weight")


def test_several_equal_files_in_a_folder_are_listed(tmp_path):
    for name in ("one.pth", "two.pth"):
        torch.save(DCGAN, tmp_path / name)
    with pytest.raises(CheckpointError, match=r"several files of weights: 'one.pth', 'two.pth'. Give one"):
        load_generator(tmp_path)


@pytest.mark.parametrize("index", [True, False])
def test_shards_are_joined_and_a_missing_one_is_named(index, tmp_path):
    keys = sorted(DCGAN)
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    for name, part in zip(names, (keys[:9], keys[9:]), strict=True):
        save_file({key: DCGAN[key] for key in part}, tmp_path / name)
    places = {key: names[key not in keys[:9]] for key in keys}
    if index:
        (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    for path in (tmp_path, tmp_path / names[1], *tmp_path.glob("*.json")):
        assert same(load_generator(path, device="cpu"), DCGAN, "main.3.weight")
    (tmp_path / names[0]).unlink()
    with pytest.raises(CheckpointError, match=r"'model-00001-of-00002.safetensors' is missing beside it"):
        load_generator(tmp_path / names[1])
