"""Labels of a store, and in memory those that could not be written to it: nothing is lost when it is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from threading import RLock
from typing import Any, TypeVar

from sefa_widget.labels.store import Change, Store, StoreError, Where, matches
from sefa_widget.labels.value import Label

Answer = TypeVar("Answer")

PAUSE_SECONDS = 2.0
"""How long a store that failed is left alone before it is tried again by itself."""


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
        self.problem: str | None = None
        self.unsaved: dict[str, Change] = {}
        self._session: dict[
            str, Change
        ] = {}  # all that was written here, for the time when the store is away
        self._clock = clock
        self._tried_at = -PAUSE_SECONDS
        self._lock = RLock()
        self._seen = self.revision()

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
            if self.unsaved:
                self._try(lambda: self.store.write(list(self.unsaved.values())), None)
                if self.problem is None:
                    self.unsaved.clear()
            return not self.unsaved

    def revision(self) -> int:
        """Give how many changes the store has seen; the last known number while it is away."""
        with self._lock:
            self._seen = self._ask(self.store.revision, getattr(self, "_seen", 0))
            return self._seen

    def get(self, key: str) -> Label | None:
        """Give the label with an id; None where there is none."""
        with self._lock:
            waiting = self.unsaved.get(key)
            if waiting is not None:
                return None if waiting.removed else waiting.label
            own = self._session.get(key)
            known = None if own is None or own.removed else own.label
            return self._ask(lambda: self.store.get(key), known)

    def count(self, where: Where) -> int:
        """Give how many labels there are."""
        with self._lock:
            waiting = self._waiting(where)
            in_store = self._ask(lambda: self.store.count(where, list(self.unsaved)), None)
            return len(self._own(where)) if in_store is None else in_store + len(waiting)

    def page(self, where: Where, offset: int, limit: int | None) -> list[Label]:
        """Give labels in the order in which they were given, those that wait last."""
        with self._lock:
            return self._page(where, offset, limit)

    def newest(self, where: Where) -> Label | None:
        """Give the label that was given last; None where there is none."""
        with self._lock:
            waiting = self._waiting(where)
            if waiting:
                return waiting[-1]
            own = self._own(where)
            known = own[-1:]
            found = self._ask(lambda: self.store.page(where, 0, 1, list(self.unsaved), last=True), known)
            return found[0] if found else None

    def every(self, where: Where) -> Iterator[Label]:
        """Give all labels, a few at a time."""
        with self._lock:
            own = self._own(where)
            waiting = self._waiting(where)
            pages = self.store.after(where, list(self.unsaved))
            first = self._ask(lambda: list(islice(pages, 1)), None)
        if first is None:
            yield from own
            return
        yield from first
        while True:  # one step at a time, so that the store is never used by two threads
            with self._lock:
                more = list(islice(pages, 100))
            if not more:
                break
            yield from more
        yield from waiting

    def names(self, where: Where, limit: int) -> list[tuple[str, int]]:
        """Give the names in use and how often, most used first."""
        with self._lock:
            found = self._ask(lambda: self.store.names(where, limit), None)
            uses = dict(found or [])
            for label in self._own(where) if found is None else self._waiting(where):
                if label.name:
                    uses[label.name] = uses.get(label.name, 0) + 1
            return sorted(uses.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def _page(self, where: Where, offset: int, limit: int | None) -> list[Label]:
        without = list(self.unsaved)
        found = self._ask(lambda: self.store.page(where, offset, limit, without), None)
        if found is None:
            return self._own(where)[offset:][:limit]
        waiting = self._waiting(where)
        if not waiting or (limit is not None and len(found) == limit):
            return found
        start = max(0, offset - self._ask(lambda: self.store.count(where, without), offset))
        return (found + waiting[start:])[:limit]

    def _waiting(self, where: Where) -> list[Label]:
        return _chosen(self.unsaved, where)

    def _own(self, where: Where) -> list[Label]:
        return _chosen(self._session, where)

    def _ask(self, read: Callable[[], Answer], otherwise: Answer) -> Answer:
        """Read from the store; give what is known otherwise where it is away."""
        if self.problem is not None and self._clock() - self._tried_at < PAUSE_SECONDS:
            return otherwise
        if self.unsaved:
            self.flush()
        if self.unsaved and self.problem is not None:
            problem = self.problem  # it may be read though it cannot be written
            answer = self._try(read, otherwise)
            self.problem = problem
            return answer
        return self._try(read, otherwise)

    def _try(self, act: Callable[[], Answer], otherwise: Answer) -> Answer:
        try:
            answer = act()
        except StoreError as error:
            self.problem, self._tried_at = str(error), self._clock()
            return otherwise
        self.problem = None
        return answer


def _chosen(changes: dict[str, Change], where: Where) -> list[Label]:
    return [
        change.label for change in changes.values() if not change.removed and matches(change.label, where)
    ]
