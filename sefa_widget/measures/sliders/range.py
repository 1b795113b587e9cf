"""The slider range: the strength at which each direction's slider ends, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.measures.spread import latent_spread

Stop = Literal["estimate", "change", "sharpness", "flat"]
"""Why a slider ends where it does: nothing is measured yet; the picture has changed as much as it should; the
pictures break; or going twice as far hardly changes the picture any more."""

ESTIMATE: Stop = "estimate"
Z_SPREADS, W_SPREADS = 4.0, 1.5
"""Standard deviations of the latent at the first ends of a slider: one of many independent numbers of z may
go farther than w, which a mapping network has bent into shape."""
NEIGHBOURS = 5
"""Measured directions that an estimate follows."""


@dataclass(frozen=True, slots=True, eq=False)
class SliderRange:
    """Where the sliders of k directions end."""

    ends: Tensor
    """``[k]`` float64: each slider goes from -end to end."""
    stops: tuple[Stop, ...]
    """Why each slider ends there; ``"estimate"`` is not measured."""
    change: float | None = None
    """How much a measured direction changes the picture at its end: half the distance between two independent
    pictures (RMS over pixels and channels, -1..1 is the whole range). None: nothing is measured."""

    @property
    def measured(self) -> tuple[int, ...]:
        """The directions whose ends are measured."""
        return tuple(index for index, stop in enumerate(self.stops) if stop != ESTIMATE)

    def rounded(self) -> list[float]:
        """Give the ends with three digits, as people read them."""
        return [float(f"{end:.3g}") for end in self.ends.tolist()]

    def as_estimate(self) -> SliderRange:
        """Give the same ends as estimates, for other pictures than those they were measured on."""
        if self.change is None and not self.measured:
            return self
        return replace(self, stops=(ESTIMATE,) * len(self.stops), change=None)


def first_range(generator: Generator, directions: Directions) -> SliderRange:
    """Guess where the sliders end, from the spread of latents along each direction; draws no picture.

    How much of a direction reaches the picture depends on the edited layers, and weights alone do not tell:
    on the bundled heads the first ends of the middle layers are about five times too small. The first
    direction that is measured corrects all estimates.

    >>> from sefa_widget import factorize, load_generator
    >>> faces = load_generator("faces")
    >>> first_range(faces, factorize(faces, k=2)).rounded()
    [4.0, 4.0]
    """
    spread = latent_spread(generator, directions)
    times = Z_SPREADS if generator.latent_space == "z" else W_SPREADS
    ends = times * spread.clamp_min(1e-3 * float(spread.max()) + 1e-12)
    return SliderRange(ends, (ESTIMATE,) * len(ends))


def with_measured(first: SliderRange, found: dict[int, tuple[float, Stop]], change: float) -> SliderRange:
    """Put measured ends, by direction, into first ends.

    All others stay estimates: their first ends are scaled by the median of measured over first ends of the
    `NEIGHBOURS` measured directions that are nearest by number.
    """
    indices = torch.tensor(sorted(found))
    ends = torch.tensor([found[index][0] for index in sorted(found)], dtype=torch.float64)
    ratios = ends / first.ends[indices]
    apart = (torch.arange(len(first.ends))[:, None] - indices).abs()
    nearest = apart.argsort(dim=1, stable=True)[:, :NEIGHBOURS]
    scaled = first.ends * ratios[nearest].median(dim=1).values
    scaled[indices] = ends
    stops = tuple(found[index][1] if index in found else ESTIMATE for index in range(len(scaled)))
    return SliderRange(scaled, stops, change)
