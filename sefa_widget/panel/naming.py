"""The names of a panel's directions: what persons said of them, here and in other searches."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.labels import Label, Labels, Match, match_labels
from sefa_widget.panel.messages import sendable

STORE = "sefa-labels.sqlite"
"""File that labels are kept in unless told otherwise, in the working directory."""
MOST = 5000
"""Labels of a store that are looked at, the first ones."""
SAID = ("name", "sign", "range", "note", "obvious", "meaningful", "confirmed")
"""Fields of a label that the panel shows and changes."""
WORDS = (
    *("turn", "tilt", "smile", "glasses", "beard", "age", "gaze", "mouth", "hair colour", "hair length"),
    *("skin", "face shape", "zoom", "position", "size", "shape", "texture", "background", "light"),
    *("brightness", "contrast", "colour"),
)
"""Names that are proposed besides those in use."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one direction."""

    label: Label
    """What a person said."""
    sign: int
    """Which end of this direction has what the name says."""
    similarity: float = 1.0
    """|cos| with the direction that the label was given to."""


class Naming:
    """Names and answers of the directions of one panel; safe to use from several threads.

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
        self._path = Path(STORE).absolute()
        self._given = labels
        self._lock = threading.RLock()
        self._read: tuple[object, tuple[Label, ...]] = (None, ())
        self._matched: tuple[object, tuple[Match, ...], tuple[Match, ...], str] = (None, (), (), "")

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
        self._matched = (None, (), (), "")

    def say(self, directions: Directions, index: int, fields: Mapping[str, Any] | None) -> None:
        """Say something of a direction, beside what this rater has said of it; None takes all of it away.

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
            known = self._said(directions).get(index)
            mine = known is not None and known.label.rater == self.rater
            if fields is None:
                if known is not None and mine:
                    self.labels.remove(known.label)
                return
            if known is not None and mine:
                self.labels.edit(known.label, **fields)
            else:
                given = dict(fields)
                name = given.pop("name", "")
                rater = {"rater": self.rater} if self.rater else {}
                self.labels.add(directions, index, name, generator=self._generator, **rater, **given)

    def take_back(self) -> None:
        """Take back what was said last.

        Raises
        ------
        ValueError
            If somebody else has changed it since.
        """
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.labels.undo()

    def changed(self) -> bool:
        """Tell whether labels have changed since this was asked last, here or elsewhere."""
        return self.open and self.labels.changed()

    def find_again(self, directions: Directions) -> bool:
        """Look for the directions that labels of other searches are of; say whether that was new."""
        if not self.open:
            return False
        with self._lock:
            key = (directions.search, directions.fingerprint, self.labels.revision)
            if key == self._matched[0]:
                return False
            others = [label for label in self._all() if label.name and not self._is_of(label, directions)]
        if not others:
            self._matched = (key, (), (), "")
            return True
        found = match_labels(others, directions, generator=self._generator)
        self._matched = (key, found.found, found.offered, str(found))
        return True

    def known(self, directions: Directions) -> dict[int, Known]:
        """Give what is known of each direction: said of it, or of one that it was found again as."""
        if not self.open:
            return {}
        key, found, _, _ = self._matched
        fits = isinstance(key, tuple) and key[:2] == (directions.search, directions.fingerprint)
        again = {
            match.index: Known(match.label, match.sign, match.similarity)
            for match in (reversed(found) if fits else ())
        }
        return {**again, **self._said(directions)}

    def names(self, directions: Directions) -> dict[int, str]:
        """Give the names of directions by number."""
        known = self.known(directions)
        return {index: known[index].label.name for index in sorted(known) if known[index].label.name}

    def info(self, directions: Directions) -> dict[str, Any]:
        """Describe the names of directions for the panel, with plain JSON values."""
        info: dict[str, Any] = {"named": {}, "offered": {}, "again": "", "words": list(WORDS)}
        info |= {"place": str(self._path), "problem": "", "unsaved": 0, "rater": self.rater}
        if not self.open:
            return info
        labels = self.labels
        key, _, offered, text = self._matched
        fits = isinstance(key, tuple) and key[:2] == (directions.search, directions.fingerprint)
        known = self.known(directions)
        info["named"] = {str(index): _about(known[index]) for index in sorted(known)}
        info["offered"] = {
            str(match.index): _about(Known(match.label, match.sign, match.similarity))
            for match in (offered if fits else ())
            if match.index not in known
        }
        info |= {
            "again": sendable(text) if fits else "",
            "place": labels.place,
            "unsaved": len(labels.unsaved),
        }
        info["problem"] = sendable(labels.problem or "")
        info["words"] = [sendable(name) for name in dict.fromkeys([*labels.names(200), *WORDS])]
        return info

    def _said(self, directions: Directions) -> dict[int, Known]:
        """Give what was said of these very directions; this rater's word goes before that of others."""
        said: dict[int, Known] = {}
        for label in self._all():
            if label.index is not None and self._is_of(label, directions):
                before = said.get(label.index)
                if before is None or before.label.rater != self.rater or label.rater == self.rater:
                    said[label.index] = Known(label, label.sign)
        return said

    def _all(self) -> tuple[Label, ...]:
        """Give the labels of this generator, and of others that its latent space may be shared with."""
        if not self.open:
            return ()
        revision = (self.labels.revision, len(self.labels.unsaved))
        if revision != self._read[0]:
            self._read = (revision, self.labels.select(study="", limit=MOST))
        return self._read[1]

    @staticmethod
    def _is_of(label: Label, directions: Directions) -> bool:
        same = label.search == directions.search and label.fingerprint == directions.fingerprint
        return same and label.index is not None and label.index < len(directions)


def _about(known: Known) -> dict[str, Any]:
    label = known.label
    turned = known.sign != label.sign
    low, high = label.range or (0.0, 0.0)
    ends = None if label.range is None else [-high, -low] if turned else [low, high]
    return {
        "name": sendable(label.name),
        "sign": known.sign,
        "range": ends,
        "note": sendable(label.note),
        "obvious": label.obvious,
        "meaningful": label.meaningful,
        "confirmed": label.confirmed,
        "similarity": round(known.similarity, 3),
        "rater": sendable(label.rater),
    }
