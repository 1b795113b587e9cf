"""The names of a panel's directions: what persons said of them, here and in other searches."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.labels import Label, Labels, match_labels
from sefa_widget.labels.vocabulary import vocabulary
from sefa_widget.panel.known import Known, described, is_of, progress, said, shown_name
from sefa_widget.panel.messages import sendable

STORE = "sefa-labels.sqlite"
"""File that labels are kept in unless told otherwise, in the working directory."""
MOST = 5000
"""Labels of the panel's generator, and of others, that are looked at: the first ones of each."""
SAID = ("name", "sign", "range", "note", "obvious", "meaningful", "confirmed")
"""Fields of a label that the panel shows and changes."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of the store last."""

    version: object = None
    """What tells a later state of the store from this one."""
    labels: tuple[Label, ...] = ()
    """Labels of this generator, then of others."""
    left_out: int = 0
    """How many labels there are besides."""
    words: tuple[str, ...] = ()
    """Names to propose, those in use first."""


@dataclass(frozen=True, slots=True)
class _Again:
    """Labels of other searches that were found again."""

    directions: object = None
    """Which directions they were looked for in; see `_key`."""
    version: object = None
    """See `_Read`."""
    known: Mapping[int, Known] = field(default_factory=dict)
    """Those that are near enough, by number of the direction."""
    offered: Mapping[int, Known] = field(default_factory=dict)
    """Those that a person should look at first."""
    text: str = ""
    """How many were found, in words; or why none can be."""


class Naming:
    """Names and answers of the directions of one panel; safe to use from several threads.

    `look` and `say` read the store. `known`, `names` and `info` tell what was read last, so that no picture
    waits for a store.

    Parameters
    ----------
    generator
        The generator of the panel.
    labels
        Where they are kept. None is a file in the working directory, made at the first label.
    rater
        Who gives them.
    """

    def __init__(self, generator: Generator, labels: Labels | None = None, rater: str = "") -> None:
        self.rater = rater
        self._generator: Generator | None = generator
        self._words = vocabulary(generator)
        self._path = Path(STORE).absolute()
        self._given = labels
        self._lock = threading.RLock()
        self._read = _Read()
        self._again = _Again()

    @property
    def labels(self) -> Labels:
        """The labels, those of other generators too; opened when they are asked for first."""
        with self._lock:
            if self._given is None:
                with warnings.catch_warnings():  # a store that cannot be read is told in the panel
                    warnings.simplefilter("ignore")
                    self._given = Labels(self._path)
            return self._given

    @property
    def open(self) -> bool:
        """Whether there are labels, or may be."""
        return self._given is not None or self._path.exists()

    def close(self) -> None:
        """Give back the connections to the store, and let go of the generator."""
        if self._given is not None:
            self._given.close()
        self._generator = None
        self._read, self._again = _Read(), _Again()

    # What is said.

    def say(self, directions: Directions, index: int, fields: Mapping[str, Any] | None) -> None:
        """Say something of a direction, beside what this rater has said of it; None takes all of it away.

        Who says something of a direction that shows the name of somebody else, or one that was found again,
        says that name too, unless another one is given.

        Raises
        ------
        ValueError
            If there is no such direction or field, or a field is not what it may be.
        """
        unknown = sorted(set(fields or {}) - set(SAID))
        if unknown:
            raise ValueError(f"{unknown[0]!r} cannot be said of a direction; {', '.join(SAID)} can.")
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what cannot be saved is told in the panel
            self._refresh(directions)
            known = said(self._read.labels, directions, self.rater).get(index)
            own = known.label if known is not None and known.label.rater == self.rater else None
            if fields is None:
                if own is not None:
                    self.labels.remove(own)
            elif own is not None:
                self.labels.edit(own, **fields)
            else:
                given = {**shown_name(self.known(directions).get(index)), **fields}
                name = given.pop("name", "")
                given["rater"] = self.rater
                self.labels.add(directions, index, name, generator=self._generator, **given)
            self._read = _Read()  # a store that is away has the same version after a change
            self._refresh(directions)

    def take_back(self, directions: Directions) -> None:
        """Take back what was said last; `directions` are the present ones.

        Raises
        ------
        ValueError
            If somebody else has changed it since.
        """
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.labels.undo()
            self._read = _Read()
            self._refresh(directions)

    # What is known.

    def look(self, directions: Directions) -> bool:
        """Read what others have said, and find labels of other searches again; say whether that was new."""
        if not self.open:
            return False
        with self._lock:
            new = self._refresh(directions)
            read = self._read
            wanted = _Again(_key(directions), read.version)
            if (self._again.directions, self._again.version) == (wanted.directions, wanted.version):
                return new
            self._again = wanted  # what fails is not tried again until something changes
            others = [label for label in read.labels if label.name and not is_of(label, directions)]
        found = match_labels(others, directions, generator=self._generator) if others else None
        if found is not None:
            again, offered = (
                {one.index: Known(one.label, one.sign, one.similarity) for one in reversed(matches)}
                for matches in (found.found, found.offered)
            )
            self._again = replace(wanted, known=again, offered=offered, text=str(found))
        return True

    def known(self, directions: Directions) -> dict[int, Known]:
        """Give what is known of each direction: said of it, or of one that it was found again as."""
        return {**self._found_again(directions).known, **said(self._read.labels, directions, self.rater)}

    def names(self, directions: Directions) -> dict[int, str]:
        """Give the names of directions by number."""
        known = self.known(directions)
        return {index: known[index].label.name for index in sorted(known) if known[index].label.name}

    def info(self, directions: Directions) -> dict[str, Any]:
        """Describe the names of directions for the panel, with plain JSON values."""
        known, again, labels = self.known(directions), self._found_again(directions), self._given
        left = self._read.left_out
        more = f"{left} more labels of this store are not looked at." if left else ""
        return {
            "named": {str(index): described(known[index]) for index in sorted(known)},
            "proposed": {},
            "unscored": "",
            "offered": {str(i): described(one) for i, one in again.offered.items() if i not in known},
            "again": sendable(" ".join(filter(None, [again.text, more]))),
            "progress": progress(self._read.labels, directions),
            "words": [sendable(word) for word in self._read.words or self._words],
            "place": str(self._path) if labels is None else labels.place,
            "problem": "" if labels is None else sendable(labels.problem or ""),
            "unsaved": 0 if labels is None else len(labels.unsaved),
            "rater": sendable(self.rater),
        }

    def _refresh(self, directions: Directions) -> bool:
        """Read the store if it has changed; say whether it has."""
        labels = self.labels
        version = labels.revision, len(labels.unsaved), labels.problem
        if version == self._read.version:
            return False
        own = labels.select(fingerprint=directions.fingerprint, study="", limit=MOST)
        ids = {label.id for label in own}
        others = [label for label in labels.select(study="", limit=MOST) if label.id not in ids]
        left_out = max(0, labels.count(study="") - len(own) - len(others))
        words = tuple(dict.fromkeys([*labels.names(200), *self._words]))
        self._read = _Read(version, (*own, *others), left_out, words)
        return True

    def _found_again(self, directions: Directions) -> _Again:
        return self._again if self._again.directions == _key(directions) else _Again()


def _key(directions: Directions) -> object:
    return directions.search, directions.fingerprint
