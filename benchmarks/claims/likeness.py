"""How alike pictures are that were edited with a method and with supervision, at equal image change."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.claims import edits, meant, models, shown
from benchmarks.claims.claim import Finding, Run, Table, Tables
from benchmarks.claims.judging import Difference, judged
from benchmarks.claims.statistics import mean_interval
from benchmarks.claims.text import METHODS, bought_row
from sefa_widget import factorize
from sefa_widget.directions import Directions
from sefa_widget.evaluation import fresh_latents
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw, rms

CHANGE = 0.15
PICTURES = (8, 100)
"""Moved to both sides along each direction, and with ``--full``."""
MATCHED = 2
BASES = 5
SUPERVISED = "InterFaceGAN"
ADDED = (
    ("SeFa", "random"),
    ("composed", "random"),
    ("Jacobian", "random"),
    ("composed", "SeFa"),
    ("Jacobian", "SeFa"),
)
"""Comparisons that the paper does not make."""


def measure(run: Run) -> Table:
    """Give, for each attribute and method, the distance from the picture edited with supervision."""
    rows: Table = []
    for name, model in shown.MODELS.items():
        generator = model.load()
        _, attributes = models.scorer(generator)
        normals = meant.normals(run, generator)
        kinds = shown.sets(run, name, generator, normals)
        kinds.pop("random")
        for seed in range(BASES):
            basis = factorize(generator, method="random", seed=seed).vectors
            kinds[f"random, {seed}"] = meant.nearest(normals, basis)
        n = run.size(*PICTURES)
        settings = (generator.fingerprint, n, CHANGE, edits.rounded(torch.cat(list(kinds.values()))))
        rows += run.table(
            f"likeness of {name}",
            settings,
            lambda m=name, g=generator, k=kinds, a=attributes, c=n: _distances(run, m, g, k, a, c),
        )
    return rows


def _distances(
    run: Run, name: str, generator: Generator, kinds: dict[str, Tensor], attributes: tuple[str, ...], n: int
) -> Table:
    """Give the mean distance over pictures and both sides, in units of the change."""
    latents = fresh_latents(generator, n)
    base = draw(generator, latents)
    drawn = {}
    for kind, vectors in kinds.items():
        directions = Directions.from_vectors(vectors, generator=generator)
        words = f"{kind} of {name}"
        steps = edits.strengths(run, generator, directions, CHANGE, words, MATCHED)
        say = run.progress(f"pictures of {words}")
        for index, step in enumerate(steps.tolist()):
            picks = torch.full((n,), index)
            for side in (1, -1):
                amounts = edits.one_each(picks, torch.full((n,), side * step).float(), len(vectors))
                found = edits.moved(
                    generator, latents, base, directions, amounts, lambda x: x, lambda a, b: None
                )
                drawn[kind, index, side] = found.read.half()
            say(index + 1, len(steps))
    rows: Table = []
    for kind in kinds:
        for index, attribute in enumerate(attributes):
            gaps = [
                rms(drawn[kind, index, side].float() - drawn[SUPERVISED, index, side].float())
                for side in (1, -1)
            ]
            distance = float(torch.cat(gaps).mean()) / CHANGE
            rows.append({"model": name, "kind": kind, "attribute": attribute, "distance": distance})
    return rows


def distances(tables: Tables, model: str, kind: str) -> NDArray[np.float64]:
    """Give a method's distance for each attribute; of random bases their mean."""
    found: dict[str, list[float]] = {}
    for row in tables["likeness"]:
        if row["model"] == model and row["kind"].partition(",")[0] == kind:
            found.setdefault(row["attribute"], []).append(row["distance"])
    return np.array([np.mean(values) for values in found.values()])


def difference(tables: Tables, model: str, one: str, two: str) -> Difference:
    """Give the comparison of two methods."""
    other = "the nearest of a random basis" if two == "random" else two
    return Difference(
        f"pictures edited with {one} are more like those of InterFaceGAN than with {other} ({model})",
        distances(tables, model, one) - distances(tables, model, two),
        -1,
        "distance in units of the change, difference",
    )


def findings(tables: Tables) -> list[Finding]:
    """Judge the paper's comparison, and, as a family of its own, all others."""
    own = [difference(tables, model, "SeFa", "PCA") for model in shown.MODELS]
    added = [difference(tables, model, *pair) for model in shown.MODELS for pair in ADDED]
    return judged(own) + judged(added)


def bought(tables: Tables) -> Table:
    """Give the mean distance of each method."""
    measured = "likeness" in tables
    return [
        bought_row(
            f"distance of edited pictures from InterFaceGAN's, in units of the change ({model})",
            "less",
            {name: str(mean_interval(distances(tables, model, name))) for name in METHODS if measured},
        )
        for model in shown.MODELS
    ]
