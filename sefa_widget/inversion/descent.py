"""Two ways down from a start: Adam for several at once, and L-BFGS, which goes on from one of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress

import torch
from torch import Tensor

from sefa_widget.generators.base import Latent
from sefa_widget.inversion.objective import Objective, errors

RATE = 0.15
"""Largest step of Adam, in standard deviations of the samples."""
HISTORY = 20
"""Steps that L-BFGS remembers."""

Watch = Callable[[float, Tensor], bool]
"""Told after each step the error and the picture of the nearest; true ends the search."""


class Stopped(Exception):
    """Leaves torch's L-BFGS from inside."""


class Nearest:
    """The nearest moves of each start that were met on the way."""

    def __init__(self, moves: Tensor) -> None:
        self.moves = moves.detach().clone()
        self.errors = torch.full((len(moves),), math.inf, device=moves.device, dtype=moves.dtype)
        self.image: Tensor | None = None

    def meet(self, moves: Tensor, images: Tensor, target: Tensor) -> bool:
        """Keep what is nearer than before; tell whether the nearest of all is."""
        met = errors(images, target)
        before, nearer = float(self.errors.min()), met < self.errors
        self.moves[nearer], self.errors[nearer] = moves.detach()[nearer], met[nearer]
        if float(met.min()) < before:
            self.image = images[int(met.argmin())].clamp(-1, 1).clone()
            return True
        return False


def adam(objective: Objective, start: Latent, steps: int, watch: Watch | None) -> Nearest:
    """Take steps of Adam from every start; the rate rises for a twentieth of them, and falls as a cosine."""
    moves = objective.space.moves(start.codes).detach().clone().requires_grad_()
    nearest = Nearest(moves)
    optimiser = torch.optim.Adam([moves], betas=(0.9, 0.99))
    for step in range(steps):
        part = step / steps
        optimiser.param_groups[0]["lr"] = (
            RATE * min(1.0, 0.1 + part * 20) * (1 + math.cos(math.pi * part)) / 2
        )
        _, images = objective.descend(start, moves)
        nearest.meet(moves, images, objective.target)
        optimiser.step()
        if (
            watch is not None
            and nearest.image is not None
            and watch(float(nearest.errors.min()), nearest.image)
        ):
            break
    return nearest


def lbfgs(objective: Objective, start: Latent, nearest: Nearest, steps: int, watch: Watch) -> Nearest:
    """Go on from the nearest of one start by L-BFGS; every picture that is drawn counts as a step."""
    moves = nearest.moves.clone().requires_grad_()
    optimiser = torch.optim.LBFGS(
        [moves], 1.0, steps, steps, 1e-10, 1e-13, HISTORY, line_search_fn="strong_wolfe"
    )
    left = steps

    def closure() -> Tensor:
        nonlocal left
        if left == 0:  # torch's line search looks at its limit only between its steps
            raise Stopped
        left -= 1
        loss, images = objective.descend(start, moves)
        nearest.meet(moves, images, objective.target)
        if nearest.image is not None and watch(float(nearest.errors.min()), nearest.image):
            raise Stopped
        return loss.sum()

    with suppress(Stopped):
        optimiser.step(closure)  # type: ignore[no-untyped-call]
    return nearest
