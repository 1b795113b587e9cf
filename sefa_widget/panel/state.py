"""The state of a panel: all that decides its picture, as one checked value."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sefa_widget.arguments import instance, known_names
from sefa_widget.directions import methods_for
from sefa_widget.generators.base import Generator
from sefa_widget.panel.fields import (
    MAX_SEED,
    Field,
    Scope,
    class_number,
    code_row,
    described,
    descriptions,
    documentation,
    layer_range,
    method_name,
    one_of,
    optional,
    real_number,
    strength_by_direction,
    truth,
    whole_number,
)

STRETCHES = (1, 2, 5)
"""How many times as far as their range the sliders can go."""


def _reading_layers(generator: Generator) -> tuple[int, int]:
    """Give the range from the first to the last layer that reads the latent."""
    reading = [number for number, layer in enumerate(generator.layers) if layer.row is not None]
    return reading[0], reading[-1] + 1


def _first_class(generator: Generator) -> int | None:
    return 0 if generator.num_classes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that decides the picture; a value, replaced as a whole.

    Each field is described here and nowhere else: name, type, title in messages, meaning, check and first
    value. A new field is one more entry here, in `js/src/messages.ts` and in `tests/wire.json`.
    """

    seed: int = described(
        "The seed", f"Which latent is drawn: 0 to {MAX_SEED}.", whole_number(0, MAX_SEED), first=0
    )
    strengths: Mapping[int, float] = described(
        "Strengths",
        "Strength by the number of its direction; directions at zero are left out.",
        strength_by_direction,
        first=lambda generator: {},
    )
    layers: tuple[int, int] = described(
        "Layer range",
        "Half-open range of the layers that are factorised; at first from the first to the last layer that "
        "reads the latent.",
        layer_range,
        first=_reading_layers,
    )
    edit_layers: tuple[int, int] | None = described(
        "Edited layer range",
        "Half-open range of the layers whose codes are edited; None is the factorised ones.",
        optional(layer_range),
        first=None,
    )
    method: str | None = described(
        "The method",
        "How directions are found; None is SeFa where all factorised layers read the latent, else composed.",
        optional(method_name),
        first=None,
    )
    beside: str | None = described(
        "The second method",
        "A second method, whose directions draw a second picture beside the first; None for one picture.",
        optional(method_name),
        first=None,
    )
    normalize: bool = described(
        "normalize",
        "Whether rows of the latent weights have unit length before factorising.",
        truth,
        first=True,
    )
    label: int | None = described(
        "The class",
        "Number of the class that is drawn; None for a generator without classes.",
        class_number,
        first=_first_class,
    )
    truncation_psi: float = described(
        "truncation_psi",
        "How far from the mean of the latent space, -2 to 2: 0 is the mean, 1 is all the way.",
        real_number(-2.0, 2.0),
        first=1.0,
    )
    truncation_cutoff: int | None = described(
        "truncation_cutoff",
        "Truncate only code rows before this one; None truncates all.",
        optional(code_row),
        first=None,
    )
    stretch: int = described(
        "stretch",
        "How many times as far as their range the sliders go: 1, 2 or 5. No picture depends on it.",
        one_of(STRETCHES),
        first=1,
    )
    generator: str
    """Name of the generator that the state is of."""
    fingerprint: str | None = field(default=None, compare=False)
    """Fingerprint of that generator; None as long as nothing needed it, since it is of all weights."""
    revision: int = field(default=0, compare=False)
    """How many changes there were."""


FIELDS: Mapping[str, Field] = descriptions(State)
"""What can be changed, by name. The generator's name and fingerprint, and the revision, say what the state
is of; they cannot be changed."""

State.__doc__ = f"{State.__doc__}\n\n{documentation(State)}"


def first_state(generator: Generator) -> State:
    """Give the state a panel begins with: all layers from the first to the last that reads the latent."""
    first = {name: field.first_of(generator) for name, field in FIELDS.items()}
    return State(generator=generator.name, **first)


def patched(
    generator: Generator,
    state: State,
    patch: Mapping[str, Any],
    methods: Sequence[str] | None = None,
    *,
    merge: bool = True,
) -> State:
    """Take new absolute values for fields of a state; all of them, or none if one is wrong.

    Parameters
    ----------
    generator
        What the values must fit.
    state
        The state so far.
    patch
        Values by field name. The keys of `strengths` may be texts, as JSON has them. `revision` is ignored.
        `generator` and `fingerprint` say which generator the values are of; without them they are taken.
    methods
        Names that `method` and `beside` may have; None is what `methods_for` says.
    merge
        Whether `strengths` changes only the directions that it names; if not, it replaces all.

    Returns
    -------
    State
        The new state, with a higher revision if anything changed.

    Raises
    ------
    ValueError
        If the values are of a generator with another fingerprint, a field is unknown, or this generator
        cannot draw a value.
    """
    instance(patch, "The state", Mapping, "a dict, as panel.state gives it")  # type: ignore[type-abstract]
    _check_generator(generator, patch)
    wanted = {name: patch[name] for name in patch if name not in ("generator", "fingerprint", "revision")}
    known_names(wanted, "The state's field", list(FIELDS))
    scope = Scope(generator, methods_for(generator) if methods is None else methods)
    changes = {name: FIELDS[name].check(value, FIELDS[name].title, scope) for name, value in wanted.items()}
    if "strengths" in changes:
        merged = {**(state.strengths if merge else {}), **changes["strengths"]}
        changes["strengths"] = {index: merged[index] for index in sorted(merged) if merged[index] != 0}
    changed = replace(state, **changes)
    return state if changed == state else replace(changed, revision=state.revision + 1)


def describe(state: State) -> dict[str, Any]:
    """Give a state as a plain dict of JSON values, which `patched` takes."""
    plain = asdict(replace(state, strengths={}))
    plain["strengths"] = {str(index): value for index, value in state.strengths.items()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _check_generator(generator: Generator, patch: Mapping[str, Any]) -> None:
    """Refuse values that say they are of another generator; its name may be another."""
    given = patch.get("fingerprint")
    if given is None or given == generator.fingerprint:
        return
    name = patch.get("generator")
    other = "a generator" if name is None else reprlib.repr(name)
    raise ValueError(
        f"This state is of {other} (fingerprint {reprlib.repr(given).strip(chr(39))}), and this panel "
        f"explores {generator.name!r} (fingerprint {generator.fingerprint}). Open that generator with "
        "explore(..., state=...), or leave 'generator' and 'fingerprint' out of the state to take its values "
        "here."
    )
