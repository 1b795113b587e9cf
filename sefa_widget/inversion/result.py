"""What a search for a latent gives: the latent, the picture it draws, and how good that is, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from sefa_widget.generators.base import Latent

NEAR, FAR = 3.0, 6.0
"""Decibels behind the worst own picture: up to the first it is as usual, beyond the second foreign."""


def psnr(error: float) -> float:
    """Give the peak signal-to-noise ratio in dB of a mean squared error between pictures of -1..1.

    >>> round(psnr(0.04), 1)
    20.0
    """
    return 10 * math.log10(4 / max(error, 1e-12))


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """How far a search is, for whoever watches it.

    Attributes
    ----------
    done, total
        Steps done and all steps; 0 is done as long as samples are compared.
    psnr
        Of the nearest picture so far, in dB.
    image
        That picture, ``[C, H, W]`` of -1..1.
    """

    done: int
    total: int
    psnr: float
    image: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Inversion:
    """A latent that draws a given picture as nearly as was found.

    Attributes
    ----------
    latent
        The latent, of length 1: a start like any other, for `edit` and `sheet`.
    image
        What the generator draws from it, ``[C, H, W]`` of -1..1.
    target
        What was looked for, ``[C, H, W]`` of -1..1, in the generator's frame.
    error
        Mean squared difference of `image` and `target`.
    first_error
        That of the best sample, before the first step.
    brief_error
        That after the first part of the search, which is what `own_errors` are compared with.
    own_errors
        What as brief a search leaves of pictures that the generator made itself, ascending; empty if none
        were searched, or if the search was stopped in its first part.
    calls
        Pictures that were synthesised to find the latent, samples included, `own_errors` not.
    cancelled
        Whether the search was stopped before its last step.
    """

    latent: Latent
    image: Tensor
    target: Tensor
    error: float
    first_error: float
    brief_error: float
    own_errors: tuple[float, ...]
    calls: int
    cancelled: bool

    @property
    def psnr(self) -> float:
        """Peak signal-to-noise ratio of `image` against `target` in dB; more is nearer."""
        return psnr(self.error)

    @property
    def difference(self) -> Tensor:
        """Absolute difference of `image` and `target`, ``[C, H, W]`` of 0..2."""
        return (self.image - self.target).abs()

    @property
    def excess(self) -> float | None:
        """Decibels by which it is behind the worst own picture after a brief search; None if unknown."""
        return psnr(self.own_errors[-1]) - psnr(self.brief_error) if self.own_errors else None

    @property
    def words(self) -> str:
        """How near the picture is, and whether the generator makes such pictures, in words."""
        found = f"Found with a PSNR of {self.psnr:.1f} dB."
        if self.excess is None:
            return f"{found} How near it comes to its own pictures was not measured."
        worse = sum(error >= self.brief_error for error in self.own_errors)
        own = f"of {len(self.own_errors)} pictures of its own, {worse} came no nearer in as brief a search"
        if self.excess <= NEAR:
            return f"{found} That is usual for this generator: {own}."
        if self.excess <= FAR:
            return f"{found} That is farther off than usual: {own}. Look at the difference."
        return (
            f"{found} This generator hardly makes such pictures: {own}, and this "
            f"one is {self.excess:.0f} dB behind the worst of them. "
            "What directions do to it tells little of the picture given."
        )
