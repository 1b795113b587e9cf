"""Patches in, the state and its picture out: what an intent means, without Jupyter and without threads.

A `Session` belongs to one panel and borrows a generator. Applying a patch only checks it and replaces the
state, so it is quick and either takes all of a patch or nothing; factorising and drawing happen in `draw`.
"""

from __future__ import annotations

import math
import reprlib
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np
import torch

from sefa_widget.directions import Directions, Progress, factorize, methods_for
from sefa_widget.editing import edit
from sefa_widget.frames import Pixels, to_pixels
from sefa_widget.generators.base import Generator

MAX_SEED = 2**32 - 1
"""Largest seed: what every random number generator takes."""
TRAVEL = 4.0
"""Strength at the end of a slider: a longer way breaks most pictures."""
MAX_STRENGTH = 1e6
"""Largest strength that can be typed."""
KEPT_DIRECTIONS = 8
"""How many factorisations a session keeps, so that going back costs nothing."""


@dataclass(frozen=True, slots=True)
class State:
    """All that decides the picture; a value, replaced as a whole."""

    seed: int
    """Which latent is drawn."""
    strengths: Mapping[int, float]
    """Strength by direction; directions at zero are left out."""
    layers: tuple[int, int]
    """Half-open range of the layers that are factorised."""
    edit_layers: tuple[int, int] | None = None
    """Half-open range of the layers whose codes are edited; None is the factorised ones."""
    method: str | None = None
    """How directions are found; None is SeFa where all factorised layers read the latent, else composed."""
    normalize: bool = True
    """Whether rows of the latent weights have unit length before factorising."""
    label: int | None = None
    """Class drawn; None for a generator without classes."""
    truncation_psi: float = 1.0
    """How far from the mean of the latent space: 0 is the mean, 1 is all the way."""
    truncation_cutoff: int | None = None
    """Truncate only code rows before this one; None truncates all."""
    revision: int = field(default=0, compare=False)
    """How many changes there were."""


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
        latent_rows = [n for n, layer in enumerate(generator.layers) if layer.row is not None]
        self.state = State(
            seed=0,
            strengths={},
            layers=(latent_rows[0], latent_rows[-1] + 1),
            label=0 if generator.num_classes else None,
        )
        if state is not None:
            self.apply(state)

    def apply(self, patch: Mapping[str, Any]) -> State:
        """Take new absolute values for fields of the state; all of them, or none if one is wrong.

        Parameters
        ----------
        patch
            Values by field name. `strengths` changes the directions it names and leaves the others; the
            keys may be texts, as JSON has them. `revision` is ignored.

        Returns
        -------
        State
            The new state, with a higher revision if anything changed.

        Raises
        ------
        ValueError
            If a field is unknown or its value is none this generator can draw; the state is unchanged.
        """
        with self._lock:
            changes = {name: self._check(name, value) for name, value in patch.items() if name != "revision"}
            if "strengths" in changes:
                merged = {**self.state.strengths, **changes["strengths"]}
                changes["strengths"] = {i: merged[i] for i in sorted(merged) if merged[i] != 0}
            changed = replace(self.state, **changes)
            if changed != self.state:
                self.state = replace(changed, revision=self.state.revision + 1)
            return self.state

    def describe(self) -> dict[str, Any]:
        """Give the state as a plain dict of JSON values, which a new session can start from."""
        state = self.state
        plain = asdict(replace(state, strengths={}))
        plain["strengths"] = {str(index): value for index, value in state.strengths.items()}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}

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

    def _check(self, name: str, value: object) -> Any:
        """Give the value of a field in the form the state has it, or say what is wrong with it."""
        generator = self.generator
        if name == "seed":
            return _whole(value, "The seed", 0, MAX_SEED)
        if name == "strengths":
            return self._check_strengths(value)
        if name == "layers":
            return self._check_range(value)
        if name == "edit_layers":
            return None if value is None else self._check_range(value)
        if name == "method":
            known_methods = methods_for(generator)
            if value is not None and value not in known_methods:
                raise ValueError(
                    f"Method {reprlib.repr(value)} cannot read {generator.name!r}; "
                    f"{', '.join(known_methods)} can."
                )
            return value
        if name == "normalize":
            if not isinstance(value, bool):
                raise ValueError(f"'normalize' is true or false; this is {reprlib.repr(value)}.")
            return value
        if name == "label":
            if not generator.num_classes:
                if value is not None:
                    raise ValueError(
                        f"{generator.name!r} has no classes; there is no class {reprlib.repr(value)}."
                    )
                return None
            return _whole(value, f"The class of {generator.name!r}", 0, generator.num_classes - 1)
        if name == "truncation_psi":
            return _number(value, "truncation_psi", 2.0)
        if name == "truncation_cutoff":
            return None if value is None else _whole(value, "truncation_cutoff", 0, generator.num_codes)
        known = ", ".join(f.name for f in fields(State) if f.name != "revision")
        raise ValueError(f"The state has no {name!r}; it has {known}.")

    def _check_range(self, value: object) -> tuple[int, int]:
        count = len(self.generator.layers)
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise ValueError(f"A layer range is (start, stop); this is {reprlib.repr(value)}.")
        start, stop = (_whole(end, "The end of a layer range", -(2**53), 2**53) for end in value)
        if not 0 <= start < stop <= count:
            raise ValueError(f"Layer range {start}:{stop} is outside 0:{count} of {self.generator.name!r}.")
        return start, stop

    def _check_strengths(self, value: object) -> dict[int, float]:
        if not isinstance(value, Mapping):
            raise ValueError(f"Strengths are {{direction: strength}}; this is {reprlib.repr(value)}.")
        checked = {}
        last = self.generator.latent_dim - 1
        for key, strength in value.items():
            if isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) < 10:
                key = int(key)
            index = _whole(key, "A direction", 0, last)
            checked[index] = _number(strength, f"The strength of direction {index}", MAX_STRENGTH)
        return checked


def _whole(value: object, what: str, least: int, most: int) -> int:
    if isinstance(value, float | np.integer) and math.isfinite(value) and value == int(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{what} is a whole number; this is {reprlib.repr(value)}.")
    if not least <= value <= most:
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be {least} to {most}.")
    return value


def _number(value: Any, what: str, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise ValueError(f"{what} is a number; this is {reprlib.repr(value)}.")
    if not -most <= value <= most:  # NaN is refused too
        raise ValueError(f"{what} is {reprlib.repr(value)}; it must be {-most:g} to {most:g}.")
    return float(value)
