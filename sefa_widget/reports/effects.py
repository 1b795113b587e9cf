"""What the directions of a group do: to the picture, and to attributes where something reads them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.directions.scores import Scorer
from sefa_widget.evaluation import Effect, Rescoring, effect, latent_spread, load_regressor, rescore
from sefa_widget.generators.base import Generator
from sefa_widget.measures.basis import chance
from sefa_widget.measures.sliders import Setting
from sefa_widget.progress import Progress, shares
from sefa_widget.reports.groups import Group
from sefa_widget.reports.settings import Settings

ERRORS = 2.0
"""Standard errors on either side of a mark."""
READ_BY_BUNDLED = "heads"
"""The generator whose attributes the bundled regressor reads."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What the first directions of a group do.

    Attributes
    ----------
    effect
        Of the picture.
    error
        ``[k]``: standard error of `Effect.change` over the samples.
    attributes
        What a scorer sees, a step of one standard deviation of the latents; None without a scorer.
    """

    effect: Effect
    error: Tensor
    attributes: Rescoring | None

    @property
    def band(self) -> list[float]:
        """The 5, 50 and 95 % quantiles of the change by random directions."""
        assert self.effect.control is not None
        return [float(value) for value in chance(self.effect.control.change)]

    @property
    def beyond(self) -> int:
        """How many directions change the picture more than 95 % of random ones, two standard errors off."""
        return int((self.effect.change - ERRORS * self.error > self.band[-1]).sum())


def measure(
    generator: Generator,
    group: Group,
    settings: Settings,
    scorer: Scorer | None,
    progress: Progress | None = None,
) -> Measured:
    """Measure the first directions of a group on fresh seeds, beside random directions."""
    looking, scoring = shares(progress, [1, 0 if scorer is None else 4])
    setting = Setting(settings.label, settings.truncation_psi)
    latents = setting.latents(generator, settings.samples)
    few = group.directions.first(settings.wall)
    found = effect(
        generator,
        few,
        strength=step_of(group),
        latents=latents,
        controls=settings.controls,
        progress=looking,
    )
    attributes = None
    if scorer is not None:
        first = group.directions.first(settings.k)
        spread = latent_spread(generator, first)
        attributes = rescore(
            generator,
            first,
            scorer,
            strength=spread.clamp_min(1e-6 * float(spread.max())),
            latents=latents,
            controls=settings.controls,
            progress=scoring,
        )
    return Measured(found, found.spread / math.sqrt(settings.samples - 1), attributes)


def step_of(group: Group) -> float:
    """Give the step at which the directions of a group are measured: the median end of their sliders."""
    return float(f"{float(torch.median(group.reach.ends)):.2g}")


def usual_scorer(generator: Generator) -> Scorer | None:
    """Give what reads attributes off the pictures of a bundled generator; None where nothing does."""
    return load_regressor() if generator.source == READ_BY_BUNDLED else None
