"""What keeps a panel alive: views, and references that people have; the machinery of widgets does not."""

from __future__ import annotations

import atexit
import time
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


def close_layout(widget: Widget) -> None:
    """Close the layout of a widget that is closed, unless another widget has it too.

    A page keeps each view of a layout that is open, with all that the view's widget was told.
    """
    layout = widget.layout
    if not any(_has(other, layout) for other in list(ipywidgets_module._instances.values())):
        layout.close()


def _has(widget: Widget, layout: Widget) -> bool:
    try:
        return getattr(widget, "layout", None) is layout
    except ReferenceError:  # a panel that is gone already
        return False


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


ANSWER_SECONDS = 60.0
"""How long a view that is called may take to answer; a page that is not shown may be slow."""


class Views:
    """Where a panel is shown: its views, those that are to come, and those whose page went away.

    A view whose page ended at once, for instance with its computer, says no `bye`. So when a view comes, the
    others are called; one that does not answer for a minute is gone.

    Parameters
    ----------
    clock
        Gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._called: dict[str, float | None] = {}
        """When each view was called that has not answered since; None for the others."""
        self._clock = clock
        self._promised = False
        self._away = False

    def promise(self) -> None:
        """Note that an output shows the panel: a view will come, if there is a page."""
        self._promised = True

    def come(self, name: str) -> None:
        """Note a view that exists."""
        self._called[name] = None
        self._promised = self._away = False

    def call(self, name: str) -> bool:
        """Note that all views but one are asked whether they exist; tell whether there are any."""
        others = [other for other in self._called if other != name]
        for other in others:
            if self._called[other] is None:
                self._called[other] = self._clock()
        return bool(others)

    def answer(self, name: str) -> None:
        """Note that a view exists still."""
        if name in self._called:
            self._called[name] = None

    def sweep(self) -> tuple[str, ...]:
        """Forget the views that do not answer any more, and name them."""
        gone = tuple(name for name in self._called if not self._is(name))
        for name in gone:
            del self._called[name]
        return gone

    def leave(self, name: str, returns: bool) -> None:
        """Note that a view is gone; it may come back, under another name, if its page went with it."""
        self._called.pop(name, None)
        self._away = self._away or returns

    @property
    def count(self) -> int:
        """How many views there are now."""
        return sum(map(self._is, self._called))

    @property
    def anywhere(self) -> bool:
        """Whether there is a view, or may be one soon."""
        return self.count > 0 or self._promised or self._away

    def _is(self, name: str) -> bool:
        called = self._called[name]
        return called is None or self._clock() - called < ANSWER_SECONDS
