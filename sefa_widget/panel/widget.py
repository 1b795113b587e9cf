"""The panel's messages in, traits and frames out: a `Session` and a `Stream` behind a Jupyter comm."""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import traitlets
from PIL.Image import Image

from sefa_widget.directions import Directions, Progress
from sefa_widget.generators import Generator
from sefa_widget.panel import messages
from sefa_widget.panel.built import NOT_BUILT, built
from sefa_widget.panel.life import weakly
from sefa_widget.panel.session import Drawn, Found, Session
from sefa_widget.panel.state import State
from sefa_widget.panel.stream import Stream
from sefa_widget.panel.summaries import about, spectrum
from sefa_widget.panel.wire import WireWidget
from sefa_widget.panel.worker import Ending, Worker
from sefa_widget.pictures import frames

log = logging.getLogger("sefa_widget")


@dataclass(frozen=True, slots=True)
class _Request:
    """One view's wish for a picture of the state as it is when its turn comes."""

    view: str
    seq: int
    unedited: bool
    padded: bool
    moving: bool
    context: contextvars.Context
    """Of the message handler: ipykernel sends answers through the channel that it names."""


class _Superseded(Exception):
    """Long work is not wanted any more."""


class SefaWidget(WireWidget):
    """A panel to explore one generator; see `explore`.

    Parameters
    ----------
    generator
        The generator, borrowed: other panels may use it too, and `close` leaves it alone.
    state
        A dict as `SefaWidget.state` gives it, to start from.
    directions
        See `explore`.

    Raises
    ------
    ValueError
        If the state is none of this generator's, or directions do not fit it.
    """

    _esm = built("panel.js", missing=NOT_BUILT)
    _css = built("panel.css", missing="")

    spectrum = traitlets.Dict(read_only=True).tag(sync=True)
    """Eigenvalues of the present directions, as the panel draws them."""
    generator_info = traitlets.Dict(read_only=True).tag(sync=True)
    """What the panel says about the generator."""

    def __init__(
        self,
        generator: Generator,
        *,
        state: Mapping[str, Any] | None = None,
        directions: Mapping[str, Directions] | None = None,
    ) -> None:
        session = Session(generator, state, directions)
        self._stream: Stream[_Request] = Stream(weakly(self._work), weakly(self._settle))
        self._worker = Worker(self._stream.step)
        self._drawn: Drawn | None = None
        self._published: Found | None = None
        self._lossy: dict[str, _Request] = {}
        self.set_trait("generator_info", about(generator, session.methods))
        super().__init__(session)

    def __repr__(self) -> str:
        """Say what is shown, in one line."""
        if self._kept is None:
            return f"SefaWidget({self._present.generator!r}, closed)"
        return f"SefaWidget({self._present.generator!r}, seed={self.seed}, strengths={dict(self.strengths)})"

    # What Python code sees, besides the fields of the state. Setting one makes the same change as the panel
    # does; views then ask for the new picture by themselves.

    @property
    def generator(self) -> Generator:
        """The generator that is explored."""
        return self._session.generator

    @property
    def directions(self) -> Directions:
        """All directions of the present layers."""
        return self._session.directions()

    def image(self, *, unedited: bool = False) -> Image:
        """Draw the picture of the (first) method at its own size, with or without the strengths."""
        return frames.to_pil(self._session.draw(unedited=unedited, beside=False).pixels)

    def close(self) -> None:
        """Close the panel everywhere and let go of all but the generator; its state can still be read."""
        if self._kept is None:  # closed already, or never quite made
            return
        self._stream.stop()
        self._worker.stop()
        self._forget()
        super().close()

    def _forget(self) -> None:
        """Let go of the session and of pictures."""
        super()._forget()
        self._drawn = self._published = None
        self._lossy.clear()

    # What the panel sees.

    def _request(self, edit: messages.Edit) -> None:
        if edit.patch:
            self._replace_state(edit.patch)
        context = contextvars.copy_context()
        request = _Request(edit.view, edit.seq, edit.unedited, edit.padded, edit.moving, context)
        self._stream.put(edit.view, request)
        self._worker.wake()
        with self._errors_to_panel(edit.view, 0):  # an observer's: the picture comes all the same
            self._tell_observers()

    def _forget_view(self, view: str) -> None:
        self._stream.drop(view)
        self._lossy.pop(view, None)

    @property
    def _stopped(self) -> bool:
        """Whether the panel is closed, or the interpreter ends."""
        return self._worker.stopped

    def _work(self, request: _Request) -> None:
        request.context.copy().run(self._answer, request)

    def _answer(self, request: _Request) -> None:
        with self._errors_to_panel(request.view, request.seq):
            while True:
                try:
                    drawn = self._draw(request.unedited, self._progress(request))
                    break
                except (
                    _Superseded
                ):  # other directions are wanted by now: every request is answered with those
                    if self._stopped:
                        return
            frame = frames.preview(drawn.pixels)
            self._send_frame(request, drawn, frame)
            if not frame.lossless:
                self._lossy[request.view] = request

    def _progress(self, request: _Request) -> Progress:
        """Tell the panel how long work goes on; end it when other directions are wanted meanwhile."""
        state = self._session.state
        wanted = (state.method, state.beside, state.layers, state.normalize)

        def progress(done: int, total: int) -> None:
            now = self._present
            if self._stopped or (now.method, now.beside, now.layers, now.normalize) != wanted:
                raise _Superseded
            names = [name for name in (state.method, state.beside) if name is not None]
            text = f"{' and '.join(names) or 'directions'}: {done} of {total}"
            self._tell(messages.ProgressInfo(request.view, request.seq, text, done / total))

        return progress

    def _settle(self) -> None:
        for view, request in list(self._lossy.items()):
            if not request.moving:
                self._lossy.pop(view, None)
                request.context.copy().run(self._sharpen, request)
        self._measure_range()

    def _measure_range(self) -> None:
        """Measure where the sliders end, a few pictures at a time, as long as nothing else is wanted."""
        drawn, more = self._drawn, True
        if drawn is None:
            return
        state, found = drawn.state, drawn.found
        try:
            while more and not (self._stopped or self._stream.waiting):
                more = self._session.measure_range(state)
                if self._session.state.revision != state.revision:
                    return
                known, found = found, self._session.found(state)
                if found is not known:
                    moved = found.beside is not None and bool(state.strengths)
                    self._drawn = None if moved else replace(drawn, found=found)
                    self._publish(state, found)
        except Exception:
            log.exception("The ends of the sliders could not be measured; they stay as they are.")

    def _sharpen(self, request: _Request) -> None:
        with self._errors_to_panel(request.view, 0):
            drawn = self._draw(request.unedited)
            self._send_frame(request, drawn, frames.final(drawn.pixels))

    def _draw(self, unedited: bool, progress: Progress | None = None) -> Drawn:
        """Draw the present state, or give what was drawn last if it is still that."""
        known = self._drawn
        wanted = (self._session.state.revision, unedited, self.generator.weights_version)
        if known is None or (known.state.revision, known.unedited, known.weights) != wanted:
            known = self._session.draw(unedited=unedited, progress=progress)
            if self._stopped:
                raise Ending
            self._drawn = known
        if known.found is not self._published:
            self._publish(known.state, known.found)
        return known

    def _publish(self, state: State, found: Found) -> None:
        self._published = found
        self.set_trait("spectrum", spectrum(state, found))

    def _send_frame(self, request: _Request, drawn: Drawn, frame: frames.Frame) -> None:
        info = messages.FrameInfo(
            view=request.view,
            seq=request.seq,
            revision=drawn.state.revision,
            quality="final" if frame.lossless else "preview",
            unedited=drawn.unedited,
            mime=frame.mime,
            width=frame.width,
            height=frame.height,
            render_ms=round(drawn.render_ms, 2),
        )
        self._tell(info, frame.data, padded=request.padded)
