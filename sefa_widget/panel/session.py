"""Patches in, the state and its picture out: what an intent means, without Jupyter and without threads.

A `Session` belongs to one panel and borrows a generator. Applying a patch only checks it and replaces the
state, so it is quick and either takes all of a patch or nothing; factorising and drawing happen in `draw`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import torch

from sefa_widget.arguments import instance
from sefa_widget.directions import METHODS, Directions, Progress, check_fit, factorize, methods_for
from sefa_widget.directions.base import edit_rows
from sefa_widget.generators.base import Generator, Latent
from sefa_widget.measures.sliders import KeptRanges, Setting, SliderRange
from sefa_widget.panel.beside import Aligned, align
from sefa_widget.panel.state import State, describe, first_state, patched
from sefa_widget.pictures.editing import edit
from sefa_widget.pictures.frames import Pixels, side_by_side, to_pixels

KEPT_DIRECTIONS = 8
"""How many factorisations a session keeps, so that going back costs nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a state's sliders move along."""

    directions: Directions
    """Of the method."""
    range: SliderRange
    """Where their sliders end."""
    beside: Aligned | None = None
    """The directions of the second method, matched with those of the first."""
    beside_range: SliderRange | None = None
    """How far those go at the ends of the same sliders."""

    def beside_strengths(self, strengths: Mapping[int, float]) -> dict[int, float]:
        """Give the second method's strengths where the first one's are these: the same share of the range."""
        assert self.beside is not None
        assert self.beside_range is not None
        count = len(self.beside.directions)
        ratios = self.beside_range.ends[:count] / self.range.ends[:count]
        return {i: value * float(ratios[i]) for i, value in strengths.items() if i < count}


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A picture and what it is of."""

    pixels: Pixels
    """``[H, W, 3]`` RGB; ``[H, 2 W, 3]`` with a second method beside the first."""
    state: State
    """The state that was drawn."""
    unedited: bool
    """Whether strengths were left out."""
    found: Found
    """The directions of that state."""
    render_ms: float
    """How long the generator took, in milliseconds; finding the directions does not count."""
    weights: Hashable
    """The generator's `weights_version` that was drawn."""


