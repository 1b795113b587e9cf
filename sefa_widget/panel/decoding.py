"""Turns what a view of the panel sent into an intent, or says what is wrong with it."""

from __future__ import annotations

import reprlib
import sys
from typing import Any, TypeGuard

from sefa_widget.panel.intents import (
    HOW,
    LENT,
    Borrow,
    Bye,
    Cancel,
    Code,
    Edit,
    Find,
    Hello,
    Intent,
    Join,
    Label,
    Look,
    Probe,
    Share,
    Spread,
    Steer,
    Suggest,
    TakeBack,
    Undo,
    Visit,
)

MAX_SEQ = 2**53 - 1
"""Largest request number: the largest whole number JavaScript counts to exactly."""
MOST_ITEMS = 256
"""How many pictures one look asks for at most."""


class MessageError(ValueError):
    """A message from the panel that is not of the wire's form."""


def decode(content: object) -> Intent:
    """Turn what the panel sent into an intent.

    Parameters
    ----------
    content
        The content of a custom message: anything at all.

    Returns
    -------
    Intent
        One of those in `intents`; a patch is checked by who applies it.

    Raises
    ------
    MessageError
        If the content is not of the wire's form; the text says which field and what was given.
    """
    if not isinstance(content, dict):
        raise MessageError(f"A message is a dict; this is {reprlib.repr(content)}.")
    kind = content.get("type")
    view = _string(content, "view")
    study = _flag(content, "study")
    if kind == "hello":
        return Hello(view, _whole(content, "seq"), _flag(content, "padded"))
    if kind == "bye":
        return Bye(view, _flag(content, "returns"))
    if kind == "probe":
        return Probe(view, _seq(content), _flag(content, "padded"))
    if kind == "edit":
        patch = content.get("patch", {})
        if not isinstance(patch, dict):
            raise MessageError(f"'patch' of an edit is a dict; this is {reprlib.repr(patch)}.")
        moving, unedited, padded = (_flag(content, name) for name in ("moving", "unedited", "padded"))
        step, drawn = _whole(content, "step"), _flag(content, "drawn")
        return Edit(view, _seq(content), patch, moving, unedited, padded, step, drawn)
    if kind == "undo":
        return Undo(view, _flag(content, "redo"))
    if kind == "visit":
        return Visit(view, _whole(content, "place", None))
    if kind == "cancel":
        return Cancel(view)
    if kind == "spread":
        return Spread(view)
    if kind == "look":
        name, size = _string(content, "name"), _whole(content, "size", None)
        return Look(view, name, size, _items(content), study, _flag(content, "visited"))
    if kind == "code":
        return Code(view)
    if kind == "share":
        return Share(view, _string(content, "what"), _string(content, "ending"))
    if kind == "label":
        fields = content.get("fields")
        if fields is not None and not isinstance(fields, dict):
            raise MessageError(f"'fields' of a label are a dict or null; these are {reprlib.repr(fields)}.")
        return Label(view, _whole(content, "index", None), fields, study)
    if kind == "take_back":
        return TakeBack(view, study)
    if kind == "join":
        return Join(view, None if content.get("rater") is None else _string(content, "rater"))
    if kind == "find":
        return Find(view)
    if kind == "steer":
        if (how := _string(content, "how")) not in HOW:
            raise MessageError(f"'how' is one of {', '.join(HOW)}; this is {reprlib.repr(how)}.")
        return Steer(view, how)
    if kind == "suggest":
        return Suggest(view, _whole(content, "photo", None))
    if kind == "borrow":
        if (what := _string(content, "what")) not in LENT:
            raise MessageError(f"'what' is one of {', '.join(LENT)}; this is {reprlib.repr(what)}.")
        return Borrow(view, what)
    raise MessageError(
        f"Message type {reprlib.repr(kind)} is unknown; known are hello, bye, probe, edit, undo, "
        "visit, cancel, spread, look, code, share, label, take_back, join, find, steer, suggest, borrow."
    )


def reply_address(content: object) -> tuple[str, int]:
    """Find the view and request number an error about `content` is to go to; ("", 0) if it names none."""
    if not isinstance(content, dict):
        return "", 0
    view, seq = content.get("view"), content.get("seq")
    return (view if isinstance(view, str) else "", int(seq) if is_seq(seq) else 0)


def is_seq(value: object) -> TypeGuard[int | float]:
    """Whether a value can be a request number: whole, 0 to 2**53 - 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_SEQ:
        return False
    return value == int(value)


def _string(content: dict[Any, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise MessageError(f"{name!r} is a text of 1 to 100 characters; this is {reprlib.repr(value)}.")
    return value


def _seq(content: dict[Any, Any]) -> int:
    return _whole(content, "seq", None)


def _whole(content: dict[Any, Any], name: str, default: int | None = 0) -> int:
    value = content.get(name, default)
    if not is_seq(value):
        raise MessageError(f"{name!r} is a whole number of 0 or more; this is {reprlib.repr(value)}.")
    return int(value)


def _flag(content: dict[Any, Any], name: str) -> bool:
    value = content.get(name, False)
    if not isinstance(value, bool):
        raise MessageError(f"{name!r} is true or false; this is {reprlib.repr(value)}.")
    return value


def _items(content: dict[Any, Any]) -> list[tuple[int, int, float]]:
    items = content.get("items")
    if not isinstance(items, list) or len(items) > MOST_ITEMS or not all(map(_is_item, items)):
        raise MessageError(
            f"'items' are at most {MOST_ITEMS} of [start, direction, strength]; these are "
            f"{reprlib.repr(items)}."
        )
    return [(int(row), int(index), float(strength)) for row, index, strength in items]


def _is_item(item: object) -> bool:
    if not isinstance(item, list) or len(item) != 3:
        return False
    *numbers, strength = item
    real = isinstance(strength, int | float) and not isinstance(strength, bool)
    return all(map(is_seq, numbers)) and real and abs(strength) <= sys.float_info.max
