"""PCA: the directions in which samples of a generator's latents, or of a layer's output, vary most.

Source: Härkönen et al., "GANSpace: Discovering Interpretable GAN Controls", NeurIPS 2020, section 3.
The published code's quirks are not repeated: rows of zeros that were never filled take no part, and all
figures come from the same n samples, no more and no fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sefa_widget.arguments import whole
from sefa_widget.directions.activations import SAMPLING, Samples
from sefa_widget.directions.base import Directions
from sefa_widget.directions.device import to_float64
from sefa_widget.directions.eigen import decompose, unit_rows
from sefa_widget.directions.layers import choose_layers, edit_rows
from sefa_widget.directions.method import Method
from sefa_widget.directions.moments import Moments, Sketch, gather
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator
from sefa_widget.progress import Progress, part

WIDE = 4096
"""Features above which the covariance is never formed."""

_PASSES = 3
"""Over the samples, where features are wide: two to find the range, one to measure in it."""

SHARE = Value("share of the variance", "λ/Σλ")


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Principal components of features, and what they mean for the latents that produced them.

    Attributes
    ----------
    mean
        ``[D]``: mean of the features.
    vectors
        ``[k, D]``: unit rows in the space of the features.
    variances
        ``[k]``, descending, divided by count - 1.
    steps
        ``[k, d]``: how the latent changes, in least squares, when a component grows by one sigma.
    total
        Variance of all features together.
    count
        How many samples they are from.
    """

    mean: Tensor
    vectors: Tensor
    variances: Tensor
    steps: Tensor
    total: float
    count: int


def applies_to(generator: Generator) -> bool:
    """Tell whether the latents themselves vary in some directions more than in others."""
    return generator.latent_space != "z"


@keeps_options
def pca(
    generator: Generator,
    *,
    n: int = 100_000,
    k: int | None = None,
    layer: str | None = None,
    seed: int = 0,
    batch: int | None = None,
    labels: int | Sequence[int] | None = None,
    truncation_psi: float = 1.0,
    truncation_cutoff: int | None = None,
    progress: Progress | None = None,
) -> Directions:
    """Find the directions in which samples of a generator vary most.

    Without `layer`: the principal components of w. With it: those of a layer's output x, carried back by
    least squares: with X the standardised scores and Z the latents that produced them, M minimises
    ``|X M - Z|``, and its rows, scaled to unit length, are the directions (not orthogonal). As X^T X = n I
    on the same samples, ``M = diag(1/sigma) V^T cov(x, z)``: exact, and without a second draw.

    Covariances are exact sums in float64; memory does not grow with n. Above 4096 features the covariance
    is not formed: a randomised range finder (Halko et al. 2011, algorithm 4.4, one power step, 2k + 20
    vectors) draws the same samples three times; the leading components are close to exact.

    >>> from sefa_widget import load_generator
    >>> pca(load_generator("faces"), n=500, k=3, layer="convolutions.0").vectors.shape
    torch.Size([3, 100])

    Parameters
    ----------
    generator
        The generator.
    n
        How many samples; 10^7 need no more memory than 10^4. Ctrl-C keeps those drawn so far.
    k
        How many directions, largest variance first; None is all d (80 above 4096 features).
    layer
        Name of a sub-module, for example ``"convolutions.0"``; see ``generator.named_modules()``.
    seed
        Same seed, same samples.
    batch
        How many samples at once; None is 1024 w's, or 32 outputs of a layer. The result depends on it
        by rounding alone.
    labels
        A class, or classes that take turns; None is class 0 where there are classes.
    truncation_psi, truncation_cutoff
        See `Generator.mapping`.
    progress
        Called as ``progress(done, total)`` after every batch.

    Returns
    -------
    Directions
        Unit rows, eigenvalues the variances of the components (divisor n - 1), `trace` the total variance,
        `rows` the number of samples; their square root is `sigma`.

    Raises
    ------
    ValueError
        If there is no such layer, its output hangs on no latent, `k` or `n` is impossible, or a generator
        without a mapping network is given no layer: its latents vary equally in all directions.
    """
    samples = Samples(generator, n, seed, layer, batch, labels, truncation_psi, truncation_cutoff)
    found = components(samples, k, progress)
    vectors = found.vectors if layer is None else unit_rows(found.steps)
    return directions_of(samples, "pca", vectors, found.variances, found, SHARE)


