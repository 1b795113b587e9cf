"""The control of a panel's spectrum: what the same search finds in networks before training; and kept."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from typing import Any

import torch
from torch import Tensor

from sefa_widget.directions import Directions
from sefa_widget.directions.control import control_spectra
from sefa_widget.generators.base import Generator
from sefa_widget.panel.between import between_modules
from sefa_widget.panel.messages import sendable
from sefa_widget.panel.worker import Ending
from sefa_widget.progress import Progress, part

NETWORKS = 20
"""How many networks a control is of."""
TOLD_AT = (5, 10, NETWORKS)
"""After how many networks it is shown."""
BAND = (0.05, 0.5, 0.95)
"""The quantiles that are shown: the ends of the band, and the line."""
KEPT = 16
"""For how many searches controls are kept."""

log = logging.getLogger("sefa_widget")


class Controls:
    """The controls of one panel's searches, made one network at a time.

    Parameters
    ----------
    generator
        The generator of the panel.
    """

    def __init__(self, generator: Generator) -> None:
        self._open: Generator | None = generator
        self._kept: dict[Hashable, list[Tensor]] = {}
        self._problems: dict[Hashable, str] = {}

    @property
    def _generator(self) -> Generator:
        if self._open is None:
            raise Ending
        return self._open

    def step(self, directions: Directions, progress: Progress | None = None) -> bool:
        """Search one more network; say whether there is more to do.

        `progress` is told how much of all networks is done, again and again between their modules. What it
        raises ends the work on this network, and is raised again. What else goes wrong is kept as the reason
        why there is no control, and logged.
        """
        spectra, stopped, last = self._spectra(directions), [], (0, 1)
        if self.missing(directions) or len(spectra) >= NETWORKS:
            return False

        def told(done: int, total: int) -> None:
            nonlocal last
            last = done, total
            if progress is not None:
                try:
                    progress(done, total)
                except BaseException:
                    stopped.append(True)
                    raise

        number = len(spectra)
        try:
            told(number, NETWORKS)
            telling = part(told, number, NETWORKS)
            with between_modules(lambda: told(*last)):
                spectra.append(control_spectra(self._generator, directions, 1, number, telling)[0])
        except Exception as error:
            if stopped:
                raise
            log.exception("The control of a spectrum could not be made.")
            self._problems[self._key(directions)] = sendable(f"There is no control: {error}")
        return len(spectra) < NETWORKS and not self.missing(directions)

    def missing(self, directions: Directions) -> str:
        """Say why there is no control of directions; empty where there is one, or will be."""
        if directions.value is None:
            return "These directions have no values, so there is no control."
        if directions.search.described is None:
            return "It is not known how these directions were found, so there is no control."
        return self._problems.get(self._key(directions), "")

    def made(self, directions: Directions) -> int:
        """Give how many networks are searched so far."""
        return len(self._kept.get(self._key(directions), ()))

    def described(self, directions: Directions) -> dict[str, Any]:
        """Describe a control for the panel, with plain JSON values; its band is empty until there is one."""
        count, missing = self.shown(directions)
        spectra = self._kept.get(self._key(directions), [])[:count]
        about = {"missing": missing, "networks": count, "of": NETWORKS}
        if not spectra:
            return {**about, "low": [], "middle": [], "high": []}
        stacked = torch.stack(spectra)
        lines = stacked.quantile(torch.tensor(BAND, dtype=stacked.dtype), dim=0).tolist()
        rounded = [[float(f"{value:.4g}") for value in line] for line in lines]
        return {**about, **dict(zip(("low", "middle", "high"), rounded, strict=True))}

    def shown(self, directions: Directions) -> tuple[int, str]:
        """Give of how many networks the control is that is shown, and why there is none."""
        made = self.made(directions)
        return max((count for count in TOLD_AT if count <= made), default=0), self.missing(directions)

    def forget(self) -> None:
        """Let go of the generator and of all controls; nothing can be made any more."""
        self._open = None
        self._kept.clear()

    def _spectra(self, directions: Directions) -> list[Tensor]:
        key = self._key(directions)
        spectra = self._kept.pop(key, [])
        self._kept[key] = spectra
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return spectra

    def _key(self, directions: Directions) -> Hashable:
        return directions.search, len(directions), self._generator.weights_version
