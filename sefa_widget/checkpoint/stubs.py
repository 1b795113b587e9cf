"""Stubs: inert values in the place of the objects that files of generators hold."""

from __future__ import annotations

import math
import re
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.globals import StatefulStub
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.storage import (
    LARGEST,
    MOST_AXES,
    is_count,
    largest,
)

_NUMBER_TYPE = re.compile(r"([<>|=]?)(?:([iu][1248])|(f[248])|(b1))")


class OrderedDictStub(dict[object, object], StatefulStub):
    """Stub of ``collections.OrderedDict``; its attributes (torch's ``_metadata``) are dropped."""

    __slots__ = ()

    def build(self, state: object) -> None:
        """Drop the attributes."""


class ObjectStub(StatefulStub):
    """Stub of an object of which only the attributes matter."""

    __slots__ = ("attributes", "kind")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.attributes: dict[str, object] = {}

    def build(self, state: object) -> None:
        """Take the attributes."""
        if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
            raise CheckpointError(f"gives a {self.kind} a state that is no set of attributes.")
        self.attributes = state


class NetworkStub:
    """Stub of a network pickled with its source text, which is never looked at."""

    __slots__ = ("meta",)

    def __init__(self, meta: object) -> None:
        self.meta = meta

    @property
    def class_name(self) -> str:
        """The name of its class; nothing where it has none."""
        name = self.meta.get("class_name") if isinstance(self.meta, dict) else None
        return name[:80] if isinstance(name, str) and name.isidentifier() else ""

    @property
    def state(self) -> dict[object, object]:
        """The network's attributes."""
        state = self.meta.get("state") if isinstance(self.meta, dict) else None
        if not isinstance(state, dict):
            raise CheckpointError(
                "has a network without a state. The file is damaged or not from its author."
            )
        return state


class DtypeStub(StatefulStub):
    """Stub of ``numpy.dtype`` of plain numbers; objects and records are refused."""

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


class ArrayStub(StatefulStub):
    """Stub of a numpy array of numbers; its bytes stay in the file until they are wanted."""

    __slots__ = ("data", "dtype", "order", "shape")

    def __init__(self) -> None:
        self.shape: tuple[int, ...] = (0,)
        self.dtype: np.dtype[np.generic] = np.dtype(np.uint8)
        self.order: Literal["C", "F"] = "C"
        self.data: Span | str = ""

    def build(self, state: object) -> None:
        """Take what ``numpy.ndarray.__setstate__`` takes."""
        match state:
            case (int(), tuple() as shape, DtypeStub(dtype=dtype), bool(fortran), data):
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
