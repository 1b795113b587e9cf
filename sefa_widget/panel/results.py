"""The counts of a study as plain JSON values, for the panel."""

from __future__ import annotations

import math
from typing import Any

from sefa_widget.labels import Agreement, StudyResult
from sefa_widget.panel.messages import sendable

MOST_PAIRS = 10
"""Kappas of so many pairs of raters are told each; of more, the lowest and the highest."""


def described_result(result: StudyResult) -> dict[str, Any]:
    """Describe the counts of a study with plain JSON values."""
    answered = {
        rater: sum(group.by_rater.get(rater, (0, 0, 0))[2] for group in result.groups)
        for rater in result.raters
    }
    return {
        "rows": [
            {
                "group": sendable(group.group),
                "control": group.control,
                "asked": group.asked,
                "answers": group.answers,
                "obvious": str(group.obvious),
                "meaningful": str(group.meaningful),
            }
            for group in result.groups
        ],
        "false_positives": str(result.false_positives),
        "agreement": [_agreement(question, found) for question, found in result.agreement.items()],
        "raters": [[sendable(rater), count] for rater, count in answered.items()],
        "ignored": result.ignored,
    }


def _agreement(question: str, found: Agreement) -> dict[str, Any]:
    pairs = [[sendable(one), sendable(other), _number(kappa)] for (one, other), kappa in found.cohen.items()]
    known = [kappa for kappa in found.cohen.values() if not math.isnan(kappa)]
    return {
        "question": question,
        "fleiss": _number(found.fleiss),
        "krippendorff": _number(found.krippendorff),
        "cohen": pairs if len(pairs) <= MOST_PAIRS else [],
        "range": [_number(min(known)), _number(max(known))] if known else None,
        "common": found.common,
    }


def _number(value: float) -> float | None:
    """Give a number as JSON can carry it; None where it is not defined."""
    return None if math.isnan(value) else round(value, 3)
