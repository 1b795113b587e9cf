"""Directions in, how far their sliders go out: first as far as latents spread, then to equal image change.

A slider's end is a strength. At first it is a fixed number of standard deviations of the latent along the
direction, which costs no picture. Then, when there is time, the ends are moved so that every direction
changes the picture as much as a strong one did (the upper quartile), see `evaluation.travel`: equal travel
means equal change, and methods are judged at matched effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.directions import Directions, Progress
from sefa_widget.editing import Rows
from sefa_widget.evaluation import fresh_latents, latent_spread, travel
from sefa_widget.evaluation.changes import differences, draw, rms
from sefa_widget.generators.base import Generator

Z_SPREADS, W_SPREADS = 4.0, 1.5
"""Standard deviations of the latent at the ends of a slider: one of many independent numbers of z may go
farther than w, which a mapping network has bent into shape."""
STRONG = 0.75
"""Quantile of the changes at first reach that all sliders are given: a lower one would tie down what moves
most, a higher one is out of reach of most directions."""
STRETCH = 2.0
"""Equal change is sought up to this many times the first reach; farther out pictures break."""
MEASURED = 10
"""Directions whose change is measured; the panel shows so many at first."""
SEEDS = 8
"""Pictures on which a change is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """How far the sliders of all k directions go."""

    strengths: Tensor
    """``[k]`` float64: the strength at either end of each direction's slider."""
    change: float | None = None
    """The mean image change at the ends of the measured directions (RMS, -1..1 is the whole range)."""

    def rounded(self) -> list[float]:
        """Give the strengths with three digits, as people read them."""
        return [float(f"{strength:.3g}") for strength in self.strengths.tolist()]


def first_reach(generator: Generator, directions: Directions) -> Reach:
    """Give each slider the reach that the spread of latents along its direction allows."""
    spread = latent_spread(generator, directions)
    times = Z_SPREADS if generator.latent_space == "z" else W_SPREADS
    return Reach(times * spread.clamp_min(1e-3 * float(spread.max()) + 1e-12))


def equal_reach(
    generator: Generator,
    directions: Directions,
    *,
    rows: Rows = None,
    change: float | None = None,
    progress: Progress | None = None,
) -> Reach:
    """Give the first `MEASURED` sliders the reach at which their mean image change is the same.

    Draws some hundred pictures.

    Parameters
    ----------
    generator, directions, rows
        As for `edit`.
    change
        The change at the ends; None is the upper quartile over the directions at their first reach.
    progress
        Called before every batch of pictures with how many directions are done, and how many there are; what
        it raises ends the work.

    Returns
    -------
    Reach
        Directions that were not measured, and all of a generator that no direction changes, keep their first
        reach. One that reaches the change nowhere within `STRETCH` of its first reach ends there.
    """
    first = first_reach(generator, directions)
    some = directions.first(MEASURED)
    starts = first.strengths[: len(some)]
    latents = fresh_latents(generator, SEEDS)
    with torch.inference_mode():
        if change is None:

            def first_half() -> None:
                if progress is not None:
                    progress(len(changes), 2 * len(some))

            changes: list[float] = []
            base = draw(generator, latents, first_half)
            ends = dict(enumerate(starts.tolist()))
            for _, plus, minus in differences(generator, latents, base, some, ends, rows, first_half):
                changes.append(float((rms(plus) + rms(minus)).mean()) / 2)
            change = float(torch.tensor(changes).quantile(STRONG))
        if not change > 0:
            return first

        def second_half(done: int, total: int) -> None:
            if progress is not None:
                progress(total + done, 2 * total)

        found = travel(
            generator,
            some,
            change,
            limit=STRETCH * starts,
            latents=latents,
            rows=rows,
            controls=0,
            progress=second_half,
        )
    return Reach(torch.cat([found.strengths, first.strengths[len(some) :]]), change)
