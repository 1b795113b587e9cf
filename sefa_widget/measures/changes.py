"""The differences between edited and unedited pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from sefa_widget.directions import Directions
from sefa_widget.directions.device import float64_device
from sefa_widget.generators.base import Generator, Latent
from sefa_widget.generators.batch import in_batches
from sefa_widget.pictures.editing import Rows, edit

BATCH_PIXELS = 2**19
"""Pixels drawn at once, at most: 128 pictures of 64 px, one of 1024 px."""


Tick = Callable[[], object]
"""Called before every batch of pictures; what it raises ends the work."""


def draw(generator: Generator, latents: Latent, tick: Tick | None = None) -> Tensor:
    """Draw pictures ``[N, C, H, W]`` batch by batch.

    They are float32 and stay on the generator's device, where they are compared; of MPS they come to the CPU,
    because they are compared in float64.
    """

    def drawn(piece: Latent) -> Tensor:
        if tick is not None:
            tick()
        return generator.synthesize(piece).to(float64_device(generator.device), torch.float32)

    batch = max(1, BATCH_PIXELS // generator.resolution**2)
    return torch.cat(list(in_batches(generator, latents, drawn, batch)))


def differences(
    generator: Generator,
    latents: Latent,
    base: Tensor,
    directions: Directions,
    strengths: dict[int, float],
    rows: Rows = None,
    tick: Tick | None = None,
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Draw each direction at plus and minus its strength, and subtract the unedited pictures.

    Parameters
    ----------
    generator, latents, directions, rows
        As for `edit`.
    base
        The unedited pictures ``[N, C, H, W]`` of `latents`, from `draw`.
    strengths
        Strength by direction; only these are drawn.
    tick
        See `draw`.

    Yields
    ------
    index, plus, minus
        The direction and both differences ``[N, C, H, W]``, in image units (-1..1 is the whole range).
    """
    for index, strength in strengths.items():
        plus = draw(generator, edit(latents, directions, {index: strength}, rows=rows), tick) - base
        minus = draw(generator, edit(latents, directions, {index: -strength}, rows=rows), tick) - base
        yield index, plus, minus


def rms(difference: Tensor) -> Tensor:
    """Give the root mean square of each picture ``[N, C, H, W]``: ``[N]`` float64 on the CPU."""
    return difference.double().square().mean(dim=(1, 2, 3)).sqrt().cpu()
