"""What the ICA paper edits with: sets of directions of PCA and ICA, and how far pictures are moved."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from benchmarks.claims import edits, models
from benchmarks.claims.claim import Run
from benchmarks.claims.quality import CHANGE, RANDOM
from sefa_widget import factorize
from sefa_widget.directions import Directions
from sefa_widget.evaluation import latent_spread
from sefa_widget.generators import Generator

RANGES = (3.0, 6.0)
"""a: amounts are uniform between minus and plus this, in spreads of the latent along each direction."""
SAMPLES = 20_000
MATCHED = 2
"""Latents on which the strength of each of many directions is matched."""
LAYER = "convolutions.0"
ADDED = {
    "SeFa, 20": {"method": "sefa", "k": 20},
    "composed, 20": {"method": "composed", "k": 20},
    "Jacobian, 20": {"method": "jacobian", "k": 20},
}
"""Methods that were added to the paper's table: as many directions as the smaller ICA has."""
SETS: dict[str, dict[str, dict[str, Any]]] = {
    "heads": {
        "nothing": {},
        "random": {},
        "PCA, 32": {"method": "pca", "k": 32},
        "ICA, 20": {"method": "ica", "k": 20},
        "ICA, 20, filters": {"method": "ica", "k": 20, "rows": "components"},
        "ICA, 32": {"method": "ica", "k": 32},
        **ADDED,
    },
    "faces": {
        "nothing": {},
        "random": {},
        "PCA, 100": {"method": "pca", "k": 100, "layer": LAYER},
        "ICA, 20": {"method": "ica", "k": 20, "layer": LAYER},
        "ICA, 100": {"method": "ica", "k": 100, "layer": LAYER},
        **ADDED,
    },
}


def directions(run: Run, generator: Generator, name: str) -> Directions:
    """Give a set; those that take long are kept."""
    how = SETS[generator.name][name]
    if not how:
        return models.random_set(generator, RANDOM)
    if name in ADDED:
        return models.directions(run, generator, name.partition(",")[0], how["k"])

    def work() -> dict[str, Tensor]:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            say = run.progress(f"{name} of {generator.name}")
            found = factorize(generator, n=SAMPLES, progress=say, **how)
        settled = not any("converged" in str(warning.message) for warning in told)
        return {"vectors": found.vectors, "settled": torch.tensor(settled)}

    settings = (generator.fingerprint, how, SAMPLES)
    kept = run.tensors(f"directions {name} of {generator.name}", settings, work)
    if not kept["settled"]:
        print(f"  ica: {name} of {generator.name} has not converged", flush=True)
    return Directions.from_vectors(kept["vectors"], generator=generator)


def amounts(
    run: Run, generator: Generator, found: Directions, name: str, n: int
) -> Iterator[tuple[str, Tensor]]:
    """Give each protocol's amounts ``[N, k]``: one direction a picture; draws are the same for all sets."""
    random = torch.Generator().manual_seed(0)
    k = len(found)
    picks = (torch.rand(n, generator=random) * k).long()
    uniform = 2 * torch.rand(n, generator=random) - 1
    if name == "nothing":
        yield "none", torch.zeros(n, k)
        return
    spread = latent_spread(generator, found).float()
    for most in RANGES:
        yield f"U[-{most:g}, {most:g}]", edits.one_each(picks, most * uniform * spread[picks], k)
    steps = edits.strengths(run, generator, found, CHANGE, f"{name} of {generator.name}", MATCHED).float()
    yield "matched", edits.one_each(picks, steps[picks] * uniform.sign(), k)
