"""Takes the plain settings out of a file: the attributes of its objects that JSON can express."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.storage import largest
from sefa_widget.checkpoint.stubs import ArrayStub

_MOST_LEVELS = 32
_MOST_NUMBERS = 4096


class Settings:
    """Makes plain values of attributes, within a budget.

    Parameters
    ----------
    budget
        What all of them together may cost: a step for each value visited, a copy for each character.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def attributes(self, attributes: Mapping[Any, object]) -> dict[str, Any]:
        """Keep the public attributes that are plain: numbers, text, lists, dicts, small arrays."""
        kept = {}
        self.budget.spend(len(attributes))
        for name, value in attributes.items():
            if isinstance(name, str) and not name.startswith("_"):
                try:
                    kept[name] = self._plain(value, 0)
                except _NotPlain:
                    continue
        return kept

    def _plain(self, value: object, level: int) -> Any:
        if level > _MOST_LEVELS:
            raise CheckpointError("has settings nested too deeply. It may be made to attack.")
        if isinstance(value, (dict, list, tuple, set)):
            self.budget.spend(1 + len(value))
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                raise _NotPlain
            self.budget.spend(copies=sum(map(len, value)))
            return {key: self._plain(item, level + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple, set)):
            return [self._plain(item, level + 1) for item in value]
        if isinstance(value, ArrayStub) and largest(value.shape) <= _MOST_NUMBERS:
            self.budget.spend(largest(value.shape))
            return value.read().tolist()
        if isinstance(value, str):
            self.budget.spend(copies=len(value))
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        raise _NotPlain


class _NotPlain(Exception):
    pass
