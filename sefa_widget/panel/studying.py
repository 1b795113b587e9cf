"""The widget that asks the questions of a study in place of its sliders, and shows what all have said."""

from __future__ import annotations

import logging
import threading

import traitlets

from sefa_widget.arguments import instance
from sefa_widget.labels import Study, StudyResult
from sefa_widget.panel import intents, messages
from sefa_widget.panel.asking import Asking
from sefa_widget.panel.labelling import LabellingWidget
from sefa_widget.panel.naming import Naming
from sefa_widget.panel.proposals import Proposals
from sefa_widget.panel.session import Session

NONE_RUNS = "No study runs in this panel; panel.study('class of 2026') shows the questions of one."

log = logging.getLogger("sefa_widget")


class StudyingWidget(LabellingWidget):
    """A widget that can show a study: blind questions, answers kept as labels, counts that grow."""

    study_info = traitlets.Dict(read_only=True).tag(sync=True)
    """The study that runs: who answers, what is answered, what all have said; empty where none runs."""

    def __init__(self, session: Session, naming: Naming, proposals: Proposals | None) -> None:
        self._asking: Asking | None = None
        self._runs = False
        self._study_lock = threading.RLock()
        super().__init__(session, naming, proposals)

    def study(self, study: Study | str | None) -> None:
        """Show the questions of a study in place of everything else, or the sliders again.

        The panel asks for the rater's name, then shows each direction's pictures without number, value or
        method, random ones among them. Answers are labels of the panel's store: others who answer with the
        same store, in a kernel of their own, see the counts grow.

        >>> from sefa_widget import Labels, explore
        >>> panel = explore("faces", labels=Labels())
        >>> panel.study("class of 2026")
        >>> panel.study(None)

        Parameters
        ----------
        study
            A study of this generator, or a name, which stands for ``Study.of(panel.generator, name)``. None
            ends it; answers stay in the store.

        Raises
        ------
        ValueError
            If it is of another generator, or none of these.
        """
        generator = self._session.generator
        if study is None:
            self._end_study()
            return
        if isinstance(study, str):
            study = Study.of(generator, study)
        wanted = instance(study, "study", Study, "a Study, as Study.of gives it, or the name of one")
        self._asking = Asking(generator, wanted, self.labels)
        self._runs = True
        self._looks.study = self._asking.scene()
        self._tell_study()
        self._stream.settle()
        self._worker.wake()

    def study_results(self) -> StudyResult:
        """Count what all have answered so far in the study that was shown last: ``print`` shows the table.

        Raises
        ------
        ValueError
            If no study was shown.
        ImportError
            If what counts is not installed (``pip install 'sefa_widget[study]'``).
        """
        _ = self._session  # a closed panel says so
        if self._asking is None:
            raise ValueError(NONE_RUNS)
        return self._asking.result()

    def _forget(self) -> None:
        super()._forget()
        self._asking, self._runs = None, False

    def _end_study(self) -> None:
        self._runs = False
        self._looks.study = None
        self._tell_study()

    # What views say.

    def _asked(self) -> Asking:
        if self._asking is None or not self._runs:
            raise ValueError(NONE_RUNS)
        return self._asking

    def _join(self, wanted: intents.Join) -> None:
        if wanted.rater is None:
            self._end_study()
            return
        asking = self._asked()
        asking.begin(wanted.rater)
        self._looks.study = asking.scene()  # looks of another rater's order end
        self._answered()

    def _say(self, said: intents.Label) -> None:
        if not said.study:
            super()._say(said)
            return
        self._asked().say(said.index, said.fields)
        self._answered()

    def _take_back(self, wanted: intents.TakeBack) -> None:
        if not wanted.study:
            super()._take_back(wanted)
            return
        self._asked().take_back()
        self._answered()

    def _answered(self) -> None:
        """Tell views what is kept now, and let the worker count."""
        self._tell_study()
        self._stream.settle()
        self._worker.wake()

    # What the worker does.

    def _settle(self) -> None:
        """While a study runs: measure how far its directions go, draw them, then count what all have said."""
        asking = self._asking
        if asking is None or not self._runs:
            super()._settle()
            return
        try:
            while not (asking.measured or self._stopped or self._stream.waiting):
                asking.measure()
        except Exception:
            log.exception("It could not be measured how far the directions of the study go.")
        super()._settle()
        if self._stopped or self._stream.waiting or self._looks.wanted:
            return  # counting a large class takes a second; pictures come first
        with self._errors_to_panel("", 0):
            if asking.look():
                self._tell_study()

    def _draw_looks(self) -> None:
        if not self._runs or self._asking is None or self._asking.measured:
            super()._draw_looks()

    def _measure(self) -> None:
        """Measure what directions do; not while a study runs, which shows none of it."""
        if not self._runs:
            super()._measure()

    # What views are told.

    def _tell_study(self) -> None:
        with self._study_lock:
            asking = self._asking if self._runs else None
            rater = {} if asking is None else {"user": messages.sendable(self._naming.rater)}
            self.set_trait("study_info", {} if asking is None else {**asking.info(), **rater})
