"""The widget whose attributes are the fields of a state: they can be read, set, observed and linked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import anywidget
import traitlets

from sefa_widget.arguments import known_names
from sefa_widget.panel.fields import Field
from sefa_widget.panel.messages import sendable
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import FIELDS, OF_CHOSEN, State, describe

ATTRIBUTES: Mapping[str, Field] = {**FIELDS, **OF_CHOSEN}
"""What can be read and set of the state, by name."""
CLOSED = "This panel is closed and holds nothing any more; explore(..., state=panel.state) opens it again."
"""What a closed panel says when it is used."""


class FieldTrait(traitlets.Any):
    """A field of the state as an attribute: the session keeps its value and checks a new one."""

    def __init__(self, field: Field) -> None:
        super().__init__(help=field.about)

    def get(self, obj: Any, cls: Any = None) -> Any:
        """Read the field of the present state."""
        return field_value(obj._present, str(self.name))

    def set(self, obj: Any, value: Any) -> None:
        """Make the same change as a control of the panel does; a whole dict of strengths replaces all."""
        obj._replace_state({self.name: value}, merge=False)
        obj._tell_observers()


class ReadTrait(traitlets.Any):
    """What the session has, as a dict of its own: changing that dict changes nothing.

    `read` gives it from the widget; `changes` says what changes it instead.
    """

    def __init__(self, read: Callable[[Any], dict[str, Any]], changes: str) -> None:
        super().__init__(read_only=True)
        self._read, self._changes = read, changes

    def get(self, obj: Any, cls: Any = None) -> Any:
        """Read it from the widget."""
        return self._read(obj)

    def set(self, obj: Any, value: Any) -> None:
        """Do nothing: the session has it, and traitlets sets what it read after held notifications."""

    def __set__(self, obj: Any, value: Any) -> None:
        """Refuse, and say what changes it."""
        raise traitlets.TraitError(f"{self.name} is read only; {self._changes}.")


def history_info(session: Session) -> dict[str, Any]:
    """Describe the history of a session for the panel, with plain JSON values."""
    undo, redo = session.undoable()
    steps = session.visited()
    names = [sendable(name) for name in steps.names]
    about = {"first": steps.first, "place": steps.place, "names": names, "revisions": list(steps.revisions)}
    return {"undo": undo, "redo": redo, **about, "revision": session.state.revision}


def field_value(state: State, name: str) -> Any:
    """Give the value of a field, also of the chosen start, in a form that cannot be changed."""
    value = getattr(state, name)
    return MappingProxyType(dict(value)) if isinstance(value, Mapping) else value


class StateWidget(anywidget.AnyWidget):
    """A widget that shows the state of a session.

    The session keeps the state; nothing is kept twice. Front ends get the trait `state`, sent in the order
    of the changes. Observers are told afterwards and without any lock held, so that observers of two
    panels can set each other from several threads; they are always told the newest values.
    """

    state = ReadTrait(
        lambda panel: panel._described(), "panel.change(**fields) sets several fields at once"
    ).tag(sync=True)
    """All that decides the picture, as a new plain dict: ``explore(state=panel.state)`` restores it."""
    _kept: Session | None = None
    history = ReadTrait(
        lambda panel: panel._steps(), "panel.undo(), redo() and visit(place) go through it"
    ).tag(sync=True)
    """What `undo` and `redo` would change, None where there is nothing; the `names` of the newest steps and
    the `revisions` of their states, the place of the `first` of them and of the present one, `place`, which
    has this `revision`."""
    locals().update({name: FieldTrait(field) for name, field in ATTRIBUTES.items()})

    def __init__(self, session: Session) -> None:
        self._kept = session
        self._changing = threading.RLock()
        self._told = session.state
        self._history_told = history_info(session)
        self._telling = False
        super().__init__()

    @property
    def _session(self) -> Session:
        if self._kept is None:
            raise RuntimeError(CLOSED)
        return self._kept

    @property
    def _present(self) -> State:
        """The state as it is now, or was when the panel was closed."""
        kept = self._kept
        return self._told if kept is None else kept.state

    def _described(self) -> dict[str, Any]:
        """Give the state as a plain dict; the fingerprint is computed if nothing needed it so far."""
        kept = self._kept
        return describe(self._told) if kept is None else kept.describe()

    def _steps(self) -> dict[str, Any]:
        """Describe the steps that can be undone, redone and visited, or could when the panel was closed."""
        kept = self._kept
        return self._history_told if kept is None else history_info(kept)

    def _forget(self) -> None:
        """Let go of the session; the state can still be read."""
        self._told = self._present
        self._history_told = self.history
        self._kept = None

    def change(self, **fields: Any) -> None:
        """Change several fields of the state at once, for example ``change(seed=3, layers=(0, 2))``.

        Parameters
        ----------
        **fields
            New values by name; ``help(sefa_widget.panel.state.State)`` describes them. `strengths` changes
            the directions that it names; assigning `panel.strengths` replaces all.

        Raises
        ------
        ValueError
            If a field is unknown or a value cannot be drawn; nothing is changed then.
        """
        self._replace_state(fields)
        self._tell_observers()

    def _replace_state(self, patch: Mapping[str, Any], *, merge: bool = True, step: Hashable = None) -> None:
        """Patch the state and tell front ends; `_tell_observers` is to follow."""
        with self._changing:
            before = self._present
            if self._session.apply(patch, merge=merge, step=step) is not before:
                self._send_changed()

    def _send_changed(self) -> None:
        """Tell front ends the state, and what can be undone now, in one message: each costs milliseconds."""
        self.send_state({"state", "history"})

    def visit(self, place: int) -> None:
        """Go back to the picture of an earlier step: ``panel.visit(0)`` is the one the panel began with.

        That is a new step, so later pictures can still be visited, and `undo` goes back. `history` names the
        newest steps.

        Parameters
        ----------
        place
            Which step, counted from 0.

        Raises
        ------
        ValueError
            If there is no such step; the oldest are forgotten after 200.
        """
        with self._changing:
            before = self._present
            self._session.visit(place)
            if self._present is not before:
                self._send_changed()
        self._tell_observers()

    def spread(self) -> None:
        """Set the sliders so that they do what carried edits do; those are then gone.

        Directions are found in layers, and sliders are of the present ones: what earlier ones did is in
        `carried`. Where the present directions can do the same, this says it in their strengths.

        Raises
        ------
        ValueError
            If nothing is carried, it moves other code rows than the sliders, or 64 of the present directions
            hold less than 99.9 % of its squared length; nothing is changed then.
        """
        self._session.found()  # it may be a long search, and others need the lock meanwhile
        with self._changing:
            before = self._present
            self._session.spread()
            if self._present is not before:
                self._send_changed()
        self._tell_observers()

    def _step(self, *, redo: bool) -> bool:
        """Undo a step, or redo one, and tell front ends and observers; say whether there was one."""
        with self._changing:
            stepped = self._session.undo(redo=redo)
            if stepped:
                self._send_changed()
        self._tell_observers()
        return stepped

    def _tell_observers(self) -> None:
        """Tell observers what changed since they were told last.

        What changes meanwhile, by an observer or in another thread, is told by who is telling already.
        """
        while True:
            with self._changing:
                old, new = self._told, self._present
                if self._telling or old.revision == new.revision:
                    return
                self._told, self._telling = new, True
                history_told, history = self._history_told, self.history
                self._history_told = history
            try:
                self._notify("history", history_told, history)
                for name in ATTRIBUTES:
                    self._notify(name, field_value(old, name), field_value(new, name))
                self._notify("state", describe(old), describe(new))
            finally:
                self._telling = False

    def _notify(self, name: str, old: Any, new: Any) -> None:
        if old != new:
            self.notify_change(traitlets.Bunch(name=name, old=old, new=new, owner=self, type="change"))

    # What ipywidgets calls.

    def notify_change(self, change: Any) -> None:
        """Tell observers of a trait; front ends have the state by then, see `_replace_state`."""
        if change["name"] in ("state", "history"):
            traitlets.HasTraits.notify_change(self, change)
        else:
            super().notify_change(change)

    def get_state(
        self, key: str | Iterable[str] | None = None, drop_defaults: bool = False
    ) -> dict[str, Any]:
        """Give the traits as they travel; the state without waiting for the fingerprint of all weights."""
        names = self.keys if key is None else [key] if isinstance(key, str) else list(key)
        traits = super().get_state([name for name in names if name != "state"], drop_defaults)
        if "state" in names:
            traits["state"] = describe(replace(self._present, generator=sendable(self._present.generator)))
        return dict(traits)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute that exists; a misspelt field is refused."""
        if not name.startswith("_") and not hasattr(type(self), name):
            try:
                known_names({name: value}, "The panel's attribute", list(ATTRIBUTES))
            except ValueError as error:
                raise AttributeError(str(error)) from None
        super().__setattr__(name, value)
