"""Directions that are meant for attributes: normals of planes, conditional ones, and the nearest of a set."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.claims import distances, models
from benchmarks.claims.claim import Run, Table
from benchmarks.claims.nearest import SAMPLES
from sefa_widget.directions import project
from sefa_widget.generators import Generator
from sefa_widget.measures.matching import absolute_cosines


def scored(run: Run, generator: Generator) -> dict[str, Tensor]:
    """Give the samples that normals are fitted to, with their scores."""
    return models.samples(run, generator, run.size(*SAMPLES))


def normals(run: Run, generator: Generator) -> Tensor:
    """Give the normal of each attribute's plane, as InterFaceGAN finds it, ``[A, d]``."""
    drawn = scored(run, generator)
    return torch.stack([plane.normal for plane in distances.planes(drawn["w"], drawn["scores"])])


def pairs(normals: Tensor) -> Tensor:
    """Give the two other attributes whose normals are nearest to each, ``[A, 2]``: its conditions."""
    return (absolute_cosines(normals, normals) - torch.eye(len(normals))).topk(2, dim=1).indices


def conditional(normals: Tensor) -> Tensor:
    """Give each normal without what it shares with its two conditions, ``[A, d]``."""
    return torch.stack([project(normals[i], normals[two]) for i, two in enumerate(pairs(normals))])


def conditions(normals: Tensor, names: tuple[str, ...]) -> Table:
    """Name the conditions of each attribute."""
    return [
        {"attribute": names[i], "first": names[one], "second": names[two]}
        for i, (one, two) in enumerate(pairs(normals).tolist())
    ]


def nearest(normals: Tensor, vectors: Tensor) -> Tensor:
    """Give the vector nearest to each normal, turned to the same side, as the paper labels them."""
    cosines = normals @ vectors.T
    best = cosines.abs().argmax(1)
    turned: Tensor = vectors[best] * cosines.gather(1, best[:, None]).sign()
    return turned