def components(samples: Samples, k: int | None, progress: Progress | None, passes: int = 0) -> Components:
    """Find the principal components of samples; `passes` more are to come, for `progress`."""
    generator, layer, n = samples.generator, samples.layer, samples.n
    if layer is None and not applies_to(generator):
        raise ValueError(
            f"The latents of {generator.name!r} are drawn from a normal distribution, which varies "
            "equally in all directions: PCA of them means nothing. Name a layer, for example "
            f"layer={_example(generator)!r}."
        )
    d = generator.latent_dim
    k = None if k is None else whole(k, "k", 1, d)
    features, _ = next(iter(replace(samples, n=2)))
    wide = features.shape[1] > WIDE
    rounds = (_PASSES if wide else 1) + passes
    if wide:
        found = _wide(samples, min(k or 80, d), progress, rounds)
    else:
        moments = Moments()
        same = layer is None
        batches = ((x, z[:, :0] if same else z) for x, z in samples)
        gather(batches, moments, n, part(progress, 0, rounds))
        found = principal(moments, k)
    rank = int((found.variances > 1e-12 * found.total).sum())
    limit = d if layer is None else min(rank, found.count - 1)
    if (k or 1) > limit:
        raise ValueError(f"k is {k or 1}; {found.count} outputs of {layer!r} vary in {limit} directions.")
    return first(found, min(k or d, limit))


def principal(moments: Moments, k: int | None = None) -> Components:
    """Turn moments of features, and of latents where they are not the features, into components."""
    covariance, cross = moments.covariance, moments.cross
    variances, vectors = decompose(covariance)
    cross = cross if cross.shape[1] else covariance.cpu()
    steps = vectors @ cross / variances.sqrt().clamp_min(1e-150)[:, None]
    found = Components(moments.mean, vectors, variances, steps, float(covariance.trace()), moments.count)
    return first(found, k or len(vectors))


def first(found: Components, k: int) -> Components:
    """Keep the first k components."""
    return replace(found, vectors=found.vectors[:k], variances=found.variances[:k], steps=found.steps[:k])


def sigma(directions: Directions) -> Tensor:
    """Give the standard deviation of each component, ``[k]``: the square root of its variance."""
    return directions.eigenvalues.sqrt()


def directions_of(
    samples: Samples, method: str, vectors: Tensor, variances: Tensor, found: Components, value: Value
) -> Directions:
    """Put what was found in samples into `Directions`."""
    generator = samples.generator
    layers = choose_layers(generator, None)
    return Directions(
        vectors=vectors,
        eigenvalues=variances,
        trace=found.total,
        rows=found.count,
        search=Search(method, layers, None),
        fingerprint=generator.fingerprint,
        edit_rows=edit_rows(generator, layers),
        value=value,
    )


def _wide(samples: Samples, k: int, progress: Progress | None, rounds: int) -> Components:
    """Find components of wide features by subspace iteration; an interrupted pass shortens the next."""
    features, _ = next(iter(replace(samples, n=2)))
    like = to_float64(features)
    random = torch.Generator("cpu").manual_seed(samples.seed)
    basis = torch.randn(like.shape[1], 2 * k + 20, dtype=torch.float64, generator=random).to(like.device)
    for number in range(_PASSES - 1):
        sketch = Sketch(torch.linalg.qr(basis).Q)
        gather(samples, sketch, samples.n, part(progress, number, rounds))
        samples = replace(samples, n=sketch.count)
        basis = sketch.product
    basis = torch.linalg.qr(basis).Q
    moments = Moments()
    batches = ((_measured(to_float64(x), basis), z) for x, z in samples)
    gather(batches, moments, samples.n, part(progress, _PASSES - 1, rounds))
    covariance, count = moments.covariance, moments.count
    variances, inner = decompose(covariance[:-1, :-1])
    squares = float(covariance[-1, -1]) * (count - 1) + count * float(moments.mean[-1]) ** 2
    total = (squares - count * float(sketch.mean.square().sum())) / (count - 1)
    steps = inner @ moments.cross[:-1] / variances.sqrt().clamp_min(1e-150)[:, None]
    return first(Components(sketch.mean.cpu(), inner @ basis.cpu().T, variances, steps, total, count), k)


def _measured(x: Tensor, basis: Tensor) -> Tensor:
    """Give coordinates in a basis, and the norm, from which the total variance comes."""
    return torch.cat([x @ basis, x.norm(dim=1, keepdim=True)], 1)


def _example(generator: Generator) -> str:
    """Name a sub-module that has weights."""
    names = [name for name, module in generator.named_modules() if name and list(module.parameters(False))]
    return names[0] if names else "name"


METHOD = Method(
    name="pca",
    title="PCA",
    find=pca,
    applies_to=applies_to,
    asks="how do the samples vary?",
    reads="samples",
    takes="seconds to minutes: 10⁴ to 10⁶ samples",
    source='Härkönen et al., "GANSpace: Discovering Interpretable GAN Controls", NeurIPS 2020, section 3',
    options=SAMPLING,
    value=SHARE,
)
