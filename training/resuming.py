"""Saves a training run as it is, so that a run that was stopped goes on from there."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import torch


class Resuming:
    """A run that can be saved and read back: networks, optimizers, random numbers, and pictures seen."""

    PARTS: ClassVar = ("generator", "average", "judge", "makes", "judges")
    """What has a state of its own."""
    recipe: Any
    """A dataclass: the numbers of the run."""
    seen: int
    """Pictures shown to the discriminator so far."""
    chance: torch.Generator

    def save(self, path: Path) -> None:
        """Write everything needed to go on, in one move."""
        state = {
            "seen": self.seen,
            "recipe": asdict(self.recipe),
            "chance": self.chance.get_state(),
            "global": torch.get_rng_state(),
            **{name: getattr(self, name).state_dict() for name in self.PARTS},
        }
        unfinished = path.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(path)

    def resume(self, path: Path) -> None:
        """Read what `save` wrote."""
        state: dict[str, Any] = torch.load(path, weights_only=True)
        for name in self.PARTS:
            getattr(self, name).load_state_dict(state[name])
        self.seen = state["seen"]
        self.chance.set_state(state["chance"])
        torch.set_rng_state(state["global"])
