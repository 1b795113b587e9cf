"""A label: what one direction means, with all that is needed to find it again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timezone
from typing import Any

import torch
from torch import Tensor

from sefa_widget.arguments import instance, known_names
from sefa_widget.directions import Directions, Search, format_layers
from sefa_widget.labels.fields import KINDS


def now() -> str:
    """Give the present time as text: ISO 8601, UTC, in milliseconds."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Label:
    """What one direction means; a value, never changed after it is made.

    >>> label = Label(name="smile", vector=[3.0, 4.0], sign=-1)
    >>> label.vector
    tensor([0.6000, 0.8000], dtype=torch.float64)
    >>> label.replaced(name="grin").name
    'grin'

    Attributes
    ----------
    name
        What the direction does, for example ``"smile"``; empty where a person found that it means nothing.
    vector
        ``[d]`` float64 on the CPU: the direction, of unit length.
    sign
        Which end has what the name says: 1, that of positive strengths; -1, that of negative ones.
    layers
        Numbers of the layers that an edit is meant for; None where that is not known.
    rows
        The code rows that an edit moves, as `Directions.edit_rows`; None where that is not known.
    range
        Useful strengths, the lower one first; None where nobody said.
    search
        How the direction was found: method, options, layers and normalisation.
    value
        The number beside the direction, as `Directions.values`.
    index
        Its number among the directions of that search, from 0.
    generator, family, fingerprint
        Name, architecture and fingerprint of the generator it is of.
    seeds
        Seeds of the pictures that the person looked at.
    rater
        Who gave the label.
    time
        When it was given: ISO 8601, UTC.
    obvious
        Whether the direction changes pictures obviously; None where nobody said.
    meaningful
        Whether the change means something; None where nobody said.
    note
        Any text.
    confirmed
        False for a proposal that no person has confirmed.
    study
        Name of the study that it is an answer in; empty for none.
    space
        The latent space of the generator: ``"z"``, ``"w"``, or empty where it is not known.
    sketch
        A few numbers that tell this latent space from others; see `sefa_widget.labels.space`.
    id
        32 hex digits that no other label has.
    """

    name: str
    vector: Tensor
    sign: int = 1
    layers: tuple[int, ...] | None = None
    rows: tuple[int, ...] | None = None
    range: tuple[float, float] | None = None
    search: Search | None = None
    value: float | None = None
    index: int | None = None
    generator: str = ""
    family: str = ""
    fingerprint: str = ""
    seeds: tuple[int, ...] = ()
    rater: str = ""
    time: str = field(default_factory=now)
    obvious: bool | None = None
    meaningful: bool | None = None
    note: str = ""
    confirmed: bool = True
    study: str = ""
    space: str = ""
    sketch: tuple[float, ...] = ()
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        """Check every field.

        Raises
        ------
        ValueError
            If a field is not what it may be.
        """
        for one in fields(self):
            checked = KINDS[one.name].check(getattr(self, one.name), one.name)
            object.__setattr__(self, one.name, checked)
        if not self.id:
            raise ValueError("id is empty; leave it out to get a new one.")

    def __eq__(self, other: object) -> bool:
        """Tell whether all fields are equal."""
        return isinstance(other, Label) and not differences(self, other)

    def __hash__(self) -> int:
        """Give a hash of the id."""
        return hash(self.id)

    def __repr__(self) -> str:
        """Say what it is a label of in one line."""
        which = f"direction {'?' if self.index is None else self.index}"
        method = "" if self.search is None or self.search.method is None else f" of {self.search.method}"
        layers = f" of layers {format_layers(self.layers)}" if self.layers else ""
        owner = (f" of {self.generator!r}" if self.generator else "") + (
            f", by {self.rater}" if self.rater else ""
        )
        doubt = "" if self.confirmed else ", not confirmed"
        return f"Label({self.name!r}, {which}{method}{layers}{owner}{doubt})"

    def replaced(self, **changes: Any) -> Label:
        """Give the same label with some fields changed.

        Raises
        ------
        ValueError
            If there is no such field, or it is not what it may be.
        """
        known_names(changes, "The field", CHANGEABLE)
        return replace(self, **changes)

    def directions(self) -> Directions:
        """Give the direction as `Directions` of length 1, its plus end positive, named if it has a name."""
        found = Directions.from_vectors(self.sign * self.vector, names=[self.name] if self.name else ())
        layers = self.layers if self.search is None else self.search.layers
        search = Search("label", layers, None) if self.search is None else self.search
        return replace(found, search=search, fingerprint=self.fingerprint, edit_rows=self.rows)

    def to_json(self) -> dict[str, Any]:
        """Give all fields as plain JSON values."""
        return {name: kind.to_json(getattr(self, name)) for name, kind in KINDS.items()}

    @classmethod
    def from_json(cls, about: Mapping[str, Any]) -> Label:
        """Make a label of plain JSON values.

        Raises
        ------
        ValueError
            If a field is missing, unknown or not what it may be.
        """
        values = dict(instance(about, "A label", dict, "an object of its fields"))
        known_names(values, "The field", list(KINDS))
        missing = [name for name in KINDS if name not in values]
        if missing:
            raise ValueError(f"The field {missing[0]!r} is missing.")
        for name, kind in KINDS.items():
            if isinstance(values[name], str) and kind.schema.get("type") != "string":
                kind.check(values[name], name)  # a text is no list, but tuple() would take it for one
            values[name] = _read(name, values[name])
        return cls(**values)


CHANGEABLE = tuple(name for name in KINDS if name != "id")
"""Fields of a label that can be given and changed."""


def differences(one: Label, other: Label) -> tuple[str, ...]:
    """Give the names of the fields in which two labels differ."""
    return tuple(name for name in KINDS if not _equal(getattr(one, name), getattr(other, name)))


def still_there(before: Label | None, after: Label | None, now: Label | None) -> bool:
    """Tell whether what a change has written is still there."""
    if after is None or now is None:
        return after is None and now is None
    changed = differences(after, now)
    return not (set(changed) & set(differences(before, after)) if before else changed)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    return bool(one == other)


def _read(name: str, value: Any) -> Any:
    try:
        return KINDS[name].from_json(value)
    except TypeError as error:
        raise ValueError(f"{name} is {value!r}, which it cannot be.") from error
