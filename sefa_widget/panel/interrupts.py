"""Tells panels that their kernel was interrupted while no cell runs: a search goes on in another thread then.

While a cell runs, ipykernel gives the interrupt to the cell; between cells it ignores it. Only this second
case is taken over, and only if it is ignored: what else handles interrupts keeps them.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any
from weakref import WeakMethod

AGAIN_SECONDS = 0.2
"""When to try once more where a cell still runs."""

_told: set[WeakMethod[Callable[[], None]]] = set()
_waiting: asyncio.AbstractEventLoop | None = None
"""The loop in which the end of a cell is awaited."""


def on_interrupt(method: Callable[[], None]) -> None:
    """Call a bound method at each interrupt between cells, as long as its object lives.

    Outside of a notebook's kernel nothing happens.
    """
    _told.add(WeakMethod(method, _told.discard))
    if threading.current_thread() is not threading.main_thread():
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    global _waiting
    if _waiting is not loop:
        _waiting = loop
        loop.call_soon(_install, loop)


def _install(loop: asyncio.AbstractEventLoop) -> None:
    """Take over interrupts that are ignored; wait for the end of a cell, which handles its own."""
    global _waiting
    now = signal.getsignal(signal.SIGINT)
    if now is signal.default_int_handler:
        loop.call_later(AGAIN_SECONDS, _install, loop)
        return
    _waiting = None
    if now is signal.SIG_IGN:
        signal.signal(signal.SIGINT, _Handler(loop))


class _Handler:
    """Handles an interrupt in the loop, as a signal may come in the middle of anything."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __call__(self, number: int, frame: FrameType | None) -> Any:
        self._loop.call_soon_threadsafe(_tell)


def _tell() -> None:
    for reference in list(_told):
        method = reference()
        if method is not None:
            method()
