"""What the scores along directions say: which kind moves its own attribute, and which little else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.claims.claim import Finding, Table, Tables, Verdict
from benchmarks.claims.judging import Difference, judged, verdict
from benchmarks.claims.statistics import (
    LEVEL,
    chance_p,
    corrected,
    fewest_above_chance,
    mean_interval,
    paired_p,
    share_interval,
    smallest_seen,
)
from benchmarks.claims.text import bought_row, number

KINDS = ("InterFaceGAN", "InterFaceGAN, conditional", "SeFa")
OTHERS = ("composed", "Jacobian")
"""Methods that were added to the paper's table."""
BASIS = "random basis"
BASES = 5
"""Random bases: the nearest of all 32 directions of each is what SeFa's nearest must be more than."""
ALIKE = 0.1
"""A difference of shares on target that does not matter."""
DIFFERENCES = (
    "share on target, SeFa less InterFaceGAN",
    "share on target, conditional less plain",
    "mean change of the two conditions in spreads, plain less conditional",
)


def _of(tables: Tables, kind: str, what: str) -> NDArray[np.float64]:
    return np.array([row[what] for row in tables["changes"] if row["kind"] == kind])


def _alike(low: float, high: float) -> Verdict:
    """Judge whether a difference is no larger than `ALIKE`: wholly within, wholly outside, or neither."""
    if low > -ALIKE and high < ALIKE:
        return "holds"
    return "does not hold" if high < -ALIKE or low > ALIKE else "cannot be tested here"


def findings(tables: Tables) -> list[Finding]:
    """Judge: each kind moves its attribute; SeFa is as disentangled; conditions are left alone."""
    found = []
    targets = [row["target"] for row in tables["changes"] if row["kind"] == KINDS[0]]
    found += [_own(tables, kind, targets) for kind in KINDS]
    plain, conditional, sefa = (_of(tables, kind, "share on target") for kind in (KINDS[0], KINDS[1], "SeFa"))
    compared = {
        "SeFa's directions are as disentangled as InterFaceGAN's (within 0.1)": sefa - plain,
        "conditional directions are more disentangled than plain ones": conditional - plain,
        "conditional directions leave their conditions alone more than plain ones do": (
            _leaks(tables, KINDS[0]) - _leaks(tables, KINDS[1])
        ),
    }
    p_values = corrected([paired_p(difference) for difference in compared.values()])
    for number_of, (statement, difference) in enumerate(compared.items()):
        interval = mean_interval(difference)
        if number_of == 0:
            decided = _alike(interval.low, interval.high)
        else:
            decided = verdict(float(p_values[number_of]), interval.value > 0)
        found.append(
            Finding(
                statement,
                decided,
                f"{DIFFERENCES[number_of]}: {interval}, p = {number(float(p_values[number_of]))}; seen from "
                f"{number(smallest_seen(difference))} on",
            )
        )
    others = [_own(tables, kind, targets) for kind in OTHERS if kind in known_kinds(tables)]
    return found + others + judged(_bought(tables))


def known_kinds(tables: Tables) -> set[str]:
    """Give the kinds that the tables have: figures may be older than a kind."""
    return {row["kind"] for row in tables["changes"]}


def _own(tables: Tables, kind: str, targets: list[str]) -> Finding:
    """Judge whether directions move the attribute they are meant for more than random ones do."""
    rows = [row for row in tables["changes"] if row["kind"] == kind]
    p = [
        chance_p(abs(row[target]), np.abs(_of(tables, "random", target)))
        for row, target in zip(rows, targets, strict=True)
    ]
    count = sum(value <= LEVEL for value in p)
    share = share_interval(count, len(rows))
    return Finding(
        f"{kind}: a direction moves its own attribute more than random ones do",
        "holds" if share.low > LEVEL else "cannot be tested here",
        f"{count} of {len(rows)} attributes at 5 % each, a share of {share}; 0.05 by chance",
    )


def _on_target(tables: Tables, kind: str) -> NDArray[np.float64]:
    """Give the share on target of each attribute, of random bases their mean."""
    shares = _of(tables, kind, "share on target")
    mean: NDArray[np.float64] = shares.reshape(BASES if kind == BASIS else 1, -1).mean(0)
    return mean


def _bought(tables: Tables) -> list[Difference]:
    """Give the comparisons of the methods that were added: a family of their own."""
    pairs = [(name, "SeFa") for name in OTHERS] + [(name, BASIS) for name in ("SeFa", *OTHERS)]
    return [
        Difference(
            f"{one}'s directions are more disentangled than those of {_words(two)}",
            _on_target(tables, one) - _on_target(tables, two),
            1,
            f"share on target, {one} less {two}:",
        )
        for one, two in pairs
        if {one, two} <= known_kinds(tables)
    ]


def _words(name: str) -> str:
    return "random bases" if name == BASIS else name


def bought(tables: Tables, space: str = "heads") -> Table:
    """Give what each method reaches on the generator that is named."""
    names = {"SeFa": "SeFa", "composed": "composed", "Jacobian": "Jacobian", "random": BASIS}
    found = {
        name: str(mean_interval(_on_target(tables, kind)))
        for name, kind in names.items()
        if kind in known_kinds(tables)
    }
    measure = f"share on target of the direction nearest to an attribute's normal ({space})"
    return [bought_row(measure, "more", found)]


def power(tables: Tables) -> str:
    """Say what would be seen."""
    plain, sefa = (_on_target(tables, kind) for kind in (KINDS[0], "SeFa"))
    count, fewest = len(plain), fewest_above_chance(len(plain))
    by_chance = stats.binom.sf(fewest - 1, count, LEVEL)
    return (
        f"With {count} attributes, a difference of shares on target under "
        f"{number(smallest_seen(sefa - plain))} (SeFa less InterFaceGAN) would not be seen, and a kind that "
        f"moves fewer than {fewest} of {count} attributes more than chance would not be told from chance. "
        f"(So many come by chance in {100 * by_chance:.1f} %, were attributes independent: Wilson's interval "
        "is short for so few.)"
    )


def _leaks(tables: Tables, kind: str) -> NDArray[np.float64]:
    """Give the mean size of the change of the two conditions of each attribute."""
    conditions = {row["attribute"]: (row["first"], row["second"]) for row in tables["conditions"]}
    rows = [row for row in tables["changes"] if row["kind"] == kind]
    return np.array([np.mean([abs(row[c]) for c in conditions[row["target"]]]) for row in rows])
