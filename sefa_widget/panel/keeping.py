"""The widget that gives away what it shows: as files, and as a still where no kernel runs."""

from __future__ import annotations

import contextvars
import logging
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from IPython.display import display

from sefa_widget.arguments import choice
from sefa_widget.panel import intents, messages
from sefa_widget.panel.between import between_modules
from sefa_widget.panel.code import python_code
from sefa_widget.panel.contents import starts
from sefa_widget.panel.files import ENDINGS, MAKERS, save
from sefa_widget.panel.naming import Naming
from sefa_widget.panel.proposals import Proposals
from sefa_widget.panel.session import Session
from sefa_widget.panel.still import Still, caption, still
from sefa_widget.panel.studying import StudyingWidget
from sefa_widget.panel.worker import Ending
from sefa_widget.pictures.sheet import sheet
from sefa_widget.progress import Progress, check_progress

log = logging.getLogger("sefa_widget")

TYPES = {
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".json": "application/json",
    ".csv": "text/csv",
    ".npz": "application/octet-stream",
    ".safetensors": "application/octet-stream",
    ".html": "text/html",
}
"""MIME types of the files."""
LARGE = 512
"""Pixels from which on a cell's output shows the large picture only."""
FREE_SECONDS = 0.5
"""How long a cell's output waits for a generator that draws something else."""
SEARCH_SECONDS = 1.0
"""How long directions may be searched for a cell's output; methods without progress are quicker."""


class _Cancelled(BaseException):
    """What is made is not wanted any more; no Exception, so that no handler of errors takes it for one."""


