"""Quick pictures of a slow generator while a slider moves: the last whole picture plus what has changed.

A network that sums pictures of growing size (StyleGAN2 with skips) has a small one early on. It shows where
things are, but not their colours: later layers add to them too (`coarse`). So a sketch is the whole picture
that was drawn last plus the difference of the small pictures then and now. On the bundled heads a sketch
correlates by 0.9 and more with the picture it stands for, the small one alone by 0.5; how far something moves
it tells only in part (`benchmarks/sketches.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from sefa_widget.generators.base import Generator
from sefa_widget.generators.stages import first_stage
from sefa_widget.pictures.drawing import tiles
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.frames import Pixels, to_pixels
from sefa_widget.pictures.starts import Start

SMALLEST = 32
"""Smaller pictures than this show nothing."""


def sketch_sizes(generator: Generator, edits: Iterable[Edit]) -> tuple[int, ...]:
    """Give the sizes in pixels at which edits can be sketched, ascending; for most generators none.

    They are those of the pictures that the network makes on its way, behind the first layer that any of the
    edits moves: earlier pictures show nothing of them.
    """
    rows = {row for edit in edits for row in edit.rows_of(generator)}
    stages = generator.stages()[:-1]
    behind = stages[first_stage(generator, rows) :] if rows else stages
    sizes = {stage.resolution for stage in behind if stage.picture is not None}
    return tuple(sorted(size for size in sizes if SMALLEST <= size < generator.resolution))


def sketches(
    generator: Generator,
    start: Start,
    drawn: list[tuple[Edit, Pixels]],
    edits: list[Edit],
    size: int,
    kept: KeptFeatures | None = None,
) -> list[Pixels]:
    """Sketch the pictures of edits from whole pictures of other edits of the same start.

    Parameters
    ----------
    generator
        The generator.
    start
        Where all of them begin.
    drawn
        As many edits, and the whole picture ``[H, W, 3]`` of each.
    edits
        The edits that are wanted.
    size
        One of `sketch_sizes`.
    kept
        See `tiles`.

    Returns
    -------
    list of Pixels
        ``[H, W, 3]`` for each of the edits.
    """
    every = [edit for edit, _ in drawn] + edits
    small: list[Tensor] = [torch.empty(0)] * len(every)
    for tile in tiles(generator, [start], every, kept=kept, largest=size):
        small[tile.column] = tile.image
    moved = []
    for (_, whole), before, now in zip(drawn, small, small[len(drawn) :], strict=False):
        change = (now - before).float()[None]
        change = interpolate(change, size=whole.shape[:2], mode="bilinear", align_corners=False)[0]
        picture = torch.from_numpy(np.ascontiguousarray(whole)).permute(2, 0, 1).to(change.device)
        moved.append(to_pixels(picture / 127.5 - 1 + change[:3]))
    return moved
