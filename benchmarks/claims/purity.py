"""How much of what a direction does falls on one attribute, at matched image change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.claims import edits, models
from benchmarks.claims.claim import Finding, Run, Table, Tables
from benchmarks.claims.ganspace import MATCHED
from benchmarks.claims.judging import verdict
from benchmarks.claims.quality import CHANGE
from benchmarks.claims.statistics import gap_p, mean_interval, resampled_interval, smallest_gap_seen
from benchmarks.claims.text import number
from sefa_widget import edit
from sefa_widget.directions import Directions
from sefa_widget.evaluation import fresh_latents
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw

PICTURES = 16
MOST = 10
"""Directions of each set that are looked at."""


def attribute_shares(changes: Tensor) -> Tensor:
    """Give each attribute's share of the squared mean changes ``[N, A]``, their noise taken out."""
    squares = (changes.mean(0).square() - changes.var(0) / len(changes)).clamp_min(0)
    total = squares.sum()
    return squares / total if float(total) > 0 else squares


def share_of(changes: Tensor, column: int) -> tuple[float, float, float]:
    """Give the share of an attribute, with 95 % over resamples of the pictures."""

    def share(numbers: NDArray[np.int64]) -> float:
        return float(attribute_shares(changes[torch.from_numpy(numbers)])[column])

    found = resampled_interval(len(changes), share)
    return found.value, found.low, found.high


def purity(run: Run, generator: Generator, directions: Directions, name: str) -> Table:
    """Give one row per direction: the attribute that it changes most, and its share of all changes."""
    steps = edits.strengths(run, generator, directions, CHANGE, f"{name} of {generator.name}", MATCHED)[:MOST]
    n = run.size(PICTURES, 400)

    def work() -> Table:
        score, names = models.scorer(generator)
        latents, say = fresh_latents(generator, n), run.progress(f"purity of {name}")
        spread = score(draw(generator, fresh_latents(generator, 256))).double().std(0)
        rows: Table = []
        for index, step in enumerate(steps.tolist()):
            sides = [
                score(draw(generator, edit(latents, directions, {index: sign * step}, rows="all"))).double()
                for sign in (1, -1)
            ]
            share = attribute_shares((sides[0] - sides[1]) / 2 / spread)
            best = int(share.argmax())
            rows.append(
                {"set": name, "direction": index, "attribute": names[best], "share": float(share[best])}
            )
            say(index + 1, len(steps))
        return rows

    settings = (
        generator.fingerprint,
        n,
        edits.rounded(directions.vectors),
        edits.rounded(steps),
    )
    return run.table(f"purity of {name}", settings, work)


def shares(tables: Tables, name: str) -> NDArray[np.float64]:
    """Give the share of the attribute changed most, of each direction of a set."""
    return np.array([row["share"] for row in tables["purity"] if row["set"] == name])


def purer(tables: Tables, pairs: Sequence[tuple[str, str]], family: int) -> list[Finding]:
    """Judge whether one set of each pair is purer than the other; p is multiplied by the family's size."""
    found = []
    for one, two in pairs:
        first, second = shares(tables, one), shares(tables, two)
        p = min(1.0, family * gap_p(first, second))
        found.append(
            Finding(
                f"{one} is more disentangled than {two} (heads)",
                verdict(p, first.mean() > second.mean()),
                f"share of the attribute changed most {mean_interval(first)} and {mean_interval(second)}, "
                f"p = {number(p)}; alone, seen from a difference of "
                f"{number(smallest_gap_seen(first, second))} on",
            )
        )
    return found
