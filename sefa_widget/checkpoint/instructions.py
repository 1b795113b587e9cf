"""The instructions of the pickle machine: each changes its state. Only those exist that generators need."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Iterable

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.state import State
from sefa_widget.checkpoint.words import Buildable, Word, kind, nonsense

_LONGEST_INTEGER = 16
_LONGEST_NAME = 512
_CONTAINERS = (dict, list, set, tuple)

Instruction = Callable[[State], None]
_Length = Callable[[State], int]


def _unsigned(layout: str) -> _Length:
    number = struct.Struct(layout)

    def length(state: State) -> int:
        value: int = number.unpack(state.cursor.take(number.size))[0]
        return value

    return length


def _1(state: State) -> int:
    return state.cursor.byte()


_2, _4, _8 = _unsigned("<H"), _unsigned("<I"), _unsigned("<Q")


def _constant(value: object) -> Instruction:
    return lambda state: state.stack.append(value)


def _number(length: Callable[[State], object]) -> Instruction:
    return lambda state: state.stack.append(length(state))


def _text(length: _Length, encoding: str) -> Instruction:
    return lambda state: state.stack.append(str(state.cursor.take(length(state)), encoding))


def _bytes(length: _Length) -> Instruction:
    return lambda state: state.stack.append(state.cursor.skip(length(state)))


def _protocol(state: State) -> None:
    if (version := state.cursor.byte()) > 5:
        raise CheckpointError(f"is a pickle of protocol {version}; known here are 2 to 5.")


def _frame(state: State) -> None:
    state.cursor.take(8)


def _long(state: State) -> None:
    if (count := state.cursor.byte()) > _LONGEST_INTEGER:
        raise nonsense(f"has a whole number of {count} bytes")
    state.stack.append(int.from_bytes(state.cursor.take(count), "little", signed=True))


def _mark(state: State) -> None:
    state.marks.append(state.stack)
    state.stack = []


def _tuple(state: State) -> None:
    items = state.pop_mark()
    state.stack.append(tuple(items))


def _tuple_of(count: int) -> Instruction:
    def make(state: State) -> None:
        if len(state.stack) < count:
            raise IndexError(count)
        state.stack[-count:] = [tuple(state.stack[-count:])]

    return make


def _append(state: State) -> None:
    item = state.stack.pop()
    _extend(state, [item])


def _extend(state: State, items: list[object]) -> None:
    target = state.stack[-1]
    if not isinstance(target, list):
        raise nonsense(f"appends to a {kind(target)}")
    target.extend(items)


def _set_item(state: State) -> None:
    value, key = state.stack.pop(), state.stack.pop()
    _set_items(state, [key, value])


def _set_items(state: State, items: list[object]) -> None:
    target = state.stack[-1]
    if not isinstance(target, dict) or len(items) % 2:
        raise nonsense(f"sets items of a {kind(target)}")
    keys = items[::2]
    state.budget.check_keys(keys)
    target.update(zip(keys, items[1::2], strict=True))


def _add_items(state: State) -> None:
    items = state.pop_mark()
    target = state.stack[-1]
    if not isinstance(target, set):
        raise nonsense(f"adds to a {kind(target)}")
    state.budget.check_keys(items)
    target.update(items)


def _global_in_text(state: State) -> None:
    module, name = state.cursor.line(_LONGEST_NAME), state.cursor.line(_LONGEST_NAME)
    _push_word(state, module.decode(), name.decode())


def _global_on_stack(state: State) -> None:
    name, module = state.stack.pop(), state.stack.pop()
    _push_word(state, module, name)


def _push_word(state: State, module: object, name: object) -> None:
    word = state.words.get((module, name)) if isinstance(module, str) and isinstance(name, str) else None
    if word is None:
        raise CheckpointError(
            f"asks for {_shown(module)}.{_shown(name)}, which no generator known here needs: unpickling it "
            "could run code. Get the file from its author's original source."
        )
    state.stack.append(word)


def _shown(name: object) -> str:
    return name[:80] if isinstance(name, str) and name.isprintable() else "(unreadable)"


def _use(used: str) -> Instruction:
    def use(state: State) -> None:
        arguments, word = state.stack.pop(), state.stack.pop()
        if not isinstance(word, Word) or word.used != used or not isinstance(arguments, tuple):
            raise nonsense(f"has a {kind(word)} {used}")
        _charge(state, arguments)
        try:
            state.stack.append(word.stand_in(*arguments))
        except (TypeError, ValueError, OverflowError) as error:
            raise nonsense(f"gives {word.name} arguments it does not take") from error

    return use


def _build(state: State) -> None:
    value = state.stack.pop()
    target = state.stack[-1]
    if not isinstance(target, Buildable):
        raise nonsense(f"sets the state of a {kind(target)}")
    _charge(state, (value,))
    target.build(value)


def _charge(state: State, given: Iterable[object]) -> None:
    """Charge for the containers that a stand-in is given, so that none is walked or copied for nothing."""
    for value in given:
        if isinstance(value, _CONTAINERS):
            state.budget.spend(len(value))


def _persistent(state: State) -> None:
    if state.persistent is None:
        raise nonsense("refers to data outside the file (a persistent id)")
    state.stack[-1] = state.persistent(state.stack[-1])


def _put(index: _Length) -> Instruction:
    return lambda state: state.remember(index(state))


def _get(index: _Length) -> Instruction:
    return lambda state: state.recall(index(state))


_BY_CODE: dict[bytes, Instruction] = {
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
    pickle.EMPTY_LIST: lambda state: state.stack.append([]),
    pickle.APPEND: _append,
    pickle.APPENDS: lambda state: _extend(state, state.pop_mark()),
    pickle.EMPTY_DICT: lambda state: state.stack.append({}),
    pickle.SETITEM: _set_item,
    pickle.SETITEMS: lambda state: _set_items(state, state.pop_mark()),
    pickle.EMPTY_SET: lambda state: state.stack.append(set()),
    pickle.ADDITEMS: _add_items,
    pickle.GLOBAL: _global_in_text,
    pickle.STACK_GLOBAL: _global_on_stack,
    pickle.REDUCE: _use("called"),
    pickle.NEWOBJ: _use("created"),
    pickle.BUILD: _build,
    pickle.BINPERSID: _persistent,
    pickle.BINPUT: _put(_1),
    pickle.LONG_BINPUT: _put(_4),
    pickle.MEMOIZE: lambda state: state.memo.append(state.stack[-1]),
    pickle.BINGET: _get(_1),
    pickle.LONG_BINGET: _get(_4),
}

INSTRUCTIONS = tuple(_BY_CODE.get(bytes([code])) for code in range(256))
"""Instructions by their code; None for codes that are refused."""
