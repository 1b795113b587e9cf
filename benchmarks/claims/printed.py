"""Whether one set has a lower printed distance than another, on the same pictures with the same draws."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from torch import Tensor

from benchmarks.claims.claim import Finding, Table
from benchmarks.claims.judging import verdict
from benchmarks.claims.quality import SPLITS
from benchmarks.claims.statistics import (
    LEVEL,
    Interval,
    corrected,
    jackknife_interval,
    smallest_seen_of_parts,
)
from benchmarks.claims.text import number
from sefa_widget.evaluation.distances import frechet_of_samples

PAIRS = {
    "heads": (("ICA, 32", "ICA, 20"), ("ICA, 32", "PCA, 32")),
    "faces": (("ICA, 100", "ICA, 20"), ("ICA, 100", "PCA, 100")),
}
AMOUNTS = ("U[-3, 3]", "U[-6, 6]")


def differences(model: str, edited: dict[tuple[str, str], Tensor], before: Tensor) -> Table:
    """Give the difference of two sets' distances to the same pictures unedited, with jackknife intervals."""
    rows: Table = []
    parts = (np.arange(len(before)) * SPLITS // len(before)).tolist()
    for one, two in PAIRS[model]:
        for amounts in AMOUNTS:
            first, second = edited[one, amounts], edited[two, amounts]

            def difference(
                numbers: NDArray[np.int64], first: Tensor = first, second: Tensor = second
            ) -> float:
                some = torch.from_numpy(numbers)
                return frechet_of_samples(first[some], before[some]) - frechet_of_samples(
                    second[some], before[some]
                )

            found = jackknife_interval(parts, difference)
            error = (found.high - found.value) / stats.t.ppf(1 - LEVEL / 2, SPLITS - 1)
            row = {"model": model, "one": one, "two": two, "amounts": amounts, "difference": found.value}
            p = 2 * float(stats.t.sf(abs(found.value) / error, SPLITS - 1))
            rows.append({**row, "low": found.low, "high": found.high, "p": p})
    return rows


def findings(table: Table) -> list[Finding]:
    """Judge the paper's own comparisons by the paper's own score."""
    found = []
    for row, p in zip(table, corrected([row["p"] for row in table]), strict=True):
        error = (row["high"] - row["difference"]) / stats.t.ppf(1 - LEVEL / 2, SPLITS - 1)
        interval = Interval(row["difference"], row["low"], row["high"])
        found.append(
            Finding(
                f"by the printed score, {row['one']} is better than {row['two']} "
                f"({row['model']}, {row['amounts']})",
                verdict(float(p), row["difference"] < 0),
                f"FD to unedited, difference {interval}, p = {number(float(p))}; seen from "
                f"{number(smallest_seen_of_parts(error, SPLITS))} on",
            )
        )
    return found
