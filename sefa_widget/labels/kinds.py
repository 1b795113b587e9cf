"""Kinds of fields of a label: what they may hold, and how they are written in JSON and in a database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sqlalchemy import BigInteger, Boolean, LargeBinary, String, Text
from sqlalchemy.types import TypeEngine

from sefa_widget.arguments import flag, instance, number, several, whole

NAME_LENGTH = 200
"""Characters of a name, of a rater and of other short texts."""
TEXT_LENGTH = 10_000
"""Characters of a note."""
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of field: what is allowed, and how it is written.

    Attributes
    ----------
    check
        Takes what was given and how a message calls it; gives the value, or says what is wrong.
    schema
        Its JSON schema.
    column
        Its type in a database.
    to_json, from_json
        Between the value and plain JSON values.
    to_row, from_row
        Between the value and what a database keeps.
    """

    check: Callable[[Any, str], Any]
    schema: Mapping[str, Any]
    column: TypeEngine[Any]
    to_json: Callable[[Any], Any] = lambda value: value
    from_json: Callable[[Any], Any] = lambda value: value
    to_row: Callable[[Any], Any] = lambda value: value
    from_row: Callable[[Any], Any] = lambda value: value


def text(most: int = NAME_LENGTH) -> Kind:
    """Give the kind of a text of at most so many characters."""

    def check(value: Any, what: str) -> str:
        given = instance(value, what, str, "a text")
        if len(given) > most:
            raise ValueError(f"{what} has {len(given)} characters; it may have at most {most}.")
        found = _UNWRITABLE.search(given)
        if found:
            raise ValueError(f"{what} holds {found[0]!r}, which cannot be written; leave it out.")
        return given

    column = String(most) if most <= NAME_LENGTH else Text()
    return Kind(check, {"type": "string", "maxLength": most}, column)


def optional(kind: Kind) -> Kind:
    """Give the kind that may also be None."""

    def unless_none(do: Callable[..., Any]) -> Callable[..., Any]:
        return lambda value, *more: None if value is None else do(value, *more)

    steps = (kind.to_json, kind.from_json, kind.to_row, kind.from_row)
    schema = {"anyOf": [dict(kind.schema), {"type": "null"}]}
    return Kind(unless_none(kind.check), schema, kind.column, *(unless_none(step) for step in steps))


def listed(check: Callable[[Any, str], tuple[Any, ...]], schema: Mapping[str, Any]) -> Kind:
    """Give the kind of a tuple, a list in JSON and JSON text in a database."""
    return Kind(
        check, schema, Text(), list, tuple, lambda v: json.dumps(list(v)), lambda t: tuple(json.loads(t))
    )


def wholes(most: int) -> Kind:
    """Give the kind of a tuple of whole numbers, 0 to `most`."""

    def check(value: Any, what: str) -> tuple[int, ...]:
        return tuple(
            whole(one, f"A number of {what}", 0, most) for one in several(value, what, "a list of numbers")
        )

    return listed(check, {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": most}})


def one_of(words: tuple[str, ...]) -> Kind:
    """Give the kind of one of some words."""

    def check(value: Any, what: str) -> str:
        if value not in words:
            raise ValueError(f"{what} is {value!r}; it must be one of {', '.join(map(repr, words))}.")
        return str(value)

    return Kind(check, {"enum": list(words)}, String(max(map(len, words))))


def _pair(value: Any, what: str) -> tuple[float, float]:
    given = several(value, what, "two strengths, the lower one first")
    if len(given) != 2:
        raise ValueError(f"{what} has {len(given)} numbers; it must be two strengths, the lower one first.")
    low, high = (number(one, f"A strength of {what}") for one in given)
    if low >= high:
        raise ValueError(f"{what} is {low:g} to {high:g}; the lower strength must come first.")
    return low, high


def _sign(value: Any, what: str) -> int:
    given = whole(value, what)
    if given not in (1, -1):
        raise ValueError(f"{what} is {given}; it must be 1 or -1.")
    return given


def _vector(value: Any, what: str) -> torch.Tensor:
    try:
        given = value if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=torch.float64)
        vector = given.detach().to("cpu", torch.float64).clone()
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{what} is a {type(value).__name__}; it must be numbers [d].") from error
    length = float(vector.norm())
    if vector.ndim != 1 or not vector.numel() or not np.isfinite(length) or length == 0:
        raise ValueError(f"{what} has shape {list(vector.shape)}; it must be [d], finite and not zero.")
    return vector if abs(length - 1) < 1e-6 else vector / length


def _numbers(value: Any, what: str) -> tuple[float, ...]:
    return tuple(number(one, f"A number of {what}") for one in several(value, what, "a list of numbers"))


def _of_bytes(data: bytes) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.frombuffer(data, "<f8")


_ARRAY = {"type": "array", "items": {"type": "number"}}

SIGN = Kind(_sign, {"enum": [1, -1]}, BigInteger())
"""1 or -1."""
PAIR = listed(_pair, {**_ARRAY, "minItems": 2, "maxItems": 2})
"""Two numbers, the lower one first."""
NUMBERS = Kind(
    _numbers,
    _ARRAY,
    LargeBinary(),
    list,
    tuple,
    lambda numbers: np.array(numbers, "<f8").tobytes(),
    lambda data: tuple(_of_bytes(data).tolist()),
)
"""A tuple of numbers, float64 in a database."""
VECTOR = Kind(
    _vector,
    {**_ARRAY, "minItems": 1},
    LargeBinary(),
    torch.Tensor.tolist,
    lambda numbers: numbers,
    lambda vector: vector.numpy().astype("<f8").tobytes(),
    lambda data: torch.tensor(_of_bytes(data), dtype=torch.float64),
)
"""A unit vector of torch, float64 in a database."""
TRUTH = Kind(flag, {"type": "boolean"}, Boolean())
"""True or False."""
