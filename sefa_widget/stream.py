"""Requests of several views in, at most one job at a time out: the newest request of a view wins.

A view's next request replaces its waiting one, so at most one job runs and one per view waits, and nothing
older is ever done. No torch, no Jupyter: what a job does is the caller's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Request = TypeVar("Request")

SETTLE_SECONDS = 0.12
"""How long there must be no request before `settled` is called."""


class Stream(Generic[Request]):
    """A mailbox that keeps each view's newest request, and one worker thread that empties it.

    Parameters
    ----------
    work
        Does one request, in the worker thread. It must not raise.
    settled
        Called in the worker thread once there has been no request for `settle_seconds` after some work.
    settle_seconds
        How long to wait for that.
    """

    def __init__(
        self,
        work: Callable[[Request], None],
        settled: Callable[[], None],
        *,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        self._work = work
        self._settled = settled
        self._settle_seconds = settle_seconds
        self._waiting: dict[str, Request] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._worker: threading.Thread | None = None

    def put(self, view: str, request: Request) -> None:
        """Leave a request; the view's waiting one, if any, is never done. Returns at once."""
        with self._changed:
            if self._stopped:
                return
            self._waiting[view] = request
            if self._worker is None:
                self._worker = threading.Thread(target=self._run, name="sefa_widget stream", daemon=True)
                self._worker.start()
            self._changed.notify()

    @property
    def waiting(self) -> bool:
        """Whether a request waits."""
        with self._changed:
            return bool(self._waiting)

    def drop(self, view: str) -> None:
        """Forget the view's waiting request."""
        with self._changed:
            self._waiting.pop(view, None)

    def stop(self) -> None:
        """Forget all requests and end the worker once its job is done; later requests are ignored."""
        with self._changed:
            self._stopped = True
            self._waiting.clear()
            self._changed.notify()

    def _run(self) -> None:
        unsettled = False
        while True:
            with self._changed:
                if not self._waiting and not self._stopped:
                    self._changed.wait(self._settle_seconds if unsettled else None)
                if self._stopped:
                    return
                request = self._waiting.pop(next(iter(self._waiting))) if self._waiting else None
            if request is not None:
                self._work(request)
                unsettled = True
            elif unsettled:
                self._settled()
                unsettled = False
