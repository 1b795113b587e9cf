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


def whole(value: Any, what: str, least: int, most: int | None = None) -> int:
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
    allowed = f"{least} or more" if most is None else f"{least} to {most}"
    if not isinstance(value, int | np.integer | float | np.floating) or isinstance(value, bool):
        raise ValueError(f"{what} is {reprlib.repr(given)}; it must be a whole number, {allowed}.")
    if not math.isfinite(value) or value != int(value):
        raise ValueError(f"{what} is {reprlib.repr(given)}; it must be a whole number, {allowed}.")
    if value < least or (most is not None and value > most):
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