class Session:
    """The state of one panel, and how to change and draw it; safe to use from several threads.

    Parameters
    ----------
    generator
        The generator to explore; it is borrowed, other sessions may use it too.
    state
        A dict as `describe` gives it, to start from; fields that are left out have their defaults.
    directions
        Directions found or loaded elsewhere, by the name under which they can be chosen like a method.

    Raises
    ------
    ValueError
        If the state is none of this generator's, or directions are not of its latent space or have a
        method's name.
    """

    def __init__(
        self,
        generator: Generator,
        state: Mapping[str, Any] | None = None,
        directions: Mapping[str, Directions] | None = None,
    ) -> None:
        self.generator = generator
        given_by_name = {} if directions is None else directions
        instance(given_by_name, "directions", Mapping, "a dict of Directions by name")  # type: ignore[type-abstract]
        self._given = dict(given_by_name)
        for name, given in self._given.items():
            if not isinstance(name, str) or not name or not name.isprintable() or name in METHODS:
                raise ValueError(
                    f"Directions are called {name!r}; take a printable text that is no method's name."
                )
            instance(given, f"directions[{name!r}]", Directions, "what factorize or load_directions gives")
            check_fit(given, generator, f"The directions {name!r}", stacklevel=4)
        self.methods = (*methods_for(generator), *self._given)
        self._lock = threading.RLock()
        self._directions: dict[tuple[object, ...], Directions] = {}
        self._found: dict[tuple[object, ...], Found] = {}
        self._ranges = KeptRanges(generator)
        self.state = first_state(generator)
        if state is not None:
            self.apply(state)

    def apply(self, patch: Mapping[str, Any], *, merge: bool = True) -> State:
        """Replace the state by a patched one, or leave it if the patch is wrong; see `patched`."""
        with self._lock:
            self.state = patched(self.generator, self.state, patch, self.methods, merge=merge)
            return self.state

    def describe(self) -> dict[str, Any]:
        """Give the state as a plain dict of JSON values, which a new session can start from."""
        return describe(self.identified())

    def identified(self) -> State:
        """Give the state with the generator's fingerprint, computing it if nothing needed it so far."""
        fingerprint = self.generator.fingerprint
        with self._lock:
            if self.state.fingerprint != fingerprint:
                self.state = replace(self.state, fingerprint=fingerprint)
            return self.state

    def directions(self, state: State | None = None, progress: Progress | None = None) -> Directions:
        """Give the directions of a state (None: the present one), factorising if need be.

        `progress` is called with how much is done and of how much; what it raises ends the work.
        """
        state = self.state if state is None else state
        return self._factorized(state, state.method, progress)

    def _factorized(self, state: State, method: str | None, progress: Progress | None) -> Directions:
        if method in self._given:
            return self._given[method]
        key = (method, state.layers, state.normalize, self.generator.weights_version)
        with self._lock:
            known = self._directions.pop(key, None)
        if known is None:
            known = factorize(
                self.generator,
                method=method,
                layers=state.layers,
                normalize=state.normalize,
                progress=progress,
            )
            self.identified()  # directions carry the fingerprint: it is known by now
        with self._lock:
            _keep(self._directions, key, known)
        return known

    def found(self, state: State | None = None, progress: Progress | None = None) -> Found:
        """Give the directions of a state, those beside them and what is known of the slider ranges.

        It is the same object until more is known. For `progress` see `directions`.
        """
        state = self.state if state is None else state
        key = self._moved(state, state.beside)
        with self._lock:
            known = self._found.pop(key, None)
        if known is None:
            directions, beside = self._factorized(state, state.method, progress), None
            if state.beside is not None:
                beside = align(directions, self._factorized(state, state.beside, progress))
        else:
            directions, beside = known.directions, known.beside
        with self._lock:
            first = self._ranges.range(self._moved(state, None), _setting(state), directions)
            second = None
            if beside is not None:
                moved = self._moved(state, state.beside)
                second = self._ranges.range(moved, _setting(state), beside.directions)
            if known is None or known.range is not first or known.beside_range is not second:
                known = Found(directions, first, beside, second)
            _keep(self._found, key, known)
        return known

    def measure_range(self, state: State) -> bool:
        """Draw one batch of pictures to measure a state's slider ranges; say whether there is more to do.

        `found` gives what is known by then. The directions that are shown at first come first, those of the
        second method after them, then the others.
        """
        found = self.found(state)
        moving: list[tuple[str | None, Directions]] = [(None, found.directions)]
        if found.beside is not None:
            moving.append((state.beside, found.beside.directions))
        with self._lock:
            measurings = [
                self._ranges.measuring(
                    self._moved(state, beside), _setting(state), directions, self.edited_rows(state)
                )
                for beside, directions in moving
            ]
        measurings.sort(key=lambda measuring: measuring.first_done)
        return any(measuring.step(state.strengths) for measuring in measurings)

    def _moved(self, state: State, beside: str | None) -> tuple[object, ...]:
        """Name the directions of a slider range, the rows that they move and the weights they move in."""
        wanted = (state.method, beside, state.layers, state.normalize, tuple(self.edited_rows(state)))
        return *wanted, self.generator.weights_version

    def draw(self, *, unedited: bool = False, beside: bool = True, progress: Progress | None = None) -> Drawn:
        """Draw the present state.

        Parameters
        ----------
        unedited
            Leave out all strengths.
        beside
            Draw the second method's picture too, if the state has one.
        progress
            See `directions`.
        """
        state, weights = self.state, self.generator.weights_version
        found = self.found(state, progress)
        start = time.perf_counter()
        with torch.inference_mode():
            latent = self.generator.sample(
                state.seed,
                labels=None if state.label is None else [state.label],
                truncation_psi=state.truncation_psi,
                truncation_cutoff=state.truncation_cutoff,
            )
            strengths = {} if unedited else state.strengths
            pixels = self._picture(latent, found.directions, strengths, state)
            if beside and found.beside is not None:
                others = found.beside_strengths(strengths)
                second = self._picture(latent, found.beside.directions, others, state)
                pixels = side_by_side(pixels, second)
        return Drawn(pixels, state, unedited, found, (time.perf_counter() - start) * 1000, weights)

    def _picture(
        self, latent: Latent, directions: Directions, strengths: Mapping[int, float], state: State
    ) -> Pixels:
        strengths = {i: value for i, value in strengths.items() if i < len(directions)}
        if strengths:
            latent = edit(latent, directions, strengths, rows=self.edited_rows(state))
        return to_pixels(self.generator.synthesize(latent)[0])  # waits for the device

    def edited_rows(self, state: State) -> list[int]:
        """Give the code rows that the edited layers read; all rows if they read none themselves.

        Directions that were given move the rows of their own layers until edited layers are chosen.
        """
        given = self._given.get(state.method) if state.method is not None else None
        if state.edit_layers is None and given is not None and given.edit_rows is not None:
            return list(given.edit_rows)
        return list(edit_rows(self.generator, range(*(state.edit_layers or state.layers))))


def _setting(state: State) -> Setting:
    return Setting(state.label, state.truncation_psi, state.truncation_cutoff)


Key = TypeVar("Key")
Value = TypeVar("Value")


def _keep(kept: dict[Key, Value], key: Key, value: Value) -> None:
    """Put a value in last place, and forget the first where there are too many."""
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > KEPT_DIRECTIONS:
        del kept[next(iter(kept))]
