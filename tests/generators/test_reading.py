"""Files of every known program are read bit by bit, in any container; others are refused with a hint."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import OrderedDict
from pathlib import Path

import pytest
import safetensors.torch
import torch
from safetensors.torch import save_file

from sefa_widget.checkpoint import OWN_FORMAT, CheckpointError
from sefa_widget.generators import FORMATS, read_checkpoint
from tests.checkpoint.network_pickles import stylegan2, write_pickle
from tests.checkpoint.small_files import (
    STATE_DICTS,
    pickled,
    small_files,
    state_dict,
    torch_saved,
    zoo_settings,
)

GOLDEN = Path(__file__).parents[1] / "checkpoint" / "golden"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())


def digests(tensors: dict[str, torch.Tensor]) -> dict[str, list[object]]:
    return {
        key: [
            list(tensor.shape),
            str(tensor.dtype).removeprefix("torch."),
            hashlib.sha256(tensor.numpy().tobytes()).hexdigest()[:16],
        ]
        for key, tensor in tensors.items()
    }


def own_saved(tensors: dict[str, torch.Tensor]) -> bytes:
    return safetensors.torch.save(tensors, {OWN_FORMAT: '{"family": "dcgan", "config": {}}'})


def same(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> bool:
    return found.keys() == expected.keys() and all(torch.equal(found[key], expected[key]) for key in found)


@pytest.fixture
def save(tmp_path):
    def write(data: bytes, name: str = "file") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("name", EXPECTED)
def test_the_official_programs_files_are_read_bit_by_bit(name):
    checkpoint = read_checkpoint(GOLDEN / name)
    assert checkpoint.format == EXPECTED[name]["format"]
    assert digests(checkpoint.tensors) == EXPECTED[name]["tensors"]
    assert all(tensor.is_contiguous() for tensor in checkpoint.tensors.values())


@pytest.mark.parametrize("name", EXPECTED)
def test_settings_are_plain_values(name):
    config = read_checkpoint(GOLDEN / name).config
    assert json.loads(json.dumps(config)) == config


def test_a_files_name_says_nothing_about_its_format(save):
    for name, data in small_files().items():
        assert read_checkpoint(save(data, "photo.jpg")).format in FORMATS, name


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("prefix", ["", "module.", "module.module."])
@pytest.mark.parametrize("name", STATE_DICTS)
def test_a_state_dict_is_recognised_by_its_keys(save, name, prefix, zipped):
    tensors = state_dict(name)
    prefixed = OrderedDict((prefix + key, tensor) for key, tensor in tensors.items())
    checkpoint = read_checkpoint(save(torch_saved(prefixed, zipped=zipped)))
    assert checkpoint.format == name
    assert same(checkpoint.tensors, tensors)


@pytest.mark.parametrize("name", STATE_DICTS)
def test_safetensors_of_any_format_are_read(tmp_path, name):
    save_file(state_dict(name), tmp_path / "file")
    checkpoint = read_checkpoint(tmp_path / "file")
    assert checkpoint.format == name
    assert same(checkpoint.tensors, state_dict(name))


def test_a_file_of_this_project_keeps_family_and_config(tmp_path):
    metadata = {OWN_FORMAT: '{"family": "dcgan", "config": {"latent_dim": 8}}'}
    save_file({"any": torch.ones(2)}, tmp_path / "mine.safetensors", metadata)
    checkpoint = read_checkpoint(tmp_path / "mine.safetensors")
    assert checkpoint.format == OWN_FORMAT
    assert checkpoint.config == {"family": "dcgan", "config": {"latent_dim": 8}}
    assert checkpoint.name == "mine"


@pytest.mark.parametrize("about", ["[]", "{", "[" * 100_000, "", "{}", '{"family": 3, "config": {}}'])
def test_a_file_of_this_project_with_unreadable_settings_is_refused(tmp_path, about):
    save_file({"any": torch.ones(2)}, tmp_path / "file", {OWN_FORMAT: about})
    with pytest.raises(CheckpointError, match=r"not a JSON object|no readable metadata"):
        read_checkpoint(tmp_path / "file")


@pytest.mark.parametrize(
    ("name", "around"),
    [
        (
            "genforce_stylegan",
            lambda g, other: {"generator": other, "discriminator": other, "generator_smooth": g},
        ),
        ("genforce_pggan", lambda g, other: {"generator": g, "discriminator": other}),
        (
            "genforce_stylegan2",
            lambda g, other: {"models": {"generator": other, "generator_smooth": g}, "epoch": 3},
        ),
        (
            "rosinality",
            lambda g, other: {"g": other, "d": other, "g_ema": g, "g_optim": {"state": {0: {"step": 1}}}},
        ),
        ("rosinality", lambda g, other: {"g": g, "d": other}),
        ("fastgan", lambda g, other: {"g": g, "d": other}),
        ("dcgan", lambda g, other: {"netG_state_dict": g, "netD_state_dict": other, "epoch": 1}),
        ("dcgan", lambda g, other: {"netD": other, "netG": g}),
        ("ajbrock_biggan", lambda g, other: {"state_dict": g}),
    ],
)
def test_the_generator_is_found_beside_other_networks_smoothed_first(save, name, around):
    other = {key: tensor + 1 for key, tensor in state_dict(name).items()}
    checkpoint = read_checkpoint(save(torch_saved(around(state_dict(name), other))))
    assert checkpoint.format == name
    assert same(checkpoint.tensors, state_dict(name))


def test_rosinalitys_mean_latent_and_arguments_are_kept(save):
    saved = {"g_ema": state_dict("rosinality"), "latent_avg": torch.arange(3.0)}
    checkpoint = read_checkpoint(save(torch_saved(saved | {"args": argparse.Namespace(size=8, lr=0.1)})))
    assert torch.equal(checkpoint.tensors["latent_avg"], torch.arange(3.0))
    assert checkpoint.config == {"args": {"size": 8, "lr": 0.1}}


@pytest.mark.parametrize("name", ["ganzoo_pgan", "ganzoo_dcgan"])
def test_both_layouts_of_the_gan_zoo_become_one(save, name):
    tensors = state_dict(name)
    with zoo_settings(depth=2, alpha=0.0, rate=None) as settings:
        for old in (tensors, {key.replace(".module.", "."): tensor for key, tensor in tensors.items()}):
            checkpoint = read_checkpoint(save(torch_saved({"config": settings, "netG": {}, "avgG": old})))
            assert checkpoint.format == name
            assert same(checkpoint.tensors, tensors)
            assert checkpoint.config == {"depth": 2, "alpha": 0.0, "rate": None}


def test_a_hugging_face_folder_or_its_file_is_read_with_its_settings(save, tmp_path):
    weights = save(torch_saved(state_dict("huggingface_biggan_deep")), "pytorch_model.bin")
    assert read_checkpoint(weights).config == {}
    save(b'{"z_dim": 8, "layers": [[false, 4, 2]]}', "config.json")
    for path in (weights, tmp_path):
        checkpoint = read_checkpoint(path)
        assert checkpoint.format == "huggingface_biggan_deep"
        assert checkpoint.config == {"z_dim": 8, "layers": [[False, 4, 2]]}
    save(b"\xff", "config.json")
    with pytest.raises(CheckpointError, match=r"config\.json"):
        read_checkpoint(tmp_path)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("numpy_major", [1, 2])
def test_a_network_pickled_by_any_protocol_and_numpy_is_the_same(tmp_path, protocol, numpy_major):
    generator = stylegan2(16, 64, 4, dim=3, depth=2, kwargs={"rate": 0.5})
    path = write_pickle({"G": None, "G_ema": generator}, tmp_path / "file", protocol, numpy_major)
    checkpoint = read_checkpoint(path)
    state = generator.arguments[0]["state"]["_modules"]["synthesis"].arguments[0]["state"]
    constant = state["_modules"]["b4"].arguments[0]["state"]["_parameters"]["const"]
    assert checkpoint.format == "nvidia_stylegan2"
    assert torch.equal(checkpoint.tensors["synthesis.b4.const"], constant)
    assert checkpoint.config["init_kwargs"] == {
        "z_dim": 3,
        "img_resolution": 16,
        "mapping_kwargs": {"num_layers": 2},
        "rate": 0.5,
    }
    layer = checkpoint.config["attributes"]["synthesis.b8.conv0"]
    assert layer["conv_clamp"] == 256
    assert layer["act_gain"] == 2**0.5
    assert checkpoint.config["attributes"][""]["num_ws"] == 6


def test_g_is_taken_where_there_is_no_smoothed_network(tmp_path):
    path = write_pickle({"G": stylegan2(8, 32, 2, dim=2, depth=1), "G_ema": None}, tmp_path / "file")
    assert read_checkpoint(path).format == "nvidia_stylegan2"


def test_a_network_whose_settings_contradict_its_tensors_is_refused(tmp_path):
    generator = stylegan2(8, 32, 2, dim=2, depth=1, kwargs={"img_resolution": 2**20})
    with pytest.raises(CheckpointError, match="of 8 pixels whose settings say 1048576"):
        read_checkpoint(write_pickle({"G_ema": generator}, tmp_path / "file"))


def test_a_format_can_be_forced(save):
    path = save(torch_saved(state_dict("ajbrock_biggan_deep") | state_dict("ajbrock_biggan")))
    assert read_checkpoint(path).format == "ajbrock_biggan_deep"
    assert read_checkpoint(path, format="ajbrock_biggan").format == "ajbrock_biggan"
    with pytest.raises(
        CheckpointError, match=r"incomplete FastGAN network: it lacks init\.init\.0\.weight_orig"
    ):
        read_checkpoint(path, format="fastgan")
    with pytest.raises(CheckpointError, match="no readable metadata"):
        read_checkpoint(path, format=OWN_FORMAT)


def test_an_unknown_format_is_answered_with_the_known_ones(save):
    with pytest.raises(CheckpointError, match="'gan' is unknown; known are sefa_widget, nvidia_stylegan3, "):
        read_checkpoint(save(b""), format="gan")


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>", "is a web page, not weights"),
        (b"\n\n <html>", "is a web page, not weights"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a Git LFS pointer"),
        (b'{"message": "Not Found"}', "is a JSON text, not weights"),
        (b"\x1f\x8b\x08", "is a gzip archive"),
        (b"\x00" * 257 + b"ustar", "is a tar archive"),
        (b"\x89HDF\r\n", "is an HDF5 file"),
        (b"hello", r"starts with b'hello', which no file of weights"),
        (b"PK\x03\x04", "is a damaged zip file"),
        (b"\x80\x04", "is damaged or cut off"),
        (b"\x80\x09.", "is a pickle of protocol 9"),
        (b"\x10\0\0\0\0\0\0\0{", "is a damaged safetensors file"),
        (pickled({"a": 1}), "holds no state dict of a generator, but 1 entries: 'a'"),
        (torch_saved({"a": torch.ones(2)}), "holds no generator known here, but 1 entries: 'a'"),
        (
            torch_saved({"a.module.b": torch.ones(2), "a.b": torch.ones(2)}),
            "has the same key with and without 'module.'",
        ),
        (
            torch_saved({"G_ema": torch.nn.Linear(1, 1)}),
            r"holds a whole module of the class torch\.nn",
        ),
    ],
)
def test_what_is_no_generator_is_refused_saying_what_it_is(save, data, hint):
    with pytest.raises(CheckpointError, match=f"^'file' {hint}"):
        read_checkpoint(save(data))


def test_the_formats_of_the_golden_files_are_all_known():
    assert {entry["format"] for entry in EXPECTED.values()} <= FORMATS.keys()


def test_settings_of_another_program_do_not_reach_a_format(save):
    with zoo_settings(init_kwargs=5, attributes=6) as settings:
        path = save(torch_saved({"config": settings, "generator": state_dict("nvidia_stylegan2")}))
    assert read_checkpoint(path).config == {}


def test_attributes_of_another_program_named_like_nvidias_are_no_reason_to_fail(save):
    with zoo_settings(attributes=6) as settings:
        path = save(torch_saved({"config": settings, "avgG": state_dict("ganzoo_pgan")}))
    assert read_checkpoint(path).config == {"attributes": 6}


def test_a_pickled_networks_attributes_are_kept_by_module():
    config = read_checkpoint(GOLDEN / "nv_sg3_r.nosrc.pkl").config
    assert config["init_kwargs"]["mapping_kwargs"] == {"num_layers": 2}
    assert config["attributes"][""]["num_ws"] == 10
    assert config["attributes"]["synthesis"]["layer_names"][-1] == "L8_32_3"
    layer = config["attributes"]["synthesis.L7_32_24"]
    assert layer["padding"] == [-1, -2, -1, -2]
    assert layer["in_size"] == [44, 44]
    assert layer["conv_clamp"] == 1.5
    assert type(layer["in_half_width"]) is float
    network = read_checkpoint(GOLDEN / "nv_tf_sg2.tf.pkl").config
    assert network["static_kwargs"]["mapping_lrmul"] == 0.01
