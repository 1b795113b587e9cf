"""The ranges of layers that are looked at unless others are chosen: the panel has a button for each."""

from __future__ import annotations

import reprlib
from typing import Any

from sefa_widget.arguments import whole
from sefa_widget.generators.base import Generator

LARGE, SMALL_BOTTOM = 7, 8
"""From so many layers that read the latent on there are groups of layers; sizes of the lowest group of small
networks, in pixels."""

Range = tuple[int, int]
"""Half-open."""
RANGES = "half-open ranges of layers, for example [(0, 3), (3, 5)]"
"""What a choice of several is."""


def usual_layers(generator: Generator) -> list[Range]:
    """Give the ranges of layers that the panel has buttons for: bottom, middle, top and all.

    >>> from sefa_widget import load_generator
    >>> usual_layers(load_generator("heads"))
    [(0, 3), (3, 5), (5, 10), (0, 10)]
    """
    layers = generator.layers
    count, sizes = len(layers), [layer.resolution for layer in layers]
    every = (0, count)
    reading = sum(layer.row is not None for layer in layers)
    if reading < LARGE:
        return [(0, 1), every] if reading == 1 and layers[0].row is not None and count > 1 else [every]
    first, last = 2, 6
    if 4 * SMALL_BOTTOM <= sizes[-1] <= 8 * SMALL_BOTTOM:
        middle = next(n for n, size in enumerate(sizes) if size > SMALL_BOTTOM)
        top = next(n for n, size in enumerate(sizes) if size > 2 * SMALL_BOTTOM)
        if 0 < middle < top:  # a StyleGAN3 has no layer as small
            first, last = middle, top
    return [(0, first), (first, last), (last, count), every]


def pixels_of(generator: Generator, layers: Range) -> str:
    """Say at which sizes a range of layers works: ``4-8 px``, or ``16 px`` where all are of one size."""
    sizes = [layer.resolution for layer in generator.layers[slice(*layers)]]
    least, most = min(sizes), max(sizes)
    return f"{most} px" if least == most else f"{least}-{most} px"


def range_of(given: Any) -> Range:
    """Take a half-open range of layers; whether a generator has them is not known here.

    Raises
    ------
    ValueError
        If it is no pair of whole numbers.
    """
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise ValueError(
            f"A range of layers is {reprlib.repr(given)}; it must be (first, one past the last)."
        )
    return whole(given[0], "The first layer", 0), whole(given[1], "The end of the layers", 0)
