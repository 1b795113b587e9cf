"""Puts the labels of two people together, and shows where they disagree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from sefa_widget.arguments import instance
from sefa_widget.labels.transfer import EQUAL
from sefa_widget.labels.value import Label, differences

Kind = Literal["edited", "direction", "name"]
_ROWS = 256
"""Labels that are held against all others at once."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two labels that do not say the same.

    Attributes
    ----------
    kind
        ``"edited"``: one label (one id) with different fields. ``"direction"``: one direction of one
        generator with different names, or opposite ends for one name. ``"name"``: one name for different
        directions of one search.
    ours, theirs
        The two labels.
    fields
        Names of the fields that differ, where one label was edited.
    """

    kind: Kind
    ours: Label
    theirs: Label
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say in one line what they disagree about."""
        one, other = ((label.rater or "somebody") for label in (self.ours, self.theirs))
        if self.kind == "edited":
            return f"{self.ours.name!r} was edited on both sides: {', '.join(self.fields)}"
        if self.kind == "name":
            numbers = self.ours.index, self.theirs.index
            return f"{self.ours.name!r} is direction {numbers[0]} for {one} and {numbers[1]} for {other}"
        if self.ours.name == self.theirs.name:
            return f"{self.ours.name!r} is at opposite ends for {one} and {other}"
        which = "the direction" if self.ours.index is None else f"direction {self.ours.index}"
        return f"{which} is {self.ours.name!r} for {one} and {self.theirs.name!r} for {other}"


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge did and did not do.

    Attributes
    ----------
    added
        Labels that were put in.
    same
        How many labels were here already, equal in every field.
    disagreements
        Where the two sides say different things. Nothing was decided: of a label that was edited on both
        sides ours stays, all others are kept side by side. ``labels.extend([one.theirs])`` takes theirs.
    """

    added: tuple[Label, ...]
    same: int
    disagreements: tuple[Disagreement, ...]

    def __str__(self) -> str:
        """Say what was added, and every disagreement in a line."""
        lines = [f"{len(self.added)} added, {self.same} the same, {len(self.disagreements)} disagreements"]
        return "\n".join([*lines, *map(str, self.disagreements)])


def merged(ours: list[Label], other: Iterable[Label]) -> tuple[list[Label], Merge]:
    """Give the labels that are new here, and what a merge of them says; see `Labels.merge`."""
    theirs = [instance(label, "A label", Label, "a Label") for label in other]
    known = {label.id: label for label in ours}
    added, same = [], 0
    disagreements: list[Disagreement] = []
    for label in theirs:
        mine = known.get(label.id)
        if mine is None:
            added.append(label)
        elif differences(mine, label):
            disagreements.append(Disagreement("edited", mine, label, differences(mine, label)))
        else:
            same += 1
    return added, Merge(tuple(added), same, (*disagreements, *_opposed(ours, added)))


def _opposed(ours: list[Label], added: list[Label]) -> list[Disagreement]:
    """Find named labels of one generator that give one direction two names, or one name two directions.

    Of several of our labels that say the same, only the first is held against one of theirs.
    """
    groups: dict[tuple[str, int], tuple[list[Label], list[Label]]] = {}
    for side, labels in enumerate((ours, added)):
        for label in labels:
            if label.name:
                group = groups.setdefault((label.fingerprint, len(label.vector)), ([], []))
                group[side].append(label)
    found: list[Disagreement] = []
    for mine, theirs in groups.values():
        distinct = list({_statement(label): label for label in reversed(mine)}.values())[::-1]
        for start in range(0, len(theirs) if mine else 0, _ROWS):
            found += _of_some(distinct, theirs[start : start + _ROWS])
    return found


def _statement(label: Label) -> object:
    vector = (label.sign * label.vector).numpy().tobytes()
    return label.name.casefold(), label.search, label.index, vector


def _of_some(mine: list[Label], theirs: list[Label]) -> list[Disagreement]:
    cosines = _signed(theirs) @ _signed(mine).T
    same_name = _equal([one.name.casefold() for one in theirs], [one.name.casefold() for one in mine])
    same_search = _equal([one.search for one in theirs], [one.search for one in mine])
    one_direction = cosines.abs() >= EQUAL
    about = one_direction & (~same_name | (cosines < 0))
    kinds: tuple[tuple[Kind, Tensor], ...] = (
        ("direction", about),
        ("name", same_name & same_search & ~one_direction),
    )
    found: dict[object, Disagreement] = {}
    for kind, where in kinds:
        for row, column in where.nonzero().tolist():
            one, label = mine[column], theirs[row]
            key = (label.id, kind, one.name.casefold(), one.index, bool(cosines[row, column] < 0))
            found.setdefault(key, Disagreement(kind, one, label))
    return list(found.values())


def _signed(labels: list[Label]) -> Tensor:
    return torch.stack([label.sign * label.vector for label in labels])


def _equal(rows: list[Any], columns: list[Any]) -> Tensor:
    """Tell which things are equal, ``[rows, columns]``, through numbers in their place."""
    known: dict[Any, int] = {}
    one, other = (torch.tensor([known.setdefault(a, len(known)) for a in side]) for side in (rows, columns))
    return one[:, None] == other
