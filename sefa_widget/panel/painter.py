"""Draws the sheet of a panel in the order in which it is wanted, and gives way when something newer is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

import numpy as np

from sefa_widget.panel.session import Contents, Place, Session
from sefa_widget.panel.sketching import SLOW_MS, Sketching
from sefa_widget.panel.worker import Ending
from sefa_widget.pictures.frames import Pixels
from sefa_widget.pictures.sketches import sketch_sizes

TOGETHER_MS = 120.0
"""A sheet that takes longer than this is drawn in turns: the chosen start, then the others."""
SKIPPED = 3
"""After the other starts were left out so many times, a batch of them is drawn though more is wanted."""
FORGET = 0.7
"""How much of the slowest time of a tile counts when the next ones are quicker."""


@dataclass(slots=True)
class Painted:
    """The tiles of a sheet that are drawn so far."""

    contents: Contents
    """What the sheet is drawn from."""
    tiles: dict[Place, Pixels] = field(default_factory=dict)
    """``[H, W, 3]`` RGB by row and column."""
    render_ms: float = 0.0
    """How long the part took that was drawn last, in milliseconds."""

    @property
    def complete(self) -> bool:
        """Whether all tiles are drawn."""
        return len(self.tiles) == len(self.contents.starts) * len(self.contents.edits)

    def missing(self, turn: int = 0) -> list[int]:
        """Give the rows that are not drawn yet: the chosen one, then the others, each turn another first."""
        chosen = self.contents.state.chosen
        others = [row for row in range(len(self.contents.starts)) if row != chosen]
        turn %= max(1, len(others))
        columns = range(len(self.contents.edits))
        return [
            row
            for row in (chosen, *others[turn:], *others[:turn])
            if any((row, column) not in self.tiles for column in columns)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Tiles to show, of one sheet."""

    contents: Contents
    """What the sheet is drawn from."""
    places: tuple[Place, ...]
    """Row and column of each tile."""
    pixels: Pixels
    """``[n, H, W, 3]`` RGB."""
    render_ms: float
    """How long they took to draw, in milliseconds."""
    sketch: bool = False
    """Whether they are only roughly right."""


class Painter:
    """Draws the sheets of one panel, and keeps what is drawn of the last one.

    Parameters
    ----------
    session
        Of the panel.
    waiting
        Tells whether something newer is wanted.
    """

    def __init__(self, session: Session, waiting: Callable[[], bool]) -> None:
        self.painted: Painted | None = None
        """The sheet that was wanted last."""
        self.done = True
        """Whether the last call came to its end, and gave all tiles."""
        self._open: Session | None = session
        self._waiting = waiting
        self._sketching = Sketching()
        self._tile_ms = 0.0
        self._skipped = self._turn = 0

    @property
    def _session(self) -> Session:
        if self._open is None:
            raise Ending
        return self._open

    def forget(self) -> None:
        """Let go of all pictures, and of the session; nothing can be drawn any more."""
        self.painted = self._open = None
        self._sketching.forget()

    def show(self, contents: Contents, *, moving: bool) -> Iterator[Shown]:
        """Give the tiles of a sheet as they are drawn, those of the chosen start first if that takes long.

        What is drawn already comes at once. While a control is `moving`, a slow picture is sketched instead.
        """
        painted = self._begin(contents)
        if moving and self._tile_ms > SLOW_MS and (sketch := self._sketch(painted)):
            yield sketch
            return
        if painted.tiles:
            yield _some(painted, tuple(painted.tiles))
        for rows in self._turns(painted):
            if not (yield from self._draw(painted, rows)):
                return
        self.done = True

    def finish(self, contents: Contents) -> Iterator[Shown]:
        """Give every tile of a sheet once more by itself, and draw those that were left out."""
        painted = self._begin(contents)
        for place in tuple(painted.tiles):
            yield _some(painted, (place,))
            if self._gives_way():
                return
        rows = painted.missing()
        self.done = not rows or (yield from self._draw(painted, rows))

    def _begin(self, contents: Contents) -> Painted:
        """Give what is drawn of a sheet already."""
        known = self.painted
        if known is None or known.contents.key != contents.key:
            known = self.painted = Painted(contents)
        known.contents = contents
        self.done = False
        return known

    def _draw(self, painted: Painted, rows: list[int]) -> Generator[Shown, None, bool]:
        """Draw rows, batch by batch; say whether all are drawn, or something newer is wanted before."""
        for part in self._session.draw(painted.contents, rows):
            painted.tiles.update(zip(part.places, part.pixels, strict=True))
            painted.render_ms = part.render_ms
            # features that are kept make a picture quick for once
            self._tile_ms = max(part.render_ms / len(part.places), FORGET * self._tile_ms)
            self._sketching.painted(painted)
            yield Shown(painted.contents, part.places, part.pixels, part.render_ms)
            if not painted.complete and self._gives_way():
                return False
        return True

    def _turns(self, painted: Painted) -> list[list[int]]:
        """Give the rows to draw in each turn: all at once if that is quick, else the chosen one first."""
        rows = painted.missing(self._turn)
        quick = self._tile_ms * len(rows) * len(painted.contents.edits) <= TOGETHER_MS
        shown = painted.contents.state.chosen not in rows
        return [part for part in ([rows] if quick or shown else [rows[:1], rows[1:]]) if part]

    def _gives_way(self) -> bool:
        """Tell whether to leave the rest to what is newer; every now and then it is drawn all the same."""
        if not self._waiting():
            return False
        if self._skipped < SKIPPED:
            self._skipped += 1
            return True
        self._skipped = 0
        self._turn += 1
        return False

    def _sketch(self, painted: Painted) -> Shown | None:
        """Sketch the chosen start's tiles, if they are not drawn yet and there is something to begin with."""
        contents = painted.contents
        known = self._sketching.from_whole(contents)
        if known is None or contents.state.chosen not in painted.missing():
            return None
        then, whole = known
        sizes = sketch_sizes(self._session.generator, (*then.edits, *contents.edits))
        if not sizes:
            return None
        part = self._session.sketch(contents, then, whole, self._sketching.size(sizes))
        self._sketching.took(part.render_ms)
        return Shown(contents, part.places, part.pixels, part.render_ms, sketch=True)


def _some(painted: Painted, places: tuple[Place, ...]) -> Shown:
    pixels = np.stack([painted.tiles[place] for place in places])
    return Shown(painted.contents, places, pixels, painted.render_ms)
