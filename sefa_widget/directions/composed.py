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
from sefa_widget.directions.base import Directions
from sefa_widget.directions.conv import conv_gram
from sefa_widget.directions.device import to_float64
from sefa_widget.directions.eigen import from_gram, unit_rows
from sefa_widget.directions.gram import Gram, gram_of_rows, total_gram
from sefa_widget.directions.layers import LayerChoice, choose_layers, responds
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator, Modulation
from sefa_widget.progress import Progress

Features = Literal["white", "shared"]
BUDGET = 2**25
"""Most numbers of one response that are held at a time (128 MB)."""
KEPT = 2**28
"""Most numbers of all responses together that are kept until all unit vectors are pushed (1 GB)."""
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
        Called as ``progress(done, total)`` after every layer that a batch of unit vectors was pushed through,
        which takes long where pictures are large, and after every layer's Gram. What it raises ends the work
        and leaves nothing half done.
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
            grams = {}
            for n in missing:
                grams[n] = _modulated(generator, n, modulations[n], normalize, features)
                if progress is not None:
                    progress(len(grams), len(missing))
        else:
            grams = _pushed(generator, max(missing), normalize, progress)
        # a layer that answers to nothing keeps its Gram of zeros
        return {n: Gram(g.matrix / g.matrix.trace().clamp_min(1e-300), g.rows) for n, g in grams.items()}

    total = total_gram(generator, numbers, ("composed", normalize, features), compute)
    return from_gram(
        generator,
        total.matrix,
        rows=total.rows,
        search=Search("composed", numbers, normalize),
        k=k,
        value=SHARE,
    )


def _pushed(generator: Generator, last: int, normalize: bool, progress: Progress | None) -> dict[int, Gram]:
    """Push the d unit vectors through the network, a few at a time, and keep what the layers answer.

    All layers up to number `last` are kept, because the push through them is what takes long. A layer of more
    units than `units_read` is read at a random sample of so many of them, the same each time; the mean over
    units, and so the Gram up to scale, is estimated without bias.
    """
    d, device = generator.latent_dim, generator.device
    unit = torch.eye(d, device=device, dtype=generator.dtype)
    shapes = [one.shape[1:] for one in islice(generator.responses(unit[:1]), last + 1)]
    sizes, most = [shape.numel() for shape in shapes], units_read(generator)
    samples: dict[int, list[Tensor]] = {}
    for number, units in enumerate(sizes):
        if units > most:
            order = torch.randperm(units, generator=torch.Generator().manual_seed(number))
            places = torch.unravel_index(order[:most].sort().values, shapes[number])
            samples[number] = [place.to(device) for place in places]
    kept = {n: unit.new_empty(d, min(units, most)) for n, units in enumerate(sizes)}
    step, total = max(1, BUDGET // max(sizes)), d + len(sizes)
    for start in range(0, d, step):
        part = slice(start, start + step)
        for number, response in enumerate(islice(generator.responses(unit[part]), last + 1)):
            if number in samples:
                channel, row, column = samples[number]
                kept[number][part] = response[:, channel, row, column]
            else:
                kept[number][part] = response.flatten(1)
            if progress is not None:
                progress(start, total)
        if progress is not None:
            progress(min(start + step, d), total)
    grams = {}
    for number in list(kept):
        grams[number] = gram_of_rows(kept.pop(number).T, normalize)
        if progress is not None:
            progress(d + len(grams), total)
    return grams


def units_read(generator: Generator) -> int:
    """Give how many units of a layer are read at most, so that those of all layers take at most `KEPT`."""
    return max(1, min(BUDGET, KEPT // len(generator.layers)) // generator.latent_dim)


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
        kernel, scale = to_float64(modulation.kernel), to_float64(modulation.scale)
        if features == "white":
            energy = conv_gram(kernel).diagonal().sqrt()
            rows.append(energy[:, None] * (unit_rows(scale, signed=False) if normalize else scale))
        else:
            rows.append(torch.einsum("oitu,id->otud", kernel, scale).flatten(0, 2))
        if modulation.shift is not None:
            shift = to_float64(modulation.shift)
            if features == "white" and normalize:
                shift = unit_rows(shift, signed=False)
            rows.append(kernel.sum((2, 3)) @ shift)
    return gram_of_rows(torch.cat(rows), normalize and features == "shared")


METHOD = Method(
    name="composed",
    title="Composed response",
    find=find,
    applies_to=responds,
    asks="what moves the features of layer l most, if nothing were non-linear?",
    reads="weights",
    takes="seconds: d linear passes, once",
    source='Wang et al., "Generalizing Factorization of GANs by Characterizing Convolutional Layers", '
    "ICASSP 2022: our reading of what all layers can mean there",
    options=(
        Option(
            "features",
            "Features",
            "choice",
            "white",
            "How features that styles scale are read: as uncorrelated across channels, or as shared by all. "
            "No difference where the latent enters once.",
            choices=get_args(Features),
        ),
    ),
    value=SHARE,
    layers="any",
)
