"""What keeps a panel alive: views, and references that people have; the machinery of widgets does not."""

from __future__ import annotations

import atexit
import weakref
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from ipywidgets import Widget
from ipywidgets.widgets import widget as ipywidgets_module


def weakly(method: Callable[..., Any]) -> Callable[..., None]:
    """Give a function that calls a bound method as long as its object lives, and does not keep it alive."""
    reference = weakref.WeakMethod(method)

    def call(*values: Any) -> None:
        alive = reference()
        if alive is not None:
            alive(*values)

    return call


def loosen(widget: Widget) -> None:
    """Let the comm and ipywidgets' registry, which finds widgets by their id, keep a widget alive no more."""
    if widget.comm is not None:
        widget.comm.on_msg(weakly(widget._handle_msg))
        ipywidgets_module._instances[widget.model_id] = weakref.proxy(widget)
        _loose.add(widget)


def hold(widget: Widget) -> None:
    """Let ipywidgets' registry keep a widget alive, until it is loosened."""
    if widget.comm is not None:
        ipywidgets_module._instances[widget.model_id] = widget


_loose: WeakSet[Widget] = WeakSet()


@atexit.register
def _hold_all() -> None:
    """Leave widgets to the interpreter as ipywidgets does: their own ends need modules that would be gone."""
    for widget in list(_loose):
        if widget.comm is not None:
            widget.comm.on_msg(widget._handle_msg)
            hold(widget)


class Views:
    """Where a panel is shown: its views, those that are to come, and those whose page went away."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._promised = False
        self._away = False

    def promise(self) -> None:
        """Note that an output shows the panel: a view will come, if there is a page."""
        self._promised = True

    def come(self, name: str) -> None:
        """Note a view that exists."""
        self._names.add(name)
        self._promised = self._away = False

    def leave(self, name: str, returns: bool) -> None:
        """Note that a view is gone; it may come back, under another name, if its page went with it."""
        self._names.discard(name)
        self._away = self._away or returns

    @property
    def count(self) -> int:
        """How many views there are now."""
        return len(self._names)

    @property
    def anywhere(self) -> bool:
        """Whether there is a view, or may be one soon."""
        return bool(self._names) or self._promised or self._away
