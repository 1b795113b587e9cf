"""Whether early layers change shapes and late ones colours, and whether SeFa or the layers do it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims import edits, models, rated
from benchmarks.claims.claim import Finding, Run, Table, Tables
from benchmarks.claims.judging import verdict
from benchmarks.claims.purity import attribute_shares
from benchmarks.claims.rated import GROUPS
from benchmarks.claims.statistics import corrected, gap_p, mean_interval, smallest_gap_seen
from benchmarks.claims.text import METHODS, bought_row, number
from sefa_widget import edit, factorize
from sefa_widget.directions import Directions
from sefa_widget.evaluation import fresh_latents
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw

SHAPE = ("yaw", "pitch", "roll", "zoom", "face_width")
COLOUR = ("skin", "hair_colour", "background_hue", "background_light", "shirt", "light")
CHANGE = 0.1
PICTURES = (12, 200)
"""Moved to both sides along each direction, and with ``--full``."""
MATCHED = 2
K = 10
EARLY, *_, LATE = GROUPS
PAIRS = (
    *(((name, LATE), (name, EARLY)) for name in METHODS),
    *(((name, LATE), ("random", LATE)) for name in METHODS[:-1]),
)
"""What is compared: late layers with early ones for each set, and each set with random directions there."""


def measure(run: Run) -> Table:
    """Give the share of colour in what each direction of early and of late layers changes, on heads."""
    generator = models.heads()
    rows: Table = []
    for group in (EARLY, LATE):
        layers = GROUPS[group]
        sets = {
            "SeFa": factorize(generator, layers=layers, k=K),
            "composed": factorize(generator, method="composed", layers=layers, k=K),
            "Jacobian": rated.jacobian(run, generator, group).first(K),
            "random": models.random_set(generator, K, seed=layers[0]),
        }
        for name, directions in sets.items():
            rows += _of_set(run, generator, directions, name, group)
    return rows


def _of_set(run: Run, generator: Generator, directions: Directions, name: str, group: str) -> Table:
    words, layers, n = f"{name} of {group}", GROUPS[group], run.size(*PICTURES)
    steps = edits.strengths(run, generator, directions, CHANGE, words, MATCHED, rows=layers)

    def work() -> Table:
        score, names = models.scorer(generator)
        latents, say, rows = fresh_latents(generator, n), run.progress(f"colour of {words}"), []
        spread = score(draw(generator, fresh_latents(generator, 256))).double().std(0)
        for index, step in enumerate(steps.tolist()):
            sides = [
                score(draw(generator, edit(latents, directions, {index: side * step}, rows=layers))).double()
                for side in (1, -1)
            ]
            found = attribute_shares((sides[0] - sides[1]) / 2 / spread).tolist()
            shape, colour = (
                sum(share for share, one in zip(found, names, strict=True) if one in wanted)
                for wanted in (SHAPE, COLOUR)
            )
            share = colour / (shape + colour) if shape + colour else 0.5
            rows.append({"group": group, "set": name, "direction": index, "colour": share})
            say(index + 1, len(steps))
        return rows

    settings = (generator.fingerprint, n, layers, edits.rounded(directions.vectors), edits.rounded(steps))
    return run.table(f"colour of {words}", settings, work)


def shares(tables: Tables, name: str, group: str) -> NDArray[np.float64]:
    """Give the share of colour of each direction of a set in a group."""
    wanted = (name, group)
    return np.array([r["colour"] for r in tables["hierarchy"] if (r["set"], r["group"]) == wanted])


def findings(tables: Tables) -> list[Finding]:
    """Judge all pairs as one family, by permutation."""
    p_values = corrected([gap_p(shares(tables, *one), shares(tables, *two)) for one, two in PAIRS])
    found = []
    for (one, two), p in zip(PAIRS, p_values, strict=True):
        first, second = shares(tables, *one), shares(tables, *two)
        other = "early ones" if one[0] == two[0] else "random directions there"
        found.append(
            Finding(
                f"{one[0]}'s directions of late layers change colours, not shapes, more than {other} (heads)",
                verdict(float(p), first.mean() > second.mean()),
                f"share of colour {mean_interval(first)} and {mean_interval(second)}, p = "
                f"{number(float(p))}; alone, seen from a difference of "
                f"{number(smallest_gap_seen(first, second))} on",
            )
        )
    return found


def bought(tables: Tables) -> Table:
    """Give the mean share of colour in each group."""
    measured = "hierarchy" in tables
    return [
        bought_row(
            f"share of colour in what a direction changes (heads, {group})",
            "more" if group == LATE else "less",
            {name: str(mean_interval(shares(tables, name, group))) for name in METHODS if measured},
        )
        for group in (EARLY, LATE)
    ]
