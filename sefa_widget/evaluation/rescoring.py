"""Directions and a scorer of pictures in, how much each direction changes every attribute's score out.

Source: Shen & Zhou 2021, section 3.2 and table 2 (re-scoring). There one side is moved and the change is
given in units of the predictor; here both sides are, so that signs of directions are only signs, and the
unit is the spread of the attribute, so that attributes can be held against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sefa_widget.arguments import flag, function, positives, whole
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.directions.interfacegan import Scorer
from sefa_widget.directions.moments import Progress
from sefa_widget.editing import Rows, edit
from sefa_widget.evaluation.basis import random_control
from sefa_widget.evaluation.captured import fresh_latents
from sefa_widget.evaluation.scoring import COLUMNS, Scored
from sefa_widget.evaluation.tables import Table, html_table, text_table
from sefa_widget.generators.base import Generator, Latent, check_generator, check_latents


@dataclass(frozen=True, slots=True, eq=False)
class Rescoring:
    """How a step along each of k directions changes the scores of A attributes."""

    change: Tensor
    """``[k, A]``: mean over samples of ``(score(+strength) - score(-strength)) / 2``, in spreads."""
    error: Tensor
    """``[k, A]``: standard error of that mean over samples, in spreads."""
    spread: Tensor
    """``[A]``: standard deviation of each attribute's score over unedited samples, in the scorer's units."""
    strengths: Tensor
    """``[k]``: the step along each direction; a unit is a step of length 1 in the latent space."""
    names: tuple[str, ...]
    """Names of the A attributes."""
    samples: int
    """N: over how many samples the change was averaged."""
    method: str
    """How the directions were found, for example ``"sefa"``."""
    control: Rescoring | None
    """The same for as many random orthonormal directions at the same strengths; None in a control."""

    @property
    def effect(self) -> Tensor:
        """How much each direction does: the sum of ``|change|`` over all attributes, ``[k]``, in spreads."""
        return self.change.abs().sum(1)

    @property
    def purity(self) -> Tensor:
        """Share of the strongest attribute in the effect, ``[k]``: 1/A to 1; NaN where nothing changes."""
        return self.change.abs().amax(1) / self.effect  # 0 / 0 is NaN

    @property
    def strongest(self) -> tuple[str, ...]:
        """Name of the attribute that each of the k directions changes most."""
        return tuple(self.names[column] for column in self.change.abs().argmax(1).tolist())

    def unheld(self, threshold: float = 1.0) -> tuple[str, ...]:
        """Name the attributes that no direction holds, in the order of `names`.

        Those whose largest ``|change|`` over all directions is at most `threshold` times the largest over
        all random ones.

        Raises
        ------
        ValueError
            If there is no control.
        """
        if self.control is None:
            raise ValueError("There is no random control to hold this against: rescore with control=True.")
        most, chance = self.change.abs().amax(0), self.control.change.abs().amax(0)
        held = (most > threshold * chance).tolist()
        return tuple(name for name, is_held in zip(self.names, held, strict=True) if not is_held)

    def table(self) -> Table:
        """One row per direction: attribute changed most, effect, purity and every change.

        The last row, if there is a control, has the means over the random directions, of ``|change|``
        for the attributes.
        """
        head = (*COLUMNS, *self.names)
        effects, purities = self.effect.tolist(), self.purity.tolist()
        columns = zip(self.strongest, effects, purities, self.change.tolist(), strict=True)
        rows: list[tuple[str | int | float, ...]] = [
            (index, strongest, effect, purity, *changes)
            for index, (strongest, effect, purity, changes) in enumerate(columns)
        ]
        if self.control is not None:
            chance = self.control
            means = (chance.effect.mean(), chance.purity.nanmean(), *chance.change.abs().mean(0))
            rows.append(("random, mean", "", *map(float, means)))
        return [dict(zip(head, row, strict=True)) for row in rows]

    def __str__(self) -> str:
        """Write the table as plain text."""
        return text_table(self.table())

    def __repr__(self) -> str:
        """Say the span of the effects, and the control's mean."""
        least, most = (float(value) for value in self.effect.aminmax())
        beside = f", random {float(self.control.effect.mean()):.3g}" if self.control else ""
        return (
            f"Rescoring({len(self.change)} directions, {len(self.names)} attributes, {self.samples} samples: "
            f"effect {least:.3g} to {most:.3g}{beside})"
        )

    def _repr_html_(self) -> str:
        return html_table(self.table())


