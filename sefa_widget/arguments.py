"""Checks of what a caller gave: each turns it into a plain value, or says what is wrong with it.

Every function takes the value and `what`: how a message calls it, for example ``"The seed"``. NumPy
numbers and 0-dimensional tensors count as numbers; texts and truth values do not.
"""

from __future__ import annotations

import difflib
import math
import os
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

import numpy as np
import torch

Kind = TypeVar("Kind")

MAX_SEED = 2**64 - 1
"""Largest seed that torch takes."""


def whole(value: Any, what: str, least: int | None = None, most: int | None = None) -> int:
    """Give a whole number of `least` to `most`, both included; without limits where they are None.

    >>> whole(3.0, "k", 1, 10)
    3
    >>> whole("3", "k", 1, 10)
    Traceback (most recent call last):
    ValueError: k is '3'; it must be a whole number, 1 to 10.
    """
    plain = _plain(value)
    allowed = f"{least} or more" if most is None else f"{least} to {most}"
    if plain is None or not (isinstance(plain, int) or plain.is_integer()):
        words = "a whole number" if least is None else f"a whole number, {allowed}"
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be {words}.")
    if (least is not None and plain < least) or (most is not None and plain > most):
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be {allowed}.")
    return int(plain)


def number(value: Any, what: str, least: float = -math.inf, most: float = math.inf) -> float:
    """Give a finite number of `least` to `most`, both included.

    >>> number(float("nan"), "truncation_psi", -2, 2)
    Traceback (most recent call last):
    ValueError: truncation_psi is nan; it must be a finite number, -2 to 2.
    """
    limits = {(0, 0): "", (1, 0): f", {least:g} or more", (0, 1): f", at most {most:g}"}
    limited = (math.isfinite(least), math.isfinite(most))
    allowed = "a finite number" + limits.get(limited, f", {least:g} to {most:g}")
    plain = _plain(value)
    try:
        result = math.nan if plain is None else float(plain)
    except OverflowError:
        result = math.inf
    if not (math.isfinite(result) and least <= result <= most):
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be {allowed}.")
    return result


def positive(value: Any, what: str) -> float:
    """Give a finite number above 0."""
    try:
        result = number(value, what)
    except ValueError:
        result = 0.0
    if not result > 0:
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be a finite number above 0.")
    return result


def positives(value: Any, what: str, count: int) -> list[float]:
    """Give `count` finite numbers above 0, from as many or from one that stands for all."""
    given = list(value) if is_many(value) else [value] * count
    if len(given) != count:
        raise ValueError(f"{what} has {len(given)} values; give one number, or one for each of {count}.")
    return [positive(one, what) for one in given]


def flag(value: Any, what: str) -> bool:
    """Give True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be True or False.")
    return bool(value)


def choice(value: Any, what: str, known: Iterable[str]) -> str:
    """Give one of some words; the message names the nearest one."""
    words = list(known)
    if isinstance(value, str) and value in words:
        return value
    allowed = f"one of {', '.join(words)}.{_hint(value, words)}"
    raise ValueError(f"{what} is {reprlib.repr(value)}; it must be {allowed}")


def instance(value: Any, what: str, kind: type[Kind], wanted: str) -> Kind:
    """Give a value of one type; `wanted` says what is needed and how to make it."""
    if isinstance(value, kind):
        return value
    raise ValueError(f"{what} is {_named(value)}; it must be {wanted}.")


def known_names(given: Mapping[str, Any], what: str, known: Sequence[str]) -> None:
    """Refuse a name that is not known; the message names the nearest one."""
    for name in given:
        if name not in known:
            words = f"known are {', '.join(known)}.{_hint(name, known)}"
            raise ValueError(f"{what} {reprlib.repr(name)} is unknown; {words}")


def several(value: Any, what: str, wanted: str) -> list[Any]:
    """Give the things of any sequence, array, range or iterator; a text or a mapping is none."""
    if is_many(value):
        return list(value)
    raise ValueError(f"{what} is {_named(value)}; it must be {wanted}.")


def indices(value: Any, what: str, count: int, of: str, other: str = "None") -> list[int]:
    """Give which of `count` things are chosen: a tuple ``(start, stop)`` is a half-open range, else numbers.

    Ascending, each once; `other` names what else is allowed.
    """
    one = what.capitalize()
    wanted = f"a range (start, stop), a list of numbers, or {other}"
    numbers = [whole(number, f"A {what} number") for number in several(value, f"{what}s", wanted)]
    if isinstance(value, tuple):
        if len(numbers) != 2:
            raise ValueError(f"A tuple of {what}s is a range (start, stop); {value!r} is not. Use a list.")
        if not 0 <= numbers[0] < numbers[1] <= count:
            raise ValueError(f"{one} range {numbers[0]}:{numbers[1]} is outside 0:{count} of {of}.")
        return list(range(*numbers))
    outside = [number for number in numbers if not 0 <= number < count]
    if outside or not numbers:
        shown = f"{one} {outside[0]} is outside" if outside else f"No {what} is chosen of"
        raise ValueError(f"{shown} 0:{count} of {of}.")
    return sorted(set(numbers))


def wholes(value: Any, what: str, each: str, least: int, most: int | None = None) -> list[int]:
    """Give the whole numbers of a list, range or array, or of one alone; at least one."""
    given = list(value) if is_many(value) else [value]
    if not given:
        raise ValueError(f"{what} is empty; give one whole number or more.")
    return [whole(one, each, least, most) for one in given]


def function(value: Any, what: str, of: str) -> Callable[..., Any]:
    """Give something that can be called; `of` says what with."""
    if callable(value):
        return value  # type: ignore[no-any-return]
    raise ValueError(f"{what} is {_named(value)}; it must be a function of {of}.")


def path(value: Any, what: str = "path") -> Path:
    """Give a path, ``~`` and ``~user`` put in full."""
    plain = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(plain, str) or not plain or "\0" in plain:
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be a text or a Path.")
    try:
        return Path(plain).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{what} is {plain!r}: {error}") from error


def new_file(value: Any, what: str = "path") -> Path:
    """Give the path of a file to be written: its folder exists, and no folder has its name."""
    target = path(value, what)
    if target.is_dir():
        raise ValueError(f"{what} is {str(target)!r}, a folder; give the name of a file in it.")
    if not target.parent.is_dir():
        folder = str(target.parent)
        raise ValueError(f"{what} is {str(target)!r}, but there is no folder {folder!r}; make it first.")
    return target


def _plain(value: Any) -> int | float | None:
    """Give a number of any library as one of Python; None for what is no number."""
    if isinstance(value, torch.Tensor | np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    return int(value) if isinstance(value, int | np.integer) else float(value)


def is_many(value: Any) -> TypeGuard[Iterable[Any]]:
    """Tell whether several things were given; a 0-dimensional array says so, but is one."""
    many = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
    return many and getattr(value, "ndim", 1) != 0


def _hint(value: Any, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(value), known, 1, 0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


def _named(value: Any) -> str:
    kind = type(value).__name__
    article = "an" if kind[0] in "aeiouAEIOU" else "a"
    return "None" if value is None else f"{article} {kind} ({reprlib.repr(value)})"
