"""Propose names for directions: the attribute of a scorer that each one changes more than chance does.

A direction and many random ones move the same pictures to the ends of their sliders, where each changes the
picture equally much. So what is measured is not that a direction does something, but what it does.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from collections.abc import Generator as Work
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.arguments import function
from sefa_widget.directions import Directions
from sefa_widget.directions.scores import Scorer
from sefa_widget.evaluation import holding
from sefa_widget.evaluation.scoring import Scored
from sefa_widget.generators.base import Generator, Latent
from sefa_widget.measures.basis import as_control, random_units
from sefa_widget.measures.sliders import Measuring, Setting, Unedited
from sefa_widget.measures.sliders.unedited import batch_size, part
from sefa_widget.pictures.editing import edit

CONTROLS = 19
"""Random directions: with so many a level of 5 % is met exactly, because 5 % of 19 + 1 is whole."""
LEVEL = 0.05
"""How often a random direction gets a name, over all attributes together."""
SAMPLES = 16
"""Pictures that are moved; half as many above 128 px."""
SPREAD_SAMPLES = 64
"""Pictures that the spread of each attribute is measured on; half as many above 128 px."""
MOST = 32
"""Directions that get a proposal besides those that have a strength: whose ends are measured at all."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How much one attribute changes between the middle of a slider and its end."""

    name: str
    """The attribute."""
    change: float
    """Mean change of the score towards the plus end, in standard deviations of it over unedited pictures."""
    error: float
    """Standard error of that mean."""

    def __str__(self) -> str:
        """Write the change with its error."""
        return f"{self.name} {self.change:+.1f} ± {self.error:.1f}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a scorer sees a direction do at the end of its slider.

    Attributes
    ----------
    seen
        The attributes that change by more than two standard errors, the surest and largest change first.
    chance
        What one random direction in twenty reaches in some attribute: ``|change| - 2 error``, in spreads.
    p
        The share of random directions that reach as much as this one, in any attribute; the direction itself
        counts as one of them, so it is 1 / 20 at least.
    strength
        How far pictures were moved to both sides: the end of the slider.
    """

    seen: tuple[Seen, ...]
    chance: float
    p: float
    strength: float

    @property
    def name(self) -> str:
        """The attribute that changes most surely, as a name; empty where chance explains it."""
        return self.seen[0].name if self.seen and self.p <= LEVEL else ""

    @property
    def sign(self) -> int:
        """The end that has more of it: 1 is the plus end."""
        return -1 if self.seen and self.seen[0].change < 0 else 1

    def __str__(self) -> str:
        """Write the three largest changes, and what chance does, in one line."""
        changes = ", ".join(map(str, self.seen[:3])) or "no attribute changes surely"
        return f"{changes}; random directions reach {self.chance:.1f}"


class Proposing:
    """Names for some directions, measured one batch of pictures at a time.

    >>> from sefa_widget import factorize, load_generator
    >>> from sefa_widget.evaluation import load_regressor
    >>> heads = load_generator("heads", device="cpu")
    >>> turning, setting = factorize(heads, layers=(0, 2), k=2), Setting()
    >>> proposing = Proposing(heads, turning, [0, 1], load_regressor(), setting, Unedited(heads, setting))
    >>> while proposing.step({1: 4.0}):
    ...     pass
    >>> proposing.found[1].strength
    4.0

    Parameters
    ----------
    generator, directions
        What is measured.
    rows
        The code rows that an edit moves.
    scorer
        From images ``[M, C, H, W]`` of about -1..1, float32 on the CPU, to scores ``[M]`` or ``[M, A]``; its
        `names` are the names of the attributes. One that is the same on all pictures is never seen to change.
    setting
        Class and truncation of the pictures.
    unedited
        Unedited pictures of that setting, for the ends of the random directions.
    """

    def __init__(
        self,
        generator: Generator,
        directions: Directions,
        rows: Collection[int],
        scorer: Scorer,
        setting: Setting,
        unedited: Unedited,
    ) -> None:
        function(scorer, "scorer", "images [M, C, H, W]")
        self.found: Mapping[int, Proposal] = {}
        """What is known so far, by direction; replaced whenever a direction is done."""
        self._directions, self._rows = directions, list(rows)
        self._generator, self._setting = generator, setting
        self._scored = Scored(generator, scorer, None, batch_size(generator))
        random = as_control(directions, random_units(CONTROLS, generator.latent_dim))
        self._random = random
        self._ends = Measuring(generator, random, rows, unedited)
        self._fewer = 1 if generator.resolution <= 128 else 2
        self._latents: Latent | None = None
        self._spread = torch.empty(0)
        self._chance: list[float] = []
        self._wanted: list[tuple[int, float]] = []
        self._work: Work[None, None, None] | None = None
        self._over = False

    def step(self, ends: Mapping[int, float], wanted: Collection[int] = ()) -> bool:
        """Draw and score one batch of pictures.

        Parameters
        ----------
        ends
            Where sliders end, by direction; those whose end is not known yet are left for later.
        wanted
            Directions that come before the others: those that have a strength.

        Returns
        -------
        bool
            Whether there is more to measure. An error ends the measuring for good; it is raised once.
        """
        order = dict.fromkeys([*wanted, *range(min(MOST, len(self._directions)))])
        left = [(index, ends[index]) for index in order if index in ends and index not in self.found]
        if self._over or not (left or self._work):
            return False
        self._wanted = left
        if self._work is None:
            self._work = self._all()
        try:
            next(self._work)
        except StopIteration:
            self._work = None
            return False
        except BaseException:
            self._over, self._work = True, None
            raise
        return True

    def _all(self) -> Work[None, None, None]:
        if self._latents is None:
            yield from self._begin()
        while self._wanted:
            index, end = self._wanted[0]
            own = yield from self._changes(self._directions, index, end)
            self.found = {**self.found, index: self._proposal(own, end)}
            self._wanted = [one for one in self._wanted if one[0] not in self.found]

    def _begin(self) -> Work[None, None, None]:
        """Score unedited pictures, and what random directions do to them."""
        many = self._setting.latents(self._generator, SPREAD_SAMPLES // self._fewer)
        scores = yield from self._scores(many)
        self._spread = scores.std(0)
        self._latents = part(many, slice(0, SAMPLES // self._fewer))
        while self._ends.step(range(CONTROLS)):
            yield
        for index, end in enumerate(self._ends.range.ends.tolist()):
            changes = yield from self._changes(self._random, index, end)
            self._chance.append(float(_sure(changes).max()))

    def _changes(self, directions: Directions, index: int, end: float) -> Work[None, None, Tensor]:
        """Give the change of every score from the middle to the plus end, ``[N, A]``, in spreads."""
        assert self._latents is not None
        sides = []
        for strength in (end, -end):
            moved = edit(self._latents, directions, {index: strength}, rows=self._rows)
            sides.append((yield from self._scores(moved)))
        return (sides[0] - sides[1]) / (2 * torch.where(self._spread > 0, self._spread, torch.inf))

    def _scores(self, latents: Latent) -> Work[None, None, Tensor]:
        found = []
        size = self._scored.batch
        for start in range(0, len(latents.codes), size):
            found.append(self._scored.score(part(latents, slice(start, start + size))))
            yield
        return torch.cat(found)

    def _proposal(self, changes: Tensor, end: float) -> Proposal:
        mean, error, sure = changes.mean(0), _error(changes), _sure(changes)
        seen = tuple(
            Seen(self._scored.names[i].replace("_", " "), float(mean[i]), float(error[i]))
            for i in sure.argsort(descending=True, stable=True).tolist()
            if float(sure[i]) > 0
        )
        as_much = sum(chance >= float(sure.max()) for chance in self._chance)
        return Proposal(seen, max(0.0, *self._chance), (1 + as_much) / (1 + CONTROLS), end)


def _error(changes: Tensor) -> Tensor:
    return changes.std(0) / math.sqrt(len(changes))


def _sure(changes: Tensor) -> Tensor:
    sure: Tensor = holding.sure_change(changes.mean(0), _error(changes))
    return sure
