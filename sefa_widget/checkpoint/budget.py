"""Limits how much work reading one file may take, and refuses files that go beyond."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.globals import Global, kind

MOST_OPCODES = 500_000
"""Opcodes that one file may take. The largest generator files known take about 70,000."""

LONGEST_KEY = 1024
"""Characters that a dict key, an element of a set or the key of a storage may have."""

_NUMBERS = (int, float, bool, type(None))


@dataclass(slots=True)
class Budget:
    """How much work one file may still cause; shared by all pickles inside it."""

    copies: int
    """Characters of text that may still be copied."""
    opcodes: int = MOST_OPCODES
    """Opcodes that may still be executed, and entries of containers that may still be visited."""
    number_keys: int = 10_000
    """Keys that are numbers; a thousand at most in the files known. Numbers can be chosen so that they all
    fall into one place of a dict, which then takes as many steps for each of them as there are."""

    def spend(self, opcodes: int = 0, *, copies: int = 0, number_keys: int = 0) -> None:
        """Take work off the budget, or refuse."""
        self.opcodes -= opcodes
        self.copies -= copies
        self.number_keys -= number_keys
        if self.opcodes < 0 or self.copies < 0 or self.number_keys < 0:
            raise too_much_work()

    def check_keys(self, keys: Sequence[object]) -> None:
        """Refuse dict keys and set elements other than short text and a few numbers.

        Hashing and comparing these neither recurses nor takes long.
        """
        numbers = 0
        for key in keys:
            if type(key) is str:
                if len(key) > LONGEST_KEY:
                    raise nonsense(f"uses a text of {len(key)} characters as a key")
            elif isinstance(key, Global):  # a class, as old programs key their callbacks
                continue
            elif type(key) in _NUMBERS:
                numbers += 1
            else:
                raise nonsense(f"uses a {kind(key)} as a key")
        self.spend(number_keys=numbers)


def too_much_work() -> CheckpointError:
    """Make the error for a pickle that goes on and on."""
    return CheckpointError(
        "would take far more work to read than any generator does. It is damaged or made to attack."
    )


def nonsense(does: str) -> CheckpointError:
    """Make the error for a pickle that does what no generator's does."""
    return CheckpointError(
        f"{does}, which no generator known here needs. Get the file from its author's original source."
    )
