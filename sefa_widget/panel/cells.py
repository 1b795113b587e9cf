"""Cells of a notebook and their panels: a cell that is run again replaces the panels that it made before."""

from __future__ import annotations

import re
import sys
import threading
import weakref
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from weakref import WeakKeyDictionary, WeakSet

from ipywidgets import Box

from sefa_widget.panel.life import Views

OWN_NAMES = re.compile(r"In|Out|_{1,3}|_\d+|_i{1,3}|_i\d+|_[ido]h")
"""Names under which IPython itself keeps inputs and outputs."""
LOOKED_THROUGH = 1_000_000
"""Values of the user's variables that are looked through for a panel; behind that it counts as found."""


class Panel(Protocol):
    """What is to be known of a panel here."""

    @property
    def _views(self) -> Views:
        """Where it is shown."""

    def close(self) -> None:
        """Close it."""


Key = tuple[str, str]
"""What tells cells apart: the id that the host gives, or else the source text."""


@dataclass
class _Run:
    """One execution of a cell."""

    made: list[weakref.ref[Panel]] = field(default_factory=list)
    shown: list[weakref.ref[Panel]] = field(default_factory=list)
    begun: bool = False
    later: list[Callable[[], object]] = field(default_factory=list)


class Cells:
    """The cells of one IPython shell, and the panels that they made and showed.

    A cell is known when it ends, since the first one may import this project and make a panel at once.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = weakref.ref(shell)
        self._running: dict[int, _Run] = {}
        self._made: dict[Key, list[weakref.ref[Panel]]] = {}
        self._shown: WeakKeyDictionary[Panel, Counter[Key]] = WeakKeyDictionary()
        self._replaced: WeakSet[Panel] = WeakSet()
        self._first = True
        """Whether no cell has ended yet: the first one may have begun before it could be told."""
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    def made(self, panel: Panel) -> None:
        """Note a panel that the running cell makes."""
        self._run().made.append(weakref.ref(panel))

    def shown(self, panel: Panel) -> None:
        """Note that an output of the running cell shows a panel."""
        self._run().shown.append(weakref.ref(panel))

    def after(self, call: Callable[[], object]) -> bool:
        """Call something when the cell that runs here ends, behind its own outputs; tell whether one runs."""
        shell, run = self._shell(), self._run()
        captured = type(getattr(shell, "display_pub", None)).__name__ == "CapturingDisplayPublisher"
        if captured or not (run.begun or self._first):
            return False
        run.later.append(call)
        return True

    def unseen(self, panel: Panel) -> None:
        """Close a panel whose last view is gone, if its cell has been run again and no variable has it."""
        if panel in self._replaced and not self._has_name(panel):
            panel.close()

    def _run(self) -> _Run:
        return self._running.setdefault(threading.get_ident(), _Run())

    def _begin(self, info: Any) -> None:
        """Forget what was made outside of cells."""
        self._running[threading.get_ident()] = _Run(begun=True)

    def _end(self, result: Any) -> None:
        """Give the panels of this execution to its cell, and close those of the executions before."""
        run = self._running.pop(threading.get_ident(), _Run())
        self._first = False
        for call in run.later:
            call()
        if result is None:
            return
        cell_id = getattr(result.info, "cell_id", None)
        key = ("id", str(cell_id)) if cell_id else ("text", str(result.info.raw_cell))
        for panel in _alive(run.shown):
            self._shown.setdefault(panel, Counter())[key] += 1
        for panel in _alive(run.made):  # views that came while the cell ran are its own too
            shown = self._shown.setdefault(panel, Counter())
            shown[key] = max(shown[key], panel._views.count)
        kept = []
        for panel in _alive(self._made.pop(key, [])):
            if self._needed(panel, key):
                self._replaced.add(panel)
                kept.append(weakref.ref(panel))
            else:
                panel.close()
        if run.made or kept:
            self._made[key] = [*run.made, *kept]

    def _needed(self, panel: Panel, key: Key) -> bool:
        """Whether a panel is to stay: another output may show it, or a variable has it.

        A page takes the outputs of a cell that runs away by itself. If another cell showed the panel, or
        there are more views than the cell itself accounts for, any of them may be of another output.
        """
        shown = self._shown.get(panel, Counter())
        elsewhere = panel._views.count > shown[key] or any(other != key for other in shown)
        return (panel._views.count > 0 and elsewhere) or self._has_name(panel)

    def _has_name(self, panel: Panel) -> bool:
        shell = self._shell()
        return shell is not None and refers(shell.user_ns, panel)


def current_cells() -> Cells | None:
    """Give the cells of the shell that this code runs in; None outside of IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return None
    if shell not in _cells:
        _cells[shell] = Cells(shell)
    return _cells[shell]


_cells: WeakKeyDictionary[Any, Cells] = WeakKeyDictionary()


def refers(namespace: Mapping[str, Any], panel: Panel) -> bool:
    """Whether a variable has a panel, itself or in what it contains; those of IPython do not count."""
    waiting = deque(value for name, value in namespace.items() if not OWN_NAMES.fullmatch(name))
    seen: set[int] = set()
    left = LOOKED_THROUGH - len(waiting)
    while waiting and left > 0:
        value = waiting.popleft()
        if value is panel:
            return True
        if id(value) not in seen:
            seen.add(id(value))
            inside = _contents(value)
            left -= len(inside)
            waiting.extend(inside)
    return bool(waiting)


def _contents(value: Any) -> list[Any]:
    """Give what a container has in it, and what an object of a class of the user's has as attributes."""
    if isinstance(value, list | tuple | set | frozenset | deque):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, Box):
        return list(value.children)
    if getattr(type(value), "__module__", None) == "__main__":
        return list(getattr(value, "__dict__", {}).values())
    return []


def _alive(references: Iterable[weakref.ref[Panel]]) -> list[Panel]:
    return [panel for panel in (reference() for reference in references) if panel is not None]
