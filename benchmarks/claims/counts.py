"""How many directions of each set do something obvious, and something single; which set has more of them."""

from __future__ import annotations

from typing import Any

from benchmarks.claims.claim import Finding, Table, Tables, Verdict
from benchmarks.claims.judging import verdict
from benchmarks.claims.statistics import (
    Interval,
    corrected,
    share_interval,
    shares_p,
    smallest_share_seen,
)
from benchmarks.claims.text import METHODS, bought_row, number

OBVIOUS = 0.5
"""Of an attribute's spread: what a change must reach to be called obvious."""
OTHERS = (0.25, 1.0)
"""What might be called obvious instead: a verdict that hangs on it is none."""
SINGLE = 0.5
"""Of all squared changes: what one attribute must have for a direction to be called meaningful."""
SAYS = {"obvious": "change something obviously", "meaningful": "change one thing"}
ADDED = (("composed", "random"), ("Jacobian", "random"), ("composed", "SeFa"), ("Jacobian", "SeFa"))
"""Comparisons that were added to the paper's table."""


def measured(rows: Table) -> list[str]:
    """Give the methods that a table has: figures may be older than a method."""
    return [name for name in METHODS if any(row["set"] == name for row in rows)]


def counts(rated: Table) -> Table:
    """Count per group and set, with Wilson's intervals."""
    found: Table = []
    for group in dict.fromkeys(row["group"] for row in rated):
        for what in SAYS:
            for name in measured(rated):
                marks = [row[what] for row in rated if (row["group"], row["set"]) == (group, name)]
                share = share_interval(sum(marks), len(marks))
                row = {"group": group, "what": what, "set": name, "count": sum(marks), "of": len(marks)}
                found.append({**row, "share": share.value, "low": share.low, "high": share.high})
    return found


def compared(counted: Table) -> Table:
    """Hold SeFa against random ones by Fisher's test, and, as a family of its own, what was added."""
    rows = {(row["group"], row["what"], row["set"]): row for row in counted}
    cases = list(dict.fromkeys((row["group"], row["what"]) for row in counted))
    found: Table = []
    known = measured(counted)
    for pairs in ((("SeFa", "random"),), [pair for pair in ADDED if set(pair) <= set(known)]):
        family: Table = []
        for group, what in cases:
            for one, two in pairs:
                own, other = rows[group, what, one], rows[group, what, two]
                p = shares_p(own["count"], own["of"], other["count"], other["of"])
                seen = smallest_share_seen(other["share"], other["of"], own["of"])
                about = {"group": group, "what": what, "one": one, "two": two}
                family.append({**about, "seen from": seen, "p": p})
        for row, p in zip(family, corrected([row["p"] for row in family]), strict=True):
            row["p, Holm"] = float(p)
        found += family
    return found


def findings(tables: Tables) -> list[Finding]:
    """Judge: most directions do something obvious; more than random ones; more mean one thing."""
    groups = list(dict.fromkeys(row["group"] for row in tables["counts"]))
    found = []
    for group in groups:
        shares = [_obvious(tables, group, "SeFa", least) for least in (OBVIOUS, *OTHERS)]
        most: Verdict = "cannot be tested here"
        if all(share.low > 0.5 for share in shares):
            most = "holds"
        if all(share.high < 0.5 for share in shares):
            most = "does not hold"
        others = ", ".join(f"{share} from {t:g} on" for share, t in zip(shares[1:], OTHERS, strict=True))
        found.append(
            Finding(
                f"most of SeFa's directions change something obviously ({group})",
                most,
                f"{shares[0]}; random {number(_row(tables, group, 'obvious', 'random')['share'])}. "
                f"Another meaning of obvious: {others}",
            )
        )
    for what in SAYS:
        for row in tables["compared"]:
            if row["one"] == "SeFa" and row["what"] == what:
                found.append(_more(tables, row))
    return found + [_more(tables, row) for row in tables["compared"] if row["one"] != "SeFa"]


def _more(tables: Tables, row: dict[str, Any]) -> Finding:
    group, what = row["group"], row["what"]
    own, other = (_row(tables, group, what, row[name]) for name in ("one", "two"))
    words = "random ones" if row["two"] == "random" else f"{row['two']}'s"
    return Finding(
        f"more of {row['one']}'s directions than of {words} {SAYS[what]} ({group})",
        verdict(row["p, Holm"], own["share"] > other["share"]),
        f"{number(own['share'])}, {row['two']} {number(other['share'])} ({number(other['low'])} to "
        f"{number(other['high'])}), p = {number(row['p, Holm'])}; alone, seen from "
        f"{number(row['seen from'])} on",
    )


def _row(tables: Tables, group: str, what: str, name: str) -> dict[str, Any]:
    wanted = (group, what, name)
    return next(row for row in tables["counts"] if (row["group"], row["what"], row["set"]) == wanted)


def _obvious(tables: Tables, group: str, name: str, least: float) -> Interval:
    """Give the share of directions whose largest change, less two standard errors, reaches so much."""
    rows = [row for row in tables["rated"] if (row["group"], row["set"]) == (group, name)]
    return share_interval(sum(row["change"] - 2 * row["error"] >= least for row in rows), len(rows))


def bought(tables: Tables) -> Table:
    """Give the share of directions of each method that do something obvious, and something single."""
    found: Table = []
    for row in tables["counts"]:
        if row["set"] == METHODS[0]:
            group, what = row["group"], row["what"]
            shares = {}
            for name in measured(tables["counts"]):
                one = _row(tables, group, what, name)
                shares[name] = str(Interval(one["share"], one["low"], one["high"]))
            found.append(bought_row(f"share of directions that {SAYS[what]} ({group})", "more", shares))
    return found


def power(tables: Tables) -> str:
    """Say what would be seen."""
    own = [row for row in tables["compared"] if row["one"] == "SeFa" and row["what"] == "obvious"]
    seen = ", ".join(f"{number(row['seen from'])} ({row['group']})" for row in own)
    count = tables["counts"][0]["of"]
    return (
        f"With {count} directions of either set, a share of obvious ones that is above that of random ones "
        f"would not be seen under {seen}, before any correction."
    )
