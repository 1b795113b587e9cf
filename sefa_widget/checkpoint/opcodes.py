"""The opcodes that the pickle machine knows: those that files of generators need, and no others."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Iterable

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.budget import nonsense
from sefa_widget.checkpoint.globals import Global, StatefulStub, kind
from sefa_widget.checkpoint.inert import InertStub, inert_global
from sefa_widget.checkpoint.machine import Machine

_LONGEST_INTEGER = 16
_LONGEST_NAME = 512
_CONTAINERS = (dict, list, set, tuple)

Opcode = Callable[[Machine], None]
"""Changes the machine as one opcode says."""
_Length = Callable[[Machine], int]


def _unsigned(layout: str) -> _Length:
    number = struct.Struct(layout)

    def length(machine: Machine) -> int:
        value: int = number.unpack(machine.cursor.take(number.size))[0]
        return value

    return length


def _1(machine: Machine) -> int:
    return machine.cursor.byte()


_2, _4, _8 = _unsigned("<H"), _unsigned("<I"), _unsigned("<Q")


def _constant(value: object) -> Opcode:
    return lambda machine: machine.stack.append(value)


def _number(length: Callable[[Machine], object]) -> Opcode:
    return lambda machine: machine.stack.append(length(machine))


def _text(length: _Length, encoding: str) -> Opcode:
    return lambda machine: machine.stack.append(str(machine.cursor.take(length(machine)), encoding))


def _bytes(length: _Length) -> Opcode:
    return lambda machine: machine.stack.append(machine.cursor.skip(length(machine)))


def _protocol(machine: Machine) -> None:
    if (version := machine.cursor.byte()) > 5:
        raise CheckpointError(f"is a pickle of protocol {version}; known here are 2 to 5.")


def _frame(machine: Machine) -> None:
    machine.cursor.take(8)


def _long(machine: Machine) -> None:
    if (count := machine.cursor.byte()) > _LONGEST_INTEGER:
        raise nonsense(f"has a whole number of {count} bytes")
    machine.stack.append(int.from_bytes(machine.cursor.take(count), "little", signed=True))


def _mark(machine: Machine) -> None:
    machine.marks.append(machine.stack)
    machine.stack = []


def _tuple(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.stack.append(tuple(items))


def _tuple_of(count: int) -> Opcode:
    def make(machine: Machine) -> None:
        if len(machine.stack) < count:
            raise IndexError(count)
        machine.stack[-count:] = [tuple(machine.stack[-count:])]

    return make


def _append(machine: Machine) -> None:
    item = machine.stack.pop()
    _extend(machine, [item])


def _extend(machine: Machine, items: list[object]) -> None:
    target = machine.stack[-1]
    if isinstance(target, InertStub):
        return
    if not isinstance(target, list):
        raise nonsense(f"appends to a {kind(target)}")
    target.extend(items)


def _set_item(machine: Machine) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    _set_items(machine, [key, value])


def _set_items(machine: Machine, items: list[object]) -> None:
    target = machine.stack[-1]
    if isinstance(target, InertStub):
        target = target.items
    if not isinstance(target, dict) or len(items) % 2:
        raise nonsense(f"sets items of a {kind(target)}")
    keys = items[::2]
    machine.budget.check_keys(keys)
    target.update(zip(keys, items[1::2], strict=True))


def _add_items(machine: Machine) -> None:
    items = machine.pop_mark()
    target = machine.stack[-1]
    if not isinstance(target, set):
        raise nonsense(f"adds to a {kind(target)}")
    machine.budget.check_keys(items)
    target.update(items)


def _global_in_text(machine: Machine) -> None:
    module, name = machine.cursor.line(_LONGEST_NAME), machine.cursor.line(_LONGEST_NAME)
    _push_global(machine, module.decode(), name.decode())


def _global_on_stack(machine: Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    _push_global(machine, module, name)


def _push_global(machine: Machine, module: object, name: object) -> None:
    readable = isinstance(module, str) and isinstance(name, str)
    known = machine.allowlist.get((str(module), str(name))) if readable else None
    if known is None and getattr(machine.allowlist, "inert", False) and _is_name(module) and _is_name(name):
        known = inert_global(str(module), str(name))
    if known is None:
        raise CheckpointError(
            f"asks for {_shown(module)}.{_shown(name)}, which no generator known here needs: unpickling it "
            "could run code. Get the file from its author's original source."
        )
    machine.stack.append(known)


def _is_name(text: object) -> bool:
    short = isinstance(text, str) and len(text) <= _LONGEST_NAME
    return short and all(part.isidentifier() for part in str(text).split("."))


def _shown(name: object) -> str:
    return name[:80] if isinstance(name, str) and name.isprintable() else "(unreadable)"


def _use(used: str) -> Opcode:
    def use(machine: Machine) -> None:
        arguments, known = machine.stack.pop(), machine.stack.pop()
        unknown = isinstance(known, Global) and known.used == "unknown"
        if (
            not isinstance(known, Global)
            or not isinstance(arguments, tuple)
            or (known.used != used and not unknown)
        ):
            raise nonsense(f"has a {kind(known)} {used}")
        _charge(machine, arguments)
        try:
            machine.stack.append(known.stub(*arguments))
        except (TypeError, ValueError, OverflowError) as error:
            raise nonsense(f"gives {known.name} arguments it does not take") from error

    return use


def _build(machine: Machine) -> None:
    value = machine.stack.pop()
    target = machine.stack[-1]
    if not isinstance(target, StatefulStub):
        raise nonsense(f"sets the state of a {kind(target)}")
    _charge(machine, (value,))
    target.build(value)


def _charge(machine: Machine, given: Iterable[object]) -> None:
    """Charge for the containers that a stub is given, so that none is walked or copied for nothing."""
    for value in given:
        if isinstance(value, _CONTAINERS):
            machine.budget.spend(len(value))


def _persistent(machine: Machine) -> None:
    if machine.persistent is None:
        raise CheckpointError(
            "refers to data outside the file (a persistent id): it may be the data.pkl of a torch file that "
            "was unzipped. Load the whole file, or zip its folder again without compression (zip -r -0)."
        )
    machine.stack[-1] = machine.persistent(machine.stack[-1])


def _put(index: _Length) -> Opcode:
    return lambda machine: machine.remember(index(machine))


def _get(index: _Length) -> Opcode:
    return lambda machine: machine.recall(index(machine))


_BY_CODE: dict[bytes, Opcode] = {
    pickle.PROTO: _protocol,
    pickle.FRAME: _frame,
    pickle.NONE: _constant(None),
    pickle.NEWTRUE: _constant(True),
    pickle.NEWFALSE: _constant(False),
    pickle.BININT1: _number(_1),
    pickle.BININT2: _number(_2),
    pickle.BININT: _number(_unsigned("<i")),
    pickle.LONG1: _long,
    pickle.BINFLOAT: _number(_unsigned(">d")),
    pickle.SHORT_BINUNICODE: _text(_1, "utf-8"),
    pickle.BINUNICODE: _text(_4, "utf-8"),
    pickle.BINUNICODE8: _text(_8, "utf-8"),
    pickle.SHORT_BINSTRING: _text(_1, "latin-1"),
    pickle.BINSTRING: _text(_4, "latin-1"),
    pickle.SHORT_BINBYTES: _bytes(_1),
    pickle.BINBYTES: _bytes(_4),
    pickle.BINBYTES8: _bytes(_8),
    pickle.BYTEARRAY8: _bytes(_8),
    pickle.MARK: _mark,
    pickle.EMPTY_TUPLE: _constant(()),
    pickle.TUPLE: _tuple,
    pickle.TUPLE1: _tuple_of(1),
    pickle.TUPLE2: _tuple_of(2),
    pickle.TUPLE3: _tuple_of(3),
    pickle.EMPTY_LIST: lambda machine: machine.stack.append([]),
    pickle.APPEND: _append,
    pickle.APPENDS: lambda machine: _extend(machine, machine.pop_mark()),
    pickle.EMPTY_DICT: lambda machine: machine.stack.append({}),
    pickle.SETITEM: _set_item,
    pickle.SETITEMS: lambda machine: _set_items(machine, machine.pop_mark()),
    pickle.EMPTY_SET: lambda machine: machine.stack.append(set()),
    pickle.ADDITEMS: _add_items,
    pickle.GLOBAL: _global_in_text,
    pickle.STACK_GLOBAL: _global_on_stack,
    pickle.REDUCE: _use("called"),
    pickle.NEWOBJ: _use("created"),
    pickle.BUILD: _build,
    pickle.BINPERSID: _persistent,
    pickle.BINPUT: _put(_1),
    pickle.LONG_BINPUT: _put(_4),
    pickle.MEMOIZE: lambda machine: machine.memo.append(machine.stack[-1]),
    pickle.BINGET: _get(_1),
    pickle.LONG_BINGET: _get(_4),
}

OPCODES = tuple(_BY_CODE.get(bytes([code])) for code in range(256))
"""Opcodes by their byte; None for those that are refused."""
