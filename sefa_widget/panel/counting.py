"""What all raters of a study have said so far, read from the store where answers are kept."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sefa_widget.labels import Labels, Study
from sefa_widget.panel.messages import sendable
from sefa_widget.panel.results import described_result

log = logging.getLogger("sefa_widget")


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one study, as they were read last."""

    version: object = None
    """What tells a later state of the store from this one."""
    result: Mapping[str, Any] | None = None
    """The counts, for the panel; None where they are not known."""
    problem: str = ""
    """Why they are not known."""


def counted(study: Study, labels: Labels, last: Counted) -> Counted:
    """Count the answers to a study again, or give `last` back where the store holds nothing new."""
    version = labels.revision, len(labels.unsaved), labels.problem
    if version == last.version:
        return last
    try:
        return Counted(version, described_result(study.result(labels)))
    except ImportError as error:
        return Counted(version, None, sendable(str(error)))
    except Exception as error:  # said once, until somebody answers
        log.exception("The study could not be counted.")
        return Counted(version, None, sendable(f"The answers could not be counted: {error}"))
