"""Differences that are judged together by one rule: what holds, what does not, and what cannot be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims.claim import Finding, Verdict
from benchmarks.claims.statistics import LEVEL, corrected, mean_interval, paired_p, smallest_seen
from benchmarks.claims.text import number


@dataclass(frozen=True, slots=True)
class Difference:
    """A statement about paired differences.

    Attributes
    ----------
    statement
        What is said.
    values
        One minus the other, a value for each pair.
    better
        The sign of the mean for which the statement holds.
    unit
        Words before the figure.
    """

    statement: str
    values: NDArray[np.float64]
    better: int
    unit: str


def verdict(p: float, good: bool) -> Verdict:
    """Give the verdict of a corrected p value, and of whether the difference is on the claimed side."""
    if p > LEVEL:
        return "cannot be tested here"
    return "holds" if good else "does not hold"


def judged(differences: Sequence[Difference]) -> list[Finding]:
    """Judge differences as one family: p values of exchanged signs, corrected by Holm's method."""
    if not differences:
        return []
    p_values = corrected([paired_p(difference.values) for difference in differences])
    return [
        Finding(
            one.statement,
            verdict(float(p), one.better * float(one.values.mean()) > 0),
            f"{one.unit} {mean_interval(one.values)}, p = {number(float(p))}; seen from "
            f"{number(smallest_seen(one.values))} on",
        )
        for one, p in zip(differences, p_values, strict=True)
    ]
