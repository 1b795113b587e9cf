"""The widget that draws: the newest request first; when all is quiet, what is left and the slider ranges."""

from __future__ import annotations

import contextvars
import logging
import time
from collections.abc import Callable
from contextlib import suppress

import traitlets

from sefa_widget.directions.search import Search
from sefa_widget.panel import intents, messages
from sefa_widget.panel.between import between_modules
from sefa_widget.panel.contents import Found
from sefa_widget.panel.interrupts import on_interrupt
from sefa_widget.panel.life import weakly
from sefa_widget.panel.looking import Looks, Seen
from sefa_widget.panel.painter import Painter, Shown
from sefa_widget.panel.request import Request
from sefa_widget.panel.session import Contents, Session
from sefa_widget.panel.state import State
from sefa_widget.panel.stream import Stream
from sefa_widget.panel.summaries import about, directions_info
from sefa_widget.panel.wire import WireWidget
from sefa_widget.panel.worker import Ending, Worker
from sefa_widget.pictures import frames
from sefa_widget.progress import Progress

SEARCHED = ("method", "layers", "options", "normalize", "second", "strengths", "carried")
"""The fields that say which directions are moved along, and how far."""
TOLD_SECONDS = 1.5
"""From how much on the time that is left is told."""

log = logging.getLogger("sefa_widget")


class _Superseded(BaseException):
    """Work is not wanted any more. It is no Exception, so that no handler of errors takes it for one."""


