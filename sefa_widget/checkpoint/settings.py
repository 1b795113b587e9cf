"""Attributes of the objects in a file in, out those that JSON can express, within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.standins import Array

_MOST_LEVELS = 32
_MOST_VALUES = 100_000
_MOST_NUMBERS = 4096


class Settings:
    """Makes plain values; one for each file, so that all of them together stay within bounds."""

    def __init__(self) -> None:
        self.left = _MOST_VALUES

    def attributes(self, attributes: Mapping[Any, object]) -> dict[str, Any]:
        """Keep the public attributes that are plain: numbers, text, lists, dicts, small arrays."""
        kept = {}
        for name, value in attributes.items():
            if isinstance(name, str) and not name.startswith("_"):
                try:
                    kept[name] = self._plain(value, 0)
                except _NotPlain:
                    continue
        return kept

    def _plain(self, value: object, level: int) -> Any:
        self.left -= 1
        if level > _MOST_LEVELS or self.left < 0:
            raise CheckpointError(
                "has settings nested too deeply, or far too many. It may be made to attack."
            )
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                raise _NotPlain
            return {key: self._plain(item, level + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple, set)):
            return [self._plain(item, level + 1) for item in value]
        if isinstance(value, Array) and value.size <= _MOST_NUMBERS:
            self.left -= value.size
            return value.read().tolist()
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        raise _NotPlain


class _NotPlain(Exception):
    pass
