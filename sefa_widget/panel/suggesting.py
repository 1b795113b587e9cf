"""The widget that suggests where to cut a photo, while a person looks at it."""

from __future__ import annotations

import contextvars
from contextlib import suppress
from dataclasses import dataclass, field

from sefa_widget.generators.base import Generator
from sefa_widget.inversion import Crop, suggested_crop
from sefa_widget.inversion.framing import own_face
from sefa_widget.panel import intents, messages
from sefa_widget.panel.naming import Naming
from sefa_widget.panel.photo import PhotoWidget, file_of
from sefa_widget.panel.proposals import Proposals
from sefa_widget.panel.session import Session

NO_FACE = "No face was found."


class _Dropped(Exception):
    """The suggestion is not wanted any more."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A photo that waits for a suggestion."""

    asked: intents.Suggest
    data: bytes
    generator: Generator
    context: contextvars.Context = field(default_factory=contextvars.copy_context)


class SuggestingWidget(PhotoWidget):
    """A widget that looks for a face in the newest photo of each view; all other wishes go first."""

    def __init__(self, session: Session, naming: Naming, proposals: Proposals | None) -> None:
        self._photos: dict[str, _Waiting] = {}
        self._looked_at: _Waiting | None = None
        super().__init__(session, naming, proposals)

    # What views want.

    def _suggest(self, wanted: intents.Suggest, buffers: object) -> None:
        photo = _Waiting(wanted, file_of(buffers), self._session.generator)
        with self._changing:
            self._photos[wanted.view] = photo
        self._work_on()

    def _find(self, wanted: intents.Find, buffers: object) -> None:
        self._photos.pop(wanted.view, None)  # it is cut already
        super()._find(wanted, buffers)

    def _steer(self, wanted: intents.Steer) -> None:
        if wanted.how == "drop":
            self._photos.pop(wanted.view, None)
        super()._steer(wanted)

    def _forget_view(self, view: str) -> None:
        super()._forget_view(view)
        self._photos.pop(view, None)

    def _forget(self) -> None:
        """Let go of the session and of photos."""
        super()._forget()
        self._photos.clear()

    @property
    def _busy(self) -> bool:
        return super()._busy or self._looked_at is not None

    def _cancel(self) -> None:
        photo = self._looked_at
        if photo is None or super()._busy:
            super()._cancel()
        else:
            self._answer_photo(photo, None, "")

    @property
    def _pressing(self) -> bool:
        return super()._pressing or bool(self._photos)

    def _wants(self, photo: _Waiting) -> bool:
        """Whether a view waits for a suggestion for this photo still."""
        return self._photos.get(photo.asked.view) is photo

    # What the worker does.

    def _settle(self) -> None:
        """Do what comes before, and then look for faces."""
        super()._settle()
        while not (self._looked_at or self._inverting or self._stopped):
            photo = next(iter(list(self._photos.values())), None)
            if photo is None:
                return
            self._looked_at = photo
            try:
                photo.context.copy().run(self._look_for_face, photo)
            finally:
                self._looked_at = None
                self._stream.settle()

    def _look_for_face(self, photo: _Waiting) -> None:
        """Look for the faces that the generator makes and for one in the photo, and tell what came of it."""

        def between(_done: int, _total: int) -> None:
            if self._wants(photo):
                self._let_others_go_first()
            if not self._wants(photo):
                raise _Dropped

        crop, words = None, ""
        with self._errors_to_panel(photo.asked.view, 0), suppress(_Dropped):
            try:
                if own_face(photo.generator, between) is not None:
                    crop = suggested_crop(photo.generator, photo.data, progress=between)
                    words = "" if crop else NO_FACE
            except ImportError as error:
                words = str(error)
            finally:
                self._answer_photo(photo, crop, words)

    def _answer_photo(self, photo: _Waiting, crop: Crop | None, words: str) -> None:
        """Tell a view where to cut its photo, or why that is not known, if it waits for that still."""
        with self._changing:
            if self._stopped or not self._wants(photo):
                return
            self._photos.pop(photo.asked.view, None)
        sides = None if crop is None else [crop.left, crop.top, crop.width, crop.height]
        self._tell(messages.SuggestedInfo(photo.asked.view, photo.asked.photo, sides, words))
