"""The allowlist: every global that a file of a generator may name, with its stub. Nothing is imported.

The machine charges the budget for every container that a stub is given. A stub that looks further into a
value, copies text or uses a value as a key has to check and to charge for that itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.globals import Allowlist, Global
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.storage import STORAGE_ALLOWLIST, Storage, rebuild_parameter, rebuild_tensor
from sefa_widget.checkpoint.stubs import ArrayStub, DtypeStub, NetworkStub, ObjectStub, OrderedDictStub


def _reconstruct_array(known: object, _shape: object, _code: object) -> ArrayStub:
    if not isinstance(known, Global) or known.name != "numpy.ndarray":
        raise CheckpointError("has a numpy array of an unknown class.")
    return ArrayStub()


def _array_from_buffer(
    data: object, dtype: object, shape: object, order: object, _axes: object = None
) -> ArrayStub:
    if not isinstance(dtype, DtypeStub) or order not in ("C", "F"):
        raise CheckpointError("has a numpy array without shape, number type and bytes.")
    array = ArrayStub()
    array.fill(shape, dtype.dtype, "F" if order == "F" else "C", data)
    return array


def _scalar(dtype: object, data: object) -> object:
    if not isinstance(dtype, DtypeStub):
        raise CheckpointError("has a numpy number of no type.")
    array = ArrayStub()
    array.fill((), dtype.dtype, "C", data)
    return array.read().item()


def generator_allowlist(budget: Budget, load_storage: Callable[[Span], Storage]) -> Allowlist:
    """Make the table of all globals a generator file may name; `load_storage` reads a storage's own bytes."""

    def ordered(pairs: object = None) -> OrderedDictStub:
        if pairs is None:
            return OrderedDictStub()
        if not isinstance(pairs, (list, tuple)) or not all(
            isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs
        ):
            raise TypeError("no pairs")
        budget.check_keys([key for key, _ in pairs])
        return OrderedDictStub(pairs)

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

    allowlist = Allowlist(STORAGE_ALLOWLIST)
    allowlist.inert = True

    def add(
        modules: str, name: str, used: Literal["called", "created", "named"], make: Callable[..., object]
    ) -> None:
        for module in modules.split():
            allowlist[module, name] = Global(f"{module}.{name}", used, make)

    add("collections", "OrderedDict", "called", ordered)
    add("builtins __builtin__", "set", "called", set_of)
    add("builtins __builtin__", "bytearray", "called", lambda data: data)
    add("__builtin__", "bytes", "called", lambda: Span.of(b""))
    add("_codecs", "encode", "called", encoded)
    add("torch._utils", "_rebuild_tensor_v2", "called", rebuild_tensor)
    add("torch._utils", "_rebuild_parameter", "called", rebuild_parameter)
    add("torch.storage", "_load_from_bytes", "called", storage)
    add("torch", "Size", "called", lambda sizes=(): sizes)
    add("torch_utils.persistence", "_reconstruct_persistent_obj", "called", NetworkStub)
    add("dnnlib.util", "EasyDict", "created", lambda: {})  # its items are set afterwards, as a dict's
    add("dnnlib.tflib.network", "Network", "created", lambda: ObjectStub("Network"))
    add("tfutil", "Network", "created", lambda: ObjectStub("Network"))
    add("argparse", "Namespace", "created", lambda: ObjectStub("Namespace"))
    add("models.utils.config", "BaseConfig", "created", lambda: ObjectStub("BaseConfig"))
    add("numpy", "dtype", "called", DtypeStub)
    add("numpy", "ndarray", "named", ArrayStub)
    add("numpy.core.multiarray numpy._core.multiarray", "scalar", "called", _scalar)
    add("numpy.core.multiarray numpy._core.multiarray", "_reconstruct", "called", _reconstruct_array)
    add("numpy.core.numeric numpy._core.numeric", "_frombuffer", "called", _array_from_buffer)
    return allowlist
