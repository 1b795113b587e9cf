"""Chooses what is drawn beforehand: which starts, directions, strengths and pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sefa_widget.labels import Labels
from sefa_widget.pages.beforehand import Drawn, Pair
from sefa_widget.pages.lesson import Shown
from sefa_widget.panel.contents import Found
from sefa_widget.panel.naming import Naming
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import State

FEWEST = 3
"""Seeds that are drawn where nothing else is said."""

Strengths = Mapping[int | str, float]


@dataclass(frozen=True, slots=True)
class Search:
    """What is drawn of one search.

    Attributes
    ----------
    found
        Its directions, measured.
    directions
        Numbers of those that are drawn.
    strengths
        For each of them the strengths above zero, ascending; those below are the same.
    pairs
        Numbers of the directions that are drawn together.
    ranges
        Where sliders end that a person has set.
    """

    found: Found
    directions: tuple[int, ...]
    strengths: tuple[tuple[float, ...], ...]
    pairs: tuple[Pair, ...]
    ranges: Mapping[int, float]

    def sheets(self, stride: int) -> Iterator[list[list[Strengths]]]:
        """Give the strengths of each sprite's pictures: a sprite for each direction, then for each pair."""
        known = dict(zip(self.directions, self.strengths, strict=True))
        for index, above in known.items():
            below = [-strength for strength in reversed(above)]
            yield [[{index: strength} for strength in side] for side in (below, above)]
        for one, other in self.pairs:
            rows, columns = (_both_sides(known[index][stride - 1 :: stride]) for index in (one, other))
            yield [[{one: row, other: column} for column in columns] for row in rows]

    def described(self) -> dict[str, Any]:
        """Describe it for the program of a page."""
        ranges = {str(index): end for index, end in self.ranges.items()}
        return {"strengths": self.strengths, "pairs": self.pairs, "ranges": ranges}


def chosen(
    session: Session, labels: Labels | None, drawn: Drawn, shows: Sequence[Shown]
) -> tuple[tuple[int, ...], tuple[Pair, ...]]:
    """Choose the directions and the pairs of a search."""
    state = session.state
    found = session.finder.found(state)
    naming = Naming(session.generator, Labels() if labels is None else labels)
    naming.look(found.directions)
    asked = [one.directions for one in shows if (one.method, one.layers) == (state.method, state.layers)]
    moved = sorted(state.strengths, key=lambda index: -abs(state.strengths[index]))
    opened = [] if state.focused is None else [state.focused]
    wanted = [*moved, *(index for one in asked for index in one), *opened, *naming.names(found.directions)]
    directions = drawn.chosen_directions(wanted, len(found.directions))
    together = [(one[0], one[1]) for one in (moved, *asked) if len(one) > 1]
    return directions, drawn.chosen_pairs(directions, together)


def search_of(
    state: State, session: Session, directions: tuple[int, ...], pairs: tuple[Pair, ...], drawn: Drawn
) -> Search:
    """Say at which strengths the directions of a search are drawn."""
    found = session.finder.found(session.state)
    ends = found.range.rounded()
    ranges = {index: end for index, end in state.ranges.items() if index in directions}
    half = drawn.strengths // 2
    strengths = []
    for index in directions:
        end = ranges.get(index, state.stretch * ends[index])
        strengths.append(tuple(float(f"{end * step / half:.4g}") for step in range(1, half + 1)))
    return Search(found, directions, tuple(strengths), pairs, ranges)


def chosen_pins(state: State, others: Sequence[int], drawn: Drawn, shows: Sequence[Shown]) -> list[Pin]:
    """Choose the starts that are drawn, in the order of the panel."""
    chosen, shown = state.starts[state.chosen], _each_once(state.starts)
    if isinstance(drawn.seeds, int) or drawn.seeds is None:
        count = max(FEWEST, len(shown)) if drawn.seeds is None else drawn.seeds
        first = _each_once([chosen, *shown])[:count]
        fresh = [Pin(seed, chosen.label) for seed in (*others, *range(2 * count + len(others)))]
        pins = _each_once([*(pin for pin in shown if pin in first), *fresh])[:count]
    else:
        known = {pin.seed: pin for pin in reversed(shown)}
        pins = [known.get(int(seed), Pin(int(seed), chosen.label)) for seed in drawn.seeds]
    return _each_once([*pins, *(pin for one in shows for pin in one.starts)])


def _each_once(pins: Sequence[Pin]) -> list[Pin]:
    """Leave out a start that has the seed and the class of an earlier one."""
    found: dict[tuple[int, int | None], Pin] = {}
    for pin in pins:
        found.setdefault((pin.seed, pin.label), pin)
    return list(found.values())


def settled(state: State, described: Mapping[str, Any], pins: Sequence[Pin], first: Search) -> dict[str, Any]:
    """Let a page begin with what is drawn: some of the panel's starts, one or two directions."""
    drawn = {(pin.seed, pin.label) for pin in pins}
    kept = [n for n, pin in enumerate(state.starts) if (pin.seed, pin.label) in drawn]
    starts = [described["starts"][n] for n in kept] or [
        {"seed": pins[0].seed, "label": pins[0].label, "name": pins[0].name}
    ]
    moved = [index for index in state.strengths if index in first.directions]
    largest = sorted(moved, key=lambda index: -abs(state.strengths[index]))[:2]
    if len(largest) == 2 and (min(largest), max(largest)) not in first.pairs:
        del largest[1]
    return {
        **described,
        "starts": starts,
        "chosen": kept.index(state.chosen) if state.chosen in kept else 0,
        "strengths": {str(index): state.strengths[index] for index in sorted(largest)},
        "locked": [index for index in state.locked if index in first.directions],
        "focused": state.focused if state.focused in first.directions else None,
        "carried": [],
    }


def _both_sides(above: Sequence[float]) -> list[float]:
    return [*(-strength for strength in reversed(above)), *above]
