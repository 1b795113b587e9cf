"""The widget that keeps what persons say of its directions, and shows it."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import traitlets

from sefa_widget.directions import Directions
from sefa_widget.evaluation.proposing import Proposal
from sefa_widget.labels import Labels
from sefa_widget.panel import intents
from sefa_widget.panel.contents import Found
from sefa_widget.panel.controlling import ControllingWidget
from sefa_widget.panel.naming import Naming
from sefa_widget.panel.proposals import NOTHING, Proposals, described
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import State

POLL_SECONDS = 1.5
"""How often the worker looks for what others have said."""

log = logging.getLogger("sefa_widget")


class LabellingWidget(ControllingWidget):
    """A widget whose directions have names, which are kept in a store."""

    labels_info = traitlets.Dict(read_only=True).tag(sync=True)
    """What is said of the present directions, by their numbers; what a scorer sees them do; names to propose;
    where all of it is kept."""

    def __init__(self, session: Session, naming: Naming, proposals: Proposals | None) -> None:
        self._naming = naming
        self._proposals = proposals
        self._named: Directions | None = None
        self._shown: tuple[State, Found] | None = None
        self._told_proposals: Mapping[int, Proposal] = NOTHING
        super().__init__(session)

    @property
    def labels(self) -> Labels:
        """The labels of this panel's store, of all generators; see `sefa_widget.Labels`."""
        return self._naming.labels

    @property
    def names(self) -> dict[int, str]:
        """The names of the present directions by number, those that were found again among them."""
        directions = self._session.directions()
        self._naming.look(directions)
        return self._naming.names(directions)

    @property
    def proposals(self) -> dict[int, Proposal]:
        """What the scorer has seen the present directions do so far, by number; empty without a scorer.

        It is asked while nothing else is wanted, so there is more of it later, and nothing as long as the
        present directions are not shown. `Proposal.name` is empty where random directions do as much.
        """
        shown = self._shown
        if shown is None or shown[0].search != self._present.search:
            return {}
        return dict(self._proposed())

    def name(self, index: int, name: str | None = None, **fields: object) -> None:
        """Say what one of the present directions does; what is not given stays as it was said.

        >>> from sefa_widget import Labels, explore
        >>> panel = explore("faces", labels=Labels())
        >>> panel.name(3, "background", sign=-1, meaningful=True)
        >>> panel.names
        {3: 'background'}

        Parameters
        ----------
        index
            Number of the direction.
        name
            What it does; None leaves the name as it is.
        **fields
            `sign`, `range`, `note`, `obvious`, `meaningful` or `confirmed`; see `Label`.

        Raises
        ------
        ValueError
            If there is no such direction or field, or a field is not what it may be.
        """
        given = fields if name is None else {"name": name, **fields}
        directions = self._session.directions()
        self._naming.say(directions, directions.index(index), given)
        self._tell_names(directions)

    def _forget(self) -> None:
        """Let go of the session, of pictures and of the store; what was said stays there."""
        super()._forget()
        self._naming.close()
        self._named = self._proposals = self._shown = None

    # What views say.

    def _say(self, said: intents.Label) -> None:
        directions = self._directions_shown()
        self._naming.say(directions, directions.index(said.index), said.fields)
        self._tell_names(directions)

    def _take_back(self, wanted: intents.TakeBack) -> None:
        directions = self._directions_shown()
        self._naming.take_back(directions)
        self._tell_names(directions)

    def _directions_shown(self) -> Directions:
        painted = self._painter.painted
        if painted is None or painted.contents.state.search != self._present.search:
            raise ValueError("The directions are still being searched; name them when they are there.")
        return painted.contents.found.directions

    # What views are told.

    def _publish(self, state: State, found: Found) -> None:
        super()._publish(state, found)
        self._shown = state, found
        if found.directions is not self._named or self._proposed() is not self._told_proposals:
            self._tell_names(found.directions)

    def _settle(self) -> None:
        """Once nothing is wanted, find labels of other searches again, and look what others have said."""
        super()._settle()
        self._look_for_names()
        self._ask_scorer()
        if self._views.count:
            self._stream.settle(POLL_SECONDS)

    def _look_for_names(self) -> None:
        painted = self._painter.painted
        if painted is None or self._stopped or self._stream.waiting or not self._naming.open:
            return
        directions = painted.contents.found.directions
        try:
            if self._naming.look(directions):
                self._tell_names(directions)
        except Exception:
            log.exception("Labels could not be looked for; names stay as they are.")

    def _ask_scorer(self) -> None:
        """Score a few pictures at a time, as long as nothing else is wanted."""
        painted, proposals = self._painter.painted, self._proposals
        if painted is None or proposals is None:
            return
        state, more = painted.contents.state, True
        finder = self._session.finder
        while more and not (self._stopped or self._stream.waiting or self._looks.wanted):
            found, before = finder.found(state), proposals.problem
            more = proposals.step(state, found, finder.unedited(state))
            if self._session.state.revision != state.revision:
                return
            self._shown = state, found
            if self._proposed() is not self._told_proposals or proposals.problem != before:
                self._tell_names(found.directions)

    def _tell_names(self, directions: Directions) -> None:
        self._named = directions
        info, proposals, shown = self._naming.info(directions), self._proposals, self._shown
        if proposals is not None and shown is not None and shown[1].directions is directions:
            self._told_proposals = self._proposed()
            info |= {"proposed": described(self._told_proposals), "unscored": proposals.problem}
        self.set_trait("labels_info", info)

    def _proposed(self) -> Mapping[int, Proposal]:
        """Give what the scorer has seen the directions do that are shown; searches for none."""
        proposals, shown = self._proposals, self._shown
        return NOTHING if proposals is None or shown is None else proposals.found(*shown)
