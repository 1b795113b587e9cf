"""Eigenvectors of Gram matrices as directions, of unit length and with the same signs everywhere."""

from __future__ import annotations

import torch
from torch import Tensor

from sefa_widget.directions.base import Directions
from sefa_widget.directions.device import for_eigh
from sefa_widget.directions.layers import edit_rows
from sefa_widget.directions.search import Search
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator


def decompose(gram: Tensor) -> tuple[Tensor, Tensor]:
    """Turn a Gram matrix ``[d, d]`` into eigenvalues ``[d]`` descending and eigenvectors as rows ``[d, d]``.

    float64 ``eigh``, which sorts, on the device that `eigh_device` names; the results are on the CPU.
    Eigenvalues below zero by rounding become 0; signs are those of `signs`.
    """
    values, vectors = (found.cpu() for found in torch.linalg.eigh(for_eigh(gram)))
    rows = vectors.T.flip(0)
    return values.flip(0).clamp_min_(0), rows.mul_(signs(rows))


def decompose_against(gram: Tensor, root: Tensor) -> tuple[Tensor, Tensor]:
    """Solve ``gram v = lambda (root root^T) v``: lambda ``[d]`` descending, and v as unit rows ``[d, d]``.

    `root` is the lower triangle of `torch.linalg.cholesky`. The rows are not orthogonal.
    """
    half = torch.linalg.solve_triangular(root, gram, upper=False)
    values, whitened = decompose(torch.linalg.solve_triangular(root, half.T, upper=False))
    return values, unit_rows(torch.linalg.solve_triangular(root.T, whitened.T, upper=True).T)


def signs(rows: Tensor) -> Tensor:
    """Give the signs ``[k, 1]`` that make the entry of largest magnitude of each row positive.

    So the same matrix gives the same directions on every machine.
    """
    least, most = rows.aminmax(dim=1, keepdim=True)
    return torch.where(-least > most, -1.0, 1.0).to(rows.dtype)


def unit_rows(rows: Tensor, *, signed: bool = True) -> Tensor:
    """Scale rows ``[k, d]`` to unit length, with the signs of `signs` or their own; zeros stay zeros."""
    units: Tensor = rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-300)
    return units * signs(rows) if signed else units


def from_gram(
    generator: Generator, matrix: Tensor, *, rows: int, search: Search, k: int | None, value: Value
) -> Directions:
    """Give the k first eigenvectors of a Gram matrix ``[d, d]`` as directions of a generator."""
    eigenvalues, vectors = decompose(matrix)
    return Directions(
        vectors=vectors[:k],
        eigenvalues=eigenvalues[:k],
        trace=float(matrix.trace()),
        rows=rows,
        search=search,
        fingerprint=generator.fingerprint,
        edit_rows=edit_rows(generator, search.layers or ()),
        value=value,
    )
