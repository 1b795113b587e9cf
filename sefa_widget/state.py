"""A generator and a patch in, the checked `State` out: all that decides a picture, as one value."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from sefa_widget.arguments import flag, number, whole
from sefa_widget.directions import methods_for
from sefa_widget.generators.base import Generator

MAX_SEED = 2**32 - 1
"""Largest seed: what every random number generator takes."""
MAX_STRENGTH = 1e6
"""Largest strength that can be typed."""
STRETCHES = (1, 2, 5)
"""How many times as far as their range the sliders can go."""


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
    beside: str | None = None
    """A second method, whose directions draw a second picture beside the first; None for one picture."""
    normalize: bool = True
    """Whether rows of the latent weights have unit length before factorising."""
    label: int | None = None
    """Class drawn; None for a generator without classes."""
    truncation_psi: float = 1.0
    """How far from the mean of the latent space: 0 is the mean, 1 is all the way."""
    truncation_cutoff: int | None = None
    """Truncate only code rows before this one; None truncates all."""
    stretch: int = 1
    """How many times as far as their range the sliders go: 1, 2 or 5. No picture depends on it."""
    revision: int = field(default=0, compare=False)
    """How many changes there were."""


def first_state(generator: Generator) -> State:
    """Give the state a panel begins with: all layers from the first to the last that reads the latent."""
    reading = [number for number, layer in enumerate(generator.layers) if layer.row is not None]
    label = 0 if generator.num_classes else None
    return State(seed=0, strengths={}, layers=(reading[0], reading[-1] + 1), label=label)


def patched(
    generator: Generator, state: State, patch: Mapping[str, Any], methods: Sequence[str] | None = None
) -> State:
    """Take new absolute values for fields of a state; all of them, or none if one is wrong.

    Parameters
    ----------
    generator
        What the values must fit.
    state
        The state so far.
    patch
        Values by field name. `strengths` changes the directions it names and leaves the others; the
        keys may be texts, as JSON has them. `revision` is ignored.
    methods
        Names that `method` and `beside` may have; None is what `methods_for` says.

    Returns
    -------
    State
        The new state, with a higher revision if anything changed.

    Raises
    ------
    ValueError
        If a field is unknown or its value is none this generator can draw.
    """
    methods = methods_for(generator) if methods is None else methods
    wanted = {name: value for name, value in patch.items() if name != "revision"}
    changes = {name: _checked(generator, name, value, methods) for name, value in wanted.items()}
    if "strengths" in changes:
        merged = {**state.strengths, **changes["strengths"]}
        changes["strengths"] = {index: merged[index] for index in sorted(merged) if merged[index] != 0}
    changed = replace(state, **changes)
    return state if changed == state else replace(changed, revision=state.revision + 1)


def describe(state: State) -> dict[str, Any]:
    """Give a state as a plain dict of JSON values, which `patched` takes."""
    plain = asdict(replace(state, strengths={}))
    plain["strengths"] = {str(index): value for index, value in state.strengths.items()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _checked(generator: Generator, name: str, value: object, methods: Sequence[str]) -> Any:
    """Give the value of a field in the form the state has it, or say what is wrong with it."""
    if name == "seed":
        return whole(value, "The seed", 0, MAX_SEED)
    if name == "strengths":
        return _checked_strengths(generator, value)
    if name == "layers":
        return _checked_range(generator, value)
    if name == "edit_layers":
        return None if value is None else _checked_range(generator, value)
    if name in ("method", "beside"):
        if value is not None and value not in methods:
            raise ValueError(
                f"Method {reprlib.repr(value)} cannot read {generator.name!r}; {', '.join(methods)} can."
            )
        return value
    if name == "normalize":
        return flag(value, "normalize")
    if name == "label":
        if not generator.num_classes:
            if value is not None:
                raise ValueError(
                    f"{generator.name!r} has no classes; there is no class {reprlib.repr(value)}."
                )
            return None
        return whole(value, f"The class of {generator.name!r}", 0, generator.num_classes - 1)
    if name == "truncation_psi":
        return number(value, "truncation_psi", -2.0, 2.0)
    if name == "truncation_cutoff":
        return None if value is None else whole(value, "truncation_cutoff", 0, generator.num_codes)
    if name == "stretch":
        if value not in STRETCHES or isinstance(value, bool):
            raise ValueError(f"stretch is {reprlib.repr(value)}; it must be 1, 2 or 5.")
        return whole(value, "stretch", 1, 5)
    known = ", ".join(f.name for f in fields(State) if f.name != "revision")
    raise ValueError(f"The state has no {name!r}; it has {known}.")


def _checked_range(generator: Generator, value: object) -> tuple[int, int]:
    count = len(generator.layers)
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"A layer range is (start, stop); this is {reprlib.repr(value)}.")
    start, stop = (whole(end, "The end of a layer range", -(2**53), 2**53) for end in value)
    if not 0 <= start < stop <= count:
        raise ValueError(f"Layer range {start}:{stop} is outside 0:{count} of {generator.name!r}.")
    return start, stop


def _checked_strengths(generator: Generator, value: object) -> dict[int, float]:
    if not isinstance(value, Mapping):
        raise ValueError(f"Strengths are {{direction: strength}}; this is {reprlib.repr(value)}.")
    checked = {}
    last = generator.latent_dim - 1
    for key, strength in value.items():
        if isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) < 10:
            key = int(key)
        index = whole(key, "A direction", 0, last)
        checked[index] = number(strength, f"The strength of direction {index}", -MAX_STRENGTH, MAX_STRENGTH)
    return checked