class PaintingWidget(WireWidget):
    """A widget that draws the sheet of its state for every view that asks, a worker at a time."""

    directions_info = traitlets.Dict(read_only=True).tag(sync=True)
    """Values of the present directions, where their sliders end, and their matches in the second search."""
    generator_info = traitlets.Dict(read_only=True).tag(sync=True)
    """What the panel says about the generator and the methods."""

    def __init__(self, session: Session) -> None:
        self._stream: Stream[Request] = Stream(weakly(self._work), weakly(self._settle))
        self._worker = Worker(self._stream.step)
        stream = self._stream
        self._painter = Painter(session, lambda: stream.waiting)
        self._looks = Looks(session)
        self._published: Found | None = None
        self._unfinished: dict[str, Request] = {}
        self._searching = False
        self.set_trait("generator_info", about(session.generator, session.methods, session.class_names))
        super().__init__(session)
        on_interrupt(self._interrupted)

    def close(self) -> None:
        """Close the panel everywhere and let go of all but the generator; its state can still be read."""
        if self._kept is None:  # closed already, or never quite made
            return
        self._stream.stop()
        self._worker.stop()
        self._session.kept.clear()
        self._forget()
        super().close()

    def _forget(self) -> None:
        """Let go of the session and of pictures."""
        super()._forget()
        self._painter.forget()
        self._looks.forget()
        self._published = None
        self._unfinished.clear()

    # What views want.

    def _request(self, edit: intents.Edit) -> None:
        if edit.patch:
            self._replace_state(edit.patch, step=(edit.view, edit.step) if edit.step else None)
        context = contextvars.copy_context()
        flags = edit.unedited, edit.padded, edit.moving, edit.drawn
        request = Request(edit.view, edit.seq, *flags, context)
        self._stream.put(edit.view, request)
        self._worker.wake()
        with self._errors_to_panel(edit.view, 0):  # an observer's: the picture comes all the same
            self._tell_observers()

    def _look(self, look: intents.Look) -> None:
        self._looks.want(look)
        self._stream.settle()
        self._worker.wake()

    def _cancel(self) -> None:
        """Go back to the directions that were shown last; the search that goes on ends by itself then."""
        painted = self._painter.painted
        if painted is None:
            raise ValueError(
                "This search is the panel's first, so there are no earlier directions to go back to. Another "
                "method or other layers end it."
            )
        state = painted.contents.state
        self._replace_state({name: getattr(state, name) for name in SEARCHED}, merge=False)
        self._tell_observers()

    @property
    def _pressing(self) -> bool:
        """Whether something comes before measuring what directions do."""
        return self._looks.wanted

    @property
    def _busy(self) -> bool:
        """Whether there is long work that can be cancelled."""
        return self._searching

    def _interrupted(self) -> None:
        """End long work when the kernel is interrupted while no cell runs, as *Cancel* does."""
        if self._busy and not self._stopped:
            with self._errors_to_panel("", 0):
                self._cancel()

    def _forget_view(self, view: str) -> None:
        self._stream.drop(view)
        self._looks.drop(view)
        self._unfinished.pop(view, None)

    @property
    def _stopped(self) -> bool:
        """Whether the panel is closed, or the interpreter ends."""
        return self._worker.stopped

    # What the worker does, one request after another.

    def _work(self, request: Request) -> None:
        request.context.copy().run(self._answer, request)

    def _answer(self, request: Request) -> None:
        self._unfinished.pop(request.view, None)
        with self._errors_to_panel(request.view, request.seq):
            if request.moving and request.drawn:
                self._tell(_no_tiles(request, self._present), b"")
                return
            lossless = True
            for shown in self._painter.show(self._contents(request), moving=request.moving):
                lossless &= self._send_tiles(request, shown, final=False)
            if not (lossless and self._painter.done):
                self._unfinished[request.view] = request

    def _contents(self, request: Request) -> Contents:
        """Find what a request is answered with: the directions that are wanted by the time they are found."""
        while True:
            if self._stopped:
                raise Ending
            with suppress(_Superseded):
                self._searching = True
                try:
                    progress = self._progress(request)
                    with between_modules(self._check()):
                        contents = self._session.contents(unedited=request.unedited, progress=progress)
                finally:
                    self._searching = False
                self._publish(contents.state, contents.found)
                return contents

    def _check(self) -> Callable[[], None]:
        """Give what ends a search when other directions are wanted than now."""
        wanted = _searches(self._session.state)

        def check() -> None:
            if self._stopped or _searches(self._present) != wanted:
                raise _Superseded

        return check

    def _progress(self, request: Request) -> Progress:
        """Tell the panel how long work goes on, as long as it is wanted."""
        check, start, wanted = self._check(), time.monotonic(), _searches(self._session.state)

        def progress(done: int, total: int) -> None:
            check()
            names = [search.method for search in wanted if search is not None and search.method is not None]
            text = f"{' and '.join(names) or 'directions'}: {done} of {total}{_left(start, done, total)}"
            self._tell(messages.ProgressInfo(request.view, request.seq, text, done / total))

        return progress

    def _settle(self) -> None:
        """Once nothing is wanted: draw what was left out, send all without loss, and do what can wait."""
        for view, request in list(self._unfinished.items()):
            if not request.moving and not self._stream.waiting:
                self._unfinished.pop(view, None)
                request.context.copy().run(self._finish, request)
        self._draw_looks()
        self._measure()

    def _draw_looks(self) -> None:
        """Draw small pictures, a batch at a time, as long as nothing else is wanted."""
        with self._errors_to_panel("", 0):
            while not (self._stopped or self._stream.waiting):
                seen = self._looks.step()
                if seen is None:
                    return
                seen.context.copy().run(self._send_look, seen)

    def _finish(self, request: Request) -> None:
        with self._errors_to_panel(request.view, 0):
            for shown in self._painter.finish(self._contents(request)):
                self._send_tiles(request, shown, final=True)
            if not self._painter.done:
                self._unfinished[request.view] = request

    def _measure(self) -> None:
        """Measure what directions do, as long as nothing else is wanted."""
        self._measure_by(self._session.finder.measure)

    def _measure_by(self, step: Callable[[State], bool]) -> None:
        """Measure by steps of a few pictures, until one says that there is no more to do."""
        painted, more = self._painter.painted, True
        if painted is None:
            return
        state = painted.contents.state
        try:
            while more and not (self._stopped or self._stream.waiting or self._pressing):
                more = step(state)
                if self._session.state.revision != state.revision:
                    return
                self._publish(state, self._session.finder.found(state))
        except Exception:
            log.exception("Directions could not be measured; sliders and their order stay as they are.")

    # What views are told.

    def _publish(self, state: State, found: Found) -> None:
        if found is not self._published:
            self._published = found
            self.set_trait("directions_info", directions_info(state, found))

    def _send_tiles(self, request: Request, shown: Shown, *, final: bool) -> bool:
        """Send tiles to a view, one below the other; say whether that was without loss."""
        if self._stopped:
            raise Ending
        contents = shown.contents
        frame = frames.final(shown.pixels) if final else frames.preview(shown.pixels)
        info = messages.FrameInfo(
            view=request.view,
            seq=request.seq,
            revision=contents.state.revision,
            rows=len(contents.starts),
            columns=len(contents.edits),
            tiles=[list(place) for place in shown.places],
            quality="sketch" if shown.sketch else "final" if frame.lossless else "preview",
            unedited=contents.unedited,
            mime=frame.mime,
            width=frame.width,
            height=frame.height,
            render_ms=round(shown.render_ms, 2),
        )
        self._tell(info, frame.data, padded=request.padded)
        return frame.lossless

    def _send_look(self, seen: Seen) -> None:
        frame = frames.preview(seen.pixels)
        look, items = seen.look, list(seen.items)
        size = frame.width, frame.height
        info = messages.LookInfo(look.view, look.name, seen.revision, items, frame.mime, *size)
        self._tell(info, frame.data)


def _no_tiles(request: Request, state: State) -> messages.FrameInfo:
    """Answer a request whose pictures the page draws itself."""
    return messages.FrameInfo(
        view=request.view,
        seq=request.seq,
        revision=state.revision,
        rows=len(state.starts),
        columns=1,
        tiles=[],
        quality="preview",
        unedited=request.unedited,
        mime="image/x-rgba",
        width=0,
        height=0,
        render_ms=0.0,
    )


def _searches(state: State) -> tuple[Search, Search | None]:
    return state.search, state.second


def _left(start: float, done: int, total: int) -> str:
    """Say about how long work will go on, by how long it took so far; nothing where that is short."""
    left = (time.monotonic() - start) * (total - done) / max(done, 1)
    return f", about {left:.0f} s left" if done and left >= TOLD_SECONDS else ""
