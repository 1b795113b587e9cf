"""A lock that objects can hold which are copied and pickled."""

from __future__ import annotations

import os
import threading
from typing import Any
from weakref import WeakSet

import torch


class Lock:
    """A lock that its thread may take again (`threading.RLock`); a copy of it is a new one, which is free.

    It travels by itself, because not all who send an object to another process ask the object what to send:
    dask reads the ``__dict__`` of torch's modules.

    >>> import pickle
    >>> lock = Lock()
    >>> with lock:
    ...     again = pickle.loads(pickle.dumps(lock))
    >>> again is lock
    False
    """

    def __init__(self) -> None:
        self._renew()
        self._used = False
        _locks.add(self)

    def _renew(self) -> None:
        lock = threading.RLock()
        self.acquire, self.release = lock.acquire, lock.release

    def __enter__(self) -> None:
        """Take the lock, and wait until it is free."""
        self.acquire()
        self._used = True

    def __exit__(self, *error: object) -> None:
        """Give it back."""
        self.release()

    def __reduce__(self) -> tuple[Any, ...]:
        """Make a new lock of a copy."""
        return Lock, ()


_locks: WeakSet[Lock] = WeakSet()


def _free() -> None:
    """Free the locks of a process that was forked; it computes in one thread, if anything was drawn before.

    Who held a lock did not come along, nor did the threads of OpenMP, for which it would wait for ever.
    """
    locks = list(_locks)
    for lock in locks:
        lock._renew()
    if any(lock._used for lock in locks):
        torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free)
