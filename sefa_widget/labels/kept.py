"""Labels of a store, and in memory those that could not be written to it: nothing is lost when it is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Any, TypeVar

from sefa_widget.labels.store import Change, Store, StoreError, Where, matches
from sefa_widget.labels.value import Label

Answer = TypeVar("Answer")

PAUSE_SECONDS = 2.0
"""How long a store that failed is left alone before it is tried again by itself."""


@dataclass(slots=True)
class Trouble:
    """Whether reading or writing goes wrong.

    Attributes
    ----------
    problem
        What the store said; None where all is well.
    since
        When it said so, in seconds of the clock.
    """

    problem: str | None = None
    since: float = 0.0

    def over(self, now: float) -> bool:
        """Tell whether it is worth trying."""
        return self.problem is None or now - self.since >= PAUSE_SECONDS


class Kept:
    """Labels of a store, and those that wait to be written to it.

    Parameters
    ----------
    store
        See `Store`.
    clock
        Gives seconds; tests hand in one of their own.
    """

    def __init__(self, store: Any = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.store = Store(store)
        self.unsaved: dict[str, Change] = {}
        self._session: dict[
            str, Change
        ] = {}  # all that was written here, for the time when the store is away
        self._clock = clock
        self._writing, self._reading = Trouble(), Trouble()
        self._lock = RLock()
        self._revision = 0
        self.revision()

    @property
    def problem(self) -> str | None:
        """Why the store cannot be read or written; None where all is well."""
        return self._writing.problem or self._reading.problem

    def put(self, changes: list[Change]) -> bool:
        """Take changes, and write them and all that waits; tell whether all is written."""
        with self._lock:
            for change in changes:
                key = change.label.id
                waiting = self.unsaved.pop(key, None)
                if waiting is not None:
                    fields = tuple(dict.fromkeys([*waiting.changed, *change.changed]))
                    change = Change(change.label, change.removed, fields)
                self.unsaved[key] = self._session[key] = change
            return self.flush()

    def flush(self) -> bool:
        """Write all that waits; tell whether nothing waits any more."""
        with self._lock:
            changes = list(self.unsaved.values())
            if changes and self._try(self._writing, lambda: self.store.write(changes), None) is not None:
                self.unsaved.clear()
                self._reading.problem = None
            return not self.unsaved

    def revision(self) -> int:
        """Give how many changes the store has seen; the last known number while it is away."""
        with self._used():
            self._revision = self._read(self.store.revision, self._revision)
            return self._revision

    def get(self, key: str) -> Label | None:
        """Give the label with an id; None where there is none."""
        with self._used():
            waiting = self.unsaved.get(key)
            if waiting is not None:
                return None if waiting.removed else waiting.label
            own = self._session.get(key)
            known = None if own is None or own.removed else own.label
            return self._read(lambda: self.store.get(key), known)

    def count(self, where: Where) -> int:
        """Give how many labels there are."""
        with self._used():
            found = self._read(lambda: self.store.count(where, list(self.unsaved)), None)
            return len(self._own(where)) if found is None else found + len(self._waiting(where))

    def page(self, where: Where, offset: int, limit: int | None) -> list[Label]:
        """Give labels in the order in which they were given, those that wait last."""
        with self._used():
            without, waiting = list(self.unsaved), self._waiting(where)
            found = self._read(lambda: self.store.page(where, offset, limit, without), None)
            if found is None:
                return self._own(where)[offset:][:limit]
            if not waiting or (limit is not None and len(found) == limit):
                return found
            first = max(0, offset - self._read(lambda: self.store.count(where, without), offset))
            return (found + waiting[first:])[:limit]

    def newest(self, where: Where) -> Label | None:
        """Give the label that was given last; None where there is none."""
        with self._used():
            without, waiting = list(self.unsaved), self._waiting(where)
            if waiting:
                return waiting[-1]
            found = self._read(
                lambda: self.store.page(where, 0, 1, without, last=True), self._own(where)[-1:]
            )
            return found[0] if found else None

    def every(self, where: Where) -> Iterator[Label]:
        """Give all labels, a few hundred at a time; those of this session where the store goes away."""
        with self._used():
            own, waiting = self._own(where), self._waiting(where)
            pages = self.store.pages(where, list(self.unsaved))
            page = self._read(lambda: next(pages, []), None)
        if page is None:
            yield from own
            return
        while page:
            yield from page
            with self._lock:  # one page at a time, so that no two threads use the store at once
                page = next(pages, [])
        yield from waiting

    def names(self, where: Where, limit: int) -> list[tuple[str, int]]:
        """Give the names in use and how often, most used first."""
        with self._used():
            found = self._read(lambda: self.store.names(where, list(self.unsaved), limit), None)
            uses = dict(found or [])
            for label in self._own(where) if found is None else self._waiting(where):
                if label.name:
                    uses[label.name] = uses.get(label.name, 0) + 1
            return sorted(uses.items(), key=lambda item: (-item[1], item[0]))[:limit]

    @contextmanager
    def _used(self) -> Iterator[None]:
        """Hold the lock; first write what waits, unless that failed a moment ago."""
        with self._lock:
            if self.unsaved and self._writing.over(self._clock()):
                self.flush()
            yield

    def _waiting(self, where: Where) -> list[Label]:
        return _chosen(self.unsaved, where)

    def _own(self, where: Where) -> list[Label]:
        return _chosen(self._session, where)

    def _read(self, read: Callable[[], Answer], otherwise: Answer) -> Answer:
        """Read from the store; give what is known otherwise where it is away, or was a moment ago."""
        return self._try(self._reading, read, otherwise) if self._reading.over(self._clock()) else otherwise

    def _try(self, trouble: Trouble, act: Callable[[], Answer], otherwise: Answer) -> Answer:
        try:
            answer = act()
        except StoreError as error:
            trouble.problem, trouble.since = str(error), self._clock()
            return otherwise
        trouble.problem = None
        return answer


def _chosen(changes: dict[str, Change], where: Where) -> list[Label]:
    return [
        change.label for change in changes.values() if not change.removed and matches(change.label, where)
    ]
