"""The wire: plain dicts from and to the panel in, frozen dataclasses out, and back.

Nothing here knows Jupyter, torch or what a message does. `tests/wire.json` holds one example of each
message and each trait; the panel's tests read the same file.
"""

from __future__ import annotations

import reprlib
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal, TypeGuard

MAX_SEQ = 2**53 - 1
"""Largest request number: the largest whole number JavaScript counts to exactly."""


class MessageError(ValueError):
    """A message from the panel that is not of the wire's form."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A view of the panel exists and wants the current frame."""

    type: ClassVar[str] = "hello"
    view: str
    """Name of the view, unique in its page."""
    seq: int = 0
    """Number of the request; the answering frame or error carries it."""
    padded: bool = False
    """Whether answers are to be padded, see `Probe`."""


@dataclass(frozen=True, slots=True)
class Bye:
    """A view of the panel is gone."""

    type: ClassVar[str] = "bye"
    view: str
    """Name of the view."""
    returns: bool = False
    """Whether it may come back under another name: its page goes away, as it does for a reload."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask for an empty answer, to measure the way there and back."""

    type: ClassVar[str] = "probe"
    view: str
    """Name of the view."""
    seq: int
    """Number of the probe; its answer carries it."""
    padded: bool = False
    """Whether the answer is to be filled up to one loopback segment, which TCP sends at once."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Change the state, then draw it."""

    type: ClassVar[str] = "edit"
    view: str
    """Name of the view that asks and gets the frame."""
    seq: int
    """Number of the request; a frame answers it and all before it."""
    patch: dict[str, Any] = field(default_factory=dict)
    """New absolute values by name of the state's field; empty to only draw."""
    moving: bool = False
    """Whether a control is still held; the lossless frame waits until it is let go."""
    unedited: bool = False
    """Whether to draw the picture as it is without strengths; the state keeps them."""
    padded: bool = False
    """Whether the answer is to be padded, see `Probe`."""


@dataclass(frozen=True, slots=True)
class FrameInfo:
    """What goes with the bytes of one picture."""

    type: ClassVar[str] = "frame"
    view: str
    """The view that asked."""
    seq: int
    """The request this answers, and all before it."""
    revision: int
    """Revision of the state that was drawn."""
    quality: Literal["preview", "final"]
    """`final` is lossless."""
    unedited: bool
    """Whether strengths were left out."""
    mime: str
    """Encoding of the bytes; `image/x-rgba` is width * height * 4 raw bytes."""
    width: int
    """Pixels in a row."""
    height: int
    """Rows."""
    render_ms: float
    """How long the generator took, in milliseconds."""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What went wrong with a request."""

    type: ClassVar[str] = "error"
    view: str
    """The view that asked; empty for all views."""
    seq: int
    """The request this answers, and all before it; 0 answers none."""
    message: str
    """One or two sentences for the person at the panel."""


@dataclass(frozen=True, slots=True)
class ProgressInfo:
    """How far the work for a request is that takes long."""

    type: ClassVar[str] = "progress"
    view: str
    """The view that asked."""
    seq: int
    """The request; it is not answered by this."""
    text: str
    """What is being done."""
    fraction: float
    """How much of it is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class ProbeInfo:
    """The answer to `Probe`."""

    type: ClassVar[str] = "probe"
    view: str
    """The view that asked."""
    seq: int
    """Number of the probe."""


Intent = Hello | Bye | Probe | Edit
Info = FrameInfo | ErrorInfo | ProgressInfo | ProbeInfo


def encode(message: Intent | Info) -> dict[str, Any]:
    """Turn a message into the plain dict that travels."""
    fields = asdict(message)
    texts = {name: sendable(value) for name, value in fields.items() if isinstance(value, str)}
    return {"type": message.type, **fields, **texts}


def sendable(text: str) -> str:
    """Replace what no message can carry: halves of surrogate pairs, as undecodable file names have them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def decode(content: object) -> Intent:
    """Turn what the panel sent into an intent.

    Parameters
    ----------
    content
        The content of a custom message: anything at all.

    Returns
    -------
    Intent
        One of `Hello`, `Bye`, `Probe`, `Edit`; a patch is checked by who applies it.

    Raises
    ------
    MessageError
        If the content is not of the wire's form; the text says which field and what was given.
    """
    if not isinstance(content, dict):
        raise MessageError(f"A message is a dict; this is {reprlib.repr(content)}.")
    kind = content.get("type")
    view = _string(content, "view")
    if kind == "hello":
        return Hello(view, _seq(content, 0), _flag(content, "padded"))
    if kind == "bye":
        return Bye(view, _flag(content, "returns"))
    if kind == "probe":
        return Probe(view, _seq(content), _flag(content, "padded"))
    if kind == "edit":
        patch = content.get("patch", {})
        if not isinstance(patch, dict):
            raise MessageError(f"'patch' of an edit is a dict; this is {reprlib.repr(patch)}.")
        flags = (_flag(content, name) for name in ("moving", "unedited", "padded"))
        return Edit(view, _seq(content), patch, *flags)
    raise MessageError(f"Message type {reprlib.repr(kind)} is unknown; known are hello, bye, probe, edit.")


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


def _seq(content: dict[Any, Any], default: int | None = None) -> int:
    value = content.get("seq", default)
    if not is_seq(value):
        raise MessageError(f"'seq' is a whole number of 0 or more; this is {reprlib.repr(value)}.")
    return int(value)


def _flag(content: dict[Any, Any], name: str) -> bool:
    value = content.get(name, False)
    if not isinstance(value, bool):
        raise MessageError(f"{name!r} is true or false; this is {reprlib.repr(value)}.")
    return value
