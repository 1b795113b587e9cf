"""A generator and its layers in, one d x d Gram matrix per layer out, kept so that a layer range is a sum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from sefa_widget.generators.base import Generator


@dataclass(frozen=True, slots=True, eq=False)
class Gram:
    """What one layer says about the latent space: ``A^T A`` of its latent weight A ``[m, d]``."""

    matrix: Tensor
    """``[d, d]`` float64 on the CPU."""
    rows: int
    """m, the rows of zeros not counted."""


Grams = Callable[[Generator, bool], dict[int, Gram]]
"""A method: from the generator and whether to normalise rows to the Gram of each layer it can read."""

_cache: WeakKeyDictionary[Generator, dict[tuple[Grams, bool], dict[int, Gram]]] = WeakKeyDictionary()


def layer_grams(generator: Generator, method: Grams, normalize: bool) -> dict[int, Gram]:
    """Give the Gram of each layer by number, computed once per generator, method and normalisation."""
    known = _cache.setdefault(generator, {})
    key = (method, normalize)
    if key not in known:
        with generator.lock, torch.inference_mode():
            known[key] = method(generator, normalize)
    return known[key]


def add(grams: list[Gram]) -> Gram:
    """Add the Grams of several layers: the Gram of their latent weights stacked along rows."""
    matrix = grams[0].matrix.clone()
    for gram in grams[1:]:
        matrix += gram.matrix
    return Gram(matrix, sum(gram.rows for gram in grams))


def gram_of_rows(weight: Tensor, normalize: bool) -> Gram:
    """Give the Gram of a latent weight ``[m, d]``.

    With `normalize` each row is divided by its L2 norm first (Shen & Zhou, section 3 "Implementation
    details"), so that the trace is m. A row of zeros stays one and does not count.
    """
    rows = weight.to("cpu", torch.float64)
    norms = rows.norm(dim=1, keepdim=True)
    if normalize:
        rows = torch.where(norms > 0, rows / norms, 0.0)
    return Gram(rows.T @ rows, int((norms > 0).sum()))
