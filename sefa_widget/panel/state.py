"""The state of a panel: all that decides what it shows, as one checked value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from inspect import getdoc
from typing import Any, get_args

from sefa_widget.directions import Search
from sefa_widget.generators.base import Generator
from sefa_widget.generators.latent import Noise
from sefa_widget.panel.carried import Carried, carried_edits, described_edit
from sefa_widget.panel.checks import (
    MAX_SEED,
    class_number,
    code_row,
    direction_number,
    direction_numbers,
    layer_range,
    method_name,
    one_of,
    one_word,
    option_by_name,
    optional,
    picture_box,
    range_by_direction,
    real_number,
    strength_by_direction,
    truth,
    whole_number,
)
from sefa_widget.panel.fields import Field, described, descriptions, documentation
from sefa_widget.panel.pins import MAX_PINS, Pin, pins
from sefa_widget.panel.searches import given_search, search_of, search_parts

MEASURED_ORDERS = ("alike", "region")
"""Orders by what directions do, which is measured only for them."""
ORDERS = ("value", "effect", *MEASURED_ORDERS, "named", "unnamed", "moved")
"""In which orders directions can be listed."""
VIEWS = ("explore", "wall", "label")
"""What can stand beside the pictures."""
STRETCHES = (1, 2, 5)
"""How many times as far as their range the sliders can go."""


def _first_layers(generator: Generator) -> tuple[int, int]:
    """Give the layers that the generator opens with, or else the first to the last that reads the latent."""
    if generator.opening.layers is not None:
        return generator.opening.layers
    reading = [number for number, layer in enumerate(generator.layers) if layer.row is not None]
    return reading[0], reading[-1] + 1


def _first_pins(generator: Generator) -> tuple[Pin, ...]:
    opening = generator.opening
    classes = opening.classes(generator.num_classes)
    return tuple(Pin(seed, label) for seed, label in zip(opening.seeds, classes, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that decides what a panel shows: a description of its sheet; a value, replaced as a whole.

    Each field is described here and nowhere else: name, type, title in messages, meaning, check, first value
    and what it makes stale. A new field is one more entry here, in `js/src/state.ts` and `tests/wire.json`.
    """

    starts: tuple[Pin, ...] = described(
        "The starts",
        "Where the pictures begin, one row of the sheet each: seeds, latents of length 1, or dicts with "
        "`seed` or `latent`, `label` (the class) and `name`.",
        pins,
        first=_first_pins,
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
    sort: str = described(
        "The order",
        "In which order the panel lists directions: ``'value'``, as they were found; ``'effect'``, by how "
        "much the picture changes for each step; ``'alike'``, by how alike they change different pictures; "
        "``'region'``, by the share of `region` in the change; ``'named'``, those with a name "
        "first; ``'unnamed'``, those without a name first; ``'moved'``, those with a strength first. "
        "What is not measured comes last.",
        one_word(ORDERS),
        first="value",
        stale="nothing",
        step=False,
    )
    locked: tuple[int, ...] = described(
        "The locked directions",
        "Numbers of the directions that Reset all leaves alone. No picture depends on it.",
        direction_numbers,
        first=(),
        stale="nothing",
    )
    carried: tuple[Carried, ...] = described(
        "The carried edits",
        "Edits along directions of earlier searches, done to every picture beside what the sliders do: what "
        "the sliders had set when other directions were asked for. ``[]`` removes them.",
        carried_edits,
        first=(),
    )
    layers: tuple[int, int] = described(
        "Layer range",
        "Half-open range of the layers that are factorised; at first those that the generator opens with, or "
        "from the first to the last layer that reads the latent.",
        layer_range,
        first=_first_layers,
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
        optional(given_search),
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
        first=lambda generator: generator.opening.truncation_psi,
    )
    truncation_cutoff: int | None = described(
        "truncation_cutoff",
        "Truncate only code rows before this one; None truncates all.",
        optional(code_row),
        first=None,
    )
    noise: Noise = described(  # noqa: RUF009 -- gives a field, as dataclasses.field does
        "noise",
        "The noise inputs of the network: ``'const'`` is the stored noise, ``'random'`` is fresh for each "
        "drawing, ``'none'`` is off. It changes nothing where a generator has none.",
        one_word(get_args(Noise)),
        first="const",
    )
    region: tuple[float, float, float, float] | None = described(
        "The region",
        "A box of the picture as (top, left, bottom, right), fractions from 0 to 1; None for none. "
        "Directions can be listed by how much they change it, and the Jacobian can look for those that do. "
        "No picture depends on it.",
        optional(picture_box),
        first=None,
        stale="nothing",
    )
    stretch: int = described(
        "stretch",
        "How many times as far as their range the sliders go: 1, 2 or 5. No picture depends on it.",
        one_of(STRETCHES),
        first=1,
        stale="nothing",
    )
    ranges: Mapping[int, float] = described(
        "The sliders' own ranges",
        "Where single sliders end, by the number of their direction, in place of the measured end; other "
        "directions have none of them. No picture depends on it.",
        range_by_direction,
        first=lambda generator: {},
        stale="nothing",
    )
    view: str = described(
        "The view",
        "What stands beside the pictures: ``'explore'``, a slider for each direction, or ``'wall'``, many "
        "directions by their pictures, or ``'label'``, where they are named. Undo leaves it as it is.",
        one_word(VIEWS),
        first="explore",
        stale="nothing",
        step=False,
    )
    control: bool = described(
        "control",
        "Whether the spectrum shows its control: the values that the same method finds in networks before "
        "training. They are made when nothing else is wanted. No picture depends on it, and undo leaves it "
        "as it is.",
        truth,
        first=False,
        stale="nothing",
        step=False,
    )
    projector: bool = described(
        "projector",
        "Whether type and controls are larger, and fewer, to be read from the back row. Undo leaves it as it "
        "is.",
        truth,
        first=False,
        stale="nothing",
        step=False,
    )
    focused: int | None = described(
        "The focused direction",
        "Number of the direction whose row is open, with a filmstrip; None for none. No picture depends on "
        "it, and undo leaves it as it is.",
        optional(direction_number),
        first=0,
        stale="nothing",
        step=False,
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

State.__doc__ = f"{getdoc(State)}\n\n{documentation(State)}"


def first_state(generator: Generator) -> State:
    """Give the state a panel begins with; see `Generator.opening`."""
    first = {name: field.first_of(generator) for name, field in FIELDS.items()}
    return State(generator=generator.name, **first)


def describe(state: State) -> dict[str, Any]:
    """Give a state as a plain dict of JSON values, which `patched` takes."""
    return {f.name: _plain(getattr(state, f.name)) for f in fields(state)}


def _plain(value: Any) -> Any:
    if isinstance(value, Search):
        return _plain(search_parts(value, "The second search"))
    if isinstance(value, Pin):
        return value.described()
    if isinstance(value, Carried):
        return _plain(described_edit(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, tuple) else value
