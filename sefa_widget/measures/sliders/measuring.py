"""Measure where sliders end: where directions change the picture by half the distance of two, or break it.

The rule. A direction's slider ends where the picture, at plus and minus the strength, differs from the
unedited one by half the distance of two independent pictures (RMS over seeds, sides, pixels and channels, of
pictures clipped to -1..1 as they are shown). It ends earlier where pictures break: their sharpness is, on
average over the seeds of the worse side, three standard deviations of that of unedited pictures away from
what it was.

Why sharpness. A broken picture is smeared, or rough all over, so the share of fine detail is what leaves the
range of the generator's own pictures first. On the bundled heads it separates pictures that look broken from
those that do not; the share of clipped values, colour, contrast and total variation leave their range later,
or on good pictures too (docs/methods.md).
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Generator as Work

import torch

from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator, Latent
from sefa_widget.measures.sliders.crossing import TOLERANCE, Crossing
from sefa_widget.measures.sliders.range import SliderRange, Stop, first_range, with_measured
from sefa_widget.measures.sliders.unedited import Unedited, batch_size, part, sharpness, shown
from sefa_widget.pictures.editing import edit
from sefa_widget.progress import Progress

SHARE = 0.5
"""The change at a slider's end, as a share of the distance of two independent pictures."""
BREAK = 3.0
"""Standard deviations of the sharpness of unedited pictures at which pictures break."""
FIRST = 10
"""Directions measured before all others; the panel shows so many at first."""
MEASURED = 32
"""Directions measured in all, besides those that have a strength; the ends of the others stay estimates."""


