"""LowRankGAN: the strongest directions of a region, without what they change around it.

Source: Zhu et al., "Low-Rank Subspaces in GANs", NeurIPS 2021, and its published program. With
``A = J_in^T J_in / P_in`` and ``B = J_out^T J_out / P_out`` at one latent, each is divided into a matrix of
low rank and a sparse one by principal component pursuit (Candes et al. 2011: the least ``|L|_* + sparsity
|S|_1`` with ``L + S`` the matrix). Singular vectors of A's low-rank part are projected onto the null space of
B's: what is left of them changes little around the region. Here A and B are means over n latents.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from sefa_widget.arguments import positive, whole
from sefa_widget.directions.base import Directions
from sefa_widget.directions.derivatives import REGION, can_differentiate, latent_options, parts
from sefa_widget.directions.eigen import unit_rows
from sefa_widget.directions.layers import LayerChoice, choose_layers, edit_rows
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.region import Region
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.progress import Progress

SHARE = Value("share of the low-rank change of the region, before what is around it is left out", "s/Σs")
SPARSITY = 1 / 60
"""As the published program has it."""
ITERATIONS = 10_000
CLOSE = 1e-7
"""How near ``L + S`` must come to the matrix, as a share of its norm."""


def pursuit(
    matrix: Tensor, sparsity: float = SPARSITY, tell: Progress | None = None
) -> tuple[Tensor, Tensor]:
    """Divide a symmetric matrix into one of low rank and a sparse one, by alternating directions.

    Parameters
    ----------
    matrix
        ``[d, d]`` float64.
    sparsity
        Weight of the sparse part's entries against the singular values of the other.
    tell
        Called with the iterations that are done, and how many there may be.

    Returns
    -------
    tuple
        L and S, ``[d, d]`` each.

    Raises
    ------
    ValueError
        If they do not come near to the matrix in 10,000 iterations.
    """
    norm = float(matrix.norm())
    step = 4 * float(torch.linalg.matrix_norm(matrix, 1)) / matrix.numel()  # 1 / mu of the program
    sparse, dual = torch.zeros_like(matrix), torch.zeros_like(matrix)
    for iteration in range(ITERATIONS):
        values, vectors = torch.linalg.eigh(matrix - sparse - dual)
        low = (vectors * _shrunk(values, step)) @ vectors.T
        sparse = _shrunk(matrix - low - dual, step * sparsity)
        dual = dual + low + sparse - matrix
        if float((low + sparse - matrix).norm()) <= CLOSE * norm:
            return low, sparse
        if tell is not None:
            tell(iteration, ITERATIONS)
    raise ValueError(
        f"The change of the region did not fall into a low-rank and a sparse part in {ITERATIONS} "
        f"iterations; sparsity is {sparsity:g}."
    )


def _shrunk(values: Tensor, by: float) -> Tensor:
    return values.sign() * (values.abs() - by).clamp_min(0)


@keeps_options
def find(
    generator: Generator,
    layers: LayerChoice = None,
    k: int | None = None,
    *,
    region: Region,
    n: int = 1,
    seed: int = 0,
    labels: Tensor | Sequence[int] | None = None,
    truncation_psi: float = 1.0,
    sparsity: float = SPARSITY,
    relax: int = 0,
    progress: Progress | None = None,
) -> Directions:
    """Project the directions of a region onto the null space of what is around it; rows are of unit length.

    Parameters
    ----------
    generator
        Any generator that is differentiable.
    layers
        Where a direction is applied: to the code rows that these layers read, to all rows if none reads any.
    k
        See `factorize`; there are at most as many as the rank of the region's low-rank part.
    region
        ``(top, left, bottom, right)``, ends not included: whole numbers are pixels, else fractions of the
        side.
    n, seed
        Latents are those of the seeds ``seed ... seed + n - 1``.
    labels
        Class indices ``[n]`` or class vectors ``[n, num_classes]``; None is class 0.
    truncation_psi
        Of the latents.
    sparsity
        See `pursuit`.
    relax
        So many of the weakest directions that change what is around the region are allowed.
    progress
        Called with how many latents are done, and n.

    Raises
    ------
    ValueError
        If there is nothing around the region, nothing in it moves or all of that is sparse, or everything
        that moves it moves what is around it.
    """
    check_generator(generator)
    sparsity, relax = positive(sparsity, "sparsity"), whole(relax, "relax", 0)
    n = whole(n, "n", 1)
    numbers = choose_layers(generator, layers)
    rows = edit_rows(generator, numbers)
    inside, outside, pixels = parts(
        generator, rows, "low_rank", n, seed, labels, truncation_psi, region, progress
    )

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(n, n)

    strong, values = _principal(pursuit(inside, sparsity, tell)[0])
    if len(strong) == 0 and not float(inside.trace()) > 0:
        raise ValueError(f"Nothing in region {region!r} changes with the latent; take another one.")
    if len(strong) == 0:
        raise ValueError(
            f"All that moves region {region!r} went to the sparse part, which is left out, with sparsity "
            f"{sparsity:g}: give a larger one, or take 'resefa'."
        )
    around, _ = _principal(pursuit(outside, sparsity, tell)[0])
    around = around[: min(max(1, len(around) - relax), inside.shape[0] - 1)]
    free = strong - strong @ around.T @ around
    lengths = free.norm(dim=1)
    kept = lengths > 1e-6
    if not bool(kept.any()):
        raise ValueError(
            f"Everything that moves region {region!r} also moves what is around it (rank {len(around)} of "
            f"{inside.shape[0]}): nothing is left. Raise relax or sparsity, or take 'resefa'."
        )
    total = float(values.sum())
    return Directions(
        vectors=unit_rows(free[kept])[:k],
        eigenvalues=values[kept][:k],
        trace=total,
        rows=pixels,
        search=Search("low_rank", numbers, None),
        fingerprint=generator.fingerprint,
        edit_rows=rows,
        value=SHARE,
    )


def _principal(low: Tensor) -> tuple[Tensor, Tensor]:
    """Give singular vectors ``[rank, d]`` of a symmetric matrix and their values, the largest first."""
    _, values, vectors = torch.linalg.svd(low)
    rank = int(torch.linalg.matrix_rank(low))
    return vectors[:rank], values[:rank]


METHOD = Method(
    name="low_rank",
    title="LowRankGAN",
    find=find,
    applies_to=can_differentiate,
    asks="what moves a region, and nothing around it?",
    reads="derivatives",
    takes="about a second per latent, and up to thousands of eigendecompositions of d x d",
    source='Zhu et al., "Low-Rank Subspaces in GANs", NeurIPS 2021',
    options=(
        REGION,
        *latent_options(1),
        Option(
            "sparsity",
            "Sparsity",
            "real",
            SPARSITY,
            "Weight of the sparse part, which is left out, against the low-rank part.",
            above_zero=True,
            offered=False,
        ),
        Option(
            "relax",
            "Relaxed",
            "whole",
            0,
            "So many of the weakest directions that change what is around the region are allowed.",
            least=0,
            offered=False,
        ),
    ),
    value=SHARE,
    offered=False,
)
