"""How much, how steadily, how evenly and where each direction changes the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sefa_widget.arguments import positive, whole
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.generators.base import Generator, Latent, check_generator, check_latents
from sefa_widget.measures.basis import as_control, in_words, random_units
from sefa_widget.measures.changes import Tick, differences, draw, rms
from sefa_widget.measures.fresh import fresh_latents
from sefa_widget.pictures.editing import Rows
from sefa_widget.progress import Progress, check_progress, shares

CONTROLS = 20
"""Random directions of a control that costs pictures. They are independent of each other and not of one
basis: what is measured is of one direction each, and so their spread is that of a random direction."""


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What a step of one strength to both sides does to the picture, for each of k directions.

    Attributes
    ----------
    change
        ``[k]``: image change per unit strength (RMS over pixels and channels), mean over seeds and sides.
    spread
        ``[k]``: standard deviation of the same over seeds; 0 where every picture changes as much.
    evenness
        ``[k]``: mean change at ``+strength`` divided by that at ``-strength``; 1 is even, NaN is no change.
    heat
        ``[k, H, W]``: change per unit strength by pixel, RMS over seeds, sides and channels.
    strength
        The step that was measured; a unit is a step of length 1 in the latent space.
    control
        The same for B independent random directions, so B where k is above; None if there are none.
    """

    change: Tensor
    spread: Tensor
    evenness: Tensor
    heat: Tensor
    strength: float
    control: Effect | None

    def __repr__(self) -> str:
        """Say the span of the changes, and that of the control."""
        span = in_words(self.change, None if self.control is None else self.control.change)
        return f"Effect({len(self.change)} directions: change per unit {span})"


def effect(
    generator: Generator,
    directions: Directions,
    *,
    strength: float = 1.0,
    latents: Latent | None = None,
    rows: Rows = None,
    controls: int = CONTROLS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Effect:
    """Measure what each direction does to the picture; draws ``(2 (k + B) + 1) N`` pictures.

    Parameters
    ----------
    generator
        The generator the directions belong to.
    directions
        The k directions.
    strength
        The step to both sides; changes are divided by it.
    latents
        N latents to measure on; None takes 16 fresh ones.
    rows
        The code rows that an edit moves; see `edit`.
    controls
        B: how many random directions are measured as well, independent of each other; 0 is none.
    seed
        Seed of the random directions.
    progress
        Called before every batch of pictures and at the end with how much is done, and of how much; what it
        raises ends the work.

    Returns
    -------
    Effect
        Changes in image units (-1..1 is the whole range) per unit of strength.

    Raises
    ------
    ValueError
        If the strength is not finite and positive, or the directions do not fit the generator.
    """
    check_directions(directions)
    strength, controls = positive(strength, "The strength"), whole(controls, "controls", 0)
    seed = whole(seed, "seed", 0)
    latents = fresh_latents(check_generator(generator), 16) if latents is None else check_latents(latents)
    own, beside = shares(check_progress(progress), [len(directions), controls])
    base = draw(generator, latents, _tick(own, 0, 1))
    measured = _measure(generator, latents, base, directions, strength, rows, own)
    if not controls:
        return measured
    random = as_control(directions, random_units(controls, generator.latent_dim, seed))
    return replace(measured, control=_measure(generator, latents, base, random, strength, rows, beside))


def _tick(progress: Progress | None, done: int, total: int) -> Tick | None:
    """Give what is called before a batch of pictures."""
    return None if progress is None else lambda: progress(done, total)


def _measure(
    generator: Generator,
    latents: Latent,
    base: Tensor,
    directions: Directions,
    strength: float,
    rows: Rows,
    progress: Progress | None,
) -> Effect:
    change, spread, evenness, heat = [], [], [], []
    for index in range(len(directions)):
        tick = _tick(progress, index, len(directions))
        ((_, plus, minus),) = differences(generator, latents, base, directions, {index: strength}, rows, tick)
        right, left = rms(plus), rms(minus)
        both = (right + left) / (2 * strength)
        change.append(both.mean())
        spread.append(both.std(correction=0))
        evenness.append(right.mean() / left.mean())  # 0 / 0 is NaN
        squares = torch.stack([plus, minus]).double().square()  # [2, N, C, H, W]
        heat.append(squares.mean(dim=(0, 1, 2)).sqrt().cpu() / strength)
    if progress is not None:
        progress(len(directions), len(directions))
    return Effect(
        change=torch.stack(change),
        spread=torch.stack(spread),
        evenness=torch.stack(evenness),
        heat=torch.stack(heat),
        strength=strength,
        control=None,
    )
