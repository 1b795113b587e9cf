"""What stands beside the panel's pictures: each direction at other strengths, all else as it is."""

from __future__ import annotations

from dataclasses import replace

from sefa_widget.generators.base import Generator
from sefa_widget.panel.contents import Found, edits
from sefa_widget.panel.session import Contents
from sefa_widget.panel.state import State
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.sheet import Sheet, sheet
from sefa_widget.progress import Progress

FRAMES = 7
"""How many pictures a filmstrip has, from one end of the slider to the other."""
FILM_FRAMES = 25
"""The same for a film."""


def edit_at(state: State, found: Found, index: int, strength: float) -> Edit:
    """Give the edit of a state with one direction at another strength; that of its first search alone."""
    moved = replace(state, strengths={**state.strengths, index: strength}, original=False)
    return edits(moved, replace(found, second=None))[0]


def end(contents: Contents, index: int) -> float:
    """Give where the slider of a direction ends, as far as it is known."""
    state = contents.state
    return state.ranges.get(index) or float(contents.found.range.ends[index]) * state.stretch


def strip(
    generator: Generator,
    contents: Contents,
    index: int,
    progress: Progress | None = None,
    frames: int = FRAMES,
) -> Sheet:
    """Draw one direction from one end of its slider to the other, a row for each start."""
    shares = [2 * frame / (frames - 1) - 1 for frame in range(frames)]
    far = end(contents, index)
    columns = [edit_at(contents.state, contents.found, index, share * far) for share in shares]
    return sheet(generator, contents.starts, columns, progress=progress)


def wall(generator: Generator, contents: Contents, k: int, progress: Progress | None = None) -> Sheet:
    """Draw both slider ends of the first k directions on the chosen start, a row for each direction."""
    count = min(k, len(contents.found.directions))
    columns = [
        edit_at(contents.state, contents.found, index, side * end(contents, index))
        for index in range(count)
        for side in (-1, 1)
    ]
    drawn = sheet(generator, contents.starts[contents.state.chosen], columns, progress=progress)
    return replace(drawn, tiles=drawn.tiles.reshape(count, 2, *drawn.tiles.shape[2:]))
