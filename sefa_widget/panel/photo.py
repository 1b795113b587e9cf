"""The widget that finds pictures: a photo becomes a start, edited like any seed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from sefa_widget.generators.base import Latent
from sefa_widget.inversion import Inversion, Picture, invert
from sefa_widget.panel import intents
from sefa_widget.panel.keeping import KeepingWidget
from sefa_widget.panel.naming import Naming
from sefa_widget.panel.photo_search import PhotoSearch
from sefa_widget.panel.proposals import Proposals
from sefa_widget.panel.session import Session
from sefa_widget.panel.stream import SETTLE_SECONDS
from sefa_widget.panel.worker import Ending

MOST_BYTES = 8 << 20
"""Bytes of a picture's file that a view may send; a message of Jupyter holds 10 MB."""

log = logging.getLogger("sefa_widget")


class PhotoWidget(KeepingWidget):
    """A widget that looks for the latent of a picture, and takes it as a start."""

    def __init__(self, session: Session, naming: Naming, proposals: Proposals | None) -> None:
        self._photo: PhotoSearch | None = None
        self._inverting = False
        super().__init__(session, naming, proposals)

    def find(self, picture: Picture, name: str | None = None, **options: Any) -> Inversion:
        """Find the latent that draws a picture, and add it to the starts under a name.

        >>> from sefa_widget import explore, load_generator
        >>> faces = load_generator("faces")
        >>> picture = faces.synthesize(faces.sample(700))[0]
        >>> panel = explore(faces)
        >>> found = panel.find(picture, "Ada", steps=5, samples=8, own=0)
        >>> panel.starts[panel.chosen].name
        'Ada'

        Parameters
        ----------
        picture
            A path, a PIL image, an array or a tensor; see `sefa_widget.inversion.invert`.
        name
            What it is called; None is ``photo 1``, ``photo 2`` and so on.
        **options
            Of `sefa_widget.inversion.invert`.

        Returns
        -------
        Inversion
            What was found; its `words` say how near it is. `undo` takes the start away again.

        Raises
        ------
        ValueError
            If it is no picture, an option is wrong, or the panel holds as many starts as it can.
        """
        found = invert(self._session.generator, picture, **options)
        self._pin(found.latent, name)
        return found

    def _pin(self, latent: Latent, name: str | None = None) -> None:
        """Add a latent to the starts, and choose it."""
        with self._changing:
            starts = self._present.starts
            named = _free([pin.name for pin in starts]) if name is None else name
            added = [*starts, {"latent": latent, "name": named}]
            self._replace_state({"starts": added, "chosen": len(starts)})
        self._tell_observers()

    # What views want.

    def _find(self, wanted: intents.Find, buffers: object) -> None:
        data = file_of(buffers)
        self._drop()
        self._photo = PhotoSearch(self._session.generator, wanted.view, data, self._tell)
        self._work_on()

    def _steer(self, wanted: intents.Steer) -> None:
        photo = self._photo
        if photo is None or photo.view != wanted.view:
            if wanted.how in ("stop", "drop"):
                return  # it has ended by itself
            raise ValueError("No picture is found here any more; choose it again.")
        if wanted.how == "drop":
            self._drop()
        elif wanted.how == "stop":
            photo.stopped = True
        elif photo.found is None:
            raise ValueError("Nothing is found yet; wait for the first step, or stop the search.")
        elif wanted.how == "keep":
            self._pin(photo.found.latent)
        else:
            photo.go_on()
            self._work_on()

    def _drop(self) -> None:
        """Forget the search; one that runs ends after its step."""
        photo, self._photo = self._photo, None
        if photo is not None:
            photo.dropped = True

    def _work_on(self) -> None:
        self._stream.settle()
        self._worker.wake()

    def _forget_view(self, view: str) -> None:
        super()._forget_view(view)
        if self._photo is not None and self._photo.view == view:
            self._drop()

    def _forget(self) -> None:
        """Let go of the session and of pictures."""
        super()._forget()
        self._drop()

    @property
    def _busy(self) -> bool:
        return super()._busy or self._inverting

    def _cancel(self) -> None:
        photo = self._photo
        if self._inverting and photo is not None and not super()._busy:
            photo.stopped = True
        else:
            super()._cancel()

    @property
    def _pressing(self) -> bool:
        return super()._pressing or self._inverting or (self._photo is not None and self._photo.wanted)

    # What the worker does.

    def _settle(self) -> None:
        """Do what is quick, and then look for a picture; between its steps all newer wishes go first."""
        super()._settle()
        photo = self._photo
        if photo is None or not photo.wanted or self._inverting or self._stopped:
            return
        self._inverting = True
        try:
            photo.context.copy().run(self._look_for, photo)
        finally:
            self._inverting = False
            self._stream.settle()

    def _look_for(self, photo: PhotoSearch) -> None:
        def between() -> bool:
            self._let_others_go_first()
            return photo.stopped or photo.dropped

        try:
            photo.run(between)
        except Exception as error:
            photo.stopped = True
            if not isinstance(error, ValueError):
                log.exception("A picture could not be looked for.")
            words = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            photo.fail(words[:500])

    def _let_others_go_first(self) -> None:
        """Do all that is wanted meanwhile, between two steps of long work, which ends with the panel."""
        while not self._stopped and (left := self._stream.step()) is not None:
            if left > 2 * SETTLE_SECONDS:  # the store of names is looked at every now and then
                break
            if left > 0 and not self._worker.rest(left):  # as long as a slider moves, it has all the time
                self._stream.step()
                break
        if self._stopped:
            raise Ending


def file_of(buffers: object) -> bytes:
    """Give the bytes of the picture's file that came with a message, or refuse what is none."""
    data = bytes(buffers[0]) if isinstance(buffers, list | tuple) and len(buffers) == 1 else b""
    if not 0 < len(data) <= MOST_BYTES:
        raise ValueError(
            f"A picture of {len(data):,} bytes came; it must have 1 to {MOST_BYTES:,}. Make it smaller."
        )
    return data


def _free(names: Sequence[str]) -> str:
    """Give the first name of "photo 1", "photo 2" and so on that is not taken."""
    number = 1
    while f"photo {number}" in names:
        number += 1
    return f"photo {number}"
