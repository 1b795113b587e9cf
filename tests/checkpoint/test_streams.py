"""torch's containers are read in place, and refused if their records are not what they say."""

from __future__ import annotations

import io
import pickle
import re
import zipfile
from pathlib import Path

import pytest
import torch

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.generators import read_checkpoint
from tests.checkpoint.small_files import state_dict, torch_saved


@pytest.fixture
def save(tmp_path):
    def write(data: bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(data)
        return path

    return write


def rezipped(data: bytes, compression: int = zipfile.ZIP_STORED, **changes: bytes | None) -> bytes:
    """Write a zip again, with other contents for some records (None: without them)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", compression) as new:
        for entry in old.infolist():
            content = changes.get(entry.filename.split("/", 1)[1].replace("/", "_"), old.read(entry))
            if content is not None:
                new.writestr(entry.filename, content)
    return buffer.getvalue()


ZIPPED = torch_saved(state_dict("dcgan"))
LEGACY = torch_saved(state_dict("dcgan"), zipped=False)
LONG_HEAD = [pickle.dumps(1001, 2) + b"\x80\x02}q\x00(" + more for more in (b"", b"U\x01a" * 4000)]


def test_a_zip_written_by_another_program_is_read_if_it_is_not_compressed(save):
    assert read_checkpoint(save(rezipped(ZIPPED))).tensors.keys() == state_dict("dcgan").keys()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (rezipped(ZIPPED, zipfile.ZIP_DEFLATED), "has compressed records"),
        (rezipped(ZIPPED, data_0=b"1234"), "6 numbers of torch.float32 need 24 bytes, but the file has 4"),
        (rezipped(ZIPPED, data_0=None), "it has no record data/0"),
        (rezipped(ZIPPED, byteorder=b"big"), "big-endian"),
        (rezipped(ZIPPED, version=b"x" * 9)[:-30], "is a damaged zip file"),
        (rezipped(ZIPPED, **{"data.pkl": None}), "not one that torch.save writes"),
        (ZIPPED[: len(ZIPPED) // 2], "is a damaged zip file"),
        (LEGACY[:-4], "some of its numbers are missing"),
        (LEGACY.replace(pickle.dumps(1001, 2), pickle.dumps(1002, 2)), "was not written by torch"),
        (LEGACY.replace(b"little_endian", b"x" * 13), "little-endian machine"),
        (LEGACY.replace(LONG_HEAD[0], LONG_HEAD[1]), "was not written by torch"),
        (re.sub(rb"(little_endianq.)\x88", b"\\1\x89", LEGACY, flags=re.DOTALL), "little-endian machine"),
    ],
)
def test_a_damaged_container_is_refused_saying_how(save, data, message):
    with pytest.raises(CheckpointError, match=message):
        read_checkpoint(save(data))


def test_an_archive_of_something_else_is_refused(save):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(CheckpointError, match="Unpack it and load the file of weights"):
        read_checkpoint(save(buffer.getvalue()))


def test_a_program_for_torch_jit_is_refused(save):
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.ReLU()), buffer)
    with pytest.raises(CheckpointError, match=r"a program for torch\.jit"):
        read_checkpoint(save(buffer.getvalue()))


@pytest.mark.parametrize("zipped", [True, False])
def test_tensors_that_share_a_storage_are_read_each(save, zipped):
    shared = torch.arange(6.0)
    tensors = state_dict("dcgan") | {"main.1.weight": shared[:2], "main.9.weight": shared[2:]}
    found = read_checkpoint(save(torch_saved(tensors, zipped=zipped))).tensors
    assert torch.equal(found["main.1.weight"], torch.tensor([0.0, 1.0]))
    assert torch.equal(found["main.9.weight"], torch.tensor([2.0, 3.0, 4.0, 5.0]))


def test_tensors_that_together_are_far_larger_than_the_file_are_refused(save):
    shared = torch.zeros(100_000)
    tensors = dict.fromkeys([*state_dict("dcgan"), *"abc"], shared[:])
    with pytest.raises(CheckpointError, match="describes tensors of 2800000 bytes in a file of"):
        read_checkpoint(save(torch_saved(tensors)))
