"""Scores of attributes on samples: drawn and scored here, or read from a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sefa_widget.directions.activations import Samples
from sefa_widget.directions.files import UNREADABLE
from sefa_widget.generators.base import Generator, Latent
from sefa_widget.generators.batch import in_batches
from sefa_widget.progress import Progress

Scorer = Callable[[Tensor], Tensor | NDArray[np.floating]]
"""From images ``[N, C, H, W]`` of about -1..1 to scores ``[N]`` or ``[N, A]``."""

Scores = Tensor | NDArray[np.floating] | str | Path
"""Scores ``[N]`` or ``[N, A]``, one column per attribute, or a .npy or .csv file of them."""


def score_samples(
    generator: Generator,
    scorer: Scorer,
    *,
    n: int = 10_000,
    seed: int = 0,
    batch: int = 32,
    labels: int | Sequence[int] | None = None,
    truncation_psi: float = 1.0,
    progress: Progress | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw samples and score their pictures; give codes ``[n, d]`` and scores ``[n, A]``, float64.

    Parameters are those of `pca` and `interfacegan`. Keep what it gives to try several values of `chosen`
    without drawing again.
    """
    codes, scores, done = [], [], 0
    samples = Samples(generator, n, seed, None, batch, labels, truncation_psi)
    for latent in samples.latents():
        pictures = torch.cat(list(in_batches(generator, latent, generator.synthesize, batch)))
        found = read_scores(scorer(pictures))
        if len(found) != len(latent.codes):
            raise ValueError(f"The scorer gives {len(found)} scores for {len(latent.codes)} images.")
        scores.append(found)
        codes.append(points_of(latent))
        done += len(found)
        if progress is not None:
            progress(done, n)
    return torch.cat(codes), torch.cat(scores)


def read_scores(scores: Scores) -> Tensor:
    """Give scores as ``[N, A]`` float64, from an array or a .npy or .csv file (a header may be there)."""
    if isinstance(scores, (str, Path)):
        path = Path(scores)
        try:
            if path.suffix == ".npy":
                scores = np.load(path, allow_pickle=False)
            else:
                scores = _table(path.read_text(encoding="utf-8").splitlines())
        except UNREADABLE as error:
            raise ValueError(
                f"{path.name!r} holds no scores: it must be a .npy file of numbers [N] or [N, A], or a .csv "
                f"file with one column per attribute ({error})."
            ) from error
    values = torch.as_tensor(scores).detach().to("cpu", torch.float64)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or not values.numel():
        raise ValueError(f"Scores have shape {list(values.shape)}; they must be [N] or [N, A].")
    return values


def _table(lines: list[str]) -> NDArray[np.floating]:
    """Read comma-separated numbers, without the first line if it has words; an empty cell is NaN."""
    rows = [[cell.strip() or "nan" for cell in line.split(",")] for line in lines if line.strip()]
    try:
        first = [[float(cell) for cell in row] for row in rows[:1]]
    except ValueError:
        first = []
    return np.array(first + [[float(cell) for cell in row] for row in rows[1:]])


def points_of(codes: Tensor | NDArray[np.floating] | Latent) -> Tensor:
    """Give codes as ``[N, d]`` float64 on the CPU, the mean of their rows where they have several."""
    values = torch.as_tensor(codes.codes if isinstance(codes, Latent) else codes).detach()
    values = values.to("cpu", torch.float64)
    values = values.mean(1) if values.ndim == 3 else values
    if values.ndim != 2:
        raise ValueError(f"Codes have shape {list(values.shape)}; they must be [N, d] or [N, L, d].")
    if not values.isfinite().all():
        raise ValueError("Some codes are NaN or infinite.")
    return values
