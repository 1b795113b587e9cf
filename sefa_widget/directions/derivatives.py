"""How pictures change with the latent: derivatives of every pixel, and their products."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from sefa_widget.arguments import whole
from sefa_widget.directions.device import float64_device, to_float64
from sefa_widget.directions.method import Option
from sefa_widget.directions.region import Region, box, coarseness
from sefa_widget.generators.base import FORWARD_MODE, Generator, Latent
from sefa_widget.generators.batch import halved
from sefa_widget.generators.precision import full_precision
from sefa_widget.progress import Progress

BUDGET = 2**27
"""About how many numbers of one feature map all derivatives of a batch may have (512 MB)."""
CPU_BUDGET = 2**24
"""The same on a CPU (64 MB): as fast there, and the work can be ended sooner."""
CHANNELS = 64
"""Assumed of the largest feature map."""
COLUMNS = 2**14
"""Values of the picture whose derivatives are held in float64 at a time (64 MB for d = 512)."""

REGION = Option(
    "region", "Region", "region", None, "(top, left, bottom, right) of what is to change.", needed=True
)
"""Of methods that compare a region with what is around it."""


def latent_options(n: int) -> tuple[Option, ...]:
    """Give the options that say which latents are averaged; n is how many unless told otherwise."""
    return (
        Option("n", "Latents", "whole", n, "How many latents are averaged.", least=1),
        Option(
            "seed", "First seed", "whole", 0, "Latents are those of this seed and the next ones.", least=0
        ),
        Option(
            "labels",
            "Classes",
            "other",
            None,
            "A class, or a class vector, for each latent; None is class 0.",
            offered=False,
        ),
        Option("truncation_psi", "Truncation ψ", "real", 1.0, "Truncation of the latents."),
    )


def grams(
    generator: Generator,
    latent: Latent,
    rows: Sequence[int],
    region: Region | None,
    progress: Progress | None,
) -> tuple[Tensor, Tensor, int]:
    """Give the mean Grams inside and outside the region, on the CPU, and how many values are inside."""
    count, d = len(latent.codes), generator.latent_dim
    inside = box(region, generator.resolution, generator.width)
    shown = torch.zeros(generator.num_codes, 1, device=generator.device, dtype=generator.dtype)
    shown[list(rows)] = 1
    codes = latent.codes.to(generator.device, generator.dtype)
    sums = torch.zeros(2, d, d, dtype=torch.float64, device=float64_device(generator.device))
    done = 0
    values = 0
    try:
        for number in range(count):
            one = slice(number, number + 1)
            labels = None if latent.labels is None else latent.labels[one]
            single = Latent(codes[one], labels, latent.truncation_psi)
            look = None if progress is None else partial(progress, done, count)
            with generator.lock, FORWARD_MODE, full_precision():
                jacobian = _jacobian(generator, single, shown, look)
            part = jacobian[:, :, inside[0], inside[1]].flatten(1)
            values = part.shape[1]
            gram = _products(part)
            sums[0] += gram
            if region is not None:
                sums[1] += _products(jacobian.flatten(1)) - gram
            done += 1
            if progress is not None:
                progress(done, count)
    except KeyboardInterrupt:
        if not done:
            raise
        warnings.warn(f"Interrupted: this is the mean over {done} of {count} latents.", stacklevel=6)
    inner, outer = sums.cpu() / done
    return inner, outer, values


def can_differentiate(generator: Generator) -> bool:
    """Tell whether the pictures of a generator can be differentiated forwards."""
    return generator.forward_mode_error is None


def parts(
    generator: Generator,
    rows: Sequence[int],
    method: str,
    n: int,
    seed: int,
    labels: Tensor | Sequence[int] | None,
    truncation_psi: float,
    region: Region,
    progress: Progress | None,
) -> tuple[Tensor, Tensor, int]:
    """Give the mean Grams inside and outside a region, each divided by how many values of the picture it has.

    Parameters
    ----------
    rows
        Code rows that move.
    method
        What a message names.
    n, seed, labels, truncation_psi
        Latents are those of the seeds ``seed ... seed + n - 1``, see `Generator.sample`.
    region
        See `box`; it may not be the whole picture.

    Returns
    -------
    tuple
        ``J_in^T J_in / P_in`` and ``J_out^T J_out / P_out``, ``[d, d]`` float64 on the CPU, and P_in.

    Raises
    ------
    ValueError
        If the region is the whole picture, or the generator cannot be differentiated.
    """
    n, seed = whole(n, "n", 1), whole(seed, "seed", 0)
    check_differentiable(generator, method)
    high, wide = box(None, generator.resolution, generator.width)
    inside = box(region, generator.resolution, generator.width)
    if region is None or inside == (high, wide):
        raise ValueError(
            f"Method {method!r} compares a region with what is around it, and region is {region!r}, "
            "the whole picture. Give (top, left, bottom, right), for example (0.25, 0.25, 0.75, 0.75)."
        )
    with torch.no_grad():
        latent = generator.sample(range(seed, seed + n), labels=labels, truncation_psi=truncation_psi)
    inner, outer, values = grams(generator, latent, rows, region, progress)
    area = (inside[0].stop - inside[0].start) * (inside[1].stop - inside[1].start)
    channels, around = values // area, high.stop * wide.stop - area
    return inner / values, outer / (channels * around), values


def check_differentiable(generator: Generator, method: str) -> None:
    """Raise if the pictures of a generator cannot be differentiated forwards; `method` needs it."""
    if not can_differentiate(generator):
        raise ValueError(
            f"The pictures of {generator.name!r} cannot be differentiated in forward mode, which {method!r} "
            f"needs: {generator.forward_mode_error}. Use another method, for example 'sefa'."
        )


def _jacobian(
    generator: Generator, latent: Latent, shown: Tensor, look: Callable[[], object] | None
) -> Tensor:
    """Give the derivatives of one picture by the d entries of a shift, ``[d, C, h, w]``.

    `look` is called between two parts of them; what it raises ends the work.
    """
    options = generator.forward_options(latent)
    step = coarseness(generator.resolution, generator.width)

    def draw(shift: Tensor) -> Tensor:
        image: Tensor = generator(latent.codes + shown * shift, latent.labels, "const", **options)[0]
        return functional.avg_pool2d(image, step, ceil_mode=True) if step > 1 else image

    zero = torch.zeros(generator.latent_dim, device=shown.device, dtype=shown.dtype)

    def along(direction: Tensor) -> Tensor:
        derivative: Tensor = torch.func.jvp(draw, (zero,), (direction,))[1]
        return derivative

    budget = CPU_BUDGET if shown.device.type == "cpu" else BUDGET
    chunk = max(1, budget // (CHANNELS * generator.resolution**2))
    unit = torch.eye(len(zero), device=shown.device, dtype=shown.dtype)
    batched = torch.func.vmap(along, randomness="same")
    found: list[Tensor] = []
    start = 0
    while start < len(unit):
        if found and look is not None:
            look()
        some = unit[start : start + chunk]
        try:
            found.append(batched(some))
        except (RuntimeError, MemoryError) as error:
            chunk = halved(generator, len(some), error, ("derivative", "derivatives"))
            continue
        start += len(some)
    return torch.cat(found)


def _products(rows: Tensor) -> Tensor:
    """Give ``rows @ rows.T`` of ``[d, P]`` in float64, without a float64 copy of all rows at once."""
    products = torch.zeros(len(rows), len(rows), dtype=torch.float64, device=float64_device(rows.device))
    for start in range(0, rows.shape[1], COLUMNS):
        piece = to_float64(rows[:, start : start + COLUMNS])
        products.addmm_(piece, piece.T)
    return products
