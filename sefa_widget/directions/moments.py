"""Adds up the exact mean and covariances of features and latents, a batch at a time; no sample is kept."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Protocol

import torch
from torch import Tensor

from sefa_widget.directions.device import for_eigh, to_float64
from sefa_widget.progress import Progress


class Sums(Protocol):
    """Something that batches are added to."""

    @property
    def count(self) -> int:
        """How many samples were added."""

    def add(self, features: Tensor, latents: Tensor) -> None:
        """Add a batch; an interrupt finds it added or not, never half."""


class Moments:
    """Running sums in float64 of features x, latents z and of all their products.

    Sums and count are one value that each batch replaces in one step: what an interrupt leaves behind is
    always whole. The first batch's mean is taken off first, so that a mean far from zero costs no digits.
    """

    def __init__(self) -> None:
        self._sums: tuple[Tensor, Tensor, int] | None = None
        self._shift = torch.empty(0)
        self._width = 0

    def add(self, features: Tensor, latents: Tensor | None = None) -> None:
        """Add a batch of features ``[N, D]`` and, where there are any, of latents ``[N, d]``."""
        x = to_float64(features)
        both = x if latents is None else torch.cat([x, to_float64(latents).to(x.device)], 1)
        if self._sums is None:
            self._width, self._shift = x.shape[1], both.mean(0)
            rows = both - self._shift
            self._sums = rows.T @ rows, rows.sum(0), len(rows)
            return
        products, totals, count = self._sums
        rows = both - self._shift
        self._sums = torch.addmm(products, rows.T, rows), totals + rows.sum(0), count + len(rows)

    @property
    def count(self) -> int:
        """How many samples were added."""
        return 0 if self._sums is None else self._sums[2]

    @property
    def mean(self) -> Tensor:
        """Mean of the features, ``[D]``, on the CPU."""
        _, totals, count = self._whole()
        return (self._shift + totals / count)[: self._width].cpu()

    @property
    def covariance(self) -> Tensor:
        """Covariance of the features, ``[D, D]``, divided by count - 1, where its `eigh` runs."""
        return for_eigh(self._centred()[: self._width, : self._width])

    @property
    def cross(self) -> Tensor:
        """Covariance of features and latents, ``[D, d]``, divided by count - 1, on the CPU."""
        return self._centred()[: self._width, self._width :].cpu()

    def _centred(self) -> Tensor:
        products, totals, count = self._whole()
        return (products - torch.outer(totals, totals) / count) / (count - 1)

    def _whole(self) -> tuple[Tensor, Tensor, int]:
        if self._sums is None or self.count < 2:
            raise ValueError(f"There are {self.count} samples; a covariance needs at least 2.")
        return self._sums


class Sketch:
    """Running product in float64 of the covariance of wide features ``[D, D]`` and a thin matrix.

    Parameters
    ----------
    basis
        The thin matrix, ``[D, p]``.
    """

    def __init__(self, basis: Tensor) -> None:
        size, width = basis.shape
        self._basis = basis.new_zeros(size + 1, width + 1)
        self._basis[:-1, :-1], self._basis[-1, -1] = basis, 1
        self._sums = torch.zeros_like(self._basis)

    def add(self, features: Tensor, latents: Tensor) -> None:
        """Add a batch of features ``[N, D]``."""
        x = to_float64(features)
        rows = torch.cat([x, torch.ones_like(x[:, :1])], 1)
        self._sums.addmm_(rows.T, rows @ self._basis)

    @property
    def count(self) -> int:
        """How many samples were added."""
        return round(self._sums[-1, -1].item())

    @property
    def mean(self) -> Tensor:
        """Mean of the features, ``[D]``."""
        return self._sums[:-1, -1] / self.count

    @property
    def product(self) -> Tensor:
        """Covariance times basis, ``[D, p]``, up to a factor."""
        return self._sums[:-1, :-1] / self.count - self.mean[:, None] * (self._sums[-1:, :-1] / self.count)


def gather(
    batches: Iterable[tuple[Tensor, Tensor]], sums: Sums, n: int, progress: Progress | None = None
) -> None:
    """Add up batches until there are no more, or Ctrl-C.

    A `KeyboardInterrupt` keeps what was gathered, with a warning that says how much; before there are
    two samples it goes on up.
    """
    try:
        for features, latents in batches:
            sums.add(features, latents)
            if progress is not None:
                progress(sums.count, n)
    except KeyboardInterrupt:
        if sums.count < 2:
            raise
        warnings.warn(f"Interrupted: directions are from {sums.count} of {n} samples.", stacklevel=7)
