"""Patches in, the state and its picture out: what an intent means, without Jupyter and without threads.

A `Session` belongs to one panel and borrows a generator. Applying a patch only checks it and replaces the
state, so it is quick and either takes all of a patch or nothing; factorising and drawing happen in `draw`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from sefa_widget.directions import Directions, Progress, factorize
from sefa_widget.editing import edit
from sefa_widget.frames import Pixels, to_pixels
from sefa_widget.generators.base import Generator
from sefa_widget.state import State, describe, first_state, patched

KEPT_DIRECTIONS = 8
"""How many factorisations a session keeps, so that going back costs nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A picture and what it is of."""

    pixels: Pixels
    """``[H, W, 3]`` RGB."""
    state: State
    """The state that was drawn."""
    unedited: bool
    """Whether strengths were left out."""
    directions: Directions
    """The directions of that state."""
    render_ms: float
    """How long the generator took, in milliseconds; finding the directions does not count."""


class Session:
    """The state of one panel, and how to change and draw it; safe to use from several threads.

    Parameters
    ----------
    generator
        The generator to explore; it is borrowed, other sessions may use it too.
    state
        A dict as `describe` gives it, to start from; fields that are left out have their defaults.
    """

    def __init__(self, generator: Generator, state: Mapping[str, Any] | None = None) -> None:
        self.generator = generator
        self._lock = threading.RLock()
        self._directions: dict[tuple[str | None, tuple[int, int], bool], Directions] = {}
        self.state = first_state(generator)
        if state is not None:
            self.apply(state)

    def apply(self, patch: Mapping[str, Any]) -> State:
        """Replace the state by a patched one, or leave it if the patch is wrong; see `patched`."""
        with self._lock:
            self.state = patched(self.generator, self.state, patch)
            return self.state

    def describe(self) -> dict[str, Any]:
        """Give the state as a plain dict of JSON values, which a new session can start from."""
        return describe(self.state)

    def directions(self, state: State | None = None, progress: Progress | None = None) -> Directions:
        """Give the directions of a state (None: the present one), factorising if need be.

        `progress` is called with how much is done and of how much; what it raises ends the work.
        """
        state = self.state if state is None else state
        key = (state.method, state.layers, state.normalize)
        with self._lock:
            known = self._directions.pop(key, None)
        if known is None:
            known = factorize(
                self.generator,
                method=state.method,
                layers=state.layers,
                normalize=state.normalize,
                progress=progress,
            )
        with self._lock:
            self._directions[key] = known
            while len(self._directions) > KEPT_DIRECTIONS:
                del self._directions[next(iter(self._directions))]
        return known

    def draw(self, *, unedited: bool = False, progress: Progress | None = None) -> Drawn:
        """Draw the present state, or the same without strengths; for `progress` see `directions`."""
        state = self.state
        directions = self.directions(state, progress)
        start = time.perf_counter()
        with torch.inference_mode():
            latent = self.generator.sample(
                state.seed,
                labels=None if state.label is None else [state.label],
                truncation_psi=state.truncation_psi,
                truncation_cutoff=state.truncation_cutoff,
            )
            strengths = {i: value for i, value in state.strengths.items() if i < len(directions)}
            if strengths and not unedited:
                latent = edit(latent, directions, strengths, rows=self.edited_rows(state))
            image = self.generator.synthesize(latent)[0]
        pixels = to_pixels(image)  # waits for the device
        return Drawn(pixels, state, unedited, directions, (time.perf_counter() - start) * 1000)

    def edited_rows(self, state: State) -> list[int]:
        """Give the code rows that the edited layers read; all rows if they read none themselves."""
        start, stop = state.edit_layers or state.layers
        rows = {layer.row for layer in self.generator.layers[start:stop] if layer.row is not None}
        return sorted(rows) or list(range(self.generator.num_codes))
