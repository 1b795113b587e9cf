"""Which layers of a generator a method reads, and which code rows an edit of them moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch

from sefa_widget.arguments import indices, several, whole
from sefa_widget.generators.base import Generator, check_generator

LayerChoice = tuple[int, int] | Sequence[int] | None
"""A half-open range ``(start, stop)``, any other sequence of layer numbers, or None for the default."""


def choose_layers(generator: Generator, layers: LayerChoice) -> tuple[int, ...]:
    """Turn a choice of layers into their numbers in ascending order, or say what is wrong with it.

    None is all layers that read the latent.

    Raises
    ------
    ValueError
        If the choice is empty, not of whole numbers, or outside the generator's layers.
    """
    check_generator(generator)
    if layers is None:
        return tuple(n for n, layer in enumerate(generator.layers) if layer.row is not None)
    return tuple(indices(layers, "layer", len(generator.layers), repr(generator.name)))


def latent_layers(generator: Generator, layers: LayerChoice, method: str) -> tuple[int, ...]:
    """Give the numbers of the chosen layers, or say which of them reads no latent."""
    numbers = choose_layers(generator, layers)
    for number in numbers:
        if generator.layers[number].row is None:
            reading = format_layers(choose_layers(generator, None))
            composed = "; method='composed' can" if responds(generator) else ""
            raise ValueError(
                f"Layer {number} ({generator.layers[number].name!r}) of {generator.name!r} reads no latent, "
                f"so {method!r} cannot factorise it{composed}. Layers that read the latent: {reading}."
            )
    return numbers


def edit_rows(generator: Generator, layers: Iterable[int]) -> tuple[int, ...]:
    """Give the code rows that some layers read, ascending; all rows if none of the layers reads the latent.

    Directions of layers behind the latent's way in can only be followed by moving the whole latent.
    """
    rows = {row for number in layers if (row := generator.layers[number].row) is not None}
    return tuple(sorted(rows)) or tuple(range(generator.num_codes))


def format_layers(layers: tuple[int, ...]) -> str:
    """Write layer numbers as people do: ``0``, ``2-5`` or ``0,3,7`` (ends included)."""
    layers = tuple(whole(n, "A layer number", 0) for n in several(layers, "layers", "layer numbers"))
    if len(layers) > 1 and layers == tuple(range(layers[0], layers[-1] + 1)):
        return f"{layers[0]}-{layers[-1]}"
    return ",".join(map(str, layers))


def responds(generator: Generator) -> bool:
    """Tell whether the layers of a generator have a composed response to the latent."""
    with torch.no_grad():
        if any(generator.modulations(number) for number in range(len(generator.layers))):
            return True
        latent = torch.zeros(1, generator.latent_dim, device=generator.device, dtype=generator.dtype)
        try:
            next(iter(generator.responses(latent)))
        except NotImplementedError:
            return False
        return True
