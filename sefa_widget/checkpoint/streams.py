"""Readers of torch's containers and of bare pickles; the tensors in their values are not read yet."""

from __future__ import annotations

import struct
import zipfile
from io import FileIO
from typing import IO, cast

from sefa_widget.checkpoint.allowlist import generator_allowlist
from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.foreign import foreign_zip
from sefa_widget.checkpoint.globals import Allowlist
from sefa_widget.checkpoint.span import Cursor, Span
from sefa_widget.checkpoint.storage import STORAGE_ALLOWLIST, Storage, storage_from_id
from sefa_widget.checkpoint.unpickling import run_pickle

LEGACY_MARK = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
"""What a file by torch.save without zip has near its start: the pickled number 0x1950a86a20f9469cfc6c."""

_MAGIC = int.from_bytes(LEGACY_MARK[2:], "little")
_VERSION = 1001
_STORED = zipfile.ZIP_STORED
_ENCRYPTED = 0x1
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LONGEST_HEAD = 1 << 12


def read_pickle(source: Span) -> object:
    """Read a bare pickle, such as NVIDIA's files are."""
    budget = Budget(copies=2 * len(source))
    return run_pickle(Cursor(source), _outer(budget), budget)


def read_legacy(source: Span) -> object:
    """Read a file by torch.save without zip: five pickles, then the numbers."""
    budget = Budget(copies=2 * len(source))
    return _read_five(source, _outer(budget), budget, [])


def read_zip(file: FileIO, source: Span) -> object:
    """Read a zip file by torch.save: ``<folder>/data.pkl`` and the numbers in ``<folder>/data/<key>``."""
    entries = _entries(file)
    pickles = [name for name in entries if name == "data.pkl" or name.endswith("/data.pkl")]
    if len(pickles) != 1 or any(name.endswith("constants.pkl") for name in entries):
        raise CheckpointError(foreign_zip(entries))
    folder = pickles[0].removesuffix("data.pkl")
    found = {name: _record(entry, source) for name, entry in entries.items()}
    records = {name[len(folder) :]: record for name, record in found.items() if name.startswith(folder)}
    if records.get("byteorder", Span.of(b"little")).part(0, 9).read() != b"little":
        raise CheckpointError("was written on a big-endian machine. Save it again on another one.")
    storages: dict[str, Storage] = {}

    def storage(identifier: object) -> Storage:
        key, numbers = storage_from_id(identifier)
        if f"data/{key}" not in records:
            raise CheckpointError(f"is damaged: it has no record data/{key[:40]}. Download it again.")
        numbers.place(records[f"data/{key}"])
        return _first(storages, key, numbers)

    budget = Budget(copies=2 * len(source))
    return run_pickle(Cursor(records["data.pkl"]), _outer(budget), budget, storage)


def _outer(budget: Budget) -> Allowlist:
    heads: list[bytes] = []

    def load_storage(data: Span) -> Storage:
        value = _read_five(data, STORAGE_ALLOWLIST, budget, heads)
        if not isinstance(value, Storage):
            raise CheckpointError("has numbers packed in a way that torch never does. It may be an attack.")
        return value

    return generator_allowlist(budget, load_storage)


def _read_five(source: Span, allowlist: Allowlist, budget: Budget, heads: list[bytes]) -> object:
    """Read torch's stream of five pickles: magic number, version, machine, object, keys; then the numbers."""
    storages: dict[str, Storage] = {}

    def storage(identifier: object) -> Storage:
        return _first(storages, *storage_from_id(identifier))

    cursor = Cursor(source)
    _read_head(source, cursor, budget, heads)
    value = run_pickle(cursor, allowlist, budget, storage)
    keys = run_pickle(cursor, Allowlist(), budget)
    names = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
    if len(names) != len(storages) or set(names) != storages.keys():
        raise CheckpointError("is damaged: its list of storages does not fit. Download it again.")
    for key in names:
        found = storages[key]
        length = found.numel * found.dtype.itemsize
        if cursor.peek(8) != struct.pack("<q", found.numel) or cursor.position + 8 + length > len(source):
            raise CheckpointError(
                "is damaged or cut off: some of its numbers are missing. Download it again."
            )
        cursor.skip(8)
        found.place(cursor.skip(length))
    return value


def _read_head(source: Span, cursor: Cursor, budget: Budget, heads: list[bytes]) -> None:
    """Check magic number, version and machine; `heads` keeps one, since a file's storages share it."""
    if heads and cursor.peek(len(heads[0])) == heads[0]:
        cursor.skip(len(heads[0]))
        return
    if LEGACY_MARK not in cursor.peek(32):
        raise CheckpointError(
            "has numbers packed in another container than torch's own, which no generator known here does: "
            "it could run code. Get the file from its author's original source."
        )
    magic, version, machine = (run_pickle(cursor, Allowlist(), budget) for _ in range(3))
    little = isinstance(machine, dict) and machine.get("little_endian") is True
    if magic != _MAGIC or version != _VERSION or not little or cursor.position > _LONGEST_HEAD:
        raise CheckpointError("was not written by torch on a little-endian machine. Save it again there.")
    heads[:] = [source.part(0, cursor.position).read()]


def _first(storages: dict[str, Storage], key: str, storage: Storage) -> Storage:
    """Give the storage that has this key already, or keep the new one."""
    known = storages.setdefault(key, storage)
    if known.dtype is not storage.dtype or known.numel != storage.numel:
        raise CheckpointError("is damaged: it describes one storage in two ways. Download it again.")
    return known


def _entries(file: FileIO) -> dict[str, zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(cast("IO[bytes]", file)) as archive:
            return {entry.filename: entry for entry in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError, EOFError) as error:
        raise CheckpointError(f"is a damaged zip file ({error}). Download it again.") from error


def _record(entry: zipfile.ZipInfo, source: Span) -> Span:
    """Find the bytes of a record without inflating or copying any."""
    stored, packed = entry.file_size, entry.compress_size
    if entry.compress_type != _STORED or entry.flag_bits & _ENCRYPTED or stored != packed:
        raise CheckpointError(
            f"has compressed records ({stored} bytes in {packed}), which torch.save never writes: it could "
            "fill the memory. If it was unpacked and packed again, pack it without compression: zip -0 -r."
        )
    offset = entry.header_offset
    header = source.part(offset, offset + _LOCAL_HEADER.size).read() if offset >= 0 else b""
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise CheckpointError("is a damaged zip file: a record is not in its place. Download it again.")
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = offset + _LOCAL_HEADER.size + name_length + extra_length
    if start + stored > len(source):
        raise CheckpointError("is a damaged zip file: it is cut off. Download it again.")
    return source.part(start, start + stored)
