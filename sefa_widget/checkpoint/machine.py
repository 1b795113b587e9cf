"""A pickle machine: its place in the file, its stack, marks and memo."""

from __future__ import annotations

from collections.abc import Callable

from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.globals import Allowlist
from sefa_widget.checkpoint.span import Cursor

_MOST_MEMOS = 1 << 20
_MISSING = object()


class Machine:
    """What opcodes change."""

    __slots__ = ("allowlist", "budget", "cursor", "marks", "memo", "persistent", "stack")

    def __init__(
        self,
        cursor: Cursor,
        allowlist: Allowlist,
        budget: Budget,
        persistent: Callable[[object], object] | None,
    ) -> None:
        self.cursor = cursor
        self.allowlist = allowlist
        self.budget = budget
        self.persistent = persistent
        self.stack: list[object] = []
        self.marks: list[list[object]] = []
        self.memo: list[object] = []  # a dict would be slow for indices that collide in it

    def pop_mark(self) -> list[object]:
        """Take everything above the last mark off the stack."""
        items, self.stack = self.stack, self.marks.pop()
        return items

    def remember(self, index: int) -> None:
        """Keep the top of the stack under an index."""
        gap = index - len(self.memo)
        if gap < 0:
            self.memo[index] = self.stack[-1]
        elif index < _MOST_MEMOS:
            self.memo += [_MISSING] * gap
            self.memo.append(self.stack[-1])
        else:
            raise IndexError(index)

    def recall(self, index: int) -> None:
        """Put what is kept under an index on the stack."""
        value = self.memo[index]
        if value is _MISSING:
            raise IndexError(index)
        self.stack.append(value)
