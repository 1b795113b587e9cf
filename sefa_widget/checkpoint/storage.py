"""Tensors in a file: their descriptions are checked first, their numbers are read only if they are wanted.

Every tensor that is read lies in memory of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.budget import LONGEST_KEY
from sefa_widget.checkpoint.globals import Allowlist, Global
from sefa_widget.checkpoint.span import Span

STORAGE_TYPES = {
    "BFloat16Storage": torch.bfloat16,
    "BoolStorage": torch.bool,
    "ByteStorage": torch.uint8,
    "CharStorage": torch.int8,
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "IntStorage": torch.int32,
    "LongStorage": torch.int64,
    "ShortStorage": torch.int16,
}
"""Names of torch's storage types, and the type of their numbers."""

STORAGE_ALLOWLIST = Allowlist({("torch", name): Global(f"torch.{name}", "named") for name in STORAGE_TYPES})
"""The only globals that the pickle of a storage may name."""

MOST_AXES = 8
LARGEST = 1 << 48
"""Numbers that a storage may have, and size or stride of an axis."""
_BLOCK = 1 << 19


@dataclass(slots=True, eq=False)
class Storage:
    """A row of numbers somewhere in the file."""

    dtype: torch.dtype
    """Type of the numbers."""
    numel: int
    """How many numbers."""
    data: Span | None = None
    """Their bytes, little-endian; None until they are found."""

    def place(self, data: Span) -> None:
        """Say where the bytes are; refuse if they are not as many as there should be."""
        expected = self.numel * self.dtype.itemsize
        if len(data) != expected:
            raise CheckpointError(
                f"is damaged: {self.numel} numbers of {self.dtype} need {expected} bytes, but the file has "
                f"{len(data)} there. Download it again."
            )
        self.data = data


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A tensor in the file, not read yet: a strided window on a storage, inside its bounds."""

    storage: Storage
    offset: int
    """Position of the first element."""
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def span(self) -> int:
        """Elements of the storage between the first and the last that are used, both included."""
        if 0 in self.shape:
            return 0
        return 1 + sum((size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True))

    @property
    def cost(self) -> int:
        """Bytes that reading it takes."""
        return max(self.span, math.prod(self.shape)) * self.storage.dtype.itemsize


def storage_from_id(identifier: object) -> tuple[str, Storage]:
    """Take torch's ``("storage", type, key, location, numel[, None])``; give the key and the storage."""
    match identifier:
        case ("storage", Global(name=name), str(key), str(), int(numel)) | (
            "storage",
            Global(name=name),
            str(key),
            str(),
            int(numel),
            None,
        ):
            dtype = STORAGE_TYPES.get(name.removeprefix("torch."))
            if dtype is not None and 0 <= numel < LARGEST and len(key) <= LONGEST_KEY:
                return key, Storage(dtype, numel)
    raise CheckpointError("describes a storage of numbers in a way that torch never does.")


def rebuild_tensor(
    storage: object,
    offset: Any,
    shape: object,
    strides: object,
    _requires_grad: object,
    _hooks: object,
    _metadata: object = None,
) -> View:
    """Stub of ``torch._utils._rebuild_tensor_v2``: check the window, allocate nothing."""
    if not isinstance(storage, Storage) or not isinstance(shape, tuple) or not isinstance(strides, tuple):
        raise CheckpointError("describes a tensor without storage, shape or strides. It is damaged.")
    if (
        len(shape) != len(strides)
        or len(shape) > MOST_AXES
        or not all(map(is_count, (offset, *shape, *strides)))
        or (0 in shape and largest(shape) > LARGEST)
    ):
        raise CheckpointError("describes a tensor by negative or too many numbers. It is made to attack.")
    view = View(storage, offset, shape, strides)
    if (view.span and view.offset + view.span > storage.numel) or math.prod(shape) > storage.numel:
        raise CheckpointError(
            f"describes a tensor of shape {shape}, strides {strides} and offset {offset} that does not fit "
            f"in its storage of {storage.numel} numbers. It is damaged or made to attack."
        )
    return view


def is_count(value: object) -> bool:
    """Say whether a value can be the size of an axis, or a position."""
    return type(value) is int and 0 <= value < LARGEST


def largest(shape: tuple[int, ...]) -> int:
    """Give how many numbers an array would have if its empty axes had one place: its lists are no more."""
    return math.prod(max(size, 1) for size in shape)


def rebuild_parameter(view: object, _requires_grad: object, _hooks: object) -> View:
    """Stub of ``torch._utils._rebuild_parameter``."""
    if not isinstance(view, View):
        raise CheckpointError("has a parameter that is not a tensor.")
    return view


def read_view(view: View) -> tuple[Tensor, bool]:
    """Copy a tensor out of the file into its own memory, contiguous; say also whether it is finite."""
    dtype, data = view.storage.dtype, view.storage.data
    if data is None:
        raise CheckpointError("is damaged: it lacks the numbers of some tensors. Download it again.")
    start, count = view.offset * dtype.itemsize, view.span * dtype.itemsize
    source = data.part(start, start + count)
    raw = torch.empty(count, dtype=torch.uint8)
    target, finite = raw.numpy().data, True
    for at in range(0, count, _BLOCK):
        block = slice(at, min(at + _BLOCK, count))
        source.part(block.start, block.stop).read_into(target[block])
        finite = finite and is_finite(raw[block].view(dtype))  # now, while it is in the processor's cache
    flat = raw.ne(0) if dtype is torch.bool else raw.view(dtype)
    tensor = flat.as_strided(view.shape, view.strides).contiguous()
    return tensor, finite or is_finite(tensor)


def is_finite(tensor: Tensor) -> bool:
    """Say whether no number is NaN or infinite."""
    if not tensor.is_floating_point() or math.isfinite(tensor.sum().item()):
        return True
    return bool(torch.isfinite(tensor).all())  # the sum alone may overflow
