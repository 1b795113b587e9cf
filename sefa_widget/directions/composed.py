"""The composed response: how the layers of every depth answer to the latent if nothing were non-linear.

Wang et al., "Generalizing Factorization of GANs by Characterizing Convolutional Layers" (ICASSP 2022), ask to
consider all layers, but beyond the first one a kernel's input is not the latent, so its own eigenvectors do
not live in the latent space. What does: the response B_l of layer l to the latent, through all linear parts
before it. ``B_l^T B_l`` is SeFa at the first layer and adds up over layers like it.

- Where the latent enters once (DCGAN, PGGAN, FastGAN) B_l is the d unit vectors pushed to depth l.
- Where every layer reads it, the latent weight A_l scales or shifts channels of the features, and the
  response is A_l followed by the convolution K behind it; t numbers taps, o output channels.
  Features that are white and uncorrelated across channels turn the scales into
  ``A_l^T diag(sum_{t,o} K_{t,o}^2) A_l``, features that all channels share into
  ``A_l^T (sum_t K_t^T K_t) A_l``. Shifts are constant over space, so that only the kernel's gain at frequency
  zero, ``D = sum_t K_t``, answers: ``A_l^T D^T D A_l`` in both readings.
"""

from __future__ import annotations

from itertools import islice
from typing import Literal, get_args

import torch
from torch import Tensor

from sefa_widget.arguments import choice
from sefa_widget.directions.base import (
    Directions,
    LayerChoice,
    Value,
    choose_layers,
    from_gram,
    keeps_options,
    responds,
)
from sefa_widget.directions.conv import conv_gram
from sefa_widget.directions.gram import Gram, gram_of_rows, total_gram
from sefa_widget.directions.moments import Progress
from sefa_widget.generators.base import Generator, Modulation

Features = Literal["white", "shared"]
BUDGET = 2**25
"""Most numbers of one response that are held at a time (128 MB)."""
SHARE = Value("share of the response", "λ/Σλ")


@keeps_options
def find(
    generator: Generator,
    layers: LayerChoice = None,
    k: int | None = None,
    normalize: bool = True,
    progress: Progress | None = None,
    *,
    features: Features = "white",
) -> Directions:
    """Decompose the responses of the chosen layers, each weighed to trace 1.

    Every layer weighs the same: otherwise depth would decide by scale and size. With `normalize` each
    output unit's response has unit length first, as in SeFa, so that bright units do not decide either.
    In the reading of white features it is the rows of the latent weight that have unit length, since each
    output unit answers to one channel.

    Parameters
    ----------
    generator
        DCGAN, PGGAN, FastGAN, BigGAN or a StyleGAN.
    layers
        None is all layers of the generator, also those that read no latent themselves.
    k, normalize
        See `factorize`.
    progress
        Called as ``progress(done, d)`` while unit vectors are pushed through the network, which takes long
        where pictures are large.
    features
        How the features that styles scale are read. ``"white"``, the default, is exact where channels are
        uncorrelated, which normalisation and random pictures come closer to than to the opposite.
        ``"shared"`` lets channels interfere as if all had the same picture. No difference where the
        latent enters once.
    """
    choice(features, "features", get_args(Features))
    every = range(len(generator.layers)) if layers is None else layers
    numbers = choose_layers(generator, every)
    if not responds(generator):
        raise ValueError(
            f"{generator.name!r} has no composed response: nothing is known of the layers behind those that "
            "read its latent. Use another method, such as 'sefa'."
        )

    def compute(missing: list[int]) -> dict[int, Gram]:
        modulations = [generator.modulations(number) for number in range(len(generator.layers))]
        if any(modulations):
            grams = {n: _modulated(generator, n, modulations[n], normalize, features) for n in missing}
        else:
            grams = _pushed(generator, missing, normalize, progress)
        # a layer that answers to nothing keeps its Gram of zeros
        return {n: Gram(g.matrix / g.matrix.trace().clamp_min(1e-300), g.rows) for n, g in grams.items()}

    total = total_gram(generator, numbers, ("composed", normalize, features), compute)
    return from_gram(
        generator,
        total.matrix,
        rows=total.rows,
        method="composed",
        layers=numbers,
        normalized=normalize,
        k=k,
        value=SHARE,
    )


def _pushed(
    generator: Generator, numbers: list[int], normalize: bool, progress: Progress | None
) -> dict[int, Gram]:
    """Push the d unit vectors through the network, a few at a time, and keep what the layers answer.

    A layer of more than ``BUDGET / d`` units is read at a random sample of so many of them, the same each
    time; the mean over units, and so the Gram up to scale, is estimated without bias.
    """
    d, last = generator.latent_dim, max(numbers)
    unit = torch.eye(d, device=generator.device, dtype=generator.dtype)
    sizes = [one.numel() for one in islice(generator.responses(unit[:1]), last + 1)]
    samples, kept = {}, {}
    for number in numbers:
        units = sizes[number]
        if units * d > BUDGET:
            shuffled = torch.randperm(units, generator=torch.Generator().manual_seed(number))
            samples[number] = shuffled[: BUDGET // d].sort().values.to(generator.device)
        kept[number] = torch.empty(d, min(units, BUDGET // d))
    step = max(1, BUDGET // max(sizes))
    for start in range(0, d, step):
        part = slice(start, start + step)
        for number, response in enumerate(islice(generator.responses(unit[part]), last + 1)):
            if number in kept:
                answers = response.flatten(1)
                kept[number][part] = answers[:, samples[number]] if number in samples else answers
        if progress is not None:
            progress(min(start + step, d), d)
    return {number: gram_of_rows(kept.pop(number).T, normalize) for number in numbers}


def _modulated(
    generator: Generator,
    number: int,
    modulations: tuple[Modulation, ...],
    normalize: bool,
    features: Features,
) -> Gram:
    """Add the Grams of a layer's scalings and shifts; a layer with neither is read as SeFa reads it."""
    if not modulations:
        return gram_of_rows(generator.latent_weight(number), normalize)
    rows: list[Tensor] = []
    for modulation in modulations:
        kernel = modulation.kernel.to("cpu", torch.float64)
        scale = modulation.scale.to("cpu", torch.float64)
        if features == "white":
            energy = conv_gram(kernel).diagonal().sqrt()
            rows.append(energy[:, None] * (_unit(scale) if normalize else scale))
        else:
            rows.append(torch.einsum("oitu,id->otud", kernel, scale).flatten(0, 2))
        if modulation.shift is not None:
            shift = modulation.shift.to("cpu", torch.float64)
            if features == "white" and normalize:
                shift = _unit(shift)
            rows.append(kernel.sum((2, 3)) @ shift)
    return gram_of_rows(torch.cat(rows), normalize and features == "shared")


def _unit(rows: Tensor) -> Tensor:
    """Scale rows to unit length; a row of zeros stays one."""
    return rows.div(rows.norm(dim=1, keepdim=True).clamp_min(1e-300))