class KeepingWidget(StudyingWidget):
    """A widget whose pictures, names and state can be saved."""

    def __init__(self, session: Session, naming: Naming, proposals: Proposals | None) -> None:
        self._wanted: deque[tuple[intents.Share, contextvars.Context]] = deque()
        self._cancelled = threading.Event()
        self._saving = False
        super().__init__(session, naming, proposals)

    def save(self, path: str | Path, what: str | None = None, *, progress: Progress | None = None) -> Path:
        """Write what the panel shows into a file, at the generator's own resolution.

        >>> import tempfile
        >>> from sefa_widget import explore
        >>> panel = explore("faces")
        >>> panel.save(Path(tempfile.mkdtemp()) / "sheet.png").name
        'sheet.png'

        Parameters
        ----------
        path
            Its ending says the format. An existing file is replaced.
        what
            ``"sheet"`` (all starts and edits), ``"strip"`` and ``"film"`` (one direction from end to end of
            its slider: the open one, else the one that is moved farthest), ``"wall"`` (both ends of the
            first 32 directions), each as ``.png``, ``.webp`` or ``.npz``, a film as ``.webp``, ``.gif`` or
            ``.mp4``; ``"state"`` (``.json``), ``"names"`` (``.json``, ``.csv``: all of this generator),
            ``"directions"`` (``.safetensors``) or ``"page"`` (``.html``: the panel itself, see
            `sefa_widget.pages`). None is what the ending stands for: the sheet for a
            picture, a film for ``.gif`` and ``.mp4``, the state for ``.json``, the page for ``.html``.
        progress
            Called with the pictures that are drawn, and all; what it raises ends the work.

        Returns
        -------
        Path
            The path written. ``explore(source, state=path)`` goes on from a picture or from the state.

        Raises
        ------
        ValueError
            If there is no such folder, or the ending does not fit; for a strip or a film, if no direction
            is open or moved.
        SaveError
            If the disk is full or cannot be written to.
        """
        return save(self._session, self.labels, Path(path), what, check_progress(progress))

    def still(self) -> Still:
        """Draw what the panel shows as a picture with a caption, for a cell of its own.

        It is what the panel's own output holds where no kernel runs (web pages, print), but of now: the
        panel's output keeps the pictures of the moment at which it was shown.

        Returns
        -------
        Still
            Shows itself as the last expression of a cell: at most 960 pixels and 300 kB.
        """
        contents = self._session.contents()
        tiles = self._session.sheet().tiles
        generator = self._session.generator
        words = caption(
            generator.name,
            contents.state,
            contents.found.directions,
            self.names,
            self._session.class_names,
        )
        return still(tiles, words, python_code(generator, contents))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        given = super()._repr_mimebundle_(**options)
        bundle, *more = given if isinstance(given, tuple) else (given,)
        try:
            bundle = self._with_still(bundle)
        except (Exception, _Cancelled):  # the panel itself says what is wrong with its generator
            log.debug("The output has no still.", exc_info=True)
        return (bundle, *more) if more else bundle

    def _with_still(self, bundle: dict[str, Any]) -> dict[str, Any]:
        """Put a still below the panel; where no cell runs, into the panel's own output.

        A front end shows the widget of an output and nothing else, also where it has no kernel that knows it.
        """
        found = self._first_still()
        if found is None:
            return bundle
        below = found.beneath
        if self._cells is not None and self._cells.after(lambda: display(below, raw=True)):
            return {**bundle, "text/plain": ""}
        return {**found.bundle, **bundle}

    def _first_still(self) -> Still | None:
        """Draw what is seen first, if that is quick: no long search, and no waiting for a store or others."""
        state, session = self._present, self._session
        generator, contents, code = session.generator, None, ""
        if not generator.lock.acquire(timeout=FREE_SECONDS):
            return None
        try:
            large = generator.resolution > LARGE
            if any(state.strengths.values()) or state.carried:
                contents = session.contents(progress=_within(SEARCH_SECONDS))
                tiles, code = session.sheet(chosen=large).tiles, python_code(generator, contents)
            else:
                rows = starts(generator, state)
                tiles = sheet(generator, (rows[state.chosen],) if large else rows).tiles
        finally:
            generator.lock.release()
        found = None if contents is None else contents.found.directions
        names = {} if found is None else self._naming.names(found)
        words = caption(generator.name, state, found, names, session.class_names)
        return still(tiles, words, code)

    # What views want.

    def _share(self, wanted: intents.Share) -> None:
        choice(wanted.what, "What is shared", ENDINGS)
        choice(wanted.ending, f"The ending of a file of {wanted.what!r}", ENDINGS[wanted.what])
        self._wanted.append((wanted, contextvars.copy_context()))
        self._stream.settle()
        self._worker.wake()

    def _cancel(self) -> None:
        self._wanted.clear()
        if self._saving:
            self._cancelled.set()
        else:  # it is a search that takes long; a file waits behind it
            super()._cancel()

    @property
    def _busy(self) -> bool:
        return super()._busy or self._saving

    # What the worker does.

    def _settle(self) -> None:
        """Once no picture is wanted, make the files that are, and do what can wait."""
        while self._wanted and not self._stopped:
            wanted, context = self._wanted.popleft()
            context.copy().run(self._make, wanted)
        super()._settle()

    def _make(self, wanted: intents.Share) -> None:
        """Make a file, and send it to the view that wants it."""
        self._cancelled.clear()
        self._saving = True

        def check() -> None:
            if self._stopped:
                raise Ending
            if self._cancelled.is_set():
                raise _Cancelled

        def progress(done: int, total: int) -> None:
            check()
            share = (
                f"{100 * done // max(1, total)} %" if wanted.what in MAKERS else f"{done} of {total} pictures"
            )
            text = f"{wanted.what}: {share}"
            self._tell(messages.ProgressInfo(wanted.view, 0, text, done / total))

        name = f"{self._session.generator.name}-{wanted.what}{wanted.ending}"
        name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)[-100:]
        with self._errors_to_panel(wanted.view, 0), tempfile.TemporaryDirectory() as folder:
            try:
                with between_modules(check):
                    path = save(self._session, self.labels, Path(folder) / name, wanted.what, progress)
                info = messages.FileInfo(wanted.view, name, TYPES[wanted.ending])
                self._tell(info, path.read_bytes())
            except _Cancelled:
                self._tell(messages.ProgressInfo(wanted.view, 0, "", 1.0))
            finally:
                self._saving = False


def _within(seconds: float) -> Progress:
    """Make a progress that ends work which takes longer."""
    end = time.monotonic() + seconds

    def progress(_done: int, _total: int) -> None:
        if time.monotonic() > end:
            raise _Cancelled

    return progress
