"""Does work that tells nothing while it goes on, so that who waits for it can leave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

from sefa_widget.panel.worker import Worker

Result = TypeVar("Result")

TELL_SECONDS = 0.2
"""How often who waits is asked whether it still wants the result."""

_one = threading.Lock()
"""What `torch.export` changes for all threads must not be changed by two of them at once."""


def aside(work: Callable[[], Result], tell: Callable[[], object]) -> Result:
    """Do work in a thread of its own, and give its result; in the main thread, do it there.

    In the main thread a keyboard interrupt ends the work itself.

    Parameters
    ----------
    work
        What is done: it cannot be interrupted, or only where it calls a module of a network.
    tell
        Called at first and then a few times each second. What it raises leaves the work: it ends at its next
        module, or nobody gets its result.
    """
    tell()
    if threading.current_thread() is threading.main_thread():
        with _one:
            return work()
    ended: SimpleQueue[tuple[list[Result], BaseException | None]] = SimpleQueue()
    left = threading.Event()

    def step() -> None:
        try:
            with _one:
                ended.put(([] if left.is_set() else [work()], None))
        except BaseException as error:
            ended.put(([], error))

    worker = Worker(step)
    worker.wake()
    try:
        while True:
            try:
                result, error = ended.get(timeout=TELL_SECONDS)
            except Empty:
                tell()
                continue
            if error is not None:
                raise error
            return result[0]
    finally:
        left.set()
        worker.stop(0)
