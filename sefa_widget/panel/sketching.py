"""How a slow generator is sketched while a control moves: from which whole pictures, and how large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sefa_widget.panel.session import Contents, Place
from sefa_widget.pictures.frames import Pixels

SLOW_MS = 250.0
"""A sketch must take less than this, and pictures that take less are never sketched."""
QUICK_MS = 80.0
"""After a sketch that took less than this, the next one is larger."""


class Whole(Protocol):
    """Whole pictures, and what they are of."""

    @property
    def contents(self) -> Contents:
        """The sheet they are of."""

    @property
    def tiles(self) -> Mapping[Place, Pixels]:
        """Its tiles, as far as they are drawn."""


class Sketching:
    """Keeps the whole pictures that sketches begin with, and finds the size that is quick enough."""

    def __init__(self) -> None:
        self._size = 0
        self._sizes: tuple[int, ...] = ()
        self._whole: Whole | None = None

    def painted(self, painted: Whole) -> None:
        """Note whole pictures."""
        self._whole = painted

    def forget(self) -> None:
        """Let go of the pictures."""
        self._whole = None

    def from_whole(self, contents: Contents) -> tuple[Contents, list[Pixels]] | None:
        """Give what the whole pictures of the chosen start are of, and these; None if none of them fit."""
        if self._whole is None:
            return None
        then, row = self._whole.contents, contents.state.chosen
        same = then.unedited == contents.unedited and then.found.weights == contents.found.weights
        if not same or row >= len(then.starts) or then.starts[row] != contents.starts[row]:
            return None
        found = [self._whole.tiles.get((row, column)) for column in range(len(then.edits))]
        known = [pixels for pixels in found if pixels is not None]
        return (then, known) if len(known) == len(then.edits) == len(contents.edits) else None

    def size(self, sizes: tuple[int, ...]) -> int:
        """Choose one of some sizes, which are ascending: the largest that was quick, else the smallest."""
        self._sizes = sizes
        self._size = max((size for size in sizes if size <= self._size), default=sizes[0])
        return self._size

    def took(self, milliseconds: float) -> None:
        """Note how long that took: the next one is smaller if it was too long, and larger if it was quick."""
        place = self._sizes.index(self._size)
        if milliseconds > SLOW_MS:
            self._size = self._sizes[max(0, place - 1)]
        elif milliseconds < QUICK_MS:
            self._size = self._sizes[min(len(self._sizes) - 1, place + 1)]
