"""Which numbers a search may move: one vector for all code rows, or one for each, in standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.arguments import choice
from sefa_widget.generators.base import Generator, Latent


def check_space(generator: Generator, space: str | None) -> str:
    """Give the name of the space that is searched: that of the generator, with ``+`` for a vector per row."""
    one = generator.latent_space
    known = [one, f"{one}+"] if generator.num_codes > 1 else [one]
    if space is None:
        return known[-1] if one == "w" else one
    return choice(space, "space", known)


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Codes as moves from the mean of the samples.

    Attributes
    ----------
    centre, deviation
        Mean and standard deviation of each number of a code, ``[1, L, d]``.
    rows
        Vectors that are moved: L, or 1 for all rows together.
    """

    centre: Tensor
    deviation: Tensor
    rows: int

    @staticmethod
    def of(samples: Latent, name: str) -> Space:
        """Measure the space on samples."""
        deviation, centre = torch.std_mean(samples.codes, 0, keepdim=True)
        deviation = deviation.clamp_min(1e-3 * float(deviation.mean()) + 1e-12)
        return Space(centre, deviation, samples.codes.shape[1] if name.endswith("+") else 1)

    def moves(self, codes: Tensor) -> Tensor:
        """Turn codes ``[N, L, d]`` into moves ``[N, rows, d]``; of several rows one is their mean."""
        moves = (codes - self.centre) / self.deviation
        return moves if self.rows == moves.shape[1] else moves.mean(1, keepdim=True)

    def codes(self, moves: Tensor) -> Tensor:
        """Turn moves into codes."""
        return self.centre + self.deviation * moves

    @staticmethod
    def unlikely(moves: Tensor, prior: float, spread: float) -> Tensor:
        """Give the penalty ``[N]`` for being far from the mean, and for rows that are far apart."""
        return prior * moves.square().mean((1, 2)) + spread * moves.var(1, correction=0).mean(1)
