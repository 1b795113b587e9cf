"""A file may be cut off or written anew: while it is read it is refused, afterwards nothing happens."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import sefa_widget
from sefa_widget import factorize, load_generator
from sefa_widget.checkpoint import CheckpointError
from sefa_widget.directions.files import load_directions, save_directions
from sefa_widget.evaluation.regressor import load_regressor, save_regressor
from sefa_widget.generators import read_checkpoint, reading, save_generator
from tests.checkpoint.small_files import small_files

TESTS = Path(__file__).parents[1]
OFFICIAL = ("nv_sg3_r.nosrc.pkl", "nv_tf_sg2.tf.pkl", "genforce_stylegan_label.pth", "ros_sg2.pt")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def overwrite(path: Path) -> None:
    """Write other bytes of the same number in place."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
    os.utime(path, ns=(0, 0))


CHANGES = [cut, empty, overwrite]
FILES = small_files()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch, name, change):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    find = reading.find_generators

    def change_first(*arguments):
        found = find(*arguments)
        change(path)
        return found

    monkeypatch.setattr(reading, "find_generators", change_first)
    with pytest.raises(CheckpointError, match="was changed by another program while it was read"):
        read_checkpoint(path)


def test_a_file_that_does_not_change_is_read_again_and_again(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(FILES["own.safetensors"])
    assert read_checkpoint(path).tensors.keys() == read_checkpoint(path).tensors.keys()


DRAW_TWICE = """
import json, os, sys, torch
from pathlib import Path
from sefa_widget import load_generator
from sefa_widget.directions.files import load_directions
from sefa_widget.evaluation.regressor import load_regressor
torch.set_num_threads(1)
for path in map(Path, sys.argv[1:]):
    if path.name.startswith("regressor"):
        regressor = load_regressor(path)
        draw = lambda: regressor(torch.linspace(-1, 1, 3 * 64 * 64).view(1, 3, 64, 64))
    elif path.name.startswith("directions"):
        directions = load_directions(path)
        draw = lambda: directions.vectors * directions.eigenvalues[:, None]
    else:
        generator = load_generator(path, device="cpu")
        draw = lambda: generator.synthesize(generator.sample([0]))
    before, size = draw().clone(), path.stat().st_size
    os.truncate(path, 10)
    cut = draw().clone()
    path.write_bytes(bytes(size))
    print(json.dumps([path.name, torch.allclose(cut, before), torch.allclose(draw(), before)]), flush=True)
"""


def write_files(folder: Path, generator) -> list[Path]:
    """Write a file of each container and kind."""
    for name in OFFICIAL:
        shutil.copy(TESTS / "checkpoint" / "golden" / name, folder)
    shutil.copy(TESTS / "golden" / "dcgan.safetensors", folder)
    tensors = read_checkpoint(folder / "dcgan.safetensors").tensors
    torch.save(tensors, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    save_generator(generator, folder / "own.safetensors")
    save_regressor(load_regressor(), folder / "regressor.safetensors")
    found = factorize(generator)
    save_directions(found, folder / "directions.safetensors")
    np.save(folder / "directions.npy", found.vectors.numpy())
    np.savez(folder / "directions.npz", boundaries=found.vectors.numpy(), values=found.eigenvalues.numpy())
    torch.save({"eigvec": found.vectors}, folder / "directions.pt")
    return sorted(folder.iterdir())


NAMES = [
    *OFFICIAL,
    "dcgan.safetensors",
    "legacy.pth",
    "own.safetensors",
    "regressor.safetensors",
    "directions.safetensors",
    "directions.npy",
    "directions.npz",
    "directions.pt",
]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    paths = write_files(tmp_path_factory.mktemp("files"), load_generator("faces", device="cpu"))
    environment = os.environ | {"PYTHONPATH": str(Path(sefa_widget.__file__).parents[1])}
    command = [sys.executable, "-c", DRAW_TWICE, *map(str, paths)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    return done, {name: same for name, *same in lines}


@pytest.mark.parametrize("name", NAMES)
def test_what_was_loaded_stays_the_same_when_its_file_is_cut_off_and_written_anew(drawn, name):
    assert drawn[1].get(name) == [True, True], drawn[0].stderr[-500:]


def test_no_change_of_a_loaded_file_ends_the_process(drawn):
    assert drawn[0].returncode == 0, drawn[0].stderr[-500:]
    assert drawn[1].keys() == set(NAMES)


def test_directions_are_refused_if_their_file_changes_while_it_is_read(tmp_path, monkeypatch, tiny):
    path = save_directions(factorize(tiny), tmp_path / "file.safetensors")
    files = sys.modules[load_directions.__module__]
    read = files.read_view

    def change_first(view):
        empty(path)
        return read(view)

    monkeypatch.setattr(files, "read_view", change_first)
    with pytest.raises(ValueError, match="was changed by another program"):
        load_directions(path)
