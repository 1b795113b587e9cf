"""A lock that objects can hold which are copied and pickled."""

from __future__ import annotations

import threading
from typing import Any


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
        lock = threading.RLock()
        self.acquire, self.release = lock.acquire, lock.release

    def __enter__(self) -> None:
        """Take the lock, and wait until it is free."""
        self.acquire()

    def __exit__(self, *error: object) -> None:
        """Give it back."""
        self.release()

    def __reduce__(self) -> tuple[Any, ...]:
        """Make a new lock of a copy."""
        return Lock, ()
