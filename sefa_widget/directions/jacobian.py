"""The directions that change a generator's pictures most on average.

The mean of ``J^T J`` over latents, J the Jacobian of the picture by the latent: its eigenvectors are the best
directions for small edits that there are, so it is the yardstick of the methods that read only weights.

Sources: Wang & Ponce, "The Geometry of Deep Generative Image Models and its Applications", ICLR 2021 (there
with a perceptual distance, here with pixels). The region: Zhu et al., "Low-Rank Subspaces in GANs",
NeurIPS 2021 (LowRankGAN: the Jacobian of a region), and Zhu et al., "Region-Based Semantic Factorization in
GANs", ICML 2022 (ReSeFa: the generalised Rayleigh quotient).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from sefa_widget.arguments import function, indices, instance, number, positive, several, whole
from sefa_widget.directions.base import (
    Directions,
    LayerChoice,
    Value,
    choose_layers,
    decompose,
    edit_rows,
    from_gram,
    keeps_options,
)
from sefa_widget.generators import inputs
from sefa_widget.generators.base import FORWARD_MODE, Generator, Latent, check_generator, check_latents

Progress = Callable[[int, int], object]
Region = tuple[float, float, float, float]
BUDGET = 2**27
"""About how many numbers of one feature map all derivatives of a batch may have (512 MB)."""
CHANNELS = 64
"""Assumed of the largest feature map."""
MAX_SIDE = 256
"""Larger pictures are compared after averaging squares of pixels down to at most this side."""
SHARE = Value("share of the image change", "λ/Σλ")
RATIO = Value("image change inside the region, as a multiple of that outside", "λ", "one")


def applies_to(generator: Generator) -> bool:
    """Tell whether the pictures of a generator can be differentiated forwards."""
    return generator.forward_mode_error is None


@keeps_options
def find(
    generator: Generator,
    layers: LayerChoice = None,
    k: int | None = None,
    normalize: bool = True,
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
        Where a direction is applied: to the code rows that these layers read.
    k, normalize
        See `factorize`; there are no weights to normalise.
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
        Called with how many latents are done, and n.
    """
    n, seed = whole(n, "n", 1), whole(seed, "seed", 0)
    epsilon = positive(epsilon, "epsilon")
    box(region, generator.resolution)
    numbers = choose_layers(generator, layers)
    if all(generator.layers[number].row is None for number in numbers):
        raise ValueError(f"None of the chosen layers of {generator.name!r} reads the latent.")
    if not applies_to(generator):
        raise ValueError(
            f"The pictures of {generator.name!r} cannot be differentiated in forward mode, which 'jacobian' "
            f"needs: {generator.forward_mode_error}. Use another method, for example 'sefa'."
        )
    rows = edit_rows(generator, numbers)
    with torch.no_grad():
        latent = generator.sample(range(seed, seed + n), labels=labels, truncation_psi=truncation_psi)
    inside, outside, pixels = _grams(generator, latent, rows, region, progress)
    if region is None:
        return from_gram(
            generator,
            inside,
            rows=pixels,
            method="jacobian",
            layers=numbers,
            normalized=None,
            k=k,
            value=SHARE,
        )
    identity = torch.eye(len(inside), dtype=torch.float64)
    floor = outside + epsilon * (inside + outside).trace() / len(inside) * identity
    root = torch.linalg.cholesky(floor)
    half = torch.linalg.solve_triangular(root, inside, upper=False)
    values, whitened = decompose(torch.linalg.solve_triangular(root, half.T, upper=False))
    vectors = torch.linalg.solve_triangular(root.T, whitened.T, upper=True).T
    least, most = vectors.aminmax(dim=1, keepdim=True)
    vectors = vectors / vectors.norm(dim=1, keepdim=True) * torch.where(-least > most, -1.0, 1.0)
    return Directions(
        vectors=vectors[:k],
        eigenvalues=values[:k],
        trace=float(values.sum()),
        rows=pixels,
        method="jacobian",
        layers=numbers,
        normalized=None,
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
    if progress is not None:
        function(progress, "progress", "how many latents are done and how many there are")
    count = generator.num_codes
    chosen = range(count) if rows is None else indices(rows, "code row", count, repr(generator.name))
    return _grams(generator, latents, chosen, region, progress)[0]


def _grams(
    generator: Generator,
    latent: Latent,
    rows: Sequence[int],
    region: Region | None,
    progress: Progress | None,
) -> tuple[Tensor, Tensor, int]:
    """Give the mean Grams inside and outside the region, and how many values are inside."""
    count, d = len(latent.codes), generator.latent_dim
    inside = box(region, generator.resolution)
    shown = torch.zeros(generator.num_codes, 1, device=generator.device, dtype=generator.dtype)
    shown[list(rows)] = 1
    codes = latent.codes.to(generator.device, generator.dtype)
    sums, done = torch.zeros(2, d, d, dtype=torch.float64), 0
    values = 0
    try:
        for number in range(count):
            one = slice(number, number + 1)
            labels = None if latent.labels is None else latent.labels[one]
            single = Latent(codes[one], labels, latent.truncation_psi)
            with generator.lock, FORWARD_MODE:
                jacobian = _jacobian(generator, single, shown)
            part = jacobian[:, :, inside[0], inside[1]].flatten(1)
            values = part.shape[1]
            gram = (part @ part.T).to("cpu", torch.float64)
            sums[0] += gram
            if region is not None:
                whole = jacobian.flatten(1)
                sums[1] += (whole @ whole.T).to("cpu", torch.float64) - gram
            done += 1
            if progress is not None:
                progress(done, count)
    except KeyboardInterrupt:
        if not done:
            raise
        warnings.warn(f"Interrupted: this is the mean over {done} of {count} latents.", stacklevel=5)
    return sums[0] / done, sums[1] / done, values


def _jacobian(generator: Generator, latent: Latent, shown: Tensor) -> Tensor:
    """Give the derivatives of one picture by the d entries of a shift, ``[d, C, h, w]``."""
    options = generator.forward_options(latent)
    step = -(-generator.resolution // MAX_SIDE)

    def draw(shift: Tensor) -> Tensor:
        image: Tensor = generator(latent.codes + shown * shift, latent.labels, "const", **options)[0]
        return functional.avg_pool2d(image, step, ceil_mode=True) if step > 1 else image

    zero = torch.zeros(generator.latent_dim, device=shown.device, dtype=shown.dtype)

    def along(direction: Tensor) -> Tensor:
        derivative: Tensor = torch.func.jvp(draw, (zero,), (direction,))[1]
        return derivative

    chunk = max(1, BUDGET // (CHANNELS * generator.resolution**2))
    unit = torch.eye(len(zero), device=shown.device, dtype=shown.dtype)
    batched = torch.func.vmap(along, randomness="same")
    return torch.cat([batched(unit[start : start + chunk]) for start in range(0, len(unit), chunk)])


def box(region: Region | None, resolution: int) -> tuple[slice, slice]:
    """Turn a region into slices over height and width of the compared picture, or say what is wrong."""
    step = -(-resolution // MAX_SIDE)
    side = -(-resolution // step)
    if region is None:
        return slice(0, side), slice(0, side)
    edges = several(region, "region", "(top, left, bottom, right)")
    if len(edges) != 4:
        raise ValueError(f"region is {region!r}; it must be (top, left, bottom, right).")
    pixels = all(isinstance(edge, int | np.integer) for edge in edges)
    edges = [number(edge, "An edge of the region") for edge in edges]
    top, left, bottom, right = (round(edge / step if pixels else edge * side) for edge in edges)
    if not (0 <= top < bottom <= side and 0 <= left < right <= side):
        raise ValueError(
            f"Region {tuple(edges)} is not a box of a {resolution}x{resolution} picture: (top, left, "
            f"bottom, right) are whole pixels of 0..{resolution}, or fractions of 0..1."
        )
    return slice(top, bottom), slice(left, right)
