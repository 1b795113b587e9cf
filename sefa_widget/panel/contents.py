"""What a panel's sheet holds: its starts, and the edits that are done to each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.measures.acting import Acts
from sefa_widget.measures.aligned import Aligned
from sefa_widget.measures.sliders import SliderRange
from sefa_widget.panel.state import FIELDS, State
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.pictures.starts import Start


@dataclass(frozen=True, slots=True, eq=False)
class Second:
    """The directions of the second search, matched with those of the first."""

    aligned: Aligned
    """In the order and with the signs of the first ones."""
    range: SliderRange
    """How far they go at the ends of the same sliders."""
    rows: tuple[int, ...]
    """The code rows that they move."""
    moved: Hashable
    """Name of these directions, rows and weights: slider ranges are kept under it."""

    def strengths(self, strengths: Mapping[int, float], first: SliderRange) -> dict[int, float]:
        """Give the strengths where the first ones are these: the same share of the slider range."""
        count = len(self.aligned.directions)
        ratios = self.range.ends[:count] / first.ends[:count]
        return {i: value * float(ratios[i]) for i, value in strengths.items() if i < count}


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a state's sliders move along."""

    directions: Directions
    """Of the state's search."""
    range: SliderRange
    """Where their sliders end."""
    rows: tuple[int, ...]
    """The code rows that they move."""
    moved: Hashable
    """Name of these directions, rows and weights: slider ranges are kept under it."""
    weights: Hashable
    """The generator's `weights_version` that they were found in."""
    acts: Mapping[int, Acts]
    """What they do, of those that are measured."""
    second: Second | None = None
    """Those of the second search."""
    carried: Edit = UNEDITED
    """The edits that are carried over, as one."""


def shown(state: State) -> Hashable:
    """Give the part of a state that pictures depend on."""
    shows = (name for name, field in FIELDS.items() if field.stale != "nothing")
    return tuple(repr(getattr(state, name)) for name in shows)


def starts(generator: Generator, state: State) -> tuple[Start, ...]:
    """Give the rows of a state's sheet."""
    return tuple(
        Start(latent=latent, noise=state.noise)
        if (latent := pin.drawn_from(generator)) is not None
        else Start(
            seed=pin.seed,
            label=pin.label,
            truncation_psi=state.truncation_psi,
            truncation_cutoff=state.truncation_cutoff,
            noise=state.noise,
        )
        for pin in state.starts
    )


def edits(state: State, found: Found, *, unedited: bool = False) -> tuple[Edit, ...]:
    """Give the columns of a state's sheet: the original if it is wanted, the edit, and the second edit.

    With `unedited` there are as many, without any strength.
    """
    columns = [_edit(found.directions, state.strengths, found.rows, found.carried)]
    if found.second is not None:
        moved = found.second.strengths(state.strengths, found.range)
        columns.append(_edit(found.second.aligned.directions, moved, found.second.rows, found.carried))
    if state.original:
        columns.insert(0, UNEDITED)
    return (UNEDITED,) * len(columns) if unedited else tuple(columns)


def _edit(
    directions: Directions, strengths: Mapping[int, float], rows: tuple[int, ...], carried: Edit
) -> Edit:
    """Edit along directions beside what is carried; strengths of directions that there are none of wait."""
    known: dict[int | str, float] = {i: value for i, value in strengths.items() if i < len(directions)}
    return Edit(directions, known, list(rows), carried) if known else carried
