"""Buffers in any of torch's containers or a bare pickle in; their values out, tensors as unread views."""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.machine import run_pickle
from sefa_widget.checkpoint.standins import outer_words
from sefa_widget.checkpoint.storage import STORAGE_WORDS, Storage, storage_from_id
from sefa_widget.checkpoint.words import Budget, Words

LEGACY_MARK = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
"""What a file by torch.save without zip has near its start: the pickled number 0x1950a86a20f9469cfc6c."""

_MAGIC = int.from_bytes(LEGACY_MARK[2:], "little")
_VERSION = 1001
_STORED = zipfile.ZIP_STORED
_ENCRYPTED = 0x1
_LOCAL_HEADER = struct.Struct("<4s22xHH")


def read_pickle(source: memoryview) -> object:
    """Read a bare pickle, such as NVIDIA's files are."""
    budget = Budget(copies=2 * len(source))
    return run_pickle(source, _outer(budget), budget)[0]


def read_legacy(source: memoryview) -> object:
    """Read a file by torch.save without zip: five pickles, then the numbers."""
    budget = Budget(copies=2 * len(source))
    return _read_five(source, _outer(budget), budget, [])


def read_zip(file: BinaryIO, source: memoryview) -> object:
    """Read a zip file by torch.save: ``<folder>/data.pkl`` and the numbers in ``<folder>/data/<key>``."""
    entries = _entries(file)
    pickles = [name for name in entries if name == "data.pkl" or name.endswith("/data.pkl")]
    if len(pickles) != 1 or any(name.endswith("constants.pkl") for name in entries):
        raise CheckpointError(
            "is a zip file, but not one that torch.save writes for weights (it may be a program for "
            "torch.jit, or an archive to unpack first). Load the weights' own file."
        )
    records = {name: _record(entry, source) for name, entry in entries.items()}
    folder = pickles[0].removesuffix("data.pkl")
    if bytes(records.get(f"{folder}byteorder", memoryview(b"little"))) != b"little":
        raise CheckpointError("was written on a big-endian machine. Save it again on another one.")
    storages: dict[str, Storage] = {}

    def storage(identifier: object) -> Storage:
        key, found = storage_from_id(identifier)
        if f"{folder}data/{key}" not in records:
            raise CheckpointError(f"is damaged: it has no record data/{key[:40]}. Download it again.")
        found.place(records[f"{folder}data/{key}"])
        return _first(storages, key, found)

    budget = Budget(copies=2 * len(source))
    return run_pickle(records[pickles[0]], _outer(budget), budget, persistent=storage)[0]


def _outer(budget: Budget) -> Words:
    heads: list[bytes] = []

    def load_storage(data: memoryview) -> Storage:
        value = _read_five(data, STORAGE_WORDS, budget, heads)
        if not isinstance(value, Storage):
            raise CheckpointError("has numbers packed in a way that torch never does. It may be an attack.")
        return value

    return outer_words(budget, load_storage)


def _read_five(source: memoryview, words: Words, budget: Budget, heads: list[bytes]) -> object:
    """Read torch's stream of five pickles: magic number, version, machine, object, keys; then the numbers."""
    storages: dict[str, Storage] = {}

    def storage(identifier: object) -> Storage:
        return _first(storages, *storage_from_id(identifier))

    position = _read_head(source, budget, heads)
    value, position = run_pickle(source, words, budget, start=position, persistent=storage)
    keys, position = run_pickle(source, {}, budget, start=position)
    names = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
    if sorted(names) != sorted(storages):
        raise CheckpointError("is damaged: its list of storages does not fit. Download it again.")
    for key in names:
        found = storages[key]
        stop = position + 8 + found.numel * found.dtype.itemsize
        if stop > len(source) or source[position : position + 8] != struct.pack("<q", found.numel):
            raise CheckpointError(
                "is damaged or cut off: some of its numbers are missing. Download it again."
            )
        found.place(source[position + 8 : stop])
        position = stop
    return value


def _read_head(source: memoryview, budget: Budget, heads: list[bytes]) -> int:
    """Check magic number, version and machine; `heads` keeps one, since a file's storages share it."""
    if heads and bytes(source[: len(heads[0])]) == heads[0]:
        return len(heads[0])
    if LEGACY_MARK not in bytes(source[:32]):
        raise CheckpointError(
            "has numbers packed in another container than torch's own, which no generator known here does: "
            "it could run code. Get the file from its author's original source."
        )
    magic, position = run_pickle(source, {}, budget)
    version, position = run_pickle(source, {}, budget, start=position)
    machine, position = run_pickle(source, {}, budget, start=position)
    little = isinstance(machine, dict) and machine.get("little_endian") is True
    if magic != _MAGIC or version != _VERSION or not little:
        raise CheckpointError("was not written by torch on a little-endian machine. Save it again there.")
    heads[:] = [bytes(source[:position])]
    return position


def _first(storages: dict[str, Storage], key: str, storage: Storage) -> Storage:
    """Give the storage that has this key already, or keep the new one."""
    known = storages.setdefault(key, storage)
    if known.dtype is not storage.dtype or known.numel != storage.numel:
        raise CheckpointError("is damaged: it describes one storage in two ways. Download it again.")
    return known


def _entries(file: BinaryIO) -> dict[str, zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(file) as archive:
            return {entry.filename: entry for entry in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError, EOFError) as error:
        raise CheckpointError(f"is a damaged zip file ({error}). Download it again.") from error


def _record(entry: zipfile.ZipInfo, source: memoryview) -> memoryview:
    """Find the bytes of a record without inflating or copying any."""
    stored, packed = entry.file_size, entry.compress_size
    if entry.compress_type != _STORED or entry.flag_bits & _ENCRYPTED or stored != packed:
        raise CheckpointError(
            f"has compressed records ({stored} bytes in {packed}), which torch.save never writes: it could "
            "fill the memory. Get the file from its author's original source."
        )
    offset = entry.header_offset
    header = source[offset : offset + _LOCAL_HEADER.size] if offset >= 0 else b""
    if len(header) < _LOCAL_HEADER.size or bytes(header[:4]) != b"PK\x03\x04":
        raise CheckpointError("is a damaged zip file: a record is not in its place. Download it again.")
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = offset + _LOCAL_HEADER.size + name_length + extra_length
    if start + stored > len(source):
        raise CheckpointError("is a damaged zip file: it is cut off. Download it again.")
    return source[start : start + stored]
