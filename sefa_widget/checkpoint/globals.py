"""What a pickle may name: an allowlist of globals, each with the stub that takes its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Global:
    """A global that files may name; it is never imported."""

    name: str
    """Its full name, for messages."""
    used: Literal["called", "created", "named", "unknown"]
    """What a pickle may do with it: call it (REDUCE), create an object of it (NEWOBJ), or only name it.
    All of that with a class that is not known here: `inert` makes its stub."""
    stub: Callable[..., object] = tuple
    """Is called in its place, and makes an inert value."""


class Allowlist(dict[tuple[str, str], Global]):
    """All globals that a pickle may name, by exact module and name."""

    inert = False
    """Whether it may name classes that are not known here; they are inert."""


class StatefulStub:
    """A stub that takes state from the pickle (BUILD); no other value does."""

    __slots__ = ()

    def build(self, state: object) -> None:
        """Take the state, or refuse it."""
        raise NotImplementedError


def kind(value: object) -> str:
    """Name what a value is, for messages."""
    return value.name if isinstance(value, Global) else type(value).__name__
