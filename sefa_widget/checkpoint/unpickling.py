"""Runs pickles without importing anything: they make plain values and inert stubs."""

from __future__ import annotations

import pickle
import pickletools
import struct
from collections.abc import Callable

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.budget import Budget, nonsense, too_much_work
from sefa_widget.checkpoint.globals import Allowlist
from sefa_widget.checkpoint.machine import Machine
from sefa_widget.checkpoint.opcodes import OPCODES
from sefa_widget.checkpoint.span import Cursor

_STOP = pickle.STOP[0]


def run_pickle(
    cursor: Cursor,
    allowlist: Allowlist,
    budget: Budget,
    persistent: Callable[[object], object] | None = None,
) -> object:
    """Execute one pickle; byte strings in its value are spans of the file, not copies.

    Parameters
    ----------
    cursor
        Where the pickle starts; afterwards, where it ends.
    allowlist
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
    machine = Machine(cursor, allowlist, budget, persistent)
    try:
        for count in range(budget.opcodes):
            code = cursor.byte()
            opcode = OPCODES[code]
            if opcode is not None:
                opcode(machine)
            elif code == _STOP:
                budget.spend(count)
                return machine.stack.pop()
            else:
                raise nonsense(f"uses the pickle opcode {_name(code)}")
    except (IndexError, KeyError, struct.error, UnicodeError) as error:
        raise CheckpointError(
            f"is damaged or cut off: its pickle makes no sense at byte {cursor.position}. Download it again."
        ) from error
    raise too_much_work()


def _name(code: int) -> str:
    return next((known.name for known in pickletools.opcodes if known.code == chr(code)), f"0x{code:02x}")
