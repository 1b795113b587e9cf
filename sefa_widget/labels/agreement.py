"""How far raters agree, beyond what chance gives, and how sure a share is."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Answers = Mapping[str, Mapping[object, bool]]
"""What each rater said of each item that the rater has answered."""

_MISSING = (
    "Counting a study needs statsmodels and krippendorff, and one of them is not installed: pip install "
    "'sefa_widget[study]'."
)


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of a number of items, with a 95 % interval (Wilson 1927).

    Attributes
    ----------
    count, items
        How many of how many.
    low, high
        Interval of the share, 0 to 1; NaN without items.
    """

    count: int
    items: int
    low: float
    high: float

    def __str__(self) -> str:
        """Write it as ``3/10 (11-60 %)``."""
        if not self.items:
            return "-"
        return f"{self.count}/{self.items} ({100 * self.low:.0f}-{100 * self.high:.0f} %)"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree on one question: 1 is always, 0 is what chance gives.

    A number is NaN where it is not defined: with one rater, without common items, or where everybody gave one
    and the same answer to all.

    Attributes
    ----------
    cohen
        Cohen's kappa of each two raters, over the items that both answered (Cohen 1960).
    fleiss
        Fleiss' kappa over the items that all raters answered (Fleiss 1971).
    krippendorff
        Krippendorff's alpha over all answers; answers may be missing (Krippendorff 2011).
    common
        How many items all raters answered.
    """

    cohen: Mapping[tuple[str, str], float]
    fleiss: float
    krippendorff: float
    common: int


def share(count: int, items: int) -> Share:
    """Give a share with its interval.

    Raises
    ------
    ImportError
        If statsmodels is not installed.
    """
    try:
        from statsmodels.stats.proportion import proportion_confint
    except ImportError as error:
        raise ImportError(_MISSING) from error
    low, high = proportion_confint(count, items, method="wilson") if items else (math.nan, math.nan)
    return Share(count, items, float(low), float(high))


def agreement(answers: Answers) -> Agreement:
    """Measure how far raters agree on a question of yes and no.

    Raises
    ------
    ImportError
        If statsmodels or krippendorff are not installed.
    """
    try:
        from krippendorff import alpha
        from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa
    except ImportError as error:
        raise ImportError(_MISSING) from error
    raters = list(answers)
    items = list(dict.fromkeys(item for given in answers.values() for item in given))
    table = np.full((len(raters), len(items)), np.nan)
    for row, given in enumerate(answers.values()):
        for column, item in enumerate(items):
            if item in given:
                table[row, column] = given[item]
    full = table[:, ~np.isnan(table).any(0)]
    yes = full.sum(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # 0/0 where all answers are one: NaN, as said above
        cohen = {
            (raters[one], raters[other]): float(cohens_kappa(pairs, return_results=False))
            if (pairs := _crossed(table[one], table[other])).any()
            else math.nan
            for one, other in combinations(range(len(raters)), 2)
        }
        counts = np.stack([yes, len(raters) - yes], 1)
        fleiss = float(fleiss_kappa(counts)) if len(raters) > 1 and full.size else math.nan
    answered = (~np.isnan(table)).sum(0) > 1
    several = len(np.unique(table[:, answered][~np.isnan(table[:, answered])])) > 1
    nominal = float(alpha(table, level_of_measurement="nominal")) if several else math.nan
    return Agreement(cohen, fleiss, nominal, full.shape[1])


def _crossed(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count how often two raters said yes and no, ``[2, 2]``."""
    return np.array([[int(((one == a) & (other == b)).sum()) for b in (1, 0)] for a in (1, 0)])
