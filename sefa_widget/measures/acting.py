"""Where directions act in the picture, and how alike they act on different pictures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.measures.sliders.unedited import Unedited, shown
from sefa_widget.pictures.editing import edit

GRID = 8
"""The picture is cut into so many rows and columns of cells."""
MOST = 64
"""Directions measured in all, besides those that have a strength."""


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """What one direction does between the ends of its slider."""

    alike: float
    """Mean cosine of the changes of two pictures: 1 is the same change in each, 0 is unrelated ones."""
    where: Tensor
    """``[8, 8]``: the share of each cell of the picture in the squared change, top row first."""


class Acting:
    """What directions do, measured a direction at a time.

    The same few pictures are drawn at both ends of a direction's slider; the change is the difference.

    >>> from sefa_widget import factorize, load_generator
    >>> from sefa_widget.measures.sliders import Setting, Unedited
    >>> heads = load_generator("heads", device="cpu")
    >>> colours = factorize(heads, layers=(6, 10), k=2)
    >>> acting = Acting(heads, colours, [6, 7, 8, 9], Unedited(heads, Setting()))
    >>> while acting.step([0.5, 0.5]):
    ...     pass
    >>> sorted(acting.found)
    [0, 1]

    Parameters
    ----------
    generator, directions
        What is measured.
    rows
        The code rows that an edit moves.
    unedited
        The latents of its first pictures are moved.
    """

    def __init__(
        self, generator: Generator, directions: Directions, rows: Collection[int], unedited: Unedited
    ) -> None:
        self.found: Mapping[int, Acts] = {}
        """What is known so far, by direction; replaced whenever a direction is done."""
        self._generator, self._directions, self._rows = generator, directions, list(rows)
        self._latents = unedited.latents
        self._over = False

    def step(self, ends: Collection[float], wanted: Collection[int] = ()) -> bool:
        """Measure the next direction.

        Parameters
        ----------
        ends
            Where the sliders end, one for each direction.
        wanted
            Directions that come before the others: those that have a strength.

        Returns
        -------
        bool
            Whether there is more to measure. An error ends the measuring for good; it is raised once.
        """
        order = [*wanted, *range(min(MOST, len(self._directions)))]
        left = [i for i in dict.fromkeys(order) if i < len(self._directions) and i not in self.found]
        if self._over or not left:
            return False
        try:
            acts = self._measure(left[0], list(ends)[left[0]])
        except BaseException:
            self._over = True
            raise
        self.found = {**self.found, left[0]: acts}
        return len(left) > 1

    def _measure(self, index: int, end: float) -> Acts:
        plus, minus = (
            shown(
                self._generator, edit(self._latents, self._directions, {index: side * end}, rows=self._rows)
            )
            for side in (1, -1)
        )
        change = (plus - minus).float()
        cells = adaptive_avg_pool2d(change.square().mean((0, 1))[None], GRID)[0].double().cpu()
        return Acts(_alike(change.flatten(1)), cells / cells.sum().clamp_min(1e-30))


def _alike(changes: Tensor) -> float:
    """Give the mean cosine between the rows of ``[N, P]``; 0 of a single row or where nothing changes."""
    count = len(changes)
    if count < 2:
        return 0.0
    units = torch.nn.functional.normalize(changes.double(), dim=1)
    return float((units.sum(0).square().sum() - units.square().sum()) / (count * (count - 1)))
