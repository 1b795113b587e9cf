"""Names the steps of a panel's history, so that people find the picture they want to go back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sefa_widget.directions.layers import format_layers
from sefa_widget.panel.state import FIELDS, State

MOST_NAMED = 40
"""How many steps are named at most, the newest first."""


@dataclass(frozen=True, slots=True)
class Visited:
    """The steps of a history that can be gone back to.

    Attributes
    ----------
    first
        Place of the first named step.
    place
        Place of the present step.
    names
        What was changed at each step, oldest first, for example ``"#3 +0.40"``, ``"seed 88"``.
    revisions
        Revision of each step's state, which no other state has.
    """

    first: int
    place: int
    names: tuple[str, ...]
    revisions: tuple[int, ...]


def visited(states: Sequence[State], dropped: int, place: int) -> Visited:
    """Name the newest steps of a history, of which the oldest `dropped` ones are forgotten."""
    first = max(0, len(states) - MOST_NAMED)
    names = [
        step_name(states[number - 1], states[number]) if number else "earlier" if dropped else "start"
        for number in range(first, len(states))
    ]
    revisions = tuple(state.revision for state in states[first:])
    return Visited(dropped + first, dropped + place, tuple(names), revisions)


def step_name(before: State, after: State) -> str:
    """Say in a few letters what changed from one state to the next.

    >>> from sefa_widget import load_generator
    >>> from sefa_widget.panel.session import Session
    >>> session = Session(load_generator("heads"))
    >>> step_name(session.state, session.apply({"strengths": {3: 0.4}}))
    '#3 +0.40'
    """
    if before.layers != after.layers:
        return f"layers {format_layers(tuple(range(*after.layers)))}"
    if before.method != after.method:
        return after.method or "automatic"
    if len(before.starts) != len(after.starts):
        return f"{len(after.starts)} people" if len(after.starts) > 1 else "1 person"
    one, other = before.starts[before.chosen], after.starts[after.chosen]
    if (one.seed, one.latent, before.chosen) != (other.seed, other.latent, after.chosen):
        return other.name or (f"seed {other.seed}" if other.latent is None else "found picture")
    if before.label != after.label:
        return f"class {after.label}"
    if before.truncation_psi != after.truncation_psi:
        return f"ψ {after.truncation_psi:.2f}"
    differ = [name for name, f in FIELDS.items() if f.step and getattr(before, name) != getattr(after, name)]
    others = [name for name in differ if name not in ("strengths", "carried")]
    if others:
        return FIELDS[others[0]].title.removeprefix("The ")
    known = {**before.strengths, **after.strengths}
    moved = [index for index in known if _strength(before, index) != _strength(after, index)]
    if len(moved) == 1 and "carried" not in differ:
        return f"#{moved[0]} {_strength(after, moved[0]):+.2f}"
    return "strengths" if after.strengths or after.carried else "reset"


def _strength(state: State, index: int) -> float:
    return state.strengths.get(index, 0.0)
