"""Small pictures beside the sheet: what directions would do, drawn when nothing else is wanted."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch.nn.functional import interpolate

from sefa_widget.panel.beside import edit_at
from sefa_widget.panel.contents import edits, shown, starts
from sefa_widget.panel.intents import Look
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import State
from sefa_widget.panel.worker import Ending
from sefa_widget.pictures.drawing import batches_of_tiles
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.frames import Pixels, to_pixels
from sefa_widget.pictures.starts import Start

KEPT_BYTES = 2**26
"""Bytes of features and pictures kept for looks, apart from those of the sheet."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Some pictures of a look, drawn together."""

    look: Look
    """The look."""
    context: contextvars.Context
    """Of the message handler that took the look."""
    revision: int
    """Revision of the state that they belong to."""
    items: tuple[int, ...]
    """Which of the look's items they are."""
    pixels: Pixels
    """``[n, h, w, 3]`` RGB."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What the items of looks mean."""

    starts: Mapping[int, Start]
    """Where pictures begin, by the first number of an item."""
    edits: Container[int]
    """The second numbers of items that there is an edit of."""
    edit: Callable[[int, float], Edit]
    """What is done, by the second number of an item and the strength."""


@dataclass(slots=True)
class _Job:
    """A look that is drawn, and how far."""

    look: Look
    context: contextvars.Context
    state: Hashable
    scene: Scene | None
    parts: Iterator[Seen] | None = None


class Looks:
    """The looks of one panel's views; the newest is drawn first, and none outlives its state.

    Parameters
    ----------
    session
        Of the panel.
    """

    def __init__(self, session: Session) -> None:
        self._open: Session | None = session
        self._kept = KeptFeatures(KEPT_BYTES)
        self._jobs: dict[tuple[str, str], _Job] = {}
        self.study: Scene | None = None
        """What looks of a study are of; None where none runs."""

    def want(self, look: Look) -> None:
        """Take a look in place of the view's older one of the same name; one without items ends that."""
        self._jobs.pop((look.view, look.name), None)
        if look.items and (self.study is not None or not look.study):
            scene = self.study if look.study else None
            self._jobs[look.view, look.name] = _Job(look, contextvars.copy_context(), self._key(scene), scene)

    def drop(self, view: str) -> None:
        """Forget the looks of a view."""
        for key in [key for key in list(self._jobs) if key[0] == view]:
            self._jobs.pop(key, None)

    def _key(self, scene: Scene | None) -> Hashable:
        """Give what a job ends with: the state, or the study."""
        return shown(self._session.state) if scene is None else self.study

    @property
    def _session(self) -> Session:
        if self._open is None:
            raise Ending
        return self._open

    def forget(self) -> None:
        """Let go of everything, and of the session; nothing can be drawn any more."""
        self._open = self.study = None
        self._jobs.clear()
        self._kept.clear()

    @property
    def wanted(self) -> bool:
        """Whether there is something to draw."""
        return bool(self._jobs)

    def step(self) -> Seen | None:
        """Draw one batch of pictures; None where nothing is left to draw."""
        while self._jobs:
            try:
                key, job = next(reversed(list(self._jobs.items())))
            except StopIteration:  # dropped meanwhile
                return None
            if job.state == self._key(job.scene):
                if job.parts is None:
                    job.parts = self._draw(job)
                try:
                    seen = next(job.parts, None)
                except BaseException:
                    self._end(key, job)
                    raise
                if seen is not None:
                    return seen
            self._end(key, job)
        return None

    def _end(self, key: tuple[str, str], job: _Job) -> None:
        if self._jobs.get(key) is job:
            self._jobs.pop(key, None)

    def _draw(self, job: _Job) -> Iterator[Seen]:
        """Draw the pictures of a look start by start, in the order of its items."""
        generator, scene = self._session.generator, job.scene
        if job.look.visited:
            scene = past(self._session)
        if scene is None:
            contents = self._session.contents()
            state, found = contents.state, contents.found
            every = range(len(found.directions))
            scene = Scene(dict(enumerate(contents.starts)), every, partial(edit_at, state, found))
            revision = state.revision
        else:
            revision = self._session.state.revision
        known = [
            (number, item)
            for number, item in enumerate(job.look.items)
            if item[0] in scene.starts and item[1] in scene.edits
        ]
        times = max(1, generator.resolution // max(1, job.look.size))
        for row in dict.fromkeys(item[0] for _, item in known):
            some = [(number, item) for number, item in known if item[0] == row]
            columns = [scene.edit(index, strength) for _, (_, index, strength) in some]
            for batch in batches_of_tiles(generator, [scene.starts[row]], columns, kept=self._kept):
                images = torch.stack([tile.image for tile in batch])
                if times > 1:
                    height, width = (max(1, length // times) for length in images.shape[-2:])
                    images = interpolate(images.float(), size=(height, width), mode="area")
                numbers = tuple(some[tile.column][0] for tile in batch)
                yield Seen(job.look, job.context, revision, numbers, to_pixels(images))


def past(session: Session) -> Scene:
    """Give what looks of visited steps are of: the large picture of each step by its place.

    Steps whose directions are not kept any more are left out: no search is made for a small picture.
    """
    states = {place: state for place, state in session.steps().items() if _drawable(session, state)}
    rows = {place: starts(session.generator, state)[state.chosen] for place, state in states.items()}
    return Scene(rows, states, lambda place, _strength: _edit_of(session, states[place]))


def _moved(state: State) -> bool:
    return bool(state.carried or any(state.strengths.values()))


def _drawable(session: Session, state: State) -> bool:
    searches = (state.search, *(edit.search for edit in state.carried))
    return not _moved(state) or session.finder.knows(*searches)


def _edit_of(session: Session, state: State) -> Edit:
    """Give the edit of an earlier state; of its first search alone, as `edit_at` does."""
    if not _moved(state):
        return UNEDITED
    alone = replace(state, second=None, original=False)
    return edits(alone, session.finder.found(alone))[0]
