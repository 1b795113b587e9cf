"""Directions in; how much, how steadily, how evenly and where each changes the picture out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sefa_widget.arguments import flag, positive, whole
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.editing import Rows
from sefa_widget.evaluation.basis import random_control
from sefa_widget.evaluation.captured import fresh_latents
from sefa_widget.evaluation.changes import differences, draw, rms
from sefa_widget.generators.base import Generator, Latent, check_generator, check_latents


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What a step of one strength to both sides does to the picture, for each of k directions."""

    change: Tensor
    """``[k]``: image change per unit strength (RMS over pixels and channels), mean over seeds and sides."""
    spread: Tensor
    """``[k]``: standard deviation of the same over seeds; 0 where every picture changes as much."""
    evenness: Tensor
    """``[k]``: mean change at ``+strength`` divided by that at ``-strength``; 1 is even, NaN is no change."""
    heat: Tensor
    """``[k, H, W]``: change per unit strength by pixel, RMS over seeds, sides and channels."""
    strength: float
    """The step that was measured; a unit is a step of length 1 in the latent space."""
    control: Effect | None
    """The same for as many random orthonormal directions; None in a control."""

    def __repr__(self) -> str:
        """Say the span of the changes, and the control's mean."""
        least, most = (float(value) for value in self.change.aminmax())
        beside = f", random {float(self.control.change.mean()):.3g}" if self.control else ""
        return f"Effect({len(self.change)} directions: change per unit {least:.3g} to {most:.3g}{beside})"


def effect(
    generator: Generator,
    directions: Directions,
    *,
    strength: float = 1.0,
    latents: Latent | None = None,
    rows: Rows = None,
    control: bool = True,
    seed: int = 0,
) -> Effect:
    """Measure what each direction does to the picture; draws ``(2 k + 1) N`` pictures, twice with control.

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
    control
        Whether random directions are measured as well.
    seed
        Seed of the random control.

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
    strength, control = positive(strength, "The strength"), flag(control, "control")
    seed = whole(seed, "seed", 0)
    latents = fresh_latents(check_generator(generator), 16) if latents is None else check_latents(latents)
    base = draw(generator, latents)
    measured = _measure(generator, latents, base, directions, strength, rows)
    if not control:
        return measured
    random = random_control(directions, seed)
    beside = _measure(generator, latents, base, random, strength, rows)
    return replace(measured, control=beside)


def _measure(
    generator: Generator,
    latents: Latent,
    base: Tensor,
    directions: Directions,
    strength: float,
    rows: Rows,
) -> Effect:
    strengths = dict.fromkeys(range(len(directions)), strength)
    change, spread, evenness, heat = [], [], [], []
    for _, plus, minus in differences(generator, latents, base, directions, strengths, rows):
        right, left = rms(plus), rms(minus)
        both = (right + left) / (2 * strength)
        change.append(both.mean())
        spread.append(both.std(correction=0))
        evenness.append(right.mean() / left.mean())  # 0 / 0 is NaN
        squares = torch.stack([plus, minus]).double().square()  # [2, N, C, H, W]
        heat.append(squares.mean(dim=(0, 1, 2)).sqrt() / strength)
    return Effect(
        change=torch.stack(change),
        spread=torch.stack(spread),
        evenness=torch.stack(evenness),
        heat=torch.stack(heat),
        strength=strength,
        control=None,
    )
