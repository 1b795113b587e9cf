"""The directions that change a generator's pictures most on average.

The mean of ``J^T J`` over latents, J the Jacobian of the picture by the latent: its eigenvectors are the best
directions for small edits that there are, so it is the yardstick of the methods that read only weights.

Sources: Wang & Ponce, "The Geometry of Deep Generative Image Models and its Applications", ICLR 2021 (there
with a perceptual distance, here with pixels). The region: Zhu et al., "Low-Rank Subspaces in GANs",
NeurIPS 2021 (LowRankGAN: the Jacobian of a region), and Zhu et al., "Region-Based Semantic Factorization in
GANs", ICML 2022 (ReSeFa: the generalised Rayleigh quotient).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from sefa_widget.arguments import indices, instance, positive, whole
from sefa_widget.directions.base import Directions
from sefa_widget.directions.derivatives import can_differentiate, check_differentiable, grams, latent_options
from sefa_widget.directions.eigen import decompose_against, from_gram
from sefa_widget.directions.layers import LayerChoice, choose_layers, edit_rows
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.region import Region, box
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.directions.value import Value
from sefa_widget.generators import inputs
from sefa_widget.generators.base import Generator, Latent, check_generator, check_latents
from sefa_widget.progress import Progress, check_progress

SHARE = Value("share of the image change", "λ/Σλ")
RATIO = Value("image change inside the region, as a multiple of that outside", "λ", "one")


@keeps_options
def find(
    generator: Generator,
    layers: LayerChoice = None,
    k: int | None = None,
    *,
    n: int = 50,
    seed: int = 0,
    labels: Tensor | Sequence[int] | None = None,
    truncation_psi: float = 1.0,
    region: Region | None = None,
    epsilon: float = 0.1,
    progress: Progress | None = None,
) -> Directions:
    """Decompose the mean of ``J^T J``, or of its share in a region of the picture.

    A keyboard interrupt ends early with what was gathered, and a warning says with how many latents.

    Parameters
    ----------
    generator
        Any generator that is differentiable.
    layers
        Where a direction is applied: to the code rows that these layers read, to all rows if none reads any.
    k
        See `factorize`.
    n, seed
        Latents are those of the seeds ``seed ... seed + n - 1``. Score with others.
    labels
        Class indices ``[n]`` or class vectors ``[n, num_classes]``; None is class 0.
    truncation_psi
        Of the latents.
    region
        ``(top, left, bottom, right)``, ends not included: whole numbers are pixels, else fractions of the
        side. Directions then change what is inside and little else: they solve ``G_in v = lambda (G_out
        + epsilon t I) v`` with t the mean eigenvalue of ``G_in + G_out``, lambda is the eigenvalue given,
        and they are of unit length but not orthogonal.
    epsilon
        How weak a direction may be: without it those win that change nothing anywhere.
    progress
        Called with how many latents are done, and n; of large pictures again and again within a latent.
    """
    n, seed = whole(n, "n", 1), whole(seed, "seed", 0)
    epsilon = positive(epsilon, "epsilon")
    box(region, generator.resolution, generator.width)
    numbers = choose_layers(generator, layers)
    check_differentiable(generator, "jacobian")
    rows = edit_rows(generator, numbers)
    with torch.no_grad():
        latent = generator.sample(range(seed, seed + n), labels=labels, truncation_psi=truncation_psi)
    inside, outside, pixels = grams(generator, latent, rows, region, progress)
    search = Search("jacobian", numbers, None)
    if region is None:
        return from_gram(generator, inside, rows=pixels, search=search, k=k, value=SHARE)
    identity = torch.eye(len(inside), dtype=torch.float64)
    floor = outside + epsilon * (inside + outside).trace() / len(inside) * identity
    values, vectors = decompose_against(inside, torch.linalg.cholesky(floor))
    return Directions(
        vectors=vectors[:k],
        eigenvalues=values[:k],
        trace=float(values.sum()),
        rows=pixels,
        search=search,
        fingerprint=generator.fingerprint,
        edit_rows=rows,
        value=RATIO,
    )


def jacobian_gram(
    generator: Generator,
    latents: Latent | Tensor,
    rows: tuple[int, int] | Sequence[int] | None = None,
    region: Region | None = None,
    progress: Progress | None = None,
) -> Tensor:
    """Give the mean of ``J^T J`` over latents, J the Jacobian of the picture by a shift of its codes.

    ``trace(N G N^T) / trace(G)`` is the captured change of directions N (orthonormal rows): their share of
    what pictures can change by. Score on latents that the directions were not found with.

    Parameters
    ----------
    generator
        Any generator that is differentiable; noise is the stored noise.
    latents
        A `Latent`, or codes ``[N, L, d]`` (then class 0 where there are classes).
    rows
        Code rows that the shift is added to: a tuple ``(start, stop)`` is a half-open range, a list names
        rows one by one, None is every row.
    region
        See `find`; None is the whole picture.
    progress
        Called with how many latents are done, and N.

    Returns
    -------
    Tensor
        ``[d, d]`` float64 on the CPU: the sum over pixels and channels, averaged over latents. Pictures
        above 256 px are averaged over squares first.
    """
    check_generator(generator)
    if not isinstance(latents, Latent):
        wanted = "a Latent, as generator.sample(seeds) gives it, or codes [N, L, d]"
        codes = inputs.codes(generator, instance(latents, "latents", Tensor, wanted))
        latents = Latent(codes, generator.label_vectors(None, len(codes)))
    inputs.codes(generator, check_latents(latents).codes)
    check_progress(progress)
    count = generator.num_codes
    chosen = range(count) if rows is None else indices(rows, "code row", count, repr(generator.name))
    return grams(generator, latents, chosen, region, progress)[0]


METHOD = Method(
    name="jacobian",
    title="Jacobian",
    find=find,
    applies_to=can_differentiate,
    asks="what moves the picture most?",
    reads="derivatives",
    takes="about a second per latent: d forward derivatives",
    source='Wang & Ponce, "The Geometry of Deep Generative Image Models and its Applications", ICLR 2021; '
    'the region: Zhu et al., "Region-Based Semantic Factorization in GANs", ICML 2022',
    options=(
        *latent_options(50),
        Option(
            "region",
            "Region",
            "region",
            None,
            "(top, left, bottom, right) of what is to change, the rest is not; None is the whole picture.",
        ),
        Option(
            "epsilon",
            "Floor",
            "real",
            0.1,
            "How weak a direction of a region may be: without it those win that change nothing anywhere.",
            above_zero=True,
            offered=False,
        ),
    ),
    value=SHARE,
)
