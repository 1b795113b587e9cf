"""The states that a panel has had, so that every change can be undone and done again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

MOST_STEPS = 200
"""How many steps can be undone."""

Value = TypeVar("Value")


class History(Generic[Value]):
    """A list of values and a place in it: the present one.

    >>> history = History("a")
    >>> history.record("b")
    >>> history.record("c")
    >>> history.undo(), history.undo(), history.undo(), history.redo()
    ('b', 'a', None, 'b')

    Parameters
    ----------
    first
        The value that it begins with.
    most
        How many steps can be undone at most; the oldest are forgotten.
    """

    def __init__(self, first: Value, most: int = MOST_STEPS) -> None:
        self._values = [first]
        self._place = 0
        self._most = most
        self._dropped = 0
        self._step: Hashable = None

    @property
    def present(self) -> Value:
        """The value as it is now."""
        return self._values[self._place]

    @property
    def previous(self) -> Value | None:
        """The value that `undo` would give."""
        return self._values[self._place - 1] if self._place else None

    @property
    def next(self) -> Value | None:
        """The value that `redo` would give."""
        return self._values[self._place + 1] if self._place + 1 < len(self._values) else None

    def record(self, value: Value, step: Hashable = None) -> None:
        """Add a value behind the present one; what had been undone can then not be done again.

        Parameters
        ----------
        value
            The new present value.
        step
            What a person did, for example one drag of a slider: values of the same step, one after another,
            are one. None is a step of its own.
        """
        del self._values[self._place + 1 :]
        if step is None or step != self._step:
            self._values.append(value)
            beyond = max(0, len(self._values) - self._most - 1)
            del self._values[:beyond]
            self._dropped += beyond
        else:
            self._values[-1] = value
        self._place = len(self._values) - 1
        self._step = step

    @property
    def values(self) -> Sequence[Value]:
        """All values that there are, oldest first."""
        return tuple(self._values)

    @property
    def dropped(self) -> int:
        """How many older values were forgotten: the first one that there is has this place."""
        return self._dropped

    @property
    def place(self) -> int:
        """The place of the present value, counted from the first that there ever was."""
        return self._dropped + self._place

    def at(self, place: int) -> Value | None:
        """Give the value at a place; None where there is none any more, or none yet."""
        number = place - self._dropped
        return self._values[number] if 0 <= number < len(self._values) else None

    def amend(self, value: Value) -> None:
        """Put a value in the place of the present one: what differs is no step."""
        self._values[self._place] = value

    def undo(self) -> Value | None:
        """Go back one step, and give the value of then; None where there is none."""
        return self._go(-1)

    def redo(self) -> Value | None:
        """Go forward to the step that was undone last, and give its value; None where there is none."""
        return self._go(1)

    def _go(self, by: int) -> Value | None:
        if not 0 <= self._place + by < len(self._values):
            return None
        self._place += by
        self._step = None
        return self.present
