"""Attack files are refused or contained: no code of theirs runs; none takes much memory or endless work."""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import sefa_widget
from tests.patience import WAIT_SECONDS

HOSTILE = Path(__file__).parents[1] / "golden" / "hostile"
NAMES = sorted(json.loads((HOSTILE / "EXPECT.json").read_text()))

FOUND = {
    "h00_benign_shape.pkl": "it lacks synthesis.b4.const",
    "h01_outer_reduce.pkl": "asks for posix.system",
    "h02_hidden_in_unused_branch.pkl": "asks for posix.system",
    "h03_nested_object_pickle.pkl": "asks for posix.system",
    "h04_nested_first_pickle.pkl": "another container than torch's own",
    "h05_nested_zip_torch_save.pkl": "another container than torch's own",
    "h06_module_src_exec.pkl": "it lacks synthesis.b4.const",
    "h07_out_of_bounds_view.pkl": "does not fit in its storage of 4 numbers",
    "h08_negative_offset.pkl": "by negative",
    "h09_zero_stride_bomb.pkl": "does not fit in its storage of 1 numbers",
    "h10_dotted_stack_global.pkl": "asks for torch._utils.torch.serialization.os.system",
    "h11_protocol0_global.pkl": "no file of weights known here does",
    "h12_numpy_object_array.pkl": "numpy array of 'O8'",
    "h13_bomb_kwargs.pkl": "it lacks synthesis.b4.const",
    "h14_wrong_types.pkl": "whose _parameters are no dict",
    "h15_self_reference.pkl": "holds no state dict",
    "h16_mark_flood.pkl": "is damaged or cut off",
    "h17_deep_nesting.pkl": "holds no state dict",
    "h18_persid_outer.pkl": "data outside the file",
    "h19_ext_opcode.pkl": "opcode EXT1",
    "h20_truncated.pkl": "is damaged or cut off",
    "h21_nan_weight.pkl": "NaN or infinite numbers in 'mapping.fc0.weight'",
    "h22_getattr_builtin.pkl": "asks for builtins.getattr",
    "h23_easydict_build.pkl": "sets the state of a dict",
    "p01_zip.pth": "asks for posix.system",
    "p02_legacy.pth": "asks for posix.system",
    "p03_zip_bomb.pth": "has compressed records",
}

READ_ALL = """
import json, resource, sys, warnings
from sefa_widget.checkpoint import CheckpointError
from sefa_widget.generators import read_checkpoint
import torch
torch.set_num_threads(1)
in_use = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (in_use + 2**31, in_use + 2**31))
for path in sys.argv[1:]:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            read_checkpoint(path)
            said = "loaded"
        except CheckpointError as refusal:
            said = str(refusal)
    said = " ".join([said, *(str(warning.message) for warning in warned)])
    print(json.dumps([path, said]), flush=True)
"""


def read_apart(paths: list[Path], folder: Path) -> dict[str, str]:
    """Read files in another process with 2 GB beyond what torch takes; give the text for each."""
    command = [sys.executable, "-c", READ_ALL, *map(str, paths)]
    environment = os.environ | {"PYTHONPATH": str(Path(sefa_widget.__file__).parents[1])}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=WAIT_SECONDS
    )
    assert done.returncode == 0, done.stderr
    return {Path(path).name: said for path, said in map(json.loads, done.stdout.splitlines())}


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="limits memory by Linux' means")


@pytest.fixture(scope="session")
def readings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    attacks = tmp_path_factory.mktemp("attacks")
    for name, data in ATTACKS.items():
        (attacks / name).write_bytes(data)
    paths = [*(HOSTILE / name for name in NAMES), *(attacks / name for name in ATTACKS)]
    return read_apart(paths, folder), sorted(path.name for path in folder.iterdir())


@needs_linux
@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_is_refused_saying_what_was_found(readings, name):
    said = readings[0][name]
    assert FOUND[name] in said
    assert said.startswith(repr(name))


@needs_linux
def test_no_payload_of_a_hostile_file_runs(readings):
    assert readings[1] == []


def repeated(opening: bytes, times: int, closing: bytes = b"") -> bytes:
    return b"\x80\x04" + opening * times + closing + b"."


def doubling(levels: int) -> bytes:
    """Make a pair of the same pair, of the same pair ...: small to write, huge to walk."""
    return b"N" + b"".join(b"q%ch%c\x86" % (n, n) for n in range(levels))


def network_with(attribute: bytes) -> bytes:
    """Pickle a network with one attribute, given as opcodes."""
    head = b"\x8c\x17torch_utils.persistence\x8c\x1b_reconstruct_persistent_obj\x93}\x8c\x05state}("
    fields = b"".join(
        pickle.SHORT_BINUNICODE + bytes([len(name)]) + name + b"}"
        for name in (b"_parameters", b"_buffers", b"_modules")
    )
    return b"\x80\x04" + head + fields + b"\x8c\x01x" + attribute + b"us\x85R."


ATTACKS = {
    "lists in lists": repeated(b"]", 450_000, b"a" * 40_000),
    "tuples in tuples": b"\x80\x04N" + b"\x85" * 450_000 + b".",
    "a deep tuple as key": b"\x80\x04}N" + b"\x85" * 450_000 + b"Ns.",
    "a deep tuple in a set": b"\x80\x04\x8f(N" + b"\x85" * 450_000 + b"\x90.",
    "endless work": repeated(b"N", 3_000_000),
    "a deep attribute": network_with(b"N" + b"\x85" * 400_000),
    "an attribute of doubling tuples": network_with(doubling(60)),
    "a huge whole number": b"\x80\x04\x8a\xff" + b"\xff" * 255 + b".",
    "a string longer than the file": b"\x80\x04\x8d" + struct.pack("<Q", 2**62) + b"x.",
    "bytes longer than the file": b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"x.",
    "a memo index of 4 G": b"\x80\x04Nr\xff\xff\xff\xff.",
}

COUNTED = {
    "endless work": "far more work",
    "a deep attribute": "nested too deeply",
    "an attribute of doubling tuples": "nested too deeply",
}
"""What is said where the reader counts its own work and stops, however fast the machine is."""


@needs_linux
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_stack_work_or_memory_is_refused(readings, name):
    said = readings[0][name]
    assert "loaded" not in said
    assert COUNTED.get(name, "") in said
