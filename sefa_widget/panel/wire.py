"""The widget that speaks with its views, tells them what goes wrong, and lives while it has any."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sefa_widget.panel import decoding, intents, messages
from sefa_widget.panel.attributes import CLOSED, StateWidget
from sefa_widget.panel.cells import current_cells
from sefa_widget.panel.life import Views, close_layout, hold, loosen
from sefa_widget.panel.session import Session
from sefa_widget.panel.worker import Ending

log = logging.getLogger("sefa_widget")

PADDED_BYTES = 66_560
"""A message of at least one loopback segment: smaller ones may wait 40 ms for an acknowledgement."""

Self = TypeVar("Self", bound="WireWidget")


class WireWidget(StateWidget):
    """A widget whose views send the intents of `messages` and get its answers."""

    def __init__(self, session: Session) -> None:
        self._views = Views()
        self._cells = current_cells()
        super().__init__(session)
        if self._cells is not None:
            self._cells.made(self)

    # What the panel sends.

    def _handle_custom_msg(self, content: object, buffers: object) -> None:
        with self._errors_to_panel(*decoding.reply_address(content)):
            self._receive(decoding.decode(content), buffers)

    def _receive(self, intent: intents.Intent, buffers: object = ()) -> None:
        if isinstance(intent, intents.Probe):
            with self._changing:
                self._views.answer(intent.view)
            self._tell(messages.ProbeInfo(intent.view, intent.seq), b"", padded=intent.padded)
        elif isinstance(intent, intents.Undo):
            self._step(redo=intent.redo)
        elif isinstance(intent, intents.Visit):
            self.visit(intent.place)
        elif isinstance(intent, intents.Cancel):
            self._cancel()
        elif isinstance(intent, intents.Spread):
            if not self._session.searched:
                raise ValueError("The directions are still being searched; spread the edit over them then.")
            self.spread()
        elif isinstance(intent, intents.Look):
            self._look(intent)
        elif isinstance(intent, intents.Label):
            self._say(intent)
        elif isinstance(intent, intents.TakeBack):
            self._take_back(intent)
        elif isinstance(intent, intents.Join):
            self._join(intent)
        elif isinstance(intent, intents.Code):
            self._tell(messages.CodeInfo(intent.view, self.code()))
        elif isinstance(intent, intents.Share):
            self._share(intent)
        elif isinstance(intent, intents.Find):
            self._find(intent, buffers)
        elif isinstance(intent, intents.Steer):
            self._steer(intent)
        elif isinstance(intent, intents.Suggest):
            self._suggest(intent, buffers)
        elif isinstance(intent, intents.Borrow):
            self._borrow(intent)
        elif isinstance(intent, intents.Bye):
            self._forget_view(intent.view)
            self._leave(intent.view, intent.returns)
        else:
            with self._changing:
                self._views.come(intent.view)
                hold(self)
            if isinstance(intent, intents.Hello):
                self._call_others(intent.view)
                intent = intents.Edit(intent.view, intent.seq, padded=intent.padded)
            self._request(intent)

    def _call_others(self, view: str) -> None:
        """Ask all views but one whether they exist still, and forget those that did not answer before."""
        with self._changing:
            gone = self._views.sweep()
            others = self._views.call(view)
        for name in gone:
            self._forget_view(name)
        if others:
            self._tell(messages.ProbeInfo("", 0), b"")

    def _request(self, edit: intents.Edit) -> None:
        """Change the state as a view wants it, and answer with a picture."""
        raise NotImplementedError

    def _cancel(self) -> None:
        """End a search that takes long."""
        raise NotImplementedError

    def _say(self, said: intents.Label) -> None:
        """Keep what is said of a direction."""
        raise NotImplementedError

    def _take_back(self, wanted: intents.TakeBack) -> None:
        """Take back what was said last."""
        raise NotImplementedError

    def _join(self, wanted: intents.Join) -> None:
        """Let somebody answer the study that runs, or leave it."""
        raise NotImplementedError

    def _look(self, look: intents.Look) -> None:
        """Draw small pictures for a view when nothing else is wanted."""
        raise NotImplementedError

    def _share(self, wanted: intents.Share) -> None:
        """Make a file of what is shown, and send it to the view."""
        raise NotImplementedError

    def _find(self, wanted: intents.Find, buffers: object) -> None:
        """Look for the latent of a picture, whose file came with the message."""
        raise NotImplementedError

    def _steer(self, wanted: intents.Steer) -> None:
        """Stop the search for a picture, go on with it, keep what it found, or forget it."""
        raise NotImplementedError

    def _suggest(self, wanted: intents.Suggest, buffers: object) -> None:
        """Suggest where to cut a photo, whose file came with the message."""
        raise NotImplementedError

    def _borrow(self, wanted: intents.Borrow) -> None:
        """Send a view what it needs to draw by itself."""
        raise NotImplementedError

    def code(self) -> str:
        """Write code that draws what is shown."""
        raise NotImplementedError

    @property
    def _stopped(self) -> bool:
        """Whether nobody waits for answers any more."""
        raise NotImplementedError

    def _forget_view(self, view: str) -> None:
        """Draw nothing more for a view."""
        raise NotImplementedError

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Refuse what a front end wants to set: the kernel is the only writer of state."""
        refused = sorted(set(sync_data) & set(self.traits(sync=True)))
        log.warning("Ignored a front end's wish to set %s; edits are messages.", ", ".join(refused))

    # What the panel is told.

    def _tell(self, info: messages.Info, *data: bytes, padded: bool = False) -> None:
        size = sum(map(len, data))
        padding = [bytes(PADDED_BYTES - size)] if padded and size < PADDED_BYTES else []
        self.send(messages.encode(info), buffers=[*data, *padding])

    @contextmanager
    def _errors_to_panel(self, view: str, seq: int) -> Iterator[None]:
        """Tell the panel what went wrong inside: Jupyter itself shows a handler's exception nowhere."""
        try:
            yield
        except Ending:
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
                raise
            if self._stopped:
                return
            if not isinstance(error, ValueError):
                log.exception("A request of the panel failed.")
            text = str(error) or type(error).__name__
            if not isinstance(error, ValueError):
                text = f"{type(error).__name__}: {text}"
            try:
                self._tell(messages.ErrorInfo(view, seq, text[:500]))
            except Exception:
                log.exception("The panel could not be told of an error.")

    # Where it is shown. As long as it is, it lives; without views it lives as long as somebody has it.

    def open(self) -> None:
        """Open the comm; ipywidgets calls this once."""
        if self._kept is None:
            raise RuntimeError(CLOSED)
        super().open()
        loosen(self)
        loosen(self.layout)

    def close(self) -> None:
        """Close the comm, and that of the layout."""
        super().close()
        close_layout(self)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        with self._changing:
            self._views.promise()
            hold(self)
        if self._cells is not None:
            self._cells.shown(self)
        return super()._repr_mimebundle_(**options)

    def _leave(self, view: str, returns: bool) -> None:
        with self._changing:
            self._views.leave(view, returns)
            unseen = not self._views.anywhere
            if unseen:
                loosen(self)
        if unseen and self._cells is not None:
            self._cells.unseen(self)

    def __enter__(self: Self) -> Self:
        """Give the panel: ``with explore() as panel:`` closes it at the end."""
        if self._kept is None:
            raise RuntimeError(CLOSED)
        return self

    def __exit__(self, *error: object) -> None:
        """Close the panel."""
        self.close()
