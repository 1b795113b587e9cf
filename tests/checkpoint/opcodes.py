"""Pickles written opcode by opcode, for tests of what no pickler would write."""

from __future__ import annotations

import pickle
import struct

import torch

PROTOCOL = b"\x80\x04"
NONE = pickle.NONE
CALL, CREATE, BUILD, SET = pickle.REDUCE, pickle.NEWOBJ, pickle.BUILD, pickle.SETITEM


def text(value: str) -> bytes:
    data = value.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(data)) + data


def string(data: bytes) -> bytes:
    return pickle.BINBYTES + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    return pickle.LONG1 + b"\x10" + value.to_bytes(16, "little", signed=True)


def named_global(name: str) -> bytes:
    """Name a global by its module and name, with a dot between them."""
    module, _, own = name.rpartition(".")
    return text(module) + text(own) + pickle.STACK_GLOBAL


def put(index: int) -> bytes:
    return pickle.LONG_BINPUT + struct.pack("<I", index)


def get(index: int) -> bytes:
    return pickle.LONG_BINGET + struct.pack("<I", index)


def row(*items: bytes) -> bytes:
    """Make a tuple."""
    return pickle.MARK + b"".join(items) + pickle.TUPLE


def listed(*items: bytes) -> bytes:
    return pickle.EMPTY_LIST + pickle.MARK + b"".join(items) + pickle.APPENDS


def table(**items: bytes) -> bytes:
    """Make a dict."""
    return entries([(text(key), value) for key, value in items.items()])


def entries(pairs: list[tuple[bytes, bytes]]) -> bytes:
    """Make a dict of keys that are opcodes too."""
    return pickle.EMPTY_DICT + pickle.MARK + b"".join(key + value for key, value in pairs) + pickle.SETITEMS


def called(name: str, *arguments: bytes) -> bytes:
    return named_global(name) + row(*arguments) + CALL


def created(name: str) -> bytes:
    return named_global(name) + row() + CREATE


def storage_bytes(count: int = 1) -> bytes:
    """Give zeros as torch pickles their storage."""
    _, (data,) = torch.zeros(count)._typed_storage().__reduce__()
    return data


def storage(count: int = 1) -> bytes:
    return called("torch.storage._load_from_bytes", string(storage_bytes(count)))


def tensor(values: bytes, *shape: int) -> bytes:
    """Make a tensor on a storage."""
    strides = [number(0 if size != shape[-1] else 1) for size in shape]
    sizes = row(*map(number, shape))
    return called(
        "torch._utils._rebuild_tensor_v2", values, number(0), sizes, row(*strides), b"\x89", table()
    )


def network(parameters: bytes, modules: bytes, buffers: bytes = b"}", **more: bytes) -> bytes:
    """Make a network as NVIDIA's programs pickle it."""
    state = table(_parameters=parameters, _buffers=buffers, _modules=modules, **more)
    return called("torch_utils.persistence._reconstruct_persistent_obj", table(state=state))
