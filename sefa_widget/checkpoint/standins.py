"""The globals that generator files name, and the inert values that stand in for them; nothing is imported.

The machine charges the budget for every container that a stand-in is given. A stand-in that looks further
into a value, copies text or uses a value as a key has to check and to charge for that itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.storage import (
    LARGEST,
    MOST_AXES,
    STORAGE_WORDS,
    Storage,
    is_count,
    largest,
    rebuild_parameter,
    rebuild_tensor,
)
from sefa_widget.checkpoint.words import Budget, Buildable, Word, Words

_NUMBER_TYPE = re.compile(r"([<>|=]?)(?:([iu][1248])|(f[248])|(b1))")


class Ordered(dict[object, object], Buildable):
    """Stands in for ``collections.OrderedDict``; its attributes (torch's ``_metadata``) are dropped."""

    __slots__ = ()

    def build(self, state: object) -> None:
        """Drop the attributes."""


class Bag(Buildable):
    """Stands in for an object of which only the attributes matter."""

    __slots__ = ("attributes", "kind")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.attributes: dict[str, object] = {}

    def build(self, state: object) -> None:
        """Take the attributes."""
        if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
            raise CheckpointError(f"gives a {self.kind} a state that is no set of attributes.")
        self.attributes = state


class Persistent:
    """Stands in for a network pickled with its source text, which is never looked at."""

    __slots__ = ("meta",)

    def __init__(self, meta: object) -> None:
        self.meta = meta

    @property
    def state(self) -> dict[object, object]:
        """The network's attributes."""
        state = self.meta.get("state") if isinstance(self.meta, dict) else None
        if not isinstance(state, dict):
            raise CheckpointError(
                "has a network without a state. The file is damaged or not from its author."
            )
        return state


class NumberType(Buildable):
    """Stands in for ``numpy.dtype`` of plain numbers; objects and records are refused."""

    __slots__ = ("dtype",)

    def __init__(self, code: object, _align: object = False, _copy: object = True) -> None:
        if not isinstance(code, str) or not _NUMBER_TYPE.fullmatch(code):
            shown = code if isinstance(code, str) and code.isprintable() else type(code).__name__
            raise CheckpointError(
                f"has a numpy array of {shown[:40]!r} instead of numbers; such arrays can carry code. "
                "Get the file from its author's original source."
            )
        self.dtype = np.dtype(code)

    def build(self, state: object) -> None:
        """Take the byte order."""
        match state:
            case (_, ("<" | ">" | "|" | "=") as order, None, None, None, *_):
                self.dtype = self.dtype.newbyteorder(order)
            case _:
                raise CheckpointError("has a numpy number type with fields, which no generator needs.")


class Array(Buildable):
    """Stands in for a numpy array of numbers; its bytes stay in the file until they are wanted."""

    __slots__ = ("data", "dtype", "order", "shape")

    def __init__(self) -> None:
        self.shape: tuple[int, ...] = (0,)
        self.dtype: np.dtype[np.generic] = np.dtype(np.uint8)
        self.order: Literal["C", "F"] = "C"
        self.data: Span | str = ""

    def build(self, state: object) -> None:
        """Take what ``numpy.ndarray.__setstate__`` takes."""
        match state:
            case (int(), tuple() as shape, NumberType(dtype=dtype), bool(fortran), data):
                self.fill(shape, dtype, "F" if fortran else "C", data)
            case _:
                raise CheckpointError("has a numpy array without shape, number type and bytes.")

    def fill(
        self, shape: object, dtype: np.dtype[np.generic], order: Literal["C", "F"], data: object
    ) -> None:
        """Take shape and bytes; refuse if they do not belong together."""
        if (
            not isinstance(shape, tuple)
            or len(shape) > MOST_AXES
            or not all(map(is_count, shape))
            or largest(shape) > LARGEST
            or not isinstance(data, (Span, str))  # Python 2 wrote bytes as strings
            or math.prod(shape) * dtype.itemsize != len(data)
        ):
            raise CheckpointError("has a numpy array whose shape does not fit its bytes. Download it again.")
        self.shape, self.dtype, self.order, self.data = shape, dtype, order, data

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def cost(self) -> int:
        """Bytes that reading it takes."""
        return self.size * self.dtype.itemsize

    def read(self) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
        """Read the array; its memory cannot be written to."""
        try:
            data = self.data.encode("latin-1") if isinstance(self.data, str) else self.data.read()
        except UnicodeEncodeError:
            raise CheckpointError("has a numpy array of text instead of bytes. Download it again.") from None
        return np.frombuffer(data, self.dtype).reshape(self.shape, order=self.order)

    def tensor(self) -> Tensor:
        """Copy the array into a tensor with memory of its own."""
        native = self.dtype.newbyteorder("=")
        if native.kind == "u" and native.itemsize > 1:
            raise CheckpointError(f"has a tensor of {native}, which no generator needs.")
        return torch.tensor(np.asarray(self.read(), dtype=native, order="C"))


def _reconstruct_array(word: object, _shape: object, _code: object) -> Array:
    if not isinstance(word, Word) or word.name != "numpy.ndarray":
        raise CheckpointError("has a numpy array of an unknown class.")
    return Array()


def _array_from_buffer(
    data: object, dtype: object, shape: object, order: object, _axes: object = None
) -> Array:
    if not isinstance(dtype, NumberType) or order not in ("C", "F"):
        raise CheckpointError("has a numpy array without shape, number type and bytes.")
    array = Array()
    array.fill(shape, dtype.dtype, "F" if order == "F" else "C", data)
    return array


def _scalar(dtype: object, data: object) -> object:
    if not isinstance(dtype, NumberType):
        raise CheckpointError("has a numpy number of no type.")
    array = Array()
    array.fill((), dtype.dtype, "C", data)
    return array.read().item()


def outer_words(budget: Budget, load_storage: Callable[[Span], Storage]) -> Words:
    """Make the table of all globals a generator file may name; `load_storage` reads a storage's own bytes."""

    def ordered(pairs: object = None) -> Ordered:
        if pairs is None:
            return Ordered()
        if not isinstance(pairs, (list, tuple)) or not all(
            isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs
        ):
            raise TypeError("no pairs")
        budget.check_keys([key for key, _ in pairs])
        return Ordered(pairs)

    def set_of(items: object = ()) -> set[object]:
        if not isinstance(items, (list, tuple)):
            raise TypeError("no items")
        budget.check_keys(items)
        return set(items)

    def encoded(text: object, encoding: object) -> Span:
        if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
            raise TypeError("no text")
        budget.spend(copies=len(text))
        return Span.of(text.encode("latin-1"))

    def storage(data: object) -> Storage:
        if not isinstance(data, Span):
            raise TypeError("no bytes")
        return load_storage(data)

    words: Words = dict(STORAGE_WORDS)

    def add(
        modules: str, name: str, used: Literal["called", "created", "named"], make: Callable[..., object]
    ) -> None:
        for module in modules.split():
            words[module, name] = Word(f"{module}.{name}", used, make)

    add("collections", "OrderedDict", "called", ordered)
    add("builtins __builtin__", "set", "called", set_of)
    add("builtins __builtin__", "bytearray", "called", lambda data: data)
    add("__builtin__", "bytes", "called", lambda: Span.of(b""))
    add("_codecs", "encode", "called", encoded)
    add("torch._utils", "_rebuild_tensor_v2", "called", rebuild_tensor)
    add("torch._utils", "_rebuild_parameter", "called", rebuild_parameter)
    add("torch.storage", "_load_from_bytes", "called", storage)
    add("torch", "Size", "called", lambda sizes=(): sizes)
    add("torch_utils.persistence", "_reconstruct_persistent_obj", "called", Persistent)
    add("dnnlib.util", "EasyDict", "created", lambda: {})  # its items are set afterwards, as a dict's
    add("dnnlib.tflib.network", "Network", "created", lambda: Bag("Network"))
    add("argparse", "Namespace", "created", lambda: Bag("Namespace"))
    add("models.utils.config", "BaseConfig", "created", lambda: Bag("BaseConfig"))
    add("numpy", "dtype", "called", NumberType)
    add("numpy", "ndarray", "named", Array)
    add("numpy.core.multiarray numpy._core.multiarray", "scalar", "called", _scalar)
    add("numpy.core.multiarray numpy._core.multiarray", "_reconstruct", "called", _reconstruct_array)
    add("numpy.core.numeric numpy._core.numeric", "_frombuffer", "called", _array_from_buffer)
    return words
