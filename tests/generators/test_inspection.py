"""Inspecting a file says what it holds and what it lacks, and fails if it is refused."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from sefa_widget.__main__ import main
from tests.checkpoint.small_files import state_dict, torch_saved

GOLDEN = Path(__file__).parents[1] / "checkpoint" / "golden"
DCGAN = Path(__file__).parents[1] / "golden" / "dcgan.safetensors"
HOSTILE = Path(__file__).parents[1] / "golden" / "hostile"


def test_a_networks_parts_and_settings_are_listed(capsys):
    assert main(["inspect", str(GOLDEN / "nv_sg3_r.nosrc.pkl")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "file        'nv_sg3_r.nosrc', 232,467 bytes"
    assert lines[1] == "format      nvidia_stylegan3 (StyleGAN3 by NVIDIA)"
    assert lines[2] == "resolution  32 x 32"
    assert lines[3] == "networks    G_ema, G; the first is described"
    assert lines[4] == "parameters  15,241 in 74 tensors"
    assert lines[5] == "status      complete: it loads"
    assert "  synthesis.L0_28_24.affine.weight  [24, 28]" in lines
    assert "  synthesis.L0_28_24  (1,453)" in lines
    assert "    synthesis.L0_28_24.weight  [24, 24, 1, 1]  float32" in lines
    assert "    conv_clamp: 1.5" in lines


def test_an_incomplete_network_is_described_with_what_it_lacks(capsys):
    assert main(["inspect", str(HOSTILE / "h00_benign_shape.pkl")]) == 0
    printed = capsys.readouterr().out
    assert "it lacks synthesis.b4.const, synthesis.b4.conv1.weight, " in printed
    assert "synthesis.b#.torgb.weight" in printed
    assert "mapping.w_avg  [8]  float32" in printed


def test_a_refused_file_fails_with_the_reason(capsys):
    assert main(["inspect", str(HOSTILE / "h01_outer_reduce.pkl")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "asks for posix.system" in printed.err


def test_what_could_steer_a_terminal_is_escaped(tmp_path, capsys):
    tensors = state_dict("dcgan") | {"main.\x1b[2J.weight": torch.ones(1)}
    (tmp_path / "file").write_bytes(torch_saved(tensors))
    assert main(["inspect", str(tmp_path / "file")]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_file_can_be_read_as_another_format(tmp_path, capsys):
    (tmp_path / "file").write_bytes(torch_saved(state_dict("dcgan")))
    assert main(["inspect", str(tmp_path / "file"), "--format", "fastgan"]) == 0
    assert "an incomplete FastGAN network" in capsys.readouterr().out


def test_a_file_of_this_project_is_described(tmp_path, capsys):
    metadata = {"sefa_widget": '{"family": "dcgan", "config": {"widths": [2]}}'}
    save_file({"any": torch.ones(2)}, tmp_path / "file", metadata)
    assert main(["inspect", str(tmp_path / "file")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert '  family: "dcgan"' in lines
    assert "    widths: [2]" in lines


def test_what_is_done_without_optional_tensors_is_said(tmp_path, capsys):
    (tmp_path / "file").write_bytes(torch_saved(state_dict("rosinality")))
    assert main(["inspect", str(tmp_path / "file")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "resolution  8 x 8" in lines
    assert "without     latent_avg: the mean of w is that of 4096 samples" in lines


def test_a_file_of_a_user_there_is_not_is_refused_with_the_reason(capsys):
    assert main(["inspect", "~no such user/file"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("path is '~no such user/file': ")
    assert len(printed.err.splitlines()) == 1


def test_what_a_file_does_not_tell_is_given_on_the_command_line(capsys):
    assert main(["inspect", str(DCGAN), "--assume", "activation=leaky_relu"]) == 0
    assert "assumed     activation" not in capsys.readouterr().out
    assert main(["inspect", str(DCGAN), "--assume", "activation"]) == 1
    assert "write NAME=VALUE" in capsys.readouterr().err
