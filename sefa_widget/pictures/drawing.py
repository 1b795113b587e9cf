"""Draw a grid of pictures, each start with each edit, sharing what is equal.

Tiles of one start have equal features up to the first stage that reads a code row which their edit moves.
Those features are computed once for all edits of a start, and the rest of the network runs for each tile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.generators.base import Generator, Latent
from sefa_widget.generators.stages import Features, advance, draw, first_stage, picture_of
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.starts import Start, batches

BATCH_PIXELS = 2**19
"""Pixels drawn at once, at most: 128 pictures of 64 px, one of 1024 px."""

Tick = Callable[[], object]
"""Called before every batch of pictures; what it raises ends the drawing."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture of a grid.

    Attributes
    ----------
    row, column
        Which start and which edit it is of.
    image
        ``[C, H, W]`` on the generator's device, values of about -1..1.
    """

    row: int
    column: int
    image: Tensor


def tiles(
    generator: Generator, starts: Sequence[Start], edits: Sequence[Edit], *, tick: Tick | None = None
) -> Iterator[Tile]:
    """Draw every start with every edit, a batch at a time; the caller may stop between any two tiles.

    Parameters
    ----------
    generator
        The generator.
    starts, edits
        The R rows and the C columns of the grid.
    tick
        Called before every batch.

    Yields
    ------
    Tile
        R * C of them: the starts in batches, and of each batch the edits in the order of the stage
        from which they differ.
    """
    stages = generator.stages()
    at_once = max(1, BATCH_PIXELS // generator.resolution**2)
    columns = _by_first_stage(generator, edits)
    for places, latent, noise in batches(generator, starts, at_once):
        features: Features = ()
        done = 0
        for first, same in columns:
            with generator.lock, torch.no_grad():
                features = advance(stages[done:first], features, latent, noise)
                done = first
            for some in _chunks(same, max(1, at_once // len(places))):
                if tick is not None:
                    tick()
                with generator.lock, torch.no_grad():
                    if first == len(stages):
                        images = torch.cat([picture_of(stages[-1], features)] * len(some))
                    else:
                        edited = Latent.cat([edits[column].apply(latent) for column in some])
                        shared = tuple(torch.cat([tensor] * len(some)) for tensor in features)
                        images = draw(stages[first:], shared, edited, noise)
                grid = [(place, column) for column in some for place in places]
                for (place, column), image in zip(grid, images, strict=True):
                    yield Tile(place, column, image)


def _by_first_stage(generator: Generator, edits: Sequence[Edit]) -> list[tuple[int, list[int]]]:
    """Group columns by the first stage that reads a row which their edit moves, earliest first."""
    groups: dict[int, list[int]] = {}
    for column, edit in enumerate(edits):
        groups.setdefault(first_stage(generator, edit.rows_of(generator)), []).append(column)
    return sorted(groups.items())


def _chunks(numbers: list[int], most: int) -> Iterator[list[int]]:
    for start in range(0, len(numbers), most):
        yield numbers[start : start + most]
