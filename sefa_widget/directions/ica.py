"""ICA: directions that each move one of the independent sources of a generator's samples.

Source: Palaev et al., "Exploring semantic variations in GAN latent spaces via matrix factorization", 2023,
with FastICA: Hyvärinen, "Fast and robust fixed-point algorithms for independent component analysis", IEEE
Transactions on Neural Networks 10(3), 1999, equation 20 with symmetric decorrelation.

Why not scikit-learn: its ``FastICA`` finds the same sources (|cos| within 2e-9 of 1; 0.3 s instead of 1.3 s
for 20 sources of 100,000 samples), but says nothing while it works and cannot be stopped, and the panel
offers ICA to everybody, without another installation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import torch
from torch import Tensor

from sefa_widget.arguments import choice
from sefa_widget.directions.activations import SAMPLING, Samples
from sefa_widget.directions.base import Directions
from sefa_widget.directions.device import to_float64
from sefa_widget.directions.eigen import unit_rows
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.moments import gather
from sefa_widget.directions.pca import Components, applies_to, components, directions_of, first
from sefa_widget.directions.search import keeps_options
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator
from sefa_widget.progress import Progress, part

SOURCES = 20
"""How many sources are sought if nothing is said."""

BLOCK = 2**22
"""Numbers of the samples that are rotated between two looks at whether to go on."""

SHARE = Value("share of the variance that the source explains", "σ²/Σσ²")


@keeps_options
def ica(
    generator: Generator,
    *,
    n: int = 100_000,
    k: int | None = None,
    rows: Literal["mixing", "components"] = "mixing",
    layer: str | None = None,
    seed: int = 0,
    batch: int | None = None,
    labels: int | Sequence[int] | None = None,
    truncation_psi: float = 1.0,
    truncation_cutoff: int | None = None,
    progress: Progress | None = None,
) -> Directions:
    """Find directions that each move one of k statistically independent sources.

    PCA to k components, then FastICA (log cosh, symmetric) on their standardised scores s = W X. The
    directions that move one source are the columns of the mixing matrix; the rows of the un-mixing matrix,
    which the paper's code used, are filters that *measure* a source. With `layer`, both come to the same:
    least squares of the latents on the sources. The scores are kept, ``[n, k]`` float64.

    >>> from sefa_widget import load_generator
    >>> ica(load_generator("faces"), n=1000, k=3, layer="convolutions.0")  # doctest: +SKIP

    Parameters
    ----------
    k
        How many sources; None is 20, or as many as samples vary in.
    rows
        ``"mixing"``, or ``"components"`` for the un-mixing rows as published.
    generator, n, layer, seed, batch, labels, truncation_psi, truncation_cutoff, progress
        As in `pca`; the samples are drawn twice.

    Returns
    -------
    Directions
        Unit rows, not orthogonal; eigenvalues the variance that each source explains, descending.

    Raises
    ------
    ValueError
        As in `pca`, or if `rows` is neither.

    Notes
    -----
    `Directions.notes` says if FastICA has not converged (`factorize` warns): fewer sources or more samples
    help.
    """
    choice(rows, "rows", ("mixing", "components"))
    samples = Samples(generator, n, seed, layer, batch, labels, truncation_psi, truncation_cutoff)
    found = components(samples, k, progress, passes=1)
    if k is None:
        found = first(found, min(SOURCES, int((found.variances > 1e-9 * found.total).sum())))
    samples = replace(samples, n=found.count)
    scores = _Scores(found)
    gather(samples, scores, samples.n, part(progress, 1, 2))
    every_block = None if progress is None else partial(progress, 2 * samples.n, 2 * samples.n)
    unmixing, note = fastica(torch.cat(scores.parts), seed, every_block=every_block)
    directions = from_unmixing(samples, unmixing, found, rows)
    return replace(directions, notes=(note,) if note else ())


def from_unmixing(
    samples: Samples, unmixing: Tensor, found: Components, rows: Literal["mixing", "components"]
) -> Directions:
    """Turn the un-mixing of standardised scores, orthogonal ``[k, k]``, into directions."""
    sigma = found.variances.sqrt()
    explained, order = (unmixing * sigma).square().sum(1).sort(descending=True)
    unmixing = unmixing[order]
    if rows == "mixing" or samples.layer is not None:
        vectors = unmixing @ found.steps
    else:
        vectors = (unmixing / sigma) @ found.vectors
    return directions_of(samples, "ica", unit_rows(vectors), explained, found, SHARE)


def fastica(
    white: Tensor,
    seed: int = 0,
    *,
    tolerance: float = 1e-6,
    rounds: int = 500,
    every_block: Callable[[], object] | None = None,
) -> tuple[Tensor, str]:
    """Rotate white data so that its columns are as independent as can be.

    One round is ``W+ = E[tanh(W x) x^T] - E[1 - tanh^2(W x)] W``, made orthogonal again by
    ``(W W^T)^(-1/2) W``; it has converged when no row turns by more than `tolerance` (1 - |cos|).

    Parameters
    ----------
    white
        ``[n, k]`` float64, mean 0, covariance 1.
    seed
        Of the first rotation.
    every_block
        Called after every part of a round, of 4 million numbers; what it raises ends the work.

    Returns
    -------
    Tensor
        W, orthogonal ``[k, k]`` on the CPU; the sources are ``white @ W.T``.
    str
        A sentence if it has not converged, else nothing.
    """
    n, k = white.shape
    random = torch.Generator("cpu").manual_seed(seed)
    w = _orthogonal(torch.randn(k, k, dtype=torch.float64, generator=random).to(white.device))
    for _ in range(rounds):
        mixed, slope = torch.zeros_like(w), torch.zeros_like(w[0])
        for block in torch.split(white, max(1, BLOCK // k)):
            bent = torch.tanh(block @ w.T)
            mixed += bent.T @ block
            slope += (1 - bent.square()).sum(0)
            if every_block is not None:
                every_block()
        new = _orthogonal((mixed - slope[:, None] * w) / n)
        turned = float((1 - (new * w).sum(1).abs()).abs().max())
        w = new
        if turned < tolerance:
            return w.cpu(), ""
    return w.cpu(), (
        f"FastICA has not converged in {rounds} rounds (1 - |cos| of the last turn {turned:.1e}); "
        "take fewer sources or more samples."
    )


def _orthogonal(w: Tensor) -> Tensor:
    """Give the nearest orthogonal matrix, ``(W W^T)^(-1/2) W``."""
    left, _, right = torch.linalg.svd(w)
    product: Tensor = left @ right
    return product


class _Scores:
    """Standardised scores of samples, kept."""

    def __init__(self, found: Components) -> None:
        self._mean, self._scale = found.mean, (found.vectors / found.variances.sqrt()[:, None]).T
        self.parts: list[Tensor] = []

    def add(self, features: Tensor, latents: Tensor) -> None:
        x = to_float64(features)
        self.parts.append((x - self._mean.to(x)) @ self._scale.to(x))

    @property
    def count(self) -> int:
        return sum(map(len, self.parts))


METHOD = Method(
    name="ica",
    title="ICA",
    find=ica,
    applies_to=applies_to,
    asks="which independent causes make the samples vary?",
    reads="samples",
    takes="seconds to minutes: PCA and some iterations",
    source='Palaev et al., "Exploring semantic variations in GAN latent spaces via matrix factorization", '
    "2023; FastICA: Hyvärinen, IEEE Trans. Neural Networks 10(3), 1999, equation 20",
    options=(
        SAMPLING[0],
        Option(
            "rows",
            "Rows",
            "choice",
            "mixing",
            "Directions that move a source, or the filters that measure it, as published.",
            choices=("mixing", "components"),
            offered=False,
        ),
        *SAMPLING[1:],
    ),
    value=SHARE,
)
