"""Edits that a panel carries over: what sliders had set before other directions were asked for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sefa_widget.arguments import instance, is_many, known_names
from sefa_widget.directions import Search
from sefa_widget.panel.checks import layer_range, optional, strength_by_direction
from sefa_widget.panel.fields import Scope
from sefa_widget.panel.searches import given_search, search_parts

MOST_CARRIED = 8
"""How many carried edits a state has at most: the directions of each are kept."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One edit that is carried over: strengths along the directions of an earlier search.

    Attributes
    ----------
    search
        Which directions.
    strengths
        Strength by the number of its direction, ascending; none is zero.
    edit_layers
        Half-open range of the layers whose codes are edited; None is the layers of the search.
    """

    search: Search
    strengths: tuple[tuple[int, float], ...]
    edit_layers: tuple[int, int] | None = None

    @classmethod
    def of(
        cls, search: Search, strengths: Mapping[int, float], edit_layers: tuple[int, int] | None
    ) -> Carried:
        """Make one of a dict of strengths."""
        return cls(search, tuple(sorted((i, s) for i, s in strengths.items() if s != 0)), edit_layers)

    @property
    def moved(self) -> Hashable:
        """What it moves along: edits with the same are one."""
        return self.search, self.edit_layers


def described_edit(edit: Carried) -> dict[str, Any]:
    """Give a carried edit as a dict of its parts, which `carried_edits` takes."""
    parts = search_parts(edit.search, "A carried edit")
    return {**parts, "strengths": dict(edit.strengths), "edit_layers": edit.edit_layers}


def carried_edits(value: Any, title: str, scope: Scope) -> tuple[Carried, ...]:
    """Take carried edits and dicts of their fields; those that move along the same directions are added.

    Raises
    ------
    ValueError
        If there are too many, or one is none of this generator's.
    """
    if not is_many(value) or isinstance(value, Mapping):
        raise ValueError(f"{title} must be a list of edits as panel.state has them; [] removes them.")
    return merged([_carried(one, title, scope) for one in value], title)


def merged(edits: Sequence[Carried], title: str = "The carried edits") -> tuple[Carried, ...]:
    """Add up the strengths of edits that move along the same directions; those without any are left out.

    Raises
    ------
    ValueError
        If there are more than `MOST_CARRIED`.
    """
    sums: dict[Hashable, Carried] = {}
    for edit in edits:
        strengths = dict(edit.strengths)
        for index, strength in sums[edit.moved].strengths if edit.moved in sums else ():
            strengths[index] = strengths.get(index, 0.0) + strength
        sums[edit.moved] = Carried.of(edit.search, strengths, edit.edit_layers)
    kept = tuple(edit for edit in sums.values() if edit.strengths)
    if len(kept) > MOST_CARRIED:
        raise ValueError(
            f"{title} would be of {len(kept)} searches; a panel carries {MOST_CARRIED} at most. Remove the "
            "carried edits, or spread them over the sliders, then choose other directions."
        )
    return kept


def _carried(value: Any, title: str, scope: Scope) -> Carried:
    if isinstance(value, Carried):
        value = described_edit(value)
    instance(value, "A carried edit", Mapping, "a dict, as panel.state has it")  # type: ignore[type-abstract]
    names = ["method", "layers", "normalize", "options", "strengths", "edit_layers"]
    known_names(value, "A carried edit's field", names)
    parts = {name: value[name] for name in value if name not in ("strengths", "edit_layers")}
    return Carried.of(
        given_search(parts, "A carried edit", scope),
        strength_by_direction(value.get("strengths", {}), "Strengths", scope),
        optional(layer_range)(value.get("edit_layers"), "The edited layer range", scope),
    )
