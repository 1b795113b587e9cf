import os
import subprocess
import sys

import pytest
import torch
from safetensors import SafetensorError

from sefa_widget import factorize, load_generator, save_generator
from sefa_widget.checkpoint import CheckpointError
from sefa_widget.directions.files import load_directions, save_directions
from sefa_widget.saving import SaveError, replacing, write_tensors

LIMITED = """
import resource, signal, sys
from pathlib import Path
import torch
from safetensors import SafetensorError
from sefa_widget.saving import write_tensors
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    write_tensors({"x": torch.zeros(100_000)}, Path(sys.argv[1]), {})
except OSError as error:
    print(error)
"""


def test_a_file_has_its_name_only_when_all_of_it_is_written(tmp_path):
    path = tmp_path / "x.txt"
    with replacing(path) as part:
        part.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"

    def fail():
        with replacing(path) as part:
            part.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("x.txt", "new")]


@pytest.mark.skipif(sys.platform == "win32", reason="limits files by Unix' means")
def test_a_full_disk_is_told_in_plain_words_and_the_old_file_stays(tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True)
    assert "'x.safetensors' was not written" in done.stdout, done.stderr
    assert "File too large" in done.stdout
    assert "The file of this name is as it was." in done.stdout
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("x.safetensors", b"old")]


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sefa_widget.saving.save_file", refuse)
    with pytest.raises(
        SaveError, match=r"Permission denied\. Save to a folder that you may write to\.$"
    ) as said:
        write_tensors({"x": torch.zeros(1)}, tmp_path / "x.safetensors", {})
    assert str(tmp_path) in str(said.value)
    assert isinstance(said.value, CheckpointError)


def test_what_a_killed_writer_left_is_gone_after_the_next_save(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = [tmp_path / f"x.txt.{process}-3.part" for process in (dead.pid, os.getpid())]
    others = [tmp_path / "y.txt.1-3.part", tmp_path / "x.txt.part", tmp_path / f"x.txt.{os.getppid()}-0.part"]
    for file in [*left, *others]:
        file.touch()
    with replacing(tmp_path / "x.txt") as part:
        part.touch()
        with replacing(tmp_path / "x.txt") as other:
            other.touch()
        assert part.exists()
    assert set(tmp_path.iterdir()) == {tmp_path / "x.txt", *others}


def test_a_link_stays_one_and_the_file_keeps_who_may_read_it(tmp_path):
    path, link = tmp_path / "x.txt", tmp_path / "link"
    path.touch(0o640)
    link.symlink_to(path)
    with replacing(link) as part:
        part.write_text("new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_generator_and_directions_are_saved_over_the_files_they_came_from(tiny, tmp_path):
    path = save_generator(tiny, tmp_path / "g.safetensors")
    first = path.read_bytes()
    assert save_generator(load_generator(path), path).read_bytes() == first
    path = save_directions(factorize(tiny), tmp_path / "d.safetensors")
    first = path.read_bytes()
    assert save_directions(load_directions(path), path).read_bytes() == first
    assert sorted(file.name for file in tmp_path.iterdir()) == ["d.safetensors", "g.safetensors"]


@pytest.mark.parametrize(
    "text", ["I/O error: full (os error 28)", "IoError(Os { code: 28, kind: StorageFull })"]
)
def test_every_version_of_safetensors_says_that_a_disk_is_full(tmp_path, monkeypatch, text):
    def fail(*_arguments):
        raise SafetensorError(text)

    monkeypatch.setattr("sefa_widget.saving.save_file", fail)
    with pytest.raises(SaveError, match=r"No space left on device\. Free some space"):
        write_tensors({"x": torch.zeros(1)}, tmp_path / "x.safetensors", {})
