"""Unedited pictures: how far two of them are apart, and how much their sharpness varies."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.generators.base import Generator, Latent
from sefa_widget.measures.changes import draw
from sefa_widget.measures.fresh import FRESH_SEED

BATCH_PIXELS = 2**16
"""Pixels drawn at once (16 pictures of 64 px, one of 256 px or more): a request waits for no more."""
SEEDS = {128: 8, 256: 4}
"""On how many seeds changes are measured, by the largest resolution that has so many; above that on 2. A
fixed rule, so that the ends of the sliders do not depend on how quick a machine is."""
UNEDITED = 8
"""So many times more seeds are drawn unedited: 64 pictures up to 128 px, 32 up to 256 px, else 16."""
ROUNDING = 1e-6
"""Sharpness that varies by less does not vary: these are the rounding errors of single precision."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What pictures are drawn with, besides their seeds."""

    label: int | None = None
    """Their class; None for a generator without classes."""
    truncation_psi: float = 1.0
    """See `Generator.mapping`."""
    truncation_cutoff: int | None = None
    """See `Generator.mapping`."""

    def latents(self, generator: Generator, count: int) -> Latent:
        """Give the first `count` of the latents that no method has seen."""
        return generator.sample(
            range(FRESH_SEED, FRESH_SEED + count),
            labels=None if self.label is None else [self.label] * count,
            truncation_psi=self.truncation_psi,
            truncation_cutoff=self.truncation_cutoff,
        )


class Unedited:
    """Pictures of independent seeds, drawn one batch at a time; the first few are kept.

    >>> from sefa_widget import load_generator
    >>> unedited = Unedited(load_generator("faces"), Setting())
    >>> while not unedited.done:
    ...     unedited.step()
    >>> round(unedited.distance, 1)
    0.6

    Parameters
    ----------
    generator
        What draws.
    setting
        Class and truncation of the pictures.
    """

    def __init__(self, generator: Generator, setting: Setting) -> None:
        seeds = next((count for side, count in SEEDS.items() if generator.resolution <= side), 2)
        with torch.inference_mode():
            self._all = setting.latents(generator, UNEDITED * seeds)
        self.latents = part(self._all, slice(0, seeds))
        """Latents of the pictures that are kept, N of them."""
        self.pictures = torch.empty(0)
        """``[N, C, H, W]`` float32, clipped to -1..1 as they are shown; where `draw` leaves them."""
        self.sharpness = torch.empty(0, dtype=torch.float64)
        """Of all pictures drawn so far; see `sharpness`."""
        self._generator = generator
        self._sum: Tensor | None = None
        self._squares = 0.0

    @property
    def done(self) -> bool:
        """Whether all are drawn."""
        return len(self.sharpness) == len(self._all.codes)

    def step(self) -> None:
        """Draw the next batch."""
        start = len(self.sharpness)
        pictures = shown(self._generator, part(self._all, slice(start, start + batch_size(self._generator))))
        missing = max(0, len(self.latents.codes) - start)
        if missing:
            self.pictures = torch.cat([self.pictures, pictures[:missing]]) if start else pictures[:missing]
        total = pictures.double().sum(0)
        self._sum = total if self._sum is None else self._sum + total
        self._squares += float(pictures.double().square().sum())
        self.sharpness = torch.cat([self.sharpness, sharpness(pictures)])

    @property
    def distance(self) -> float:
        """RMS difference of two independent pictures, over seeds, pixels and channels; 0 if all are equal.

        It is the square root of twice the variance, as differences of independent values vary twice as much.
        """
        if self._sum is None or not self.done:
            raise RuntimeError("The unedited pictures are not all drawn yet.")
        count = len(self.sharpness)
        variance = (self._squares - float(self._sum.square().sum()) / count) / (count - 1)
        return float(max(0.0, 2 * variance / self._sum.numel()) ** 0.5)

    @property
    def sharpness_spread(self) -> float:
        """The standard deviation of the pictures' sharpness; infinite where nothing can be said about it."""
        finite = self.sharpness[self.sharpness.isfinite()]
        spread = float(finite.std()) if len(finite) > 1 else 0.0
        return spread if spread > ROUNDING else float("inf")


def shown(generator: Generator, latents: Latent) -> Tensor:
    """Draw pictures ``[N, C, H, W]`` of -1..1, clipped as people see them."""
    return draw(generator, latents).clamp(-1, 1)


def sharpness(pictures: Tensor) -> Tensor:
    """Give log of the mean second over the mean first difference of neighbouring values, for each picture.

    Of pictures ``[N, C, H, W]``: ``[N]`` float64 on the CPU. Contrast cancels; what is left is how fine the
    detail is. A picture of one value has none: NaN.
    """
    values = pictures.double()
    first = sum(values.diff(dim=dim).abs().mean(dim=(1, 2, 3)) for dim in (2, 3))
    second = sum(values.diff(n=2, dim=dim).abs().mean(dim=(1, 2, 3)) for dim in (2, 3))
    return torch.log(torch.as_tensor(second) / torch.as_tensor(first)).cpu()


def part(latents: Latent, which: slice) -> Latent:
    """Give some of several latents."""
    labels = None if latents.labels is None else latents.labels[which]
    return Latent(latents.codes[which], labels, latents.truncation_psi)


def batch_size(generator: Generator) -> int:
    """How many pictures are drawn at once."""
    return max(1, BATCH_PIXELS // generator.resolution**2)
