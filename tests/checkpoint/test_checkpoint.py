"""The tensors and settings of a file are read into memory of their own, whatever the container."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from sefa_widget.checkpoint import OWN_FORMAT, CheckpointError, open_checkpoint
from tests.checkpoint.network_pickles import module, write_pickle
from tests.checkpoint.small_files import (
    pickled,
    small_files,
    state_dict,
    tensorflow_network,
    torch_saved,
)

GOLDEN = Path(__file__).parent / "golden"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())


def read(path: str | Path) -> dict[str, torch.Tensor]:
    with open_checkpoint(path) as (contents, *_):
        return contents.read(contents.tensors)


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


@pytest.mark.parametrize("name", [*EXPECTED, *small_files()])
def test_each_tensor_has_memory_of_its_own_where_torch_would_put_it(save, name):
    path = GOLDEN / name if name in EXPECTED else save(small_files()[name])
    for tensor in read(path).values():
        assert tensor.untyped_storage().nbytes() == tensor.nbytes
        assert tensor.data_ptr() % 64 == 0
    if sys.platform == "linux":
        assert path.name not in re.findall(r"[^/\n]+$", Path("/proc/self/maps").read_text(), re.MULTILINE)


def test_fastgans_unnamed_smoothed_parameters_replace_the_named_ones(save):
    tensors = state_dict("fastgan") | {
        "init.init.0.weight_u": torch.zeros(4),
        "init.init.1.running_mean": torch.zeros(5),
    }
    smoothed = [tensor + 1 for tensor in state_dict("fastgan").values()]
    prefixed = {f"module.{key}": tensor for key, tensor in tensors.items()}
    found = read(save(torch_saved({"g": prefixed, "d": {}, "g_ema": smoothed})))
    assert list(found) == list(tensors)
    for (key, tensor), plus_one in zip(state_dict("fastgan").items(), smoothed, strict=True):
        assert torch.equal(found[key], plus_one), tensor
    assert torch.equal(found["init.init.0.weight_u"], torch.zeros(4))


@pytest.mark.parametrize("smoothed", [[torch.ones(2, 3)], [torch.ones(9)] * 4, [1, 2, 3, 4]])
def test_fastgans_smoothed_parameters_that_do_not_fit_are_refused(save, smoothed):
    with pytest.raises(CheckpointError, match="smoothed parameters"):
        read(save(torch_saved({"g": state_dict("fastgan"), "g_ema": smoothed})))


def test_a_network_of_doubling_parts_is_refused(tmp_path):
    network = module("Leaf")
    for _ in range(25):
        network = module("Branch", modules={"a": network, "b": network})
    with pytest.raises(CheckpointError, match="far too many modules"):
        read(write_pickle({"G_ema": network}, tmp_path / "file"))


def test_tensors_that_are_not_contiguous_keep_their_values(save):
    tensors = state_dict("dcgan")
    whole = torch.randn(4, 6)
    odd = {"main.0.weight": whole.T, "main.1.weight": whole[1:, 2], "main.9.weight": whole[::2, 1::2]}
    found = read(save(torch_saved(tensors | odd)))
    assert same(found, tensors | odd)


@pytest.mark.parametrize(
    "dtype",
    [
        torch.float16,
        torch.bfloat16,
        torch.float64,
        torch.int8,
        torch.uint8,
        torch.int16,
        torch.int32,
        torch.bool,
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_every_type_of_number_is_kept(save, dtype, zipped):
    tensors = state_dict("dcgan") | {
        "main.1.weight": torch.tensor([1, 0, 3]).to(dtype),
        "none": torch.ones(0, 2),
    }
    found = read(save(torch_saved(tensors, zipped=zipped)))
    assert found["main.1.weight"].dtype is dtype
    assert same(found, tensors)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("write", [torch_saved, safetensors.torch.save, own_saved])
def test_weights_that_are_no_numbers_are_named_in_a_warning(save, write, bad):
    tensors = state_dict("dcgan")
    tensors["main.1.weight"][0, 0] = bad
    with pytest.warns(UserWarning, match=r"NaN or infinite numbers in 'main\.1\.weight'"):
        read(save(write(tensors)))


def test_weights_whose_sum_overflows_are_no_reason_to_warn(save):
    tensors = state_dict("dcgan") | {"main.1.weight": torch.full((9,), 3e38)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(save(torch_saved(tensors)))


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="'absent' does not exist"):
        read(tmp_path / "absent")
    with pytest.raises(CheckpointError, match=r"is a folder without a file of weights"):
        read(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(save):
    path = save(b"x")
    path.chmod(0)
    with pytest.raises(CheckpointError, match="cannot be read"):
        read(path)


@pytest.mark.parametrize("number", [3, 0.5, 2**100])
def test_a_tensorflow_variable_can_be_a_number(save, number):
    network = tensorflow_network()[2]
    network.state["variables"].append(("lod", number))
    found = read(save(pickled((network, network, network))))
    assert torch.allclose(found["lod"], torch.tensor(float(number)))


def test_tensorflow_variables_that_repeat_a_large_array_are_refused(save):
    network = tensorflow_network()[2]
    array = np.zeros(100_000, np.float32)
    network.state["components"]["mapping"].state["variables"] += [(str(number), array) for number in range(9)]
    with pytest.raises(CheckpointError, match="describes tensors of 36000"):
        read(save(pickled((network, network, network))))


def test_a_name_too_long_for_a_file_is_refused():
    with pytest.raises(CheckpointError, match=r"cannot be read|does not exist"):
        read("x" * 5000)


def test_what_stands_beside_a_network_is_kept_apart_from_it(save):
    around = {"latent_avg": torch.arange(3.0), "args": argparse.Namespace(size=8), "step": 5}
    with open_checkpoint(save(torch_saved({"g_ema": state_dict("rosinality"), **around}))) as (contents, *_):
        assert contents.container == "state dict"
        assert contents.args == {"size": 8}
        assert list(contents.beside) == ["latent_avg"]
        assert "latent_avg" not in contents.tensors
        assert torch.equal(contents.read(contents.beside)["latent_avg"], torch.arange(3.0))


def test_a_refusal_while_the_file_is_open_names_the_file(save):
    path = save(torch_saved(state_dict("dcgan")))
    with pytest.raises(CheckpointError, match=r"^'file' holds no cats"), open_checkpoint(path):
        raise CheckpointError("holds no cats")
