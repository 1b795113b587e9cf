"""The widget that lends its network to views, so that a page draws by itself while a control is held."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import traitlets

from sefa_widget.generators import Generator
from sefa_widget.panel import intents, messages
from sefa_widget.panel.life import weakly
from sefa_widget.panel.naming import Naming
from sefa_widget.panel.proposals import Proposals
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import describe
from sefa_widget.panel.suggesting import SuggestingWidget
from sefa_widget.panel.worker import Ending, Worker
from sefa_widget.progress import Progress

PLACES = ("kernel", "page")
"""Where pictures can be drawn while a control is held; a page needs a lender."""
SEARCHED = ("method", "layers", "options", "normalize", "edit_layers")
"""The fields of the state that say which directions are lent."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """What a page draws with.

    Attributes
    ----------
    about
        How the network is fed, in plain JSON values.
    blocks
        The program of a worker, its runtime (gzip) and the ONNX model.
    """

    about: Mapping[str, Any]
    blocks: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Lender:
    """How a page is lent a network."""

    check: Callable[[Generator], object]
    """Raises if a generator cannot be lent."""
    make: Callable[[Session, Progress], Network]
    """Makes the network of a session."""


LENDERS: dict[str, Lender] = {}
"""Who lends for each place but the kernel; a later part of the package puts its own here."""


class LendingWidget(SuggestingWidget):
    """A widget whose views may draw by themselves."""

    draw = traitlets.Enum(PLACES, default_value="kernel", read_only=True).tag(sync=True)
    """Where pictures are drawn while a control is held: by the kernel, which streams them, or by the page."""

    def __init__(self, session: Session, naming: Naming, proposals: Proposals | None, draw: str) -> None:
        self._network: Network | None = None
        self._borrowers: dict[intents.Borrow, contextvars.Context] = {}
        self._lender = Worker(weakly(self._lend))
        if draw in LENDERS:
            LENDERS[draw].check(session.generator)
        self.set_trait("draw", draw)
        super().__init__(session, naming, proposals)

    def _forget(self) -> None:
        """Let go of the network too."""
        self._lender.stop(0)
        self._network = None
        super()._forget()

    def _forget_view(self, view: str) -> None:
        super()._forget_view(view)
        for wanted in list(self._borrowers):
            if wanted.view == view:
                self._borrowers.pop(wanted, None)

    def _borrow(self, wanted: intents.Borrow) -> None:
        """Have it sent by a thread of its own: to make a network takes long."""
        if self.draw not in LENDERS:
            raise ValueError("Nothing is lent: open the panel with draw='page'.")
        self._borrowers[wanted] = contextvars.copy_context()
        self._lender.wake()

    def _lend(self) -> None:
        """Send what was asked for."""
        for wanted in list(self._borrowers):
            if (context := self._borrowers.pop(wanted, None)) is not None:
                context.run(self._lend_one, wanted)

    def _lend_one(self, wanted: intents.Borrow) -> None:
        with self._errors_to_panel(wanted.view, 0):
            if wanted.what == "network":
                self._lend_network(wanted.view)
            else:
                self._lend_vectors(wanted.view)

    def _lend_network(self, view: str) -> None:
        if self._network is None:
            self._network = LENDERS[self.draw].make(self._session, self._unless_stopped)
        network = self._network
        self._tell(messages.LentInfo(view, "network", dict(network.about)), *network.blocks)

    def _lend_vectors(self, view: str) -> None:
        contents = self._session.contents()
        state, found = contents.state, contents.found
        search = {name: describe(state)[name] for name in SEARCHED}
        fingerprint = found.directions.fingerprint
        about = {"search": search, "rows": list(found.rows), "fingerprint": fingerprint}
        vectors = found.directions.vectors.float().cpu().numpy().tobytes()
        self._tell(messages.LentInfo(view, "vectors", about), vectors)

    def _unless_stopped(self, done: int, total: int) -> None:
        if self._lender.stopped:
            raise Ending
