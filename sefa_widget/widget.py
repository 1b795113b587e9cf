"""The panel's messages in, traits and frames out: a `Session` and a `Stream` behind a Jupyter comm."""

from __future__ import annotations

import contextvars
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import anywidget
import traitlets
from PIL.Image import Image

from sefa_widget import frames, messages
from sefa_widget.directions import Directions, Progress
from sefa_widget.generators import Generator
from sefa_widget.session import Drawn, Found, Session
from sefa_widget.state import State
from sefa_widget.stream import Stream
from sefa_widget.summaries import about, spectrum

log = logging.getLogger("sefa_widget")

STATIC = Path(__file__).parent / "static"
PADDED_BYTES = 66_560
"""A message of at least one loopback segment: smaller ones may wait 40 ms for an acknowledgement."""

NOT_BUILT = """export default { render({ el }) {
  el.textContent = "The panel is not built. In the source checkout run: pip install -e ."
} }"""
"""What a source checkout shows until its panel is built."""


def _static(name: str, missing: str) -> str | Path:
    """Give a built file for anywidget: its text, since anywidget keeps each widget of a watched path alive.

    While the panel is being developed (``ANYWIDGET_HMR=1``) it is the path, which anywidget then watches.
    """
    path = STATIC / name
    if not path.is_file():
        return missing
    return path if os.environ.get("ANYWIDGET_HMR") == "1" else path.read_text(encoding="utf-8")


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


class SefaWidget(anywidget.AnyWidget):
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

    _esm = _static("panel.js", missing=NOT_BUILT)
    _css = _static("panel.css", missing="")

    state = traitlets.Dict(read_only=True).tag(sync=True)
    """All that decides the picture, as a plain dict: ``explore(state=panel.state)`` restores it."""
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
        self._session = Session(generator, state, directions)
        self._stream: Stream[_Request] = Stream(self._work, self._settle)
        self._changing = threading.RLock()
        self._stopped = False
        self._drawn: Drawn | None = None
        self._published: Found | None = None
        self._lossy: dict[str, _Request] = {}
        self.set_trait("generator_info", about(generator, self._session.methods))
        self.set_trait("state", self._session.describe())
        super().__init__()

    def __repr__(self) -> str:
        """Say what is shown, in one line."""
        return f"SefaWidget({self.generator.name!r}, seed={self.seed}, strengths={dict(self.strengths)})"

    # What Python code sees. Each setter makes the same change as the panel does; views then ask for the
    # new picture by themselves.

    @property
    def generator(self) -> Generator:
        """The generator that is explored."""
        return self._session.generator

    @property
    def strengths(self) -> Mapping[int, float]:
        """Strength by direction, without zeros. Assign a whole dict; it replaces all strengths."""
        return MappingProxyType(dict(self._session.state.strengths))

    @strengths.setter
    def strengths(self, strengths: Mapping[int, float]) -> None:
        with self._changing:
            self.change(strengths={**dict.fromkeys(self._session.state.strengths, 0.0), **strengths})

    @property
    def seed(self) -> int:
        """Which latent is drawn."""
        return self._session.state.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self.change(seed=seed)

    @property
    def layers(self) -> tuple[int, int]:
        """Half-open range of the layers that are factorised."""
        return self._session.state.layers

    @layers.setter
    def layers(self, layers: tuple[int, int]) -> None:
        self.change(layers=layers)

    @property
    def stretch(self) -> int:
        """How many times as far as their range the sliders go: 1, 2 or 5."""
        return self._session.state.stretch

    @stretch.setter
    def stretch(self, stretch: int) -> None:
        self.change(stretch=stretch)

    @property
    def directions(self) -> Directions:
        """All directions of the present layers."""
        return self._session.directions()

    def change(self, **fields: Any) -> None:
        """Change several fields of the state at once, for example ``change(seed=3, layers=(0, 2))``.

        Parameters
        ----------
        **fields
            New values by name; see `state` for the names. `strengths` changes the directions it names.

        Raises
        ------
        ValueError
            If a field is unknown or a value cannot be drawn; nothing is changed then.
        """
        self._apply(fields)

    def image(self, *, unedited: bool = False) -> Image:
        """Draw the picture of the (first) method at its own size, with or without the strengths."""
        return frames.to_pil(self._session.draw(unedited=unedited, beside=False).pixels)

    def close(self) -> None:
        """Close the panel everywhere and let go of all but the generator."""
        self._stopped = True
        self._stream.stop()
        self._drawn = None
        self._lossy.clear()
        super().close()

    # What the panel sees.

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Refuse what a front end wants to set: the kernel is the only writer of state."""
        refused = sorted(set(sync_data) & set(self.traits(sync=True)))
        log.warning("Ignored a front end's wish to set %s; edits are messages.", ", ".join(refused))

    def _handle_custom_msg(self, content: object, buffers: object) -> None:
        with self._errors_to_panel(*messages.reply_address(content)):
            self._receive(messages.decode(content))

    def _receive(self, intent: messages.Intent) -> None:
        if isinstance(intent, messages.Bye):
            self._stream.drop(intent.view)
            self._lossy.pop(intent.view, None)
        elif isinstance(intent, messages.Probe):
            self._tell(messages.ProbeInfo(intent.view, intent.seq), b"", padded=intent.padded)
        else:
            edit = intent if isinstance(intent, messages.Edit) else messages.Edit(intent.view, intent.seq)
            if edit.patch:
                self._apply(edit.patch)
            context = contextvars.copy_context()
            request = _Request(edit.view, edit.seq, edit.unedited, intent.padded, edit.moving, context)
            self._stream.put(edit.view, request)

    def _apply(self, patch: Mapping[str, Any]) -> None:
        with self._changing:
            self._session.apply(patch)
            self.set_trait("state", self._session.describe())

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
            now = self._session.state
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
        if known is None or (known.state.revision, known.unedited) != (
            self._session.state.revision,
            unedited,
        ):
            known = self._drawn = self._session.draw(unedited=unedited, progress=progress)
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

    def _tell(self, info: messages.Info, *data: bytes, padded: bool = False) -> None:
        size = sum(map(len, data))
        padding = [bytes(PADDED_BYTES - size)] if padded and size < PADDED_BYTES else []
        self.send(messages.encode(info), buffers=[*data, *padding])

    @contextmanager
    def _errors_to_panel(self, view: str, seq: int) -> Iterator[None]:
        """Tell the panel what went wrong inside: Jupyter itself shows a handler's exception nowhere."""
        try:
            yield
        except Exception as error:
            if not isinstance(error, ValueError):
                log.exception("A request of the panel failed.")
            text = str(error) or type(error).__name__
            if not isinstance(error, ValueError):
                text = f"{type(error).__name__}: {text}"
            self._tell(messages.ErrorInfo(view, seq, text[:500]))
