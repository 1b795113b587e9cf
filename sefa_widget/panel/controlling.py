"""The widget that makes the control of its spectrum, if that is wanted, when nothing else is."""

from __future__ import annotations

import traitlets

from sefa_widget.directions import Directions
from sefa_widget.panel import messages
from sefa_widget.panel.contents import Found
from sefa_widget.panel.controls import NETWORKS, Controls
from sefa_widget.panel.painting import PaintingWidget
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import State


class _Stopped(Exception):
    """Something else is wanted, or the control is not wanted any more."""


class ControllingWidget(PaintingWidget):
    """A widget whose spectrum has a control."""

    control_info = traitlets.Dict(read_only=True).tag(sync=True)
    """The control of the present spectrum: of how many `networks` it is so far, `of` how many it will be, the
    quantiles 5, 50 and 95 % of each value (`low`, `middle`, `high`), or why it is `missing`. Empty while
    `control` is off."""

    def __init__(self, session: Session) -> None:
        self._controls = Controls(session.generator)
        self._making = False
        self._told_control: tuple[Directions, tuple[int, str]] | None = None
        super().__init__(session)

    def _forget(self) -> None:
        """Let go of the session, of pictures and of controls."""
        super()._forget()
        self._controls.forget()
        self._told_control = None

    # What views want.

    def _cancel(self) -> None:
        """Show no control; or go back to the directions that were shown last."""
        if not self._making:
            super()._cancel()
            return
        self._replace_state({"control": False})
        self._tell_observers()

    @property
    def _busy(self) -> bool:
        return super()._busy or self._making

    # What the worker does.

    def _publish(self, state: State, found: Found) -> None:
        super()._publish(state, found)
        self._tell_control(found)

    def _measure(self) -> None:
        """Make the control, which somebody waits for, before measuring what can be measured at any time.

        What the second picture depends on comes before the control.
        """
        painted = self._painter.painted
        if painted is not None and self._present.control:
            self._measure_by(self._session.finder.measure_moved)
            with self._errors_to_panel("", 0):
                self._make_control(painted.contents.found)
        super()._measure()

    def _make_control(self, found: Found) -> None:
        """Search one network after the other, as long as nothing else is wanted."""
        told: tuple[int, int] | None = None

        def wanted() -> bool:
            waits = self._stream.waiting or self._pressing
            return self._present.control and not (self._stopped or waits)

        def progress(done: int, total: int) -> None:
            nonlocal told
            if not wanted():
                raise _Stopped
            if (done, total) == told:
                return
            text = f"control: {self._controls.made(found.directions)} of {NETWORKS} networks"
            self._tell(messages.ProgressInfo("", 0, text, done / total))
            told = done, total

        self._making = True
        try:
            while wanted() and self._controls.step(found.directions, progress):
                self._tell_control(found)
        except _Stopped:
            pass
        finally:
            self._making = False
            if told and not self._stopped:
                self._tell(messages.ProgressInfo("", 0, "", 1.0))
        self._tell_control(found)

    # What views are told.

    def _tell_control(self, found: Found) -> None:
        """Tell of a control where that is new; this is asked for each picture."""
        known = None
        if self._present.control:
            known = found.directions, self._controls.shown(found.directions)
        if known != self._told_control and not self._stopped:
            self._told_control = known
            self.set_trait("control_info", self._controls.described(found.directions) if known else {})
