"""Reader of the safetensors container: a JSON header that describes the numbers behind it.

Source: the format's description at https://github.com/huggingface/safetensors.
"""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Iterable
from typing import Any

import torch

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.storage import MOST_AXES, Storage, View, is_count, rebuild_tensor

_TYPES = {
    "BF16": torch.bfloat16,
    "BOOL": torch.bool,
    "F16": torch.float16,
    "F32": torch.float32,
    "F64": torch.float64,
    "I16": torch.int16,
    "I32": torch.int32,
    "I64": torch.int64,
    "I8": torch.int8,
    "U8": torch.uint8,
}
_MOST_HEADER = 1 << 22


def read_safetensors(source: Span) -> tuple[dict[str, View], dict[str, str]]:
    """Give the tensors of a file, not read yet, and its metadata.

    Raises
    ------
    CheckpointError
        If the header is damaged or does not describe every byte behind it once.
    """
    length = int.from_bytes(source.part(0, 8).read(), "little")
    if length > len(source) - 8:
        raise _damaged(f"its header says that it has {length} bytes")
    if length > _MOST_HEADER:
        raise CheckpointError(
            f"has a header of {length:,} bytes; generators need at most {_MOST_HEADER:,}. It holds another "
            "kind of network, or is made to attack."
        )
    header = _parse(source.part(8, 8 + length).read())
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise _damaged("its metadata is no table of texts")
    numbers = source.part(8 + length, len(source))
    tensors = {name: _view(name, about, numbers) for name, about in header.items()}
    position = 0
    for start, stop in sorted(about["data_offsets"] for about in header.values()):
        if start != position:
            raise _damaged(f"its tensors overlap or leave a gap at byte {position}")
        position = stop
    if position != len(numbers):
        raise _damaged(f"its tensors have {position} bytes, but the file has {len(numbers)} for them")
    return tensors, metadata


def _parse(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise _damaged("its header is no JSON text") from error
    if not isinstance(header, dict):
        raise _damaged("its header is no table")
    return header


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(pairs)
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("the same name twice")
    return table


def _view(name: str, about: object, numbers: Span) -> View:
    match about:
        case {"dtype": str(code), "shape": [*sizes], "data_offsets": [start, stop]} if (
            code in _TYPES
            and len(sizes) <= MOST_AXES
            and all(map(is_count, [*sizes, start, stop]))
            and start <= stop
        ):
            storage = Storage(_TYPES[code], math.prod(sizes))
            storage.place(numbers.part(start, stop))
            strides = [math.prod(max(size, 1) for size in sizes[axis + 1 :]) for axis in range(len(sizes))]
            return rebuild_tensor(storage, 0, tuple(sizes), tuple(strides), False, {})
    raise _damaged(f"its tensor {name[:80]!r} is described by {reprlib.repr(about)}")


def _damaged(reason: str) -> CheckpointError:
    return CheckpointError(f"is a damaged safetensors file: {reason}. Download it again.")
