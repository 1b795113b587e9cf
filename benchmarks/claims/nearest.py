"""SeFa, table 1: how near the nearest direction lies to a supervised one, and its number."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.claims import distances, models
from benchmarks.claims.claim import Claim, Finding, Row, Run, Table, Tables, main
from benchmarks.claims.distances import BASES, RESAMPLES
from benchmarks.claims.judging import Difference, judged, verdict
from benchmarks.claims.statistics import (
    LEVEL,
    Interval,
    corrected,
    mean_interval,
    paired_p,
    smallest_seen,
)
from benchmarks.claims.text import bought_row, markdown, number

SAMPLES = (20_000, 100_000)
"""Scored pictures of each model, and of ``--full``."""
SPACES = ("heads, w", "faces, z")
"""Where methods are compared."""
SETS = {
    "heads, w": ("SeFa", "composed", "Jacobian", "PCA of w", "ICA of w"),
    "heads, z": ("PCA of z",),
    "faces, z": ("SeFa", "composed", "Jacobian", "PCA of z"),
}


def measure(run: Run) -> Tables:
    """Search the nearest direction of each set to each supervised one."""
    found_all: Table = []
    means: Table = []
    planes: Table = []
    for space, names in SETS.items():
        generator = models.heads() if space.startswith("heads") else models.faces()
        n = run.size(*SAMPLES)
        drawn = models.samples(run, generator, n)
        codes = drawn["z" if space.endswith("z") else "w"]
        _, attributes = models.scorer(generator)
        found = distances.planes(codes, drawn["scores"])
        for attribute, plane in zip(attributes, found, strict=True):
            row = {"space": space, "attribute": attribute, "accuracy": plane.accuracy}
            planes.append({**row, "reliability": plane.reliability, "chance": plane.chance})
        sets = {name: models.directions(run, generator, name).vectors for name in names}
        settings = (generator.fingerprint, n, space, names, BASES, RESAMPLES[space])
        found_all += distances.distances(run, space, settings, codes, drawn["scores"], attributes, sets)
        normals = torch.stack([plane.normal for plane in found])
        work = partial(distances.means, space, normals, sets)
        means += run.table(f"chance in {space}", settings, work)
    return {"distances": found_all, "means": means, "planes": planes}


def _difference(tables: Tables, space: str, one: str, two: str, k: int = 10) -> NDArray[np.float64]:
    """Give the difference of the distances of two sets, for each attribute."""

    def column(name: str) -> NDArray[np.float64]:
        rows = tables["distances"]
        found = [r["Dist."] for r in rows if (r["space"], r["set"], r["k"]) == (space, name, k)]
        return np.array(found)

    return column(one) - column(two)


def findings(tables: Tables) -> list[Finding]:
    """Judge: nearer than chance; nearer than PCA; PCA of z is chance; semantics come first."""
    found = []
    for space in SPACES:
        found.append(_near(tables, space, "SeFa"))
    pairs = (("heads, w", "PCA of w"), ("faces, z", "PCA of z"))
    differences = [_difference(tables, space, "SeFa", other) for space, other in pairs]
    p_values = corrected([paired_p(difference) for difference in differences])
    for (space, other), difference, value in zip(pairs, differences, p_values, strict=True):
        found.append(
            Finding(
                f"SeFa lies nearer than {other} ({space})",
                verdict(float(value), difference.mean() < 0),
                f"mean difference over {len(difference)} attributes {mean_interval(difference)}, "
                f"p = {number(float(value))}; seen from {number(smallest_seen(difference))} on",
            )
        )
    chance = [r for r in tables["means"] if r["set"] == "PCA of z"]
    band = "; ".join(
        f"{number(r['mean Dist.'])}, random {number(r['random, 5 %'])} to {number(r['random, 95 %'])}"
        for r in chance
        if r["k"] == 10
    )
    least = min(corrected([r["p"] for r in chance]))
    found.append(
        Finding(
            "PCA of z finds nothing: its directions lie no nearer than random ones",
            "holds" if least > LEVEL else "does not hold",
            f"smallest p of {len(chance)} (z of heads and of faces, each k): {number(float(least))}; with "
            f"k = 10, mean Dist. {band}",
        )
    )
    for space in SPACES:
        most = max(r["k"] for r in tables["distances"] if r["space"] == space)
        near = [r for r in tables["distances"] if (r["space"], r["set"], r["k"]) == (space, "SeFa", most)]
        ranks = mean_interval([r["No."] for r in near])
        middle = (most - 1) / 2
        early = ranks.high < middle
        found.append(
            Finding(
                f"what SeFa finds comes first: the nearest of all {most} has a low number ({space})",
                "holds" if early else "does not hold" if ranks.low > middle else "cannot be tested here",
                f"mean No. {ranks}; {number(middle)} by chance",
            )
        )
    return found + _added(tables)


def _near(tables: Tables, space: str, name: str, k: int = 10) -> Finding:
    """Judge whether directions lie nearer than random ones do; corrected over all sets and k of a space."""
    rows = [r for r in tables["means"] if r["space"] == space]
    p = corrected([r["p"] for r in rows])
    own = ((r, q) for r, q in zip(rows, p, strict=True) if (r["set"], r["k"]) == (name, k))
    row, q = next(own)
    near = [r for r in tables["distances"] if (r["space"], r["set"], r["k"]) == (space, name, k)]
    count = sum(r["p, Holm"] <= LEVEL for r in near)
    return Finding(
        f"{name}'s first {k} directions lie nearer to supervised ones than random ones do ({space})",
        "holds" if q <= LEVEL else "cannot be tested here",
        f"mean Dist. {number(row['mean Dist.'])}, random {number(row['random, 5 %'])} to "
        f"{number(row['random, 95 %'])}, p = {number(q)}; {count} of {len(near)} attributes each",
    )


def _added(tables: Tables) -> list[Finding]:
    """Judge composed and Jacobian by the same rules; the differences are a family of their own."""
    cases = [(space, name) for space in SPACES for name in ("composed", "Jacobian")]
    differences = [
        Difference(
            f"{name} lies nearer than SeFa ({space})",
            found := _difference(tables, space, name, "SeFa"),
            -1,
            f"mean difference over {len(found)} attributes",
        )
        for space, name in cases
    ]
    return [_near(tables, *case) for case in cases] + judged(differences)


def bought(tables: Tables) -> Table:
    """Give the mean distance of the first 10 directions of each method."""
    rows: Table = []
    for space in SPACES:
        means = {r["set"]: r for r in tables["means"] if r["space"] == space and r["k"] == 10}
        band = means["SeFa"]
        found = {
            name: str(mean_interval([r["Dist."] for r in tables["distances"] if _is(r, space, name)]))
            for name in ("SeFa", "composed", "Jacobian")
        }
        found["random"] = str(Interval(band["random, 50 %"], band["random, 5 %"], band["random, 95 %"]))
        rows.append(
            bought_row(f"distance from the nearest of 10 directions to a normal ({space})", "less", found)
        )
    return rows


def _is(row: Row, space: str, name: str) -> bool:
    return (row["space"], row["set"], row["k"]) == (space, name, 10)


def power(tables: Tables) -> str:
    """Say what would be seen."""
    parts = []
    for space, other in zip(SPACES, ("PCA of w", "PCA of z"), strict=True):
        (mean,) = (r for r in tables["means"] if (r["space"], r["set"], r["k"]) == (space, "SeFa", 10))
        difference = _difference(tables, space, "SeFa", other)
        parts.append(
            f"in {space}, with {len(difference)} attributes, a difference of two sets under "
            f"{number(smallest_seen(difference))} (SeFa less {other}), and a mean distance above "
            f"{number(mean['random, 5 %'])} beside random bases"
        )
    return f"Would not be seen, before any correction: {'; '.join(parts)}."


def body(tables: Tables) -> str:
    """Write the tables of the page."""
    means = markdown(tables["means"])
    first = [r for r in tables["distances"] if r["k"] == 10]
    columns = ("space", "attribute", "set", "No.", "Dist.", "low", "high", "p, Holm")
    each = markdown([{name: r[name] for name in columns} for r in first])
    return (
        "Mean distance over all attributes of a space, beside random bases of as many directions:\n\n"
        f"{means}\nThe supervised directions themselves: accuracy on samples kept out of the fit, and |cos| "
        "of the normals from two halves of the samples (95 % of random ones are below the last column):\n\n"
        f"{markdown(tables['planes'])}\nEach attribute, k = 10 (95 % over samples; other k in the file of "
        f"figures):\n\n{each}"
    )


def figure(tables: Tables) -> Any:
    """Draw the mean distance over k beside chance."""
    from benchmarks.claims.drawing import over_k

    return over_k(tables["means"])


CLAIM = Claim(
    name="nearest",
    title="SeFa finds what supervision finds",
    source='Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, table 1',
    says="Some direction of SeFa lies near each supervised one (pose 0.04 to 0.13), nearer than those of "
    "PCA, and comes early; PCA of z finds nothing, because z is round.",
    run=f"{SAMPLES[0]:,} scored pictures of each model ({SAMPLES[1]:,} with `--full`). Heads: the "
    "regressor stands in for the paper's attribute predictor. Faces: six things measured in the picture "
    f"({', '.join(models.MEASURED)}); what predictors of age, gender and expressions see has "
    "[a page of its own](predicted.md), and no predictor of pose is at hand. Supervised directions are "
    "normals of linear SVMs on the 2 % of the samples at either end. *Control:* "
    f"{BASES:,} random bases of as many directions; p values are corrected by Holm's method over the "
    "attributes of a set, and over sets and k; the "
    "comparisons of composed and Jacobian with SeFa were added after the distances had been seen, as a "
    "family of their own. The "
    f"interval of a distance is over {RESAMPLES['heads, w']} resamples of the samples (z: "
    f"{RESAMPLES['heads, z']}); normals of resamples are noisier, so it lies high. Of heads, d is 32: k = "
    "100 is impossible, and k = 32 is a whole basis.",
    seeds=f"samples {models.SAMPLE_SEED}, z for PCA {models.SAMPLE_SEED + 1}, bases 2^32, resamples 0",
    measure=measure,
    findings=findings,
    bought=bought,
    power=power,
    body=body,
    figure=figure,
)

if __name__ == "__main__":
    main(CLAIM)
