"""Checks the settings of a network, which a file may have, before the network is built of them."""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

_MOST_VALUES = 4096
_MOST_LEVELS = 6
_LARGEST = 2**31
"""Size of a number; some networks say with 2**30 that something never happens."""
_LONGEST = 200
"""Characters of a text."""


def check_config(make: Callable[..., object], settings: Mapping[str, Any]) -> None:
    """Check keyword arguments of a network: their names, their types, and that they are not too many.

    Types are the annotations of `make`. What has parts of its own is checked by the function that makes the
    part, which an attribute ``parts`` of `make` names: ``{"mapping": MappingNetwork}``.

    >>> from sefa_widget.generators.dcgan import DCGAN
    >>> check_config(DCGAN, {"latent_dim": 8, "widths": "16"})
    Traceback (most recent call last):
    ValueError: its setting 'widths' is '16', not Sequence[int]

    Raises
    ------
    ValueError
        If a setting is unknown, of another type or too large; the text is the second half of a sentence.
    """
    if _count(settings, 0) > _MOST_VALUES:
        raise ValueError("it has far more settings than any network")
    _check(make, settings)


def _count(value: object, level: int) -> int:
    """Count the values in a tree of settings, and check each of them."""
    if level > _MOST_LEVELS:
        raise ValueError("its settings are nested too deeply")
    if isinstance(value, Mapping):
        return len(value) + sum(_count(one, level + 1) for one in value.values())
    if isinstance(value, list | tuple):
        if len(value) > _MOST_VALUES:
            return len(value)
        return len(value) + sum(_count(one, level + 1) for one in value)
    if isinstance(value, str) and len(value) > _LONGEST:
        raise ValueError(f"one of its settings is a text of {len(value)} characters")
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= _LARGEST):
        raise ValueError(f"one of its settings is {str(value)[:40]}, and none is beyond {_LARGEST}")
    return 1


def _check(make: Callable[..., object], settings: Mapping[str, Any]) -> None:
    known, parts = _annotations(make), getattr(make, "parts", {})
    for name, value in settings.items():
        if name not in known:
            raise ValueError(f"it has a setting {str(name)[:40]!r}, which {_name(make)} has not")
        if not _is(value, known[name]):
            wanted = str(known[name]).replace("typing.", "").replace("collections.abc.", "")
            wanted = getattr(known[name], "__name__", wanted) if not get_args(known[name]) else wanted
            raise ValueError(f"its setting {name!r} is {repr(value)[:40]}, not {wanted}")
        if name in parts:
            for one in value if isinstance(value, list | tuple) else [value]:
                if one is not None:
                    _check(parts[name], one)


@cache
def _annotations(make: Callable[..., object]) -> dict[str, Any]:
    function = make.__init__ if inspect.isclass(make) else make
    return {name: hint for name, hint in get_type_hints(function).items() if name != "return"}


def _is(value: object, kind: Any) -> bool:
    """Tell whether a value, as JSON has it, is of an annotated type."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return True
    if origin is Literal:
        return value in inner
    if origin in (Union, types.UnionType):
        return any(_is(value, one) for one in inner)
    if origin is tuple:
        if not isinstance(value, list | tuple) or len(value) != len(inner):
            return False
        return all(map(_is, value, inner))
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return isinstance(value, list | tuple) and all(_is(one, inner[0]) for one in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(_is(one, inner[1]) for one in value.values())
    if kind is type(None):
        return value is None
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _name(make: Callable[..., object]) -> str:
    return str(getattr(make, "family", "") or getattr(make, "__name__", "it"))
