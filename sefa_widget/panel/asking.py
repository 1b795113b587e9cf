"""A study in a panel: what one rater is asked, the answers, and what all have said so far; no widget."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sefa_widget.arguments import instance, known_names
from sefa_widget.generators.base import Generator
from sefa_widget.labels import Item, Label, Labels, Study, StudyResult
from sefa_widget.labels.counts import key_of
from sefa_widget.measures.sliders import KeptRanges, Setting
from sefa_widget.panel.counting import Counted, counted
from sefa_widget.panel.looking import Scene
from sefa_widget.panel.messages import sendable
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.starts import Start

SAID = ("obvious", "meaningful", "name")
"""Fields of an answer."""


@dataclass(slots=True)
class _Rater:
    """Who answers."""

    name: str
    order: tuple[Item, ...]
    """What is asked, in this rater's order: a question is told by its place in it."""
    said: dict[int, Label] = field(default_factory=dict)
    """The answers by the place of the question."""
    done: list[tuple[int, Label | None, Label]] = field(default_factory=list)
    """What was answered here: place, the answer before, the answer."""


class Asking:
    """One study in one panel; safe to use from several threads.

    `look` and `measure` are for a worker; `info` and `scene` tell what is known, so that nothing waits for a
    store.

    Parameters
    ----------
    generator
        The generator of the panel.
    study
        What is asked.
    labels
        Where answers are kept.

    Raises
    ------
    ValueError
        If the study is of another generator.
    """

    def __init__(self, generator: Generator, study: Study, labels: Labels) -> None:
        for item in study.items:
            if item.directions.fingerprint != generator.fingerprint:
                raise ValueError(
                    f"The study {study.name!r} asks about directions of another generator (fingerprint "
                    f"{item.directions.fingerprint}), and this panel explores {generator.name!r} "
                    f"({generator.fingerprint}). Study.of(panel.generator, ...) makes one of this generator."
                )
        self.study = study
        self._generator = generator
        opening = generator.opening
        label = opening.classes(generator.num_classes)[0]
        self._starts = tuple(
            Start(seed=seed, label=label, truncation_psi=opening.truncation_psi) for seed in study.seeds
        )
        self._setting = Setting(label, opening.truncation_psi, None)
        self._first = {item.group: item for item in reversed(study.items) if not item.control}
        self._ranges = KeptRanges(generator)
        self._reach: dict[str, float] = {}
        self._labels = labels
        self._lock = threading.RLock()
        self._rater: _Rater | None = None
        self._counted = Counted()

    # Who answers, and what.

    def begin(self, rater: str) -> None:
        """Ask a rater what this rater has not answered yet.

        Raises
        ------
        ValueError
            If the name is empty.
        """
        name = instance(rater, "The rater", str, "a text").strip()
        if not name:
            raise ValueError("The rater has no name; a study needs the name of who answers.")
        with self._lock:
            self._rater = _Rater(name, self.study.order(name))
            self._read_own()

    def say(self, place: int, fields: Mapping[str, Any] | None) -> None:
        """Keep the answer to the question at a place of the rater's order.

        Raises
        ------
        ValueError
            If nobody has said who answers, there is no such question, or the answer is not what it may be.
        """
        if fields is None:
            raise ValueError("An answer in a study is not taken away; give another one, or take it back.")
        known_names(fields, "A field of an answer", SAID)
        with self._lock, _quietly():
            rater = self._who()
            item = self._item(rater, place)
            before = rater.said.get(place)
            said = {name: fields.get(name) for name in SAID[:2]}
            label = self._answer(item, rater.name, {**said, "name": fields.get("name", "")})
            rater.done.append((place, before, label))
            rater.said[place] = label

    def take_back(self) -> None:
        """Take back what was answered last in this panel.

        Raises
        ------
        ValueError
            If there is nothing, or somebody else has changed it since.
        """
        with self._lock, _quietly():
            rater = self._who()
            if not rater.done:
                raise ValueError("There is no answer to take back: none was given in this panel.")
            place, before, label = rater.done.pop()
            if before is None:
                self._labels.remove(label)
                rater.said.pop(place, None)
            else:
                said = {name: getattr(before, name) for name in SAID}
                rater.said[place] = self._answer(rater.order[place], rater.name, said)

    # What is shown.

    @property
    def measured(self) -> bool:
        """Whether it is known how far the directions of each group go."""
        return len(self._reach) == len(self._first)

    def measure(self) -> None:
        """Draw one batch of pictures to measure how far the directions of a group go.

        All of a group go equally far, random ones too, as in the paper: as far as the slider of its first
        one. So a direction that does little is seen to do little.
        """
        for group, item in self._first.items():
            if group in self._reach:
                continue
            one, rows = item.directions.first(1), item.directions.edit_rows or ()
            measuring = self._ranges.measuring(group, self._setting, one, rows)
            try:
                if measuring.step():
                    return
            finally:
                if measuring.ended:
                    self._reach[group] = float(measuring.range.ends[0])
            return

    def scene(self) -> Scene:
        """Give what small pictures are of: a question by its place, at a share of how far it goes."""
        return Scene(dict(enumerate(self._starts)), range(len(self.study.items)), self._edit)

    def _edit(self, place: int, share: float) -> Edit:
        item = self._item(self._who(), place)
        return Edit(item.directions, {item.index: share * self._reach[item.group]})

    # What all have said.

    def result(self) -> StudyResult:
        """Count the answers that there are now; see `Study.result`."""
        return self.study.result(self._labels)

    def look(self) -> bool:
        """Read what others have answered, and count; say whether that was new."""
        new = counted(self.study, self._labels, self._counted)
        if new is self._counted:
            return False
        with self._lock:
            self._counted = new
            if self._rater is not None:
                self._read_own()
        return True

    def info(self) -> dict[str, Any]:
        """Describe the study for the panel, with plain JSON values: no number, value or method in it."""
        with self._lock:
            rater, now, labels = self._rater, self._counted, self._labels
            said = {} if rater is None else dict(rater.said)
            order = () if rater is None else rater.order
        groups = dict.fromkeys((item.group for item in self.study.items), 0)
        for place in said:
            groups[order[place].group] += 1
        return {
            "name": sendable(self.study.name),
            "rater": "" if rater is None else sendable(rater.name),
            "seeds": list(self.study.seeds),
            "count": len(self.study.items),
            "groups": [
                [sendable(group), done, sum(item.group == group for item in self.study.items)]
                for group, done in groups.items()
            ],
            "said": {str(place): _described(said[place]) for place in sorted(said)},
            "result": now.result,
            "uncounted": now.problem,
            "place": sendable(labels.place),
            "problem": sendable(labels.problem or ""),
            "unsaved": len(labels.unsaved),
        }

    def _who(self) -> _Rater:
        if self._rater is None:
            raise ValueError("Nobody has said who answers; a study needs the name of who answers.")
        return self._rater

    def _item(self, rater: _Rater, place: int) -> Item:
        if not 0 <= place < len(rater.order):
            raise ValueError(f"There is no question {place}; places are 0 to {len(rater.order) - 1}.")
        return rater.order[place]

    def _answer(self, item: Item, rater: str, said: Mapping[str, Any]) -> Label:
        seeds = list(self.study.seeds)
        return self.study.answer(self._labels, item, rater, generator=self._generator, seeds=seeds, **said)

    def _read_own(self) -> None:
        """Read what the rater has answered, here or elsewhere; caller holds the lock."""
        rater = self._who()
        places = {item.key: place for place, item in enumerate(rater.order)}
        own = self._labels.select(study=self.study.name, rater=rater.name)
        whole = [label for label in own if None not in (label.obvious, label.meaningful)]
        rater.said = {places[key_of(label)]: label for label in whole if key_of(label) in places}


def _described(label: Label) -> dict[str, Any]:
    return {"obvious": label.obvious, "meaningful": label.meaningful, "name": sendable(label.name)}


@contextmanager
def _quietly() -> Iterator[None]:
    """Show no warnings: what cannot be saved is told in the panel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
