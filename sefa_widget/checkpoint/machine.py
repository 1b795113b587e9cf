"""A pickle machine that cannot import: it makes plain values and inert stand-ins."""

from __future__ import annotations

import pickle
import pickletools
import struct
from collections.abc import Callable

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.instructions import INSTRUCTIONS
from sefa_widget.checkpoint.span import Cursor
from sefa_widget.checkpoint.state import State
from sefa_widget.checkpoint.words import Budget, Words, nonsense, too_much_work

_STOP = pickle.STOP[0]


def run_pickle(
    cursor: Cursor,
    words: Words,
    budget: Budget,
    persistent: Callable[[object], object] | None = None,
) -> object:
    """Execute one pickle; byte strings in its value are spans of the file, not copies.

    Parameters
    ----------
    cursor
        Where the pickle starts; afterwards, where it ends.
    words
        The globals that the pickle may name, by their exact module and name; any other is refused.
    budget
        The work that may still be done, taken off as it is done.
    persistent
        Makes a value of a persistent id; None refuses them.

    Returns
    -------
    object
        The value.

    Raises
    ------
    CheckpointError
        If the pickle is damaged or does anything that generator files do not.
    """
    state = State(cursor, words, budget, persistent)
    try:
        for count in range(budget.instructions):
            code = cursor.byte()
            instruction = INSTRUCTIONS[code]
            if instruction is not None:
                instruction(state)
            elif code == _STOP:
                budget.spend(count)
                return state.stack.pop()
            else:
                raise nonsense(f"uses the pickle instruction {_instruction_name(code)}")
    except (IndexError, KeyError, struct.error, UnicodeError) as error:
        raise CheckpointError(
            f"is damaged or cut off: its pickle makes no sense at byte {cursor.position}. Download it again."
        ) from error
    raise too_much_work()


def _instruction_name(code: int) -> str:
    return next((known.name for known in pickletools.opcodes if known.code == chr(code)), f"0x{code:02x}")
