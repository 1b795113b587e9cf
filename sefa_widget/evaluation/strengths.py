"""The strengths at which directions change the picture equally much, so that they can be compared."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sefa_widget.arguments import positive, positives, whole
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.evaluation.effect import CONTROLS
from sefa_widget.generators.base import Generator, Latent, check_generator, check_latents
from sefa_widget.measures.basis import as_control, in_words, random_units
from sefa_widget.measures.changes import differences, draw, rms
from sefa_widget.measures.fresh import fresh_latents
from sefa_widget.pictures.editing import Rows
from sefa_widget.progress import Progress, check_progress

TOLERANCE = 0.01
"""A change is reached within this share of itself."""
ROUNDS = 24
"""Measurements per direction, at most; about five are used."""


@dataclass(frozen=True, slots=True, eq=False)
class MatchedStrengths:
    """The strength of each of k directions for the same mean image change.

    Attributes
    ----------
    strengths
        ``[k]``: the strength at which `change` is reached; positive, at most `limit`.
    changes
        ``[k]``: the mean image change measured there; less than `change` where the limit stopped it.
    change
        The wanted change: RMS over pixels and channels, mean over seeds and both sides, in image units.
    limit
        The cap on each direction's strength, ``[k]``.
    control
        The same for B independent random directions, so B where k is above; None if there are none.
    """

    strengths: Tensor
    changes: Tensor
    change: float
    limit: Tensor
    control: MatchedStrengths | None

    @property
    def reached(self) -> Tensor:
        """Whether each direction reaches the change within the limit, ``[k]`` bool."""
        return self.changes >= self.change * (1 - TOLERANCE)

    def __repr__(self) -> str:
        """Say the span of the strengths, and that of the control."""
        span = in_words(self.strengths, None if self.control is None else self.control.strengths)
        return f"MatchedStrengths({len(self.strengths)} directions to {self.change}: {span})"


def matched_strengths(
    generator: Generator,
    directions: Directions,
    change: float = 0.2,
    *,
    limit: float | Tensor = 50.0,
    latents: Latent | None = None,
    rows: Rows = None,
    controls: int = CONTROLS,
    seed: int = 0,
    progress: Progress | None = None,
) -> MatchedStrengths:
    """Find the strength of each direction that gives the same mean image change.

    The measured curve of change over strength starts at 0 and is nearly straight, so each step goes where
    the straight line through the last measurement says, kept inside the bracket known so far.

    Parameters
    ----------
    generator
        The generator the directions belong to.
    directions
        The k directions.
    change
        The wanted change in image units (-1..1 is the whole range); see `MatchedStrengths.change`.
    limit
        The largest strength tried: one number, or one per direction ``[k]``.
    latents
        N latents to measure on; None takes 16 fresh ones.
    rows
        The code rows that an edit moves; see `edit`.
    controls
        B: how many random directions are measured as well, independent of each other, up to the largest
        limit; 0 is none.
    seed
        Seed of the random directions.
    progress
        Called with how many directions are done and how many there are, before every batch of pictures.

    Returns
    -------
    MatchedStrengths
        A strength for each direction: reached within 1 %, or the limit where the change is not reached.

    Raises
    ------
    ValueError
        If the change or the limit is not finite and positive, or the directions do not fit the generator.
    """
    k = len(check_directions(directions))
    check_generator(generator)
    change = positive(change, "The change")
    limits = torch.tensor(positives(limit, "The limit", k), dtype=torch.float64)
    check_progress(progress)
    seed = whole(seed, "seed", 0)
    controls = whole(controls, "controls", 0)
    latents = fresh_latents(generator, 16) if latents is None else check_latents(latents)
    total = k + controls

    def tick(done: int) -> None:
        if progress is not None:
            progress(done, total)

    base = draw(generator, latents, lambda: tick(0))
    found = _search(generator, latents, base, directions, change, limits, rows, tick)
    if not controls:
        return found
    random = as_control(directions, random_units(controls, generator.latent_dim, seed))
    caps = limits.max().expand(controls)
    beside = _search(generator, latents, base, random, change, caps, rows, lambda done: tick(k + done))
    return replace(found, control=beside)


def _search(
    generator: Generator,
    latents: Latent,
    base: Tensor,
    directions: Directions,
    change: float,
    limits: Tensor,
    rows: Rows,
    tick: Callable[[int], None],
) -> MatchedStrengths:
    def measured(index: int, strength: float) -> float:
        differing = differences(
            generator, latents, base, directions, {index: strength}, rows, lambda: tick(index)
        )
        ((_, plus, minus),) = differing
        return float((rms(plus) + rms(minus)).mean()) / 2

    strengths, changes = [], []
    for index, limit in enumerate(limits.tolist()):
        low, high = 0.0, math.inf  # strengths measured below and above the change
        strength = min(1.0, limit)
        got = measured(index, strength)
        for _ in range(ROUNDS):
            if abs(got - change) <= TOLERANCE * change or (got < change and strength == limit):
                break
            low, high = (strength, high) if got < change else (low, strength)
            guess = strength * change / got if got > 0 else limit
            if not low < guess < high:
                guess = (low + high) / 2
            strength = min(guess, limit)
            got = measured(index, strength)
        strengths.append(strength)
        changes.append(got)
    return MatchedStrengths(
        strengths=torch.tensor(strengths, dtype=torch.float64),
        changes=torch.tensor(changes, dtype=torch.float64),
        change=change,
        limit=limits,
        control=None,
    )
