"""A path in; out, what the file holds, read by the container that its first bytes tell."""

from __future__ import annotations

import json
import mmap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.streams import LEGACY_MARK, read_legacy, read_pickle, read_zip

_WEIGHTS = ("pytorch_model.bin", "model.safetensors")
MOST_JSON = 1 << 20
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
class Holding:
    """What a file holds."""

    value: object
    """Dicts, lists, numbers, text, unread tensors and stand-ins; all of them inert."""
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


def open_file(path: Path) -> Holding:
    """Read a file without executing anything in it; tensors are not copied yet."""
    with path.open("rb") as file:
        head = file.read(512)
        if not head:
            raise CheckpointError("is empty. Download it again.")
        if head[8:9] == b"{":
            return _open_safetensors(path)
        _check_head(head)
        source = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if head.startswith(b"PK"):
            return Holding(read_zip(file, source), len(source))
    read = read_legacy if LEGACY_MARK in head[:32] else read_pickle
    return Holding(read(source), len(source))


def read_json(text: str | bytes) -> dict[str, Any]:
    """Parse settings; refuse what is no object or far too large."""
    try:
        value = json.loads(text) if len(text) <= MOST_JSON else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise CheckpointError("has settings (config.json, or its metadata) that are not a JSON object.")
    return value


def _open_safetensors(path: Path) -> Holding:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  # not a dict
    except SafetensorError as error:
        raise CheckpointError(f"is a damaged safetensors file: {error}.") from error
    return Holding(tensors, path.stat().st_size, metadata)


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
