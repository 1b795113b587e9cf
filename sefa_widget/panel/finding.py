"""Finds the directions of a state, and measures where their sliders end; what was found once is kept."""

from __future__ import annotations

import reprlib
import threading
from collections.abc import Hashable, Mapping
from typing import TypeVar

from sefa_widget.arguments import instance
from sefa_widget.directions import METHODS, Directions, Search, check_fit, methods_for
from sefa_widget.directions.layers import edit_rows
from sefa_widget.generators.base import Generator
from sefa_widget.measures.aligned import align
from sefa_widget.measures.sliders import KeptRanges, Measuring, Setting, Unedited
from sefa_widget.panel.contents import Found, Second
from sefa_widget.panel.state import MEASURED_ORDERS, State
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.progress import Progress

KEPT_DIRECTIONS = 16
"""How many factorisations are kept, so that going back costs nothing."""


class Finder:
    """Finds directions for the states of one panel; safe to use from several threads.

    Parameters
    ----------
    generator
        Whose directions.
    given
        Directions found or loaded elsewhere, by the name under which they can be chosen like a method.

    Raises
    ------
    ValueError
        If given directions are not of the generator's latent space or have a method's name.
    """

    def __init__(self, generator: Generator, given: Mapping[str, Directions]) -> None:
        self.generator = generator
        instance(given, "directions", Mapping, "a dict of Directions by name")  # type: ignore[type-abstract]
        self._given = dict(given)
        taken = {method.name for method in METHODS}
        for name, directions in self._given.items():
            if not isinstance(name, str) or not name or not name.isprintable() or name in taken:
                raise ValueError(
                    f"Directions are called {reprlib.repr(name)}; take a printable text that is no method's "
                    "name."
                )
            instance(
                directions, f"directions[{name!r}]", Directions, "what factorize or load_directions gives"
            )
            check_fit(directions, generator, f"The directions {name!r}", stacklevel=5)
        self.methods = (*(method.name for method in methods_for(generator)), *self._given)
        """Names of the methods and given directions that can be chosen."""
        self._lock = threading.RLock()
        self._directions: dict[Hashable, Directions] = {}
        self._found: dict[Hashable, Found] = {}
        self._ranges = KeptRanges(generator)

    @property
    def given(self) -> Mapping[str, Directions]:
        """Directions that were found or loaded elsewhere, by name."""
        return self._given

    def directions(self, search: Search, progress: Progress | None = None) -> Directions:
        """Give the directions of a search, factorising if need be.

        `progress` is called with how much is done and of how much; what it raises ends the work.
        """
        if search.method in self._given:
            return self._given[search.method]
        key = search, self.generator.weights_version
        with self._lock:
            known = self._directions.pop(key, None)
        if known is None:
            known = search.find(self.generator, progress=progress)
        with self._lock:
            _keep(self._directions, key, known)
        return known

    def knows(self, *searches: Search) -> bool:
        """Whether the directions of all searches are found already."""
        weights = self.generator.weights_version
        with self._lock:
            return all(
                search.method in self._given or (search, weights) in self._directions for search in searches
            )

    def found(self, state: State, progress: Progress | None = None) -> Found:
        """Give the directions of a state, those of its second search and what is known of slider ranges.

        It is the same object until more is known. For `progress` see `directions`.
        """
        weights, search = self.generator.weights_version, state.search
        rows = self.edited_rows(search, state.edit_layers)
        key = search, rows, state.second, state.edit_layers, state.carried, weights
        with self._lock:
            known = self._found.pop(key, None)
        if known is None:
            carried = self._carried(state, progress)
            directions, aligned = self.directions(search, progress), None
            if state.second is not None:
                aligned = align(directions, self.directions(state.second, progress))
        else:
            directions, carried = known.directions, known.carried
            aligned = None if known.second is None else known.second.aligned
        moved: Hashable = (search, None, rows, weights)
        with self._lock:
            first = self._ranges.range(moved, setting(state), directions)
            second = None
            if aligned is not None:
                assert state.second is not None
                others = self.edited_rows(state.second, state.edit_layers)
                also: Hashable = (search, state.second, others, weights)
                ends = self._ranges.range(also, setting(state), aligned.directions)
                second = Second(aligned, ends, others, also)
            acts = self._ranges.acts(moved, setting(state))
            if (
                known is None
                or known.range is not first
                or known.acts is not acts
                or _range(known.second) is not _range(second)
            ):
                known = Found(directions, first, rows, moved, weights, acts, second, carried)
            _keep(self._found, key, known)
        return known

    def measure_range(self, state: State) -> bool:
        """Draw one batch of pictures to measure a state's slider ranges; say whether there is more to do.

        `found` gives what is known by then. The directions that are shown at first come first, then those
        that have a strength, then the others; of the search before those of the second one.
        """
        moved, measurings = state.strengths, self._measurings(state)
        measurings.sort(key=lambda measuring: (measuring.first_done, measuring.knows(moved)))
        return any(measuring.step(moved) for measuring in measurings)

    def measure_moved(self, state: State) -> bool:
        """Measure a little more, until what the second picture depends on is known; say whether to go on.

        It moves along a direction by the share of its end that the first picture moves by.
        """
        measurings = self._measurings(state)
        known = all(measuring.knows(state.strengths) for measuring in measurings)
        return len(measurings) > 1 and not known and self.measure_range(state)

    def _measurings(self, state: State) -> list[Measuring]:
        """Give what measures the slider ends of a state's search, and of its second one."""
        found, pictures, measuring = self.found(state), setting(state), self._ranges.measuring
        with self._lock:
            measurings = [measuring(found.moved, pictures, found.directions, found.rows)]
            if (second := found.second) is not None:
                measurings.append(measuring(second.moved, pictures, second.aligned.directions, second.rows))
        return measurings

    def measure(self, state: State) -> bool:
        """Measure a little more of what a state's directions do; say whether there is more to do.

        If directions are listed by what they do, that comes before most slider ends: the first end that is
        measured corrects the estimates of all, and more exact ones change little of it.
        """
        known = self.found(state).range.change is not None
        if state.sort in MEASURED_ORDERS and known and self.measure_acts(state):
            return True
        return self.measure_range(state)

    def measure_acts(self, state: State) -> bool:
        """Measure what one more direction does; say whether there is more to do."""
        found = self.found(state)
        with self._lock:
            acting = self._ranges.acting(found.moved, setting(state), found.directions, found.rows)
        return acting.step(found.range.ends.tolist(), state.strengths)

    def unedited(self, state: State) -> Unedited:
        """Give the unedited pictures that a state's directions are measured on, drawn or not."""
        with self._lock:
            return self._ranges.unedited(setting(state))

    def _carried(self, state: State, progress: Progress | None) -> Edit:
        """Give the carried edits of a state as one."""
        whole = UNEDITED
        for one in state.carried:
            directions = self.directions(one.search, progress)
            strengths: dict[int | str, float] = {i: s for i, s in one.strengths if i < len(directions)}
            whole = Edit(directions, strengths, list(self.edited_rows(one.search, one.edit_layers)), whole)
        return whole

    def edited_rows(self, search: Search, edit_layers: tuple[int, int] | None) -> tuple[int, ...]:
        """Give the code rows that an edit moves: those that the edited layers read; all if they read none.

        Until edited layers are chosen they are the layers of the search, or of directions that were given.
        """
        given = self._given.get(search.method or "")
        if edit_layers is None and given is not None and given.edit_rows is not None:
            return given.edit_rows
        layers = search.layers if edit_layers is None else range(*edit_layers)
        assert layers is not None
        return edit_rows(self.generator, layers)


def setting(state: State) -> Setting:
    """Give what the pictures are drawn with that a state's directions are measured on."""
    return Setting(state.label, state.truncation_psi, state.truncation_cutoff)


def _range(second: Second | None) -> object:
    return None if second is None else second.range


Key = TypeVar("Key")
Value = TypeVar("Value")


def _keep(kept: dict[Key, Value], key: Key, value: Value) -> None:
    """Put a value in last place, and forget the first where there are too many."""
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > KEPT_DIRECTIONS:
        del kept[next(iter(kept))]
