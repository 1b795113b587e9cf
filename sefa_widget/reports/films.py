"""Draws what a report shows: filmstrips of each direction for each seed, and both ends of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sefa_widget.generators.base import Generator
from sefa_widget.measures.strips import SHARES
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.files import Tiles
from sefa_widget.pictures.sheet import sheet
from sefa_widget.progress import Progress
from sefa_widget.reports.groups import Group
from sefa_widget.reports.packing import LARGEST, Strip, smaller
from sefa_widget.reports.settings import Settings

MOVED = tuple(share for share in SHARES if share)
"""Shares of a slider's end, without the unedited picture, which is drawn once for each seed."""
MIDDLE = SHARES.index(0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Films:
    """Pictures of all groups, at most `LARGEST` pixels high.

    Attributes
    ----------
    strips
        Of each group and each of its first directions: a strip for each seed, from end to end.
    walls
        Of each group: both ends of each direction, on the first seed.
    """

    strips: tuple[tuple[tuple[Strip, ...], ...], ...]
    walls: tuple[tuple[Strip, ...], ...]

    @property
    def all(self) -> list[Strip]:
        """All strips, those of the walls last."""
        films = [strip for group in self.strips for direction in group for strip in direction]
        return films + [strip for wall in self.walls for strip in wall]


def count_pictures(groups: int, settings: Settings) -> int:
    """How many pictures are drawn."""
    people = len(settings.seeds)
    return people + groups * (settings.k * people * len(MOVED) + 2 * (settings.wall - settings.k))


def draw_films(
    generator: Generator, groups: Sequence[Group], settings: Settings, progress: Progress | None = None
) -> Films:
    """Draw all filmstrips and walls; `progress` is called after every picture."""
    drawn, total = 0, count_pictures(len(groups), settings)

    def draw(people: int, edits: Sequence[Edit] | None) -> Tiles:
        nonlocal drawn

        def told(done: int, _all: int) -> None:
            if progress is not None:
                progress(drawn + done, total)

        tiles = sheet(generator, settings.starts[:people], edits, progress=told).tiles
        drawn += tiles.shape[0] * tiles.shape[1]
        return smaller(tiles, LARGEST)

    people = len(settings.seeds)
    unedited = draw(people, None)
    strips, walls = [], []
    for group in groups:
        films, ends = [], []
        for place in range(settings.wall):
            few = place >= settings.k
            shares = (MOVED[0], MOVED[-1]) if few else MOVED
            edits = [Edit(group.directions, {place: share * group.end(place)}) for share in shares]
            tiles = draw(1 if few else people, edits)
            ends.append(tiles[0, [0, -1]])
            if not few:
                whole = np.concatenate([tiles[:, :MIDDLE], unedited, tiles[:, MIDDLE:]], axis=1)
                films.append(tuple(whole))
        strips.append(tuple(films))
        walls.append(tuple(ends))
    return Films(tuple(strips), tuple(walls))
