"""The bytes of a pickle in, plain values and inert stand-ins out: a pickle machine that cannot import."""

from __future__ import annotations

import pickle as p
import pickletools
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sefa_widget.checkpoint.base import CheckpointError

INSTRUCTIONS = 500_000
"""Instructions one file may take. The largest generator files known take about 60,000."""

_KEYS = (str, int, float, bool, type(None))


@dataclass(slots=True)
class Budget:
    """How much work one file may still cause; shared by all pickles inside it."""

    copies: int
    """Bytes of strings that may still be re-encoded."""
    instructions: int = INSTRUCTIONS
    """Instructions that may still be executed."""

    def spend(self, instructions: int = 0, *, copies: int = 0) -> None:
        """Take work off the budget, or refuse."""
        self.instructions -= instructions
        self.copies -= copies
        if self.instructions < 0 or self.copies < 0:
            raise CheckpointError("would take far more work to read than any generator does: it is refused.")


@dataclass(frozen=True, slots=True)
class Word:
    """A global that files may name, with what stands in for it; the real one is never imported."""

    name: str
    """Its full name, for messages."""
    used: Literal["called", "created", "named"]
    """What a pickle may do with it: call it (REDUCE), create an object of it (NEWOBJ), or only name it."""
    stand_in: Callable[..., object] = tuple
    """Makes the value that takes the place of the result."""


class Buildable:
    """A stand-in that accepts state from the pickle (BUILD)."""

    __slots__ = ()

    def build(self, state: object) -> None:
        """Take the state, or refuse it."""
        raise NotImplementedError


