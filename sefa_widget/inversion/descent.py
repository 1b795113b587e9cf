"""Two ways down: Adam from several starts, ever fewer, and L-BFGS, which goes on from the nearest."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress

import torch
from torch import Tensor

from sefa_widget.generators.base import Latent
from sefa_widget.inversion.objective import Objective, chosen, errors

RATE = 0.15
"""Largest step of Adam, in standard deviations of the samples."""
BETAS = (0.9, 0.99)
"""How long Adam remembers gradients and their squares."""
HISTORY = 100
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

    def meet(self, moves: Tensor, images: Tensor, target: Tensor, places: Tensor | None = None) -> bool:
        """Keep what is nearer than before; tell whether the nearest of all is.

        `places` says of which starts the moves are; None is all of them, in order.
        """
        met = errors(images, target)
        places = torch.arange(len(self.moves), device=met.device) if places is None else places
        before, nearer = float(self.errors.min()), met < self.errors[places]
        self.moves[places[nearer]], self.errors[places[nearer]] = moves.detach()[nearer], met[nearer]
        if float(met.min()) < before:
            self.image = images[int(met.argmin())].clamp(-1, 1).clone()
            return True
        return False


def adam(objective: Objective, start: Latent, steps: int, watch: Watch | None) -> Nearest:
    """Take steps of Adam, from ever fewer of the starts; the rate rises at first, and falls as a cosine.

    After equal parts of the steps the nearer half of the starts goes on, in the end two (successive
    halving: Jamieson & Talwalkar 2016).
    """
    moves = objective.space.moves(start.codes).detach().clone().requires_grad_()
    nearest = Nearest(moves)
    going = torch.arange(len(moves), device=moves.device)
    optimiser = torch.optim.Adam([moves], betas=BETAS)
    rounds, halvings = (len(moves) - 1).bit_length(), 0  # a round more than it takes to come to two
    for step in range(steps):
        part = step / steps
        if len(going) > 2 and part * rounds >= halvings + 1:
            halvings += 1
            keep = nearest.errors[going].argsort(stable=True)[: -(-len(going) // 2)]
            going, start = going[keep], chosen(start, keep)
            moves = _fewer(optimiser, moves, keep)
        optimiser.param_groups[0]["lr"] = (
            RATE * min(1.0, 0.1 + part * 20) * (1 + math.cos(math.pi * part)) / 2
        )
        _, images = objective.descend(start, moves)
        nearest.meet(moves, images, objective.target, going)
        optimiser.step()
        if (
            watch is not None
            and nearest.image is not None
            and watch(float(nearest.errors.min()), nearest.image)
        ):
            break
    return nearest


def _fewer(optimiser: torch.optim.Adam, moves: Tensor, keep: Tensor) -> Tensor:
    """Let an optimiser go on with some of the moves, and with what it remembers of them."""
    fewer = moves.detach()[keep].clone().requires_grad_()
    remembered = optimiser.state.pop(moves)
    optimiser.state[fewer] = {
        name: value[keep] if value.ndim else value for name, value in remembered.items()
    }
    optimiser.param_groups[0]["params"] = [fewer]
    return fewer


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
