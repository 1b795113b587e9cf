"""The distance of each attribute's supervised direction to the nearest of a set, beside random bases."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.claims import models
from benchmarks.claims.claim import Run, Table
from benchmarks.claims.statistics import chance_p, corrected, resampled_interval
from sefa_widget.directions import Plane, separations
from sefa_widget.directions.svm import linear_svm
from sefa_widget.measures.basis import random_bases
from sefa_widget.measures.matching import absolute_cosines

SIZES = (10, 32, 100)
"""k: how many directions of each set are searched."""
BASES = 1999
RESAMPLES = {"heads, w": 99, "heads, z": 39, "faces, z": 39, "faces, predictors, z": 39}
"""Of the samples, for the interval of each distance."""
CHOSEN, SPLIT = 0.02, 0.7
TOLERANCE = 1e-5
"""Of the fits of resamples."""
Normal = Callable[[NDArray[np.int64]], Tensor]
"""From the numbers of samples to the normal that they give."""


def planes(codes: Tensor, scores: Tensor) -> tuple[Plane, ...]:
    """Fit the plane of each attribute."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the table of reliabilities says it
        return separations(codes, scores, chosen=CHOSEN)


def _normals(codes: Tensor, scores: Tensor) -> Normal:
    """Give what fits the normal to some of the samples, as `separations` does, and keeps it."""
    seen: dict[bytes, Tensor] = {}

    def normal(numbers: NDArray[np.int64]) -> Tensor:
        key = numbers.tobytes()
        if key not in seen:
            some = torch.from_numpy(numbers)
            order = some[scores[some].argsort(descending=True)]
            count = int(len(order) * CHOSEN)
            shuffle = np.random.RandomState(0)
            train = int(count * SPLIT)
            above = order[:count][shuffle.permutation(count)][:train]
            below = order[-count:][shuffle.permutation(count)][:train]
            signs = torch.tensor([1.0, -1.0]).repeat_interleave(train)
            fitted, _ = linear_svm(codes[torch.cat([above, below])], signs, tolerance=TOLERANCE)
            seen[key] = fitted / fitted.norm()
        return seen[key]

    return normal


def _distance(one: Tensor, normal: Normal, numbers: NDArray[np.int64]) -> float:
    return 1 - float((normal(numbers) @ one).abs())


def distances(
    run: Run,
    space: str,
    settings: object,
    codes: Tensor,
    scores: Tensor,
    attributes: tuple[str, ...],
    sets: dict[str, Tensor],
) -> Table:
    """Give the distance of each attribute to each set and k, with the interval over samples; each is kept."""
    rows: Table = []
    for place, attribute in enumerate(attributes):
        rows += run.table(
            f"distances in {space}, {attribute}",
            settings,
            partial(_of_attribute, run, space, codes, scores[:, place], attribute, sets),
        )
        print(f"  {run.name}: {place + 1} of {len(attributes)} attributes in {space}", flush=True)
    for name in sets:
        for k in _sizes(codes):
            family = [row for row in rows if row["set"] == name and row["k"] == k]
            for row, p in zip(family, corrected([row["p"] for row in family]), strict=True):
                row["p, Holm"] = float(p)
    return rows


def _sizes(codes: Tensor) -> list[int]:
    return [k for k in SIZES if k <= codes.shape[1]]


def _of_attribute(
    run: Run, space: str, codes: Tensor, scores: Tensor, attribute: str, sets: dict[str, Tensor]
) -> Table:
    rows: Table = []
    normal, sizes = _normals(codes, scores), _sizes(codes)
    units = models.random_units(BASES, codes.shape[1])
    say, total = run.progress(f"normals of {attribute} in {space}"), len(sets) * len(sizes)
    for name, vectors in sets.items():
        for k in sizes:
            cosines = absolute_cosines(normal(np.arange(len(codes)))[None], vectors[:k])[0]
            index = int(cosines.argmax())

            to_one = partial(_distance, vectors[index], normal)
            interval = resampled_interval(len(codes), to_one, RESAMPLES[space])
            control = 1 - units[:, :k].abs().amax(1)
            low, middle = np.quantile(control.numpy(), (0.05, 0.5))
            rows.append(
                {
                    "space": space,
                    "attribute": attribute,
                    "set": name,
                    "k": k,
                    "No.": index,
                    "Dist.": interval.value,
                    "low": interval.low,
                    "high": interval.high,
                    "chance, 50 %": float(middle),
                    "chance, 5 %": float(low),
                    "p": chance_p(interval.value, control, more=False),
                }
            )
            say(len(rows), total)
    return rows


def means(space: str, normals: Tensor, sets: dict[str, Tensor]) -> Table:
    """Hold each set's mean distance over attributes against that of random bases of as many directions."""
    rows: Table = []
    d = normals.shape[1]
    for k in (k for k in SIZES if k <= d):
        bases = [1 - absolute_cosines(normals, b).amax(1).mean() for b in random_bases(BASES, k, d)]
        control = np.array([float(value) for value in bases])
        low, middle, high = np.quantile(control, (0.05, 0.5, 0.95))
        for name, vectors in sets.items():
            mean = 1 - float(absolute_cosines(normals, vectors[:k]).amax(1).mean())
            rows.append(
                {
                    "space": space,
                    "set": name,
                    "k": k,
                    "mean Dist.": mean,
                    "random, 5 %": float(low),
                    "random, 50 %": float(middle),
                    "random, 95 %": float(high),
                    "p": chance_p(mean, control, more=False),
                }
            )
    return rows
