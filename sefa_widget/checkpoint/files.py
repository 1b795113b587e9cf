"""Opens a file of weights with the reader of the container that its first bytes tell."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.safetensors_file import read_safetensors
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.streams import LEGACY_MARK, read_legacy, read_pickle, read_zip

_WEIGHTS = ("pytorch_model.bin", "model.safetensors")
_MOST_JSON = 1 << 20
"""Bytes that settings may have."""

_NOT_WEIGHTS = (
    (b"version https://git-lfs", "is a Git LFS pointer, not the weights it points to. Run 'git lfs pull'."),
    (b"\x1f\x8b", "is a gzip archive. Unpack it and load the file inside."),
    (b"\x89HDF", "is an HDF5 file, as Keras writes; such generators are not known here."),
    (b"7z\xbc\xaf", "is a 7z archive. Unpack it and load the file inside."),
    (b"\x93NUMPY", "is a numpy array, not a generator."),
    (b"{", "is a JSON text, not weights. Load the file of weights."),
    (b"<", "is a web page, not weights. Download the file itself, not the page about it."),
)
"""What else files with the wrong content start with."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenFile:
    """A file of weights that is open, whatever its container."""

    value: object
    """Dicts, lists, numbers, text, unread tensors and stubs; all of them inert."""
    size: int
    """Bytes of the file."""
    metadata: dict[str, str] = field(default_factory=dict)
    """Metadata of a safetensors file."""


def weights_file(path: Path) -> Path:
    """Give the file of weights in a folder, or the path itself if it is a file."""
    if path.is_file():
        return path
    if not path.exists():
        raise CheckpointError("does not exist.")
    for name in _WEIGHTS:
        if (path / name).is_file():
            return path / name
    raise CheckpointError(f"is a folder without {' or '.join(_WEIGHTS)}. Give the file of weights.")


@contextmanager
def open_file(path: Path) -> Iterator[OpenFile]:
    """Read a file without executing anything in it; its tensors can be read as long as the context lasts.

    Raises
    ------
    CheckpointError
        If the file is no container of weights, is damaged, or is changed before the context ends.
    """
    with io.FileIO(path) as file:
        before = _stamp(file)
        try:
            yield _read(file, before[0])
        except CheckpointError:
            if _stamp(file) == before:
                raise
        if _stamp(file) != before:
            raise CheckpointError(
                "was changed by another program while it was read. Load it again when that program is done."
            )


def read_json(text: str | bytes) -> dict[str, Any]:
    """Parse settings; refuse what is no object or far too large."""
    try:
        value = json.loads(text) if len(text) <= _MOST_JSON else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise CheckpointError("has settings (config.json, or its metadata) that are not a JSON object.")
    return value


def read_json_file(path: Path) -> dict[str, Any]:
    """Read a file of settings, such as the ``config.json`` beside weights; empty if there is no such file."""
    if not path.is_file():
        return {}
    with path.open("rb") as settings:
        return read_json(settings.read(_MOST_JSON + 1))


def _stamp(file: io.FileIO) -> tuple[int, int]:
    """Give size and time of change: whether another program writes to the file."""
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _read(file: io.FileIO, size: int) -> OpenFile:
    source = Span(file, 0, size)
    head = source.part(0, 512).read()
    if not head:
        raise CheckpointError("is empty. Download it again.")
    if head[8:9] == b"{":
        tensors, metadata = read_safetensors(source)
        return OpenFile(tensors, size, metadata)
    _check_head(head)
    if head.startswith(b"PK"):
        return OpenFile(read_zip(file, source), size)
    read = read_legacy if LEGACY_MARK in head[:32] else read_pickle
    return OpenFile(read(source), size)


def _check_head(head: bytes) -> None:
    """Refuse what is no container of weights, saying what it is."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for start, reason in _NOT_WEIGHTS:
        if text.startswith(start):
            raise CheckpointError(reason)
    if head[257:262] == b"ustar":
        raise CheckpointError("is a tar archive. Unpack it and load the file inside.")
    if not head.startswith((b"PK", b"\x80")):
        raise CheckpointError(
            f"starts with {head[:12]!r}, which no file of weights known here does (safetensors, torch.save, "
            "pickles of protocol 2 to 5). Load the original file of weights."
        )
