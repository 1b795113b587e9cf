"""Puts the labels of two people together, and shows where they disagree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import torch

from sefa_widget.arguments import instance
from sefa_widget.labels.transfer import EQUAL
from sefa_widget.labels.value import Label, differences

Kind = Literal["edited", "direction", "name"]


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
    """Find named labels of one generator that give one direction two names, or one name two directions."""
    groups: dict[tuple[str, int], tuple[list[Label], list[Label]]] = {}
    for side, labels in enumerate((ours, added)):
        for label in labels:
            if label.name:
                group = groups.setdefault((label.fingerprint, len(label.vector)), ([], []))
                group[side].append(label)
    found = []
    for mine, theirs in groups.values():
        if mine and theirs:
            cosines = (
                torch.stack([one.vector for one in theirs]) @ torch.stack([one.vector for one in mine]).T
            )
            for row, label in enumerate(theirs):
                found += [
                    Disagreement(kind, one, label)
                    for one, cosine in zip(mine, cosines[row].tolist(), strict=True)
                    if (kind := _kind(one, label, cosine)) is not None
                ]
    return found


def _kind(one: Label, other: Label, cosine: float) -> Kind | None:
    same_name = one.name.casefold() == other.name.casefold()
    if abs(cosine) >= EQUAL:
        opposite = cosine * one.sign * other.sign < 0
        return "direction" if not same_name or opposite else None
    return "name" if same_name and one.search == other.search else None
