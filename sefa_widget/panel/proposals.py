"""What a scorer sees the directions of a panel do, measured when nothing else is wanted; and kept."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from typing import Any

from sefa_widget.directions.scores import Scorer
from sefa_widget.evaluation.proposing import Proposal, Proposing
from sefa_widget.generators.base import Generator
from sefa_widget.measures.sliders import Unedited
from sefa_widget.panel.contents import Found
from sefa_widget.panel.finding import setting
from sefa_widget.panel.messages import sendable
from sefa_widget.panel.state import State

NOTHING: Mapping[int, Proposal] = {}
"""Where nothing is known."""
KEPT = 16
"""For how many searches proposals are kept."""

log = logging.getLogger("sefa_widget")


class Proposals:
    """Names that a scorer proposes for the directions of one panel.

    Parameters
    ----------
    generator
        The generator of the panel.
    scorer
        See `explore`.
    """

    def __init__(self, generator: Generator, scorer: Scorer) -> None:
        self.problem = ""
        """Why the scorer is not asked any more; empty while it is."""
        self._scorer = scorer
        self._generator = generator
        self._kept: dict[Hashable, Proposing] = {}

    def step(self, state: State, found: Found, unedited: Unedited) -> bool:
        """Score one batch of pictures of a state's directions; say whether there is more to do.

        `unedited` are pictures of the state's setting; see `Finder.unedited`.

        What the scorer raises is kept as `problem`, and logged.
        """
        if self.problem:
            return False
        ends = {index: float(found.range.ends[index]) for index in found.range.measured}
        try:
            return self._proposing(state, found, unedited).step(ends, list(state.strengths))
        except Exception as error:
            log.exception("The scorer failed; no names are proposed.")
            self.problem = sendable(f"The scorer failed, so it proposes no names: {error}")
            return False

    def found(self, state: State, found: Found) -> Mapping[int, Proposal]:
        """Give what is known of a state's directions by number; the same object until more is known."""
        known = self._kept.get(_key(state, found))
        return NOTHING if known is None else known.found

    def _proposing(self, state: State, found: Found, unedited: Unedited) -> Proposing:
        key = _key(state, found)
        known = self._kept.pop(key, None)
        if known is None:
            pictures = setting(state)
            known = Proposing(self._generator, found.directions, found.rows, self._scorer, pictures, unedited)
        self._kept[key] = known
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return known


def described(found: Mapping[int, Proposal]) -> dict[str, Any]:
    """Describe proposals for the panel, with plain JSON values."""
    return {
        str(index): {"name": sendable(one.name), "sign": one.sign, "seen": sendable(str(one))}
        for index, one in sorted(found.items())
    }


def _key(state: State, found: Found) -> Hashable:
    return found.moved, setting(state)