class Measuring:
    """The slider range of some directions, measured one batch of pictures at a time.

    What is measured does not depend on time: an interruption is simply a pause between two steps.

    >>> from sefa_widget import factorize, load_generator
    >>> from sefa_widget.measures.sliders import Measuring, Setting, Unedited
    >>> faces = load_generator("faces")
    >>> measuring = Measuring(faces, factorize(faces, k=2), [0], Unedited(faces, Setting()))
    >>> while measuring.step():
    ...     pass
    >>> measuring.range.stops
    ('change', 'change')

    Parameters
    ----------
    generator, directions
        Whose sliders they are.
    rows
        The code rows that an edit moves.
    unedited
        The pictures to measure on; drawn first if they are not yet, and may be shared.
    """

    def __init__(
        self, generator: Generator, directions: Directions, rows: Collection[int], unedited: Unedited
    ) -> None:
        self.range = first_range(generator, directions)
        """What is known so far; replaced whenever directions are done."""
        self._first = self.range
        self._generator, self._directions, self._rows = generator, directions, list(rows)
        self._unedited = unedited
        self._found: dict[int, tuple[float, Stop]] = {}
        self._wanted: list[int] = []
        self._work: Work[None, None, None] | None = None
        self._over = False

    @property
    def first_done(self) -> bool:
        """Whether the directions that are shown at first are measured, or cannot be."""
        return self.knows(range(FIRST))

    def knows(self, wanted: Collection[int]) -> bool:
        """Whether these directions are measured, or cannot be."""
        return self._over or all(i in self._found for i in wanted if i < len(self._directions))

    @property
    def ended(self) -> bool:
        """Whether all is measured that is measured without being wanted, or nothing can be."""
        return self._over or not self._next()

    def step(self, wanted: Collection[int] = ()) -> bool:
        """Draw one batch of pictures.

        Parameters
        ----------
        wanted
            Directions to measure after the first ones and before the rest: those that have a strength.

        Returns
        -------
        bool
            Whether there is more to measure. An error ends the measuring for good; it is raised once.
        """
        self._wanted = [index for index in wanted if index < len(self._directions)]
        if self._work is None:
            if self._over or not self._next():
                return False
            self._work = self._all()
        try:
            next(self._work)
        except StopIteration:
            self._work = None
            return not self._over and bool(self._next())
        except BaseException:
            self._over, self._work = True, None
            raise
        return True

    def _next(self) -> list[int]:
        """Give the directions to measure now: one at first, then as many as fit one batch of pictures."""
        order = [*range(min(FIRST, MEASURED)), *self._wanted, *range(MEASURED)]
        left = [i for i in dict.fromkeys(order) if i < len(self._directions) and i not in self._found]
        together = max(1, batch_size(self._generator) // (2 * len(self._unedited.latents.codes)))
        return left[: together if self._found else 1]

    def _all(self) -> Work[None, None, None]:
        """Measure what there is to measure, and pause after every batch of pictures."""
        while not self._unedited.done:
            self._unedited.step()
            yield
        wanted = SHARE * self._unedited.distance
        if not wanted > 0:
            self._over = True
            return
        while indices := self._next():
            ratio = float(self.range.ends[0] / self._first.ends[0])  # guesses follow the first direction
            searches = {i: Crossing(float(self._first.ends[i]) * ratio) for i in indices}
            stops: dict[int, Stop] = {}
            while going := {i: search.at for i, search in searches.items() if search.end is None}:
                changes, breaks = yield from self._measured(going)
                for i, change, broken in zip(going, changes, breaks, strict=True):
                    value = max(change / wanted, broken / BREAK)
                    if value >= 1 - TOLERANCE:
                        stops[i] = "change" if change / wanted > broken / BREAK else "sharpness"
                    searches[i].measured(value)
            for i, search in searches.items():
                assert search.end is not None
                self._found[i] = (search.end, "flat" if search.flat else stops[i])
            self.range = with_measured(self._first, self._found, wanted)

    def _measured(self, strengths: dict[int, float]) -> Work[None, None, tuple[list[float], list[float]]]:
        """Give each direction's change of the picture, and of its sharpness in standard deviations."""
        base, before = self._unedited.latents, self._unedited.pictures
        count, rows = len(before), self._rows
        latents = _stacked(
            [
                edit(base, self._directions, {index: side * strength}, rows=rows)
                for index, strength in strengths.items()
                for side in (1, -1)
            ]
        )
        squares, sharp = [], []
        size = batch_size(self._generator)
        for start in range(0, len(latents.codes), size):
            pictures = shown(self._generator, part(latents, slice(start, start + size)))
            same = [number % count for number in range(start, start + len(pictures))]
            squares.append((pictures - before[same]).double().square().mean(dim=(1, 2, 3)).cpu())
            shift = (sharpness(pictures) - self._unedited.sharpness[same]).abs()
            sharp.append(torch.where(self._unedited.sharpness[same].isfinite(), shift, 0.0))
            yield
        changes = torch.cat(squares).view(-1, 2 * count).mean(1).sqrt()
        breaks = torch.cat(sharp).view(-1, 2, count).mean(2).amax(1) / self._unedited.sharpness_spread
        return changes.nan_to_num(torch.inf).tolist(), breaks.nan_to_num(torch.inf).tolist()


def measured_range(
    generator: Generator,
    directions: Directions,
    rows: Collection[int],
    unedited: Unedited,
    progress: Progress | None = None,
) -> SliderRange:
    """Measure a slider range in one go, for where nothing else waits; see `Measuring`.

    `progress` is called after each batch of pictures with how many directions are measured, of how many.
    """
    measuring = Measuring(generator, directions, rows, unedited)
    total = min(MEASURED, len(directions))
    more = True
    while more:
        more = measuring.step()
        if progress is not None:
            progress(len(measuring.range.measured), total)
    return measuring.range


def _stacked(latents: list[Latent]) -> Latent:
    """Put several latents of one setting behind each other."""
    labels = [one.labels for one in latents if one.labels is not None]
    codes = torch.cat([one.codes for one in latents])
    return Latent(codes, torch.cat(labels) if labels else None, latents[0].truncation_psi)
