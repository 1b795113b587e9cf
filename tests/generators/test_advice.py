"""Every refusal ends with what to do, and what it says is true."""

from __future__ import annotations

import sys
import zipfile
from unittest import mock

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from sefa_widget import CheckpointError, load_generator
from sefa_widget.__main__ import main
from tests.conftest import GOLDEN

HEADS = {
    "g.h5": (b"\x89HDF\r\n\x1a\n", r"HDF5 .* build its class in PyTorch"),
    "g.onnx": (b"\x08\x07\x12\x07pytorch\x1a\x05", r"ONNX file. Make .* load_generator\(onnx2torch"),
    "m.index": (b"<\x00\x1b\x08", r"TensorFlow checkpoint, .* tf.train.load_checkpoint"),
    "m.data-00000-of-00001": (b"\x1anQ?", "TensorFlow checkpoint"),
    "g.pb": (b"\n \n\x05input\x12\x0bPlaceholder", "TensorFlow graph"),
    "g.msgpack": (b"\x81\xa6params", "msgpack file, as Flax writes"),
    "g.tflite": (b"\x1c\0\0\0TFL3", "TensorFlow Lite"),
    "g.gguf": (b"GGUF\x03", "language model"),
    "model.py": (b"import torch\n", "Python code, not weights. Import its class"),
    "g.rar": (b"Rar!\x1a", "RAR archive. Unpack it"),
    "g.png": (b"\x89PNG\r\n", "picture"),
    "quota.pkl": (b"Quota exceeded", "perhaps the message of a server, not weights. Download"),
}


@pytest.mark.parametrize("name", HEADS)
def test_files_of_other_kinds_are_named_with_what_to_do(name, tmp_path):
    head, words = HEADS[name]
    (tmp_path / name).write_bytes(head + bytes(300) if name[0] != "q" and name != "model.py" else head)
    with pytest.raises(CheckpointError, match=words):
        load_generator(tmp_path / name)


def test_archives_are_told_by_what_is_in_them(tmp_path):
    torch.jit.script(nn.Linear(2, 2)).save(tmp_path / "script.pt")
    np.savez(tmp_path / "g.npz", a=np.zeros(3))
    for name, inside in (("g.keras", "model.weights.h5"), ("hub.zip", "best/netG.pth")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(inside, b"x")
    words = {
        "script.pt": r"TorchScript, .* load torch.jit.load\(path\).state_dict\(\) into it",
        "g.npz": "numpy archive",
        "g.keras": "Keras model",
        "hub.zip": "an archive with 'best/netG.pth'. Unpack it",
    }
    for name, reason in words.items():
        with pytest.raises(CheckpointError, match=reason):
            load_generator(tmp_path / name)


@pytest.mark.parametrize("path", ["https://x.org/a/ffhq.pkl", "http://x.org/ffhq.pkl"])
def test_addresses_are_downloaded_by_the_user(path, capsys):
    with pytest.raises(CheckpointError, match=rf"'{path}' is an address, .* Download it first"):
        load_generator(path)
    assert main(["inspect", path]) == 1
    assert "Download it first" in capsys.readouterr().err


def test_a_missing_file_is_named_in_full_and_may_be_a_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError, match=rf"no file or folder '{tmp_path}/models/ffhq.pkl'\.$"):
        load_generator("models/ffhq.pkl")
    with pytest.raises(CheckpointError, match=r"load_generator\('hf://huggan/anime-face'\) downloads"):
        load_generator("huggan/anime-face")


@pytest.mark.filterwarnings("ignore:.*statistics")
def test_a_repository_is_downloaded_where_that_is_asked_for_and_said(tmp_path, capsys):
    torch.save(load_file(GOLDEN / "dcgan.safetensors"), tmp_path / "netG.pth")
    hub = mock.Mock(snapshot_download=mock.Mock(return_value=str(tmp_path)))
    with mock.patch.dict(sys.modules, huggingface_hub=hub):
        assert load_generator("hf://user/dcgan", device="cpu").family == "dcgan"
    hub.snapshot_download.assert_called_once_with("user/dcgan")
    assert "Downloading user/dcgan from the Hugging Face Hub" in capsys.readouterr().out
    hub.snapshot_download.side_effect = OSError("no route")
    with mock.patch.dict(sys.modules, huggingface_hub=hub), pytest.raises(CheckpointError, match="no route"):
        load_generator("hf://user/dcgan")
    with (
        mock.patch.dict(sys.modules, huggingface_hub=None),
        pytest.raises(CheckpointError, match=r"pip install 'sefa_widget\[hub\]'"),
    ):
        load_generator("hf://user/dcgan")
    with pytest.raises(CheckpointError, match="must be 'hf://user/repository'"):
        load_generator("hf://dcgan")


@pytest.mark.filterwarnings("ignore:.*statistics")
def test_a_state_dict_in_memory_is_loaded_as_a_copy():
    tensors = load_file(GOLDEN / "dcgan.safetensors")
    generator = load_generator({"epoch": 3, "netG": tensors}, device="cpu")
    generator.convolutions[0].weight.zero_()
    assert tensors["main.0.weight"].any()
    with pytest.raises(CheckpointError, match=r"^The dict holds no generator known here, .*load_state_dict"):
        load_generator({"a.weight": torch.ones(3)})


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.odd = nn.Linear(4, 5)


def test_a_module_of_the_users_own_class_is_called_that_with_the_lines_that_open_it(tmp_path):
    torch.save(Own(), tmp_path / "own.pt")
    lines = r"module = Own\(...\); module.load_state_dict\(.*\); load_generator\(module\)"
    with pytest.raises(CheckpointError, match=rf"class tests\S+\.Own, which is your own .* {lines}"):
        load_generator(tmp_path / "own.pt")


def test_a_diffusion_model_is_called_that(tmp_path):
    torch.save({"model.diffusion_model.input_blocks.0.weight": torch.ones(1)}, tmp_path / "sd.ckpt")
    with pytest.raises(CheckpointError, match="a diffusion model, which has no latent vector to explore"):
        load_generator(tmp_path / "sd.ckpt")


def test_inspect_says_complete_only_of_what_loads(tmp_path, capsys):
    tensors = load_file(GOLDEN / "ros_sg2.safetensors")
    torch.save({"g_ema": tensors}, tmp_path / "whole.pt")
    assert main(["inspect", str(tmp_path / "whole.pt")]) == 0
    assert "status      complete: it loads" in capsys.readouterr().out
    tensors["convs.0.conv.weight"] = tensors["convs.0.conv.weight"][:, :, :2]
    torch.save({"g_ema": tensors}, tmp_path / "odd.pt")
    assert main(["inspect", str(tmp_path / "odd.pt")]) == 0
    printed = capsys.readouterr().out
    assert "complete" not in printed
    assert "synthesis.b8.conv0.weight" in printed
