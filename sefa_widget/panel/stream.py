"""The mailbox between a panel's views and the one worker that draws: the newest request of a view wins.

A view's next request replaces its waiting one, so at most one job runs and one per view waits, and nothing
older is ever done. A view that asks again while its request waits does not wait for answers; more of its
requests are on their way then, so they are gathered first, with no work in between that would hold them up.
No torch, no Jupyter and no thread: who calls `Stream.step` does the work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Request = TypeVar("Request")

SETTLE_SECONDS = 0.12
"""How long there must be no request before `settled` is called."""
GATHER_SECONDS = 0.02
"""How long no request must come, once one was replaced, before the newest is done."""
GATHER_LIMIT = 1.0
"""How long requests are gathered at most."""


class Stream(Generic[Request]):
    """A mailbox that keeps each view's newest request, and does what is due step by step.

    Parameters
    ----------
    work
        Does one request. What it raises comes out of `step`; the next step goes on with the next request.
    settled
        Called once there has been no request for `settle_seconds` after some work.
    settle_seconds
        How long to wait for that.
    clock
        Gives the time in seconds.
    """

    def __init__(
        self,
        work: Callable[[Request], None],
        settled: Callable[[], None],
        *,
        settle_seconds: float = SETTLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._work = work
        self._settled = settled
        self._settle_seconds = settle_seconds
        self._clock = clock
        self._waiting: dict[str, Request] = {}
        self._settles_at: float | None = None
        self._gathers_from: float | None = None
        self._replaced_at = 0.0
        self._stopped = False
        self._lock = threading.RLock()  # a panel that goes away may stop its stream anywhere

    def put(self, view: str, request: Request) -> None:
        """Leave a request; the view's waiting one, if any, is never done."""
        with self._lock:
            if self._stopped:
                return
            if view in self._waiting:
                self._replaced_at = self._clock()
                if self._gathers_from is None:
                    self._gathers_from = self._replaced_at
            self._waiting[view] = request

    def settle(self, seconds: float | None = None) -> None:
        """Let `settled` be called though nothing was asked for: after the pause, or after some seconds."""
        with self._lock:
            at = self._clock() + (self._settle_seconds if seconds is None else seconds)
            if not self._stopped and (self._settles_at is None or at < self._settles_at):
                self._settles_at = at

    @property
    def waiting(self) -> bool:
        """Whether a request waits."""
        with self._lock:
            return bool(self._waiting)

    def drop(self, view: str) -> None:
        """Forget the view's waiting request."""
        with self._lock:
            self._waiting.pop(view, None)

    def stop(self) -> None:
        """Forget all requests; later ones are ignored, and nothing is due any more."""
        with self._lock:
            self._stopped = True
            self._waiting.clear()
            self._settles_at = None

    def step(self) -> float | None:
        """Do one thing that is due: the request that waits longest or, without one, settling.

        Returns
        -------
        float or None
            Seconds until something may be due: 0 if something was done, None if only a request makes it so.
        """
        with self._lock:
            if not self._waiting:
                if self._settles_at is None:
                    return None
                left = self._settles_at - self._clock()
                if left > 0:
                    return left
                self._settles_at = None
            elif (left := self._gathers_for()) > 0:
                return left
            request = self._waiting.pop(next(iter(self._waiting))) if self._waiting else None
            self._gathers_from = None
        if request is None:
            self._settled()
            return 0.0
        try:
            self._work(request)
        finally:
            with self._lock:
                if not self._stopped:
                    self._settles_at = self._clock() + self._settle_seconds
        return 0.0

    def _gathers_for(self) -> float:
        """Seconds until the newest requests are done, if no more of them come."""
        if self._gathers_from is None:
            return 0.0
        end = min(self._replaced_at + GATHER_SECONDS, self._gathers_from + GATHER_LIMIT)
        return end - self._clock()
