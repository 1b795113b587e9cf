"""The state of a panel: all that decides what it shows, as one checked value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sefa_widget.directions import Search
from sefa_widget.generators.base import Generator
from sefa_widget.panel.fields import (
    MAX_SEED,
    Field,
    class_number,
    code_row,
    described,
    descriptions,
    documentation,
    layer_range,
    method_name,
    one_of,
    option_by_name,
    optional,
    real_number,
    search_of,
    second_search,
    strength_by_direction,
    truth,
    whole_number,
)
from sefa_widget.panel.pins import MAX_PINS, Pin, pins

STRETCHES = (1, 2, 5)
"""How many times as far as their range the sliders can go."""


def _reading_layers(generator: Generator) -> tuple[int, int]:
    """Give the range from the first to the last layer that reads the latent."""
    reading = [number for number, layer in enumerate(generator.layers) if layer.row is not None]
    return reading[0], reading[-1] + 1


def _first_pin(generator: Generator) -> tuple[Pin, ...]:
    return (Pin(0, 0 if generator.num_classes else None),)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that decides what a panel shows: a description of its sheet; a value, replaced as a whole.

    Each field is described here and nowhere else: name, type, title in messages, meaning, check, first value
    and what it makes stale. A new field is one more entry here, in `js/src/state.ts` and `tests/wire.json`.
    """

    starts: tuple[Pin, ...] = described(
        "The starts",
        "Where the pictures begin, one row of the sheet each: seeds, or dicts with `seed`, `label` (the "
        "class) and `name`.",
        pins,
        first=_first_pin,
    )
    chosen: int = described(
        "The chosen start",
        "Number of the start that is shown large, and that `seed` and `label` are of.",
        whole_number(0, MAX_PINS - 1),
        first=0,
        stale="nothing",
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
        stale="directions",
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
        stale="directions",
    )
    options: Mapping[str, Any] = described(
        "Options",
        "Options of the method, by name; those that are left out have their defaults, and another method has "
        "none of them.",
        option_by_name,
        first=lambda generator: {},
        stale="directions",
    )
    normalize: bool = described(
        "normalize",
        "Whether rows of the latent weights have unit length before factorising.",
        truth,
        first=True,
        stale="directions",
    )
    second: Search | None = described(  # noqa: RUF009 -- gives a field, as dataclasses.field does
        "The second search",
        "Other directions, whose pictures are drawn beside those of the first: a dict of `method`, `layers`, "
        "`normalize` and `options`, or the name of a method; what is left out is as in the first. None for "
        "one picture of each start.",
        optional(second_search),
        first=None,
        stale="directions",
    )
    original: bool = described(
        "original",
        "Whether the picture without strengths is drawn beside the edited one.",
        truth,
        first=False,
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
        stale="nothing",
    )
    generator: str
    """Name of the generator that the state is of."""
    fingerprint: str | None = field(default=None, compare=False)
    """Fingerprint of that generator; None as long as nothing needed it, since it is of all weights."""
    revision: int = field(default=0, compare=False)
    """How many changes there were."""

    @property
    def seed(self) -> int:
        """Seed of the chosen start."""
        return self.starts[self.chosen].seed

    @property
    def label(self) -> int | None:
        """Class of the chosen start."""
        return self.starts[self.chosen].label

    @property
    def search(self) -> Search:
        """Which directions the sliders move along."""
        return search_of(self.method, self.layers, self.normalize, self.options)


FIELDS: Mapping[str, Field] = descriptions(State)
"""What can be changed, by name. The generator's name and fingerprint, and the revision, say what the state
is of; they cannot be changed."""

OF_CHOSEN: Mapping[str, Field] = {
    "seed": Field(
        "The seed", f"Which latent the chosen start is: 0 to {MAX_SEED}.", whole_number(0, MAX_SEED), 0
    ),
    "label": Field(
        "The class",
        "Number of the chosen start's class; None for a generator without classes.",
        class_number,
        None,
    ),
}
"""Fields of the chosen start, which can be read and changed as if they were the state's."""

State.__doc__ = f"{State.__doc__}\n\n{documentation(State)}"


def first_state(generator: Generator) -> State:
    """Give the state a panel begins with: all layers from the first to the last that reads the latent."""
    first = {name: field.first_of(generator) for name, field in FIELDS.items()}
    return State(generator=generator.name, **first)


def describe(state: State) -> dict[str, Any]:
    """Give a state as a plain dict of JSON values, which `patched` takes."""
    return {f.name: _plain(getattr(state, f.name)) for f in fields(state)}


def _plain(value: Any) -> Any:
    if isinstance(value, Search):
        assert value.layers is not None
        ends = value.layers[0], value.layers[-1] + 1
        parts = {"method": value.method, "layers": ends, "options": dict(value.options)}
        return _plain(parts if value.normalize is None else {**parts, "normalize": value.normalize})
    if isinstance(value, Pin):
        return asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, tuple) else value
