"""Threads that draw for panels, and that end before the interpreter does.

An interpreter that ends kills its daemon threads where they are, and a thread inside torch takes the whole
process down with it. So every worker is stopped and awaited first: between two steps, or, inside a network,
at its next module, or, at the very end, at its next line of Python.
"""

from __future__ import annotations

import atexit
import ctypes
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any
from weakref import WeakSet

from torch.nn.modules.module import register_module_forward_pre_hook
from torch.utils.hooks import RemovableHandle

log = logging.getLogger("sefa_widget")

ENDING_SECONDS = 1.0
"""How long to wait for a worker that was told to end."""


class Ending(BaseException):
    """The worker ends now. It is no Exception, so that no handler of errors takes it for one."""


class Worker:
    """A thread that takes steps while there is something to do; it starts when it is first woken.

    Parameters
    ----------
    step
        Does one thing, and gives the seconds until something may be due; None waits for `wake`. What it
        raises is logged, and the next step follows.
    """

    def __init__(self, step: Callable[[], float | None]) -> None:
        self._step = step
        self._wakes: SimpleQueue[None] = SimpleQueue()  # its put may interrupt anything, also a put
        self._thread: threading.Thread | None = None
        self._process = 0
        self.stopped = False
        """Whether it ends; long work of its steps may look."""
        _workers.add(self)

    @property
    def alive(self) -> bool:
        """Whether its thread runs, in this process."""
        return self._thread is not None and self._thread.is_alive() and self._process == os.getpid()

    def wake(self) -> None:
        """Take one step, now or after the present one; a thread that is no more is replaced."""
        with _lock:
            if self.stopped:
                return
            self._wakes.put(None)
            if not self.alive:
                self._process = os.getpid()
                self._thread = threading.Thread(target=self._run, name="sefa_widget worker", daemon=True)
                self._thread.start()

    def rest(self, seconds: float) -> bool:
        """Let a step that takes long wait until `wake`, or for some seconds; say whether it was woken."""
        with suppress(Empty):
            self._wakes.get(timeout=seconds)
            return True
        return False

    def stop(self, seconds: float = ENDING_SECONDS) -> bool:
        """End the thread for good, and wait for that; the worker itself does not wait.

        Returns
        -------
        bool
            Whether the thread has ended.
        """
        self._tell_to_end()
        return self._ended_within(seconds)

    def _tell_to_end(self) -> None:
        with _lock:
            self.stopped = True
            if self.alive and self._thread is not None:
                _ending.add(self._thread)
                _update_hook()
        self._wakes.put(None)

    def _ended_within(self, seconds: float) -> bool:
        if self.alive and self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(max(0.0, seconds))
        return not self.alive

    def _interrupt(self) -> None:
        if self._thread is not None and self._thread.ident is not None:
            ident, error = ctypes.c_ulong(self._thread.ident), ctypes.py_object(Ending)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, error)

    def _run(self) -> None:
        due: float | None = None  # one step for each wake: work that is done aside must not be done twice
        try:
            while not self.stopped:
                with suppress(Empty):
                    self._wakes.get(timeout=due)
                if self.stopped:
                    return
                try:
                    due = self._step()
                except Ending:
                    return
                except BaseException:
                    log.exception("A step of the worker failed; it goes on.")
                    due = 0.0
        finally:
            with _lock:
                _ending.discard(threading.current_thread())
                _update_hook()


_lock = threading.RLock()  # stop may interrupt anything: a panel that goes away calls it
_workers: WeakSet[Worker] = WeakSet()
_ending: set[threading.Thread] = set()
_hook: RemovableHandle | None = None


def _update_hook() -> None:
    """Watch the modules of all networks as long as a worker is to end; otherwise cost nothing."""
    global _hook
    if _ending and _hook is None:
        _hook = register_module_forward_pre_hook(_end_here)
    elif not _ending and _hook is not None:
        _hook.remove()
        _hook = None


def _end_here(module: Any, inputs: Any) -> None:
    if threading.current_thread() in _ending:
        raise Ending


@atexit.register
def _end_all() -> None:
    """End all workers of this process; one that was forked has none of them.

    Who is not at a module in half of the time is interrupted wherever it is, which may leave a lock closed:
    nobody needs it any more.
    """
    start = time.monotonic()
    alive = [worker for worker in list(_workers) if worker.alive]
    for worker in alive:
        worker._tell_to_end()
    for worker in alive:
        if not worker._ended_within(start + ENDING_SECONDS / 2 - time.monotonic()):
            worker._interrupt()
    for worker in alive:
        worker._ended_within(start + ENDING_SECONDS - time.monotonic())