class Machine:
    """Runs one pickle over a buffer, without copying byte strings and without importing anything.

    Only the instructions that generator files need exist. A global is looked up by its exact module and
    name in `words`; anything else is refused.
    """

    def __init__(
        self,
        source: memoryview,
        words: Mapping[tuple[str, str], Word],
        budget: Budget,
        persistent: Callable[[object], object] | None = None,
    ) -> None:
        self.source = source
        self.words = words
        self.budget = budget
        self.persistent = persistent
        self.position = 0
        self.stack: list[object] = []
        self.marks: list[list[object]] = []
        self.memo: dict[int, object] = {}

    def run(self, start: int = 0) -> tuple[object, int]:
        """Execute the pickle at `start`; give its value and the position behind it."""
        self.position = start
        self.stack, self.marks, self.memo = [], [], {}
        source, budget = self.source, self.budget
        try:
            while True:
                code = source[self.position]
                self.position += 1
                budget.instructions -= 1
                if budget.instructions < 0:
                    budget.spend()
                if code == _STOP:
                    return self.stack.pop(), self.position
                instruction = _INSTRUCTIONS.get(code)
                if instruction is None:
                    raise _nonsense(f"uses the pickle instruction {_instruction_name(code)}")
                instruction(self)
        except (IndexError, KeyError, struct.error, UnicodeError) as error:
            raise CheckpointError(
                f"is damaged or cut off: its pickle makes no sense at byte {self.position} of "
                f"{len(source)}. Download it again."
            ) from error

    def _take(self, count: int) -> memoryview:
        start, stop = self.position, self.position + count
        if stop > len(self.source):
            raise IndexError(stop)
        self.position = stop
        return self.source[start:stop]

    def _number(self, code: str, size: int) -> int:
        value: int = struct.unpack("<" + code, self._take(size))[0]
        return value

    def _to_mark(self) -> list[object]:
        items, self.stack = self.stack, self.marks.pop()
        return items

    def _word(self, module: object, name: object) -> None:
        word = self.words.get((module, name)) if isinstance(module, str) and isinstance(name, str) else None
        if word is None:
            raise CheckpointError(
                f"asks for {_shown(module)}.{_shown(name)}, which no generator known here needs: unpickling it "
                "could run code. Get the file from its author's original source."
            )
        self.stack.append(word)

    # numbers, strings, bytes

    def proto(self) -> None:
        version = self._number("B", 1)
        if version > 5:
            raise CheckpointError(f"is a pickle of protocol {version}; known here are 2 to 5.")

    def frame(self) -> None:
        self._take(8)

    def none(self) -> None:
        self.stack.append(None)

    def true(self) -> None:
        self.stack.append(True)

    def false(self) -> None:
        self.stack.append(False)

    def int1(self) -> None:
        self.stack.append(self.source[self.position])
        self.position += 1

    def int2(self) -> None:
        self.stack.append(self._number("H", 2))

    def int4(self) -> None:
        self.stack.append(self._number("i", 4))

    def long1(self) -> None:
        count = self._number("B", 1)
        if count > 16:
            raise _nonsense(f"has a whole number of {count} bytes")
        self.stack.append(int.from_bytes(self._take(count), "little", signed=True))

    def float8(self) -> None:
        self.stack.append(struct.unpack(">d", self._take(8))[0])

    def text1(self) -> None:
        self.stack.append(str(self._take(self._number("B", 1)), "utf-8"))

    def text4(self) -> None:
        self.stack.append(str(self._take(self._number("I", 4)), "utf-8"))

    def text8(self) -> None:
        self.stack.append(str(self._take(self._number("Q", 8)), "utf-8"))

    def old_text1(self) -> None:
        self.stack.append(str(self._take(self._number("B", 1)), "latin-1"))

    def old_text4(self) -> None:
        self.stack.append(str(self._take(self._number("I", 4)), "latin-1"))

    def bytes1(self) -> None:
        self.stack.append(self._take(self._number("B", 1)))

    def bytes4(self) -> None:
        self.stack.append(self._take(self._number("I", 4)))

    def bytes8(self) -> None:
        self.stack.append(self._take(self._number("Q", 8)))

    # tuples, lists, dicts, sets

    def mark(self) -> None:
        self.marks.append(self.stack)
        self.stack = []

    def empty_tuple(self) -> None:
        self.stack.append(())

    def tuple_to_mark(self) -> None:
        items = self._to_mark()
        self.stack.append(tuple(items))

    def tuple1(self) -> None:
        self.stack[-1] = (self.stack[-1],)

    def tuple2(self) -> None:
        self.stack[-2:] = [(self.stack[-2], self.stack[-1])]

    def tuple3(self) -> None:
        self.stack[-3:] = [(self.stack[-3], self.stack[-2], self.stack[-1])]

    def empty_list(self) -> None:
        self.stack.append([])

    def append(self) -> None:
        item = self.stack.pop()
        self._extend([item])

    def appends(self) -> None:
        self._extend(self._to_mark())

    def _extend(self, items: list[object]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise _nonsense(f"appends to a {_kind(target)}")
        target.extend(items)

    def empty_dict(self) -> None:
        self.stack.append({})

    def set_item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._update([key, value])

    def set_items(self) -> None:
        self._update(self._to_mark())

    def _update(self, items: list[object]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict) or len(items) % 2:
            raise _nonsense(f"sets items of a {_kind(target)}")
        keys = items[::2]
        check_keys(keys)
        target.update(zip(keys, items[1::2], strict=True))

    def empty_set(self) -> None:
        self.stack.append(set())

    def add_items(self) -> None:
        items = self._to_mark()
        target = self.stack[-1]
        if not isinstance(target, set):
            raise _nonsense(f"adds to a {_kind(target)}")
        check_keys(items)
        target.update(items)

    # objects

    def global_text(self) -> None:
        line = bytes(self.source[self.position : self.position + 512])
        module, name, _ = line.split(b"\n", 2) if line.count(b"\n") > 1 else (b"", b"", b"")
        self.position += len(module) + len(name) + 2
        self._word(module.decode(), name.decode())

    def global_from_stack(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self._word(module, name)

    def reduce(self) -> None:
        self._create("called")

    def new_object(self) -> None:
        self._create("created")

    def _create(self, used: str) -> None:
        arguments, word = self.stack.pop(), self.stack.pop()
        if not isinstance(word, Word) or word.used != used or not isinstance(arguments, tuple):
            called = word.name if isinstance(word, Word) else f"a {_kind(word)}"
            raise _nonsense(f"has {called} {used}")
        try:
            self.stack.append(word.stand_in(*arguments))
        except (TypeError, ValueError, OverflowError) as error:
            raise _nonsense(f"gives {word.name} arguments it does not take") from error

    def build(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if not isinstance(target, Buildable):
            raise _nonsense(f"sets the state of a {_kind(target)}")
        target.build(state)

    def persistent_id(self) -> None:
        if self.persistent is None:
            raise _nonsense("refers to data outside the file (a persistent id)")
        self.stack[-1] = self.persistent(self.stack[-1])

    # memo

    def put1(self) -> None:
        self.memo[self._number("B", 1)] = self.stack[-1]

    def put4(self) -> None:
        self.memo[self._number("I", 4)] = self.stack[-1]

    def memoize(self) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def get1(self) -> None:
        self.stack.append(self.memo[self.source[self.position]])
        self.position += 1

    def get4(self) -> None:
        self.stack.append(self.memo[self._number("I", 4)])


def check_keys(keys: list[object]) -> None:
    """Refuse dict keys and set elements other than strings and numbers: hashing those cannot recurse."""
    for key in keys:
        if type(key) not in _KEYS:
            raise _nonsense(f"uses a {_kind(key)} as a key")


def _nonsense(does: str) -> CheckpointError:
    return CheckpointError(
        f"{does}, which no generator known here needs. Get the file from its author's original source."
    )


def _kind(value: object) -> str:
    return value.name if isinstance(value, Word) else type(value).__name__


def _shown(name: object) -> str:
    return name[:80] if isinstance(name, str) and name.isprintable() else "(unreadable)"


def _instruction_name(code: int) -> str:
    known = pickletools.code2op.get(chr(code))
    return known.name if known else f"0x{code:02x}"


_STOP = p.STOP[0]

_INSTRUCTIONS: dict[int, Callable[[Machine], None]] = {
    code[0]: instruction
    for code, instruction in {
        p.PROTO: Machine.proto,
        p.FRAME: Machine.frame,
        p.NONE: Machine.none,
        p.NEWTRUE: Machine.true,
        p.NEWFALSE: Machine.false,
        p.BININT1: Machine.int1,
        p.BININT2: Machine.int2,
        p.BININT: Machine.int4,
        p.LONG1: Machine.long1,
        p.BINFLOAT: Machine.float8,
        p.SHORT_BINUNICODE: Machine.text1,
        p.BINUNICODE: Machine.text4,
        p.BINUNICODE8: Machine.text8,
        p.SHORT_BINSTRING: Machine.old_text1,
        p.BINSTRING: Machine.old_text4,
        p.SHORT_BINBYTES: Machine.bytes1,
        p.BINBYTES: Machine.bytes4,
        p.BINBYTES8: Machine.bytes8,
        p.BYTEARRAY8: Machine.bytes8,
        p.MARK: Machine.mark,
        p.EMPTY_TUPLE: Machine.empty_tuple,
        p.TUPLE: Machine.tuple_to_mark,
        p.TUPLE1: Machine.tuple1,
        p.TUPLE2: Machine.tuple2,
        p.TUPLE3: Machine.tuple3,
        p.EMPTY_LIST: Machine.empty_list,
        p.APPEND: Machine.append,
        p.APPENDS: Machine.appends,
        p.EMPTY_DICT: Machine.empty_dict,
        p.SETITEM: Machine.set_item,
        p.SETITEMS: Machine.set_items,
        p.EMPTY_SET: Machine.empty_set,
        p.ADDITEMS: Machine.add_items,
        p.GLOBAL: Machine.global_text,
        p.STACK_GLOBAL: Machine.global_from_stack,
        p.REDUCE: Machine.reduce,
        p.NEWOBJ: Machine.new_object,
        p.BUILD: Machine.build,
        p.BINPERSID: Machine.persistent_id,
        p.BINPUT: Machine.put1,
        p.LONG_BINPUT: Machine.put4,
        p.MEMOIZE: Machine.memoize,
        p.BINGET: Machine.get1,
        p.LONG_BINGET: Machine.get4,
    }.items()
}
