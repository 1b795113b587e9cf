"""Draw a grid of pictures, each start with each edit, sharing what is equal.

Each stage of the network runs once for all pictures that are equal up to it: those of one start whose edits
move later code rows only, and, with features kept from earlier calls, those drawn before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.arguments import whole
from sefa_widget.generators.base import Generator, Latent
from sefa_widget.generators.batch import fewer_at_once, pictures_at_once
from sefa_widget.generators.stages import Stage, first_stage
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.sharing import Chain, branches, chains, draw_shared, pick, together
from sefa_widget.pictures.starts import Start, batches, latent_of

IN_A_CALL_BYTES = 2**30
"""Bytes of features kept at most from one batch of a start to its next."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture of a grid.

    Attributes
    ----------
    row, column
        Which start and which edit it is of.
    image
        ``[C, H, W]`` on the generator's device, values of about -1..1; to be read, not to be written into.
    """

    row: int
    column: int
    image: Tensor


def tiles(
    generator: Generator,
    starts: Sequence[Start],
    edits: Sequence[Edit],
    *,
    kept: KeptFeatures | None = None,
    first: Sequence[int] = (),
    largest: int | None = None,
) -> Iterator[Tile]:
    """Draw every start with every edit, one tile after another; see `batches_of_tiles`."""
    for batch in batches_of_tiles(generator, starts, edits, kept=kept, first=first, largest=largest):
        yield from batch


def batches_of_tiles(
    generator: Generator,
    starts: Sequence[Start],
    edits: Sequence[Edit],
    *,
    kept: KeptFeatures | None = None,
    first: Sequence[int] = (),
    largest: int | None = None,
) -> Iterator[list[Tile]]:
    """Draw every start with every edit, a batch at a time; the caller may stop between any two.

    Parameters
    ----------
    generator
        The generator.
    starts, edits
        The R rows and the C columns of the grid.
    kept
        Features of earlier calls, from which pictures are drawn on, and to which those of this call are
        added: before the stage at which a picture departs from the ones drawn before, before the first that
        reads a row of its edit, and the picture itself. Nothing with fresh noise is kept.
    first
        Numbers of rows to draw before the others, in batches of their own.
    largest
        Draw only as far as the largest picture of at most so many pixels that the network makes on its way,
        and give that one; see `coarse`. None draws the whole picture.

    Yields
    ------
    list of Tile
        R * C in all: the starts in batches, each with all its edits.

    Raises
    ------
    ValueError
        If there is no such row, an edit does not fit the generator, or it makes no picture that small.
    """
    urgent = [whole(row, "A row of first", 0, len(starts) - 1) for row in first]
    stages = generator.stages() if largest is None else _as_far_as(generator, largest)
    at_once = pictures_at_once(generator)
    cuts = [min(first_stage(generator, edit.own_rows(generator)), len(stages)) for edit in edits]
    for places in batches(starts, max(1, at_once // len(edits)), urgent):
        some = [starts[place] for place in places]
        noise = some[0].noise
        grid = [(place, column) for column in range(len(edits)) for place in places]
        with generator.lock, torch.no_grad():
            weights = 0 if kept is None else kept.use((generator.weights_version, generator.device))
            latent = latent_of(generator, some, kept, weights)
            edited = Latent.cat([edit.apply(latent) for edit in edits])
            # fresh noise is shared by the edits of a start, and by nothing else
            own = [(weights, place if noise == "random" else None) for place, _ in grid]
            keys = chains(stages, edited, noise, own, whole=largest is None)
        store, keep = kept, branches(keys)
        if kept is None or noise == "random":
            store = KeptFeatures(IN_A_CALL_BYTES) if len(grid) > at_once else None
        else:
            keep |= {chain[cuts[column]] for chain, (_, column) in zip(keys, grid, strict=True)}
            keep |= {chain[_last_seen(kept, chain)] for chain in keys}
        order = together(keys)
        while order:
            chunk = order[:at_once]
            try:
                with generator.lock, torch.no_grad():
                    images = draw_shared(
                        stages, pick(edited, chunk), noise, [keys[n] for n in chunk], store, keep
                    )
            except (RuntimeError, MemoryError) as error:
                at_once = fewer_at_once(generator, len(chunk), error)
                if noise == "random" and store is None:
                    store = KeptFeatures(IN_A_CALL_BYTES)  # the next batch shares the noise of this one
                continue
            order = order[len(chunk) :]
            yield [Tile(*grid[n], image) for n, image in zip(chunk, images, strict=True)]


def _as_far_as(generator: Generator, largest: int) -> Sequence[Stage]:
    """Give the stages up to the one that puts out the largest picture of at most so many pixels."""
    stages = generator.stages()
    fitting = [n for n, stage in enumerate(stages) if stage.picture and stage.resolution <= largest]
    if not fitting:
        raise ValueError(f"{generator.name!r} makes no picture of {largest} pixels or less on its way.")
    return stages[: fitting[-1] + 1]


def _last_seen(kept: KeptFeatures, chain: Chain) -> int:
    """Give the stage at which a picture departs from all that were drawn before."""
    return max((number for number, seen in enumerate(kept.seen(chain)) if seen), default=0)