def rescore(
    generator: Generator,
    directions: Directions,
    scorer: Scorer,
    *,
    names: Sequence[str] | None = None,
    k: int | None = None,
    n: int = 2000,
    strength: float | Tensor = 1.0,
    rows: Rows = None,
    latents: Latent | None = None,
    control: bool = True,
    seed: int = 0,
    batch: int | None = None,
    progress: Progress | None = None,
) -> Rescoring:
    """Measure how a step along each direction changes what a scorer sees, in spreads of the attributes.

    Every sample is moved to both sides; the change of a score is half of ``score(+strength)`` minus
    ``score(-strength)``: its signed change per step. That draws ``(2 k + 1) N`` pictures, ``(4 k + 1) N``
    with the control.

    >>> from sefa_widget import factorize, load_generator
    >>> def brightness(images):
    ...     return images.mean((1, 2, 3))
    >>> generator = load_generator()
    >>> found = rescore(generator, factorize(generator), brightness, names=["brightness"], k=2, n=8)
    >>> found.change.shape, found.strongest
    (torch.Size([2, 1]), ('brightness', 'brightness'))

    Parameters
    ----------
    generator
        The generator the directions belong to.
    directions
        The directions to move along.
    scorer
        From images ``[M, C, H, W]`` of about -1..1, float32 on the CPU, to scores ``[M]`` or ``[M, A]``; what
        `interfacegan` takes, for example a regressor from `load_regressor`.
    names
        Names of the A attributes; None takes the scorer's own `names`, or numbers them.
    k
        How many directions are measured, the first ones; None is all.
    n
        N: how many fresh samples are moved; as many as in the paper by default. Not used with `latents`.
    strength
        The step, or one step for each of the k directions ``[k]``, such as `Travel.strengths`.
    rows
        The code rows that an edit moves; see `edit`.
    latents
        The samples; None draws `n` fresh ones.
    control
        Whether as many random directions are measured as well, at the same strengths.
    seed
        Seed of the random control.
    batch
        Pictures drawn and scored at once; None is as many as have half a million pixels.
    progress
        Called as ``progress(done, total)`` with numbers of pictures, after every batch; what it raises ends
        the work.

    Returns
    -------
    Rescoring
        Changes in units of each attribute's spread over the unedited samples; `plots.rescoring_figure` draws
        it. The standard error takes that spread as known.

    Raises
    ------
    ValueError
        If the strengths are not finite and above 0, or k, n, batch, names or directions do not fit; if the
        scorer gives something else than one finite number per picture and attribute, or the same score for
        every sample.
    """
    check_generator(generator)
    function(scorer, "scorer", "images [M, C, H, W]")
    if progress is not None:
        function(progress, "progress", "how many pictures are done and how many there are")
    steps = _steps(check_directions(directions), k, strength)
    directions = directions.first(len(steps))
    batch = None if batch is None else whole(batch, "batch", 1)
    samples = whole(n, "n", 2) if latents is None else len(check_latents(latents).codes)
    if samples < 2:
        raise ValueError(f"There are {samples} samples; a spread needs at least 2.")
    seed = whole(seed, "seed", 0)
    control = flag(control, "control")
    latents = fresh_latents(generator, n) if latents is None else latents
    total = samples * (1 + 2 * len(steps) * (2 if control else 1))
    scored = Scored(generator, scorer, names, batch, progress, total)
    unedited = scored.score(latents)
    spread = unedited.std(0)
    flat = [name for name, value in zip(scored.names, spread.tolist(), strict=True) if not value > 0]
    if flat:
        raise ValueError(
            f"The scorer gives all {samples} unedited samples the same score of "
            f"{', '.join(map(repr, flat))}: there is no spread to measure a change in. Take more samples, or "
            "leave the attribute out."
        )
    measured = _measure(scored, latents, directions, steps, rows, spread)
    if not control:
        return measured
    random = random_control(directions, seed)
    return replace(measured, control=_measure(scored, latents, random, steps, rows, spread))


def _measure(
    scored: Scored, latents: Latent, directions: Directions, steps: Tensor, rows: Rows, spread: Tensor
) -> Rescoring:
    change, error = [], []
    for index, step in enumerate(steps.tolist()):
        plus = scored.score(edit(latents, directions, {index: step}, rows=rows))
        minus = scored.score(edit(latents, directions, {index: -step}, rows=rows))
        half = (plus - minus) / 2 / spread
        change.append(half.mean(0))
        error.append(half.std(0) / len(half) ** 0.5)
    return Rescoring(
        change=torch.stack(change),
        error=torch.stack(error),
        spread=spread,
        strengths=steps,
        names=scored.names,
        samples=len(latents.codes),
        method=directions.method,
        control=None,
    )


def _steps(directions: Directions, k: int | None, strength: float | Tensor) -> Tensor:
    """Give the strength of each of the first k directions, ``[k]`` float64, or say what is wrong."""
    k = None if k is None else whole(k, "k", 1)
    count = len(directions.vectors[:k])
    return torch.tensor(positives(strength, "The strength", count), dtype=torch.float64)
