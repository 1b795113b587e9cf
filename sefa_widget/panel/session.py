"""What an intent means, without Jupyter and without threads: a state, its directions, and its pictures."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from sefa_widget.arguments import whole
from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.generators.class_names import class_names as names_of_classes
from sefa_widget.panel.contents import Found, edits, shown, starts
from sefa_widget.panel.finding import Finder
from sefa_widget.panel.history import History
from sefa_widget.panel.patching import patched
from sefa_widget.panel.spreading import spread
from sefa_widget.panel.state import FIELDS, State, describe, first_state
from sefa_widget.panel.visited import Visited, visited
from sefa_widget.pictures.drawing import batches_of_tiles
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.frames import Pixels, to_pixels
from sefa_widget.pictures.sheet import Sheet, sheet
from sefa_widget.pictures.sketches import sketches
from sefa_widget.pictures.starts import Start
from sefa_widget.progress import Progress

Place = tuple[int, int]
"""Row and column of a tile."""


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """All that the pictures of a state are drawn from."""

    state: State
    """The state."""
    unedited: bool
    """Whether strengths are left out."""
    found: Found
    """The directions of that state."""
    starts: tuple[Start, ...]
    """The rows of the sheet."""
    edits: tuple[Edit, ...]
    """The columns of the sheet."""
    key: Hashable
    """Contents with the same key have the same pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some tiles of a sheet, drawn together."""

    places: tuple[Place, ...]
    """Row and column of each."""
    pixels: Pixels
    """``[n, H, W, 3]`` RGB."""
    render_ms: float
    """How long the generator took, in milliseconds; finding directions does not count."""


class Session:
    """The state of one panel, and how to change and draw it; safe to use from several threads.

    Applying a patch only checks it and replaces the state, so it is quick. Directions are found, and pictures
    drawn, when they are asked for.

    Parameters
    ----------
    generator
        The generator to explore; it is borrowed, other sessions may use it too.
    state
        A dict as `describe` gives it, to start from; fields that are left out have their defaults.
    directions
        Directions found or loaded elsewhere, by the name under which they can be chosen like a method.
    class_names
        See `sefa_widget.generators.class_names.class_names`.

    Raises
    ------
    ValueError
        If the state is none of this generator's, or directions are not of its latent space or have a
        method's name, or class names are not as many as classes.
    """

    def __init__(
        self,
        generator: Generator,
        state: Mapping[str, Any] | None = None,
        directions: Mapping[str, Directions] | None = None,
        class_names: Sequence[str] | None = None,
    ) -> None:
        self.generator = generator
        self.class_names = names_of_classes(generator, class_names)
        self.finder = Finder(generator, {} if directions is None else directions)
        self.methods = self.finder.methods
        self._lock = threading.RLock()
        self.kept = KeptFeatures()
        self.state = first_state(generator)
        if state is not None:
            self.state = replace(patched(generator, self.state, state, self.methods), revision=0)
        self._history = History(self.state)

    # The state.

    def apply(self, patch: Mapping[str, Any], *, merge: bool = True, step: Hashable = None) -> State:
        """Replace the state by a patched one, or leave it if the patch is wrong; see `patched`.

        Changes of one `step`, one after another, are undone together; None is a step of its own.
        """
        with self._lock:
            before = self.state
            self.state = patched(self.generator, before, patch, self.methods, merge=merge)
            if _change(self.state, before):
                self._history.record(self.state, step)
            elif self.state is not before:
                self._history.amend(self.state)
            return self.state

    def undo(self, *, redo: bool = False) -> bool:
        """Go back one step, or forward to what was undone; say whether there was one."""
        with self._lock:
            then = self._history.redo() if redo else self._history.undo()
            if then is None:
                return False
            self.state = self._again(then)
            return True

    def visit(self, place: int) -> None:
        """Go back to an earlier state by its place, as a new step: nothing is forgotten, and undo goes back.

        Raises
        ------
        ValueError
            If there is no such step, or none any more.
        """
        with self._lock:
            then = self._history.at(whole(place, "The step"))
            if then is None:
                known = self.visited()
                last = known.first + len(known.names) - 1
                first = self._history.dropped
                raise ValueError(f"There is no step {place}; steps {first} to {last} can be visited.")
            before, self.state = self.state, self._again(then)
            if _change(self.state, before):
                self._history.record(self.state)

    def visited(self) -> Visited:
        """Name the steps that can be gone back to."""
        with self._lock:
            history = self._history
            return visited(history.values, history.dropped, history.place - history.dropped)

    def steps(self) -> dict[int, State]:
        """Give the states that can be gone back to, by their places."""
        with self._lock:
            return dict(enumerate(self._history.values, self._history.dropped))

    def _again(self, then: State) -> State:
        """Give an earlier state as the next one; what is no step stays as it is."""
        now = self.state
        kept = {name: getattr(now, name) for name, field in FIELDS.items() if not field.step}
        return replace(then, revision=now.revision + 1, fingerprint=now.fingerprint, **kept)

    def spread(self) -> None:
        """Set the sliders so that they do what carried edits do; see `spreading.spread` for the errors."""
        with self._lock:
            state = self.state
            self.apply(spread(state, self.finder.found(state)))

    def undoable(self) -> tuple[str | None, str | None]:
        """Name what `undo` and `redo` would change, as messages call it; None where there is nothing."""
        with self._lock:
            return _change(self.state, self._history.previous), _change(self.state, self._history.next)

    def describe(self) -> dict[str, Any]:
        """Give the state as a plain dict of JSON values, which a new session can start from."""
        return describe(self.identified())

    def identified(self) -> State:
        """Give the state with the generator's fingerprint, computing it if nothing needed it so far."""
        fingerprint = self.generator.fingerprint
        with self._lock:
            if self.state.fingerprint != fingerprint:
                self.state = replace(self.state, fingerprint=fingerprint)
            return self.state

    # Its directions and pictures.

    def directions(self) -> Directions:
        """Give the directions of the present state, factorising if need be."""
        return self.finder.directions(self.state.search)

    @property
    def searched(self) -> bool:
        """Whether all directions of the present state are found, those of its carried edits among them."""
        state = self.state
        second = () if state.second is None else (state.second,)
        return self.finder.knows(state.search, *second, *(edit.search for edit in state.carried))

    def found(self) -> Found:
        """Give what the present state's sliders move along, as far as it is known; see `Finder.found`."""
        return self.finder.found(self.state)

    def contents(self, *, unedited: bool = False, progress: Progress | None = None) -> Contents:
        """Give what the present state's pictures are drawn from; for `progress` see `directions`."""
        state = self.state
        found = self.finder.found(state, progress)
        if found.directions.fingerprint != state.fingerprint:
            self.identified()  # it was computed for the directions
        columns = edits(state, found, unedited=unedited)
        ends = found.second and tuple(found.second.strengths(state.strengths, found.range).values())
        key = shown(state), ends, unedited, found.weights
        return Contents(state, unedited, found, starts(self.generator, state), columns, key)

    def draw(self, contents: Contents, rows: list[int]) -> Iterator[Part]:
        """Draw rows of a sheet, in their order, a batch at a time."""
        start = time.perf_counter()
        wanted = [contents.starts[row] for row in rows]
        for batch in batches_of_tiles(self.generator, wanted, contents.edits, kept=self.kept):
            pixels = to_pixels(torch.stack([tile.image for tile in batch]))  # waits for the device
            places = tuple((rows[tile.row], tile.column) for tile in batch)
            yield Part(places, pixels, (time.perf_counter() - start) * 1000)
            start = time.perf_counter()

    def sketch(self, contents: Contents, then: Contents, whole: list[Pixels], size: int) -> Part:
        """Sketch the chosen start's tiles from whole pictures of other edits of it; see `sketches`."""
        start, row = time.perf_counter(), contents.state.chosen
        drawn = list(zip(then.edits, whole, strict=True))
        begins = contents.starts[row]
        moved = sketches(self.generator, begins, drawn, list(contents.edits), size, self.kept)
        places = tuple((row, column) for column in range(len(moved)))
        return Part(places, np.stack(moved), (time.perf_counter() - start) * 1000)

    def sheet(
        self, *, unedited: bool = False, chosen: bool = False, progress: Progress | None = None
    ) -> Sheet:
        """Draw the whole sheet of the present state, or the edited picture of the `chosen` start alone."""
        contents = self.contents(unedited=unedited)
        rows, columns = contents.starts, contents.edits
        if chosen:
            rows, columns = (rows[contents.state.chosen],), (columns[int(contents.state.original)],)
        drawn = sheet(self.generator, rows, columns, progress=progress)
        return replace(drawn, recipe={**drawn.recipe, "panel": describe(self.identified())})


def _change(now: State, then: State | None) -> str | None:
    """Name the steps in which two states differ; not what was carried over for other directions."""
    if then is None:
        return None
    steps = (name for name, field in FIELDS.items() if field.step)
    differ = [name for name in steps if getattr(now, name) != getattr(then, name)]
    if "carried" in differ and {"method", "layers", "options", "normalize"} & set(differ):
        differ = [name for name in differ if name not in ("carried", "strengths")]
    return ", ".join(FIELDS[name].title for name in differ)
