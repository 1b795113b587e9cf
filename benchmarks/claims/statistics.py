"""Intervals, p values and corrections of all claims; each is tested under the null and under a known effect.

Sources: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993 (bootstrap, jackknife); Good,
"Permutation Tests", 1994 (signs that are exchanged); Holm, Scand. J. Statist. 6, 1979; Wilson, JASA 22, 1927.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.power import NormalIndPower, TTestIndPower, TTestPower

LEVEL = 0.05
"""Of every test; intervals hold 95 %."""
POWER = 0.8
"""With which `smallest_seen` would be seen."""
RESAMPLES = 4999
SEED = 0
"""Of resamples and of exchanged signs."""
FEW = 30
"""Below so many values a bootstrap of them is too narrow, and the interval is Student's."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Write the estimate and the interval."""
        return f"{self.value:.2g} ({self.low:.2g} to {self.high:.2g})"


def mean_interval(values: ArrayLike) -> Interval:
    """Give the mean of independent values: bootstrap (BCa) of 30 or more, Student's t of fewer."""
    x = np.asarray(values, dtype=float)
    mean = float(x.mean())
    if len(x) < 2 or not x.std() > 0:
        return Interval(mean, mean, mean)
    if len(x) < FEW:
        found = stats.ttest_1samp(x, 0).confidence_interval(1 - LEVEL)
        return Interval(mean, float(found.low), float(found.high))
    got = stats.bootstrap(
        (x,), np.mean, n_resamples=RESAMPLES, confidence_level=1 - LEVEL, rng=np.random.default_rng(SEED)
    ).confidence_interval
    return Interval(mean, float(got.low), float(got.high))


def resampled_interval(
    count: int, statistic: Callable[[NDArray[np.int64]], float], resamples: int = 199
) -> Interval:
    """Give a statistic of `count` samples, named by their numbers: percentiles of a bootstrap over samples.

    The statistic must not be one that grows because samples repeat; a distance between a fitted direction
    and others does, a little: read its interval as too high rather than too low.
    """
    numbers = np.arange(count)
    got = stats.bootstrap(
        (numbers,),
        statistic,
        vectorized=False,
        method="percentile",
        n_resamples=resamples,
        confidence_level=1 - LEVEL,
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Interval(float(statistic(numbers)), float(got.low), float(got.high))


def jackknife_interval(parts: Sequence[int], statistic: Callable[[NDArray[np.int64]], float]) -> Interval:
    """Give a statistic of samples in parts of about equal size (a part's number for each sample).

    Each part is left out in turn, and Student's t with one degree of freedom less than there are parts gives
    the interval. For statistics that need all samples at once, such as a Frechet distance.
    """
    of = np.asarray(parts)
    names = np.unique(of)
    whole = float(statistic(np.arange(len(of))))
    without = np.array([statistic(np.flatnonzero(of != name)) for name in names])
    count = len(names)
    error = float(np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum()))
    reach = float(stats.t.ppf(1 - LEVEL / 2, count - 1)) * error
    return Interval(whole, whole - reach, whole + reach)


def paired_p(differences: ArrayLike) -> float:
    """Give the two-sided p value of paired differences by exchanging within pairs: signs turn at random."""
    x = np.asarray(differences, dtype=float)
    return float(
        stats.permutation_test(
            (x, np.zeros_like(x)),
            lambda a, b, axis: (a - b).mean(axis=axis),
            permutation_type="samples",
            vectorized=True,
            n_resamples=RESAMPLES,
            rng=np.random.default_rng(SEED),
        ).pvalue
    )


def chance_p(value: float, controls: ArrayLike, *, more: bool = True) -> float:
    """Give how often random controls reach as much as a value (`more`) or as little; at least 1/(B + 1)."""
    x = np.asarray(controls, dtype=float)
    reached = x >= value if more else x <= value
    return float((1 + reached.sum()) / (1 + len(x)))


def corrected(p: ArrayLike) -> Numbers:
    """Correct p values of one family by Holm's method: the chance that any is wrongly small stays 5 %.

    As statsmodels' ``multipletests`` does, but a thousand times as fast, so that its level can be simulated.
    """
    x = np.asarray(p, dtype=float)
    order = x.argsort()
    steps = np.maximum.accumulate(x[order] * np.arange(len(x), 0, -1)).clip(max=1)
    found = np.empty_like(steps)
    found[order] = steps
    return found


def share_interval(some: int, of: int) -> Interval:
    """Give a share with Wilson's interval."""
    found = stats.binomtest(some, of).proportion_ci(1 - LEVEL, method="wilson")
    return Interval(some / of, float(found.low), float(found.high))


def shares_p(one: int, of_one: int, two: int, of_two: int) -> float:
    """Give the two-sided p value of two shares being the same, by Fisher's exact test: 5 % at most."""
    return float(stats.fisher_exact([[one, of_one - one], [two, of_two - two]]).pvalue)


def smallest_seen(differences: ArrayLike) -> float:
    """Give the mean difference that would be seen in 80 % of such experiments, with as many pairs."""
    x = np.asarray(differences, dtype=float)
    effect = TTestPower().solve_power(nobs=len(x), alpha=LEVEL, power=POWER, alternative="two-sided")
    return float(effect) * float(x.std(ddof=1))


def smallest_seen_of_parts(error: float, parts: int) -> float:
    """Give the value that would be seen in 80 % of experiments, by its standard error of so many parts."""
    effect = TTestPower().solve_power(nobs=parts, alpha=LEVEL, power=POWER, alternative="two-sided")
    return float(effect) * parts**0.5 * error


def smallest_gap_seen(one: ArrayLike, two: ArrayLike, level: float = LEVEL) -> float:
    """Give the difference of the means of two groups that would be seen in 80 % of such experiments."""
    x, y = np.asarray(one, dtype=float), np.asarray(two, dtype=float)
    effect = TTestIndPower().solve_power(
        nobs1=len(x), ratio=len(y) / len(x), alpha=level, power=POWER, alternative="two-sided"
    )
    degrees = len(x) + len(y) - 2
    pooled = ((len(x) - 1) * x.var(ddof=1) + (len(y) - 1) * y.var(ddof=1)) / degrees
    return float(effect) * float(np.sqrt(pooled))


def gap_p(one: ArrayLike, two: ArrayLike) -> float:
    """Give the two-sided p value of two independent groups having one mean, by permuting who is in which."""
    return float(
        stats.permutation_test(
            (np.asarray(one, dtype=float), np.asarray(two, dtype=float)),
            lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
            vectorized=True,
            n_resamples=RESAMPLES,
            rng=np.random.default_rng(SEED),
        ).pvalue
    )


def fewest_above_chance(of: int) -> int:
    """Give how many of so many tests at 5 % each must find something for their share to lie above 5 %."""
    return next(some for some in range(of + 1) if share_interval(some, of).low > LEVEL)


def smallest_share_seen(base: float, of_base: int, of_other: int) -> float:
    """Give the share above `base` that would be seen in 80 % of such experiments; 1 if none would.

    By Cohen's h, the difference of the shares' arcsines; Fisher's test sees a little less.
    """
    h = NormalIndPower().solve_power(
        nobs1=of_base, ratio=of_other / of_base, alpha=LEVEL, power=POWER, alternative="two-sided"
    )
    angle = np.arcsin(np.sqrt(base)) + float(h) / 2
    return float(np.sin(min(angle, np.pi / 2)) ** 2)
