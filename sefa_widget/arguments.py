"""Checks of what a caller gave: each turns it into a plain value, or says what is wrong with it.

Every function takes the value and `what`: how a message calls it, for example ``"The seed"``. NumPy
numbers and 0-dimensional tensors count as numbers; texts and truth values do not.
"""

from __future__ import annotations

import difflib
import math
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch

Kind = TypeVar("Kind")


def whole(value: Any, what: str, least: int | None = None, most: int | None = None) -> int:
    """Give a whole number of `least` to `most` (both included; None is no limit).

    >>> whole(3.0, "k", 1, 10)
    3
    >>> whole("3", "k", 1, 10)
    Traceback (most recent call last):
    ValueError: k is '3'; it must be a whole number, 1 to 10.
    """
    given = value
    if isinstance(value, torch.Tensor | np.ndarray) and value.ndim == 0:
        value = value.item()
    limits = {(0, 1): f"{least} or more", (1, 0): f"{most} at most", (0, 0): f"{least} to {most}"}
    allowed = limits.get((least is None, most is None), "")
    fits = isinstance(value, int | np.integer | float | np.floating) and not isinstance(value, bool)
    if not fits or not math.isfinite(value) or value != int(value):
        words = f"a whole number, {allowed}" if allowed else "a whole number"
        raise ValueError(f"{what} is {reprlib.repr(given)}; it must be {words}.")
    if (least is not None and value < least) or (most is not None and value > most):
        raise ValueError(f"{what} is {reprlib.repr(given)}; it must be {allowed}.")
    return int(value)


def number(value: Any, what: str, least: float = -math.inf, most: float = math.inf) -> float:
    """Give a finite number of `least` to `most`, both included.

    >>> number(float("nan"), "truncation_psi", -2, 2)
    Traceback (most recent call last):
    ValueError: truncation_psi is nan; it must be a finite number, -2 to 2.
    """
    given = value
    if isinstance(value, torch.Tensor | np.ndarray) and value.ndim == 0:
        value = value.item()
    limits = {(False, False): "", (True, False): f", {least:g} or more", (False, True): f", at most {most:g}"}
    allowed = "a finite number" + limits.get(
        (math.isfinite(least), math.isfinite(most)), f", {least:g} to {most:g}"
    )
    fits = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    try:
        result = float(value) if fits else math.nan
    except OverflowError:
        result = math.inf
    if not (math.isfinite(result) and least <= result <= most):
        raise ValueError(f"{what} is {reprlib.repr(given)}; it must be {allowed}.")
    return result


def positive(value: Any, what: str) -> float:
    """Give a finite number above 0."""
    result = number(value, what)
    if not result > 0:
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be a finite number above 0.")
    return result


def flag(value: Any, what: str) -> bool:
    """Give True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be True or False.")
    return bool(value)


def choice(value: Any, what: str, known: Iterable[str]) -> str:
    """Give one of some words; the message names the nearest one.

    >>> choice("rnd", "noise", ("const", "random", "none"))
    Traceback (most recent call last):
    ValueError: noise is 'rnd'; it must be one of const, random, none. Did you mean 'random'?
    """
    words = list(known)
    if isinstance(value, str) and value in words:
        return value
    near = difflib.get_close_matches(value, words, 1, 0.5) if isinstance(value, str) else []
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"{what} is {reprlib.repr(value)}; it must be one of {', '.join(words)}.{hint}")


def instance(value: Any, what: str, kind: type[Kind], wanted: str) -> Kind:
    """Give a value of one type; `wanted` says what is needed and how to make it.

    >>> instance("x.pkl", "generator", dict, "a dict")
    Traceback (most recent call last):
    ValueError: generator is a str ('x.pkl'); it must be a dict.
    """
    if isinstance(value, kind):
        return value
    raise ValueError(f"{what} is a {type(value).__name__} ({reprlib.repr(value)}); it must be {wanted}.")


def known_names(given: Mapping[str, Any], what: str, known: Sequence[str]) -> None:
    """Refuse a name that is not known; the message names the nearest one."""
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1, 0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"{what} {reprlib.repr(name)} is unknown; known are {', '.join(known)}.{hint}")


def several(value: Any, what: str, wanted: str) -> list[Any]:
    """Give the things of any sequence, array, range or iterator; a text or a mapping is none.

    >>> several("12", "seeds", "whole numbers")
    Traceback (most recent call last):
    ValueError: seeds is a str ('12'); it must be whole numbers.
    """
    number = getattr(value, "ndim", 1) == 0  # a 0-dimensional array says that it could be gone through
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping) and not number:
        return list(value)
    raise ValueError(f"{what} is a {type(value).__name__} ({reprlib.repr(value)}); it must be {wanted}.")


def indices(value: Any, what: str, count: int, of: str, other: str = "None") -> list[int]:
    """Give which of `count` things are chosen: a tuple ``(start, stop)`` is a half-open range, else numbers.

    Ascending, each once; `other` names what else is allowed.

    >>> indices((1, 3), "layer", 3, "'faces'")
    [1, 2]
    >>> indices([4, 0], "layer", 3, "'faces'")
    Traceback (most recent call last):
    ValueError: Layer 4 is outside 0:3 of 'faces'.
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
