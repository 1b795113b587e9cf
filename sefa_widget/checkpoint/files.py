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
from sefa_widget.checkpoint.foreign import foreign
from sefa_widget.checkpoint.safetensors_file import read_safetensors
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.streams import LEGACY_MARK, read_legacy, read_pickle, read_zip

_MOST_JSON = 1 << 20
"""Bytes that settings may have."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenFile:
    """A file of weights that is open, whatever its container."""

    value: object
    """Dicts, lists, numbers, text, unread tensors and stubs; all of them inert."""
    size: int
    """Bytes of the file."""
    metadata: dict[str, str] = field(default_factory=dict)
    """Metadata of a safetensors file."""


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
            yield _read(file, before[0], path)
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


def _read(file: io.FileIO, size: int, path: Path) -> OpenFile:
    source = Span(file, 0, size)
    head = source.part(0, 512).read()
    if not head:
        raise CheckpointError("is empty. Download it again.")
    if head[8:9] == b"{":
        tensors, metadata = read_safetensors(source)
        return OpenFile(tensors, size, metadata)
    _check_head(head, path)
    if head.startswith(b"PK"):
        return OpenFile(read_zip(file, source), size)
    read = read_legacy if LEGACY_MARK in head[:32] else read_pickle
    return OpenFile(read(source), size)


def _check_head(head: bytes, path: Path) -> None:
    """Refuse what is no container of weights, saying what it is."""
    if reason := foreign(head, path):
        raise CheckpointError(reason)
    if not head.startswith((b"PK", b"\x80")):
        raise CheckpointError(
            f"starts with {head[:12]!r}, which no file of weights known here does (safetensors, torch.save, "
            "pickles of protocol 2 to 5). Load the original file of weights."
        )
