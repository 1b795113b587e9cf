"""A buffer in; out, the state of a pickle machine over it: position, stack, marks and memo."""

from __future__ import annotations

from collections.abc import Callable

from sefa_widget.checkpoint.words import Words


class State:
    """What instructions work on."""

    __slots__ = ("marks", "memo", "persistent", "position", "source", "stack", "words")

    def __init__(
        self,
        source: memoryview,
        position: int,
        words: Words,
        persistent: Callable[[object], object] | None,
    ) -> None:
        self.source = source
        self.position = position
        self.words = words
        self.persistent = persistent
        self.stack: list[object] = []
        self.marks: list[list[object]] = []
        self.memo: dict[int, object] = {}

    def take(self, count: int) -> memoryview:
        """Give the next bytes, without copying them."""
        start, stop = self.position, self.position + count
        if stop > len(self.source):
            raise IndexError(stop)
        self.position = stop
        return self.source[start:stop]

    def byte(self) -> int:
        """Give the next byte."""
        value = self.source[self.position]
        self.position += 1
        return value

    def pop_mark(self) -> list[object]:
        """Take everything above the last mark off the stack."""
        items, self.stack = self.stack, self.marks.pop()
        return items
