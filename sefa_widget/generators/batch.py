"""How many pictures are drawn at once: as many as are quickest, and no more than fit into the memory."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from sefa_widget.generators.base import Generator, Latent

BATCH_PIXELS = 2**19
"""Pixels drawn at once, at most: 128 pictures of 64 px, one of 1024 px."""
CPU_BATCH_PIXELS = 2**16
"""The same on a CPU, where larger batches leave its cache: 16 pictures of 64 px, one of 256 px."""
TOLD = "out of memory", "can't allocate memory"
"""What errors say that are no `torch.OutOfMemoryError`: those of MPS, and of the CPU."""

_fitting: WeakKeyDictionary[Generator, tuple[torch.device, int]] = WeakKeyDictionary()


def pictures_at_once(generator: Generator) -> int:
    """Give how many pictures of a generator to draw at once, on the device where it is."""
    on_cpu = generator.device.type == "cpu"
    pixels = min(BATCH_PIXELS, CPU_BATCH_PIXELS) if on_cpu else BATCH_PIXELS
    return at_most(generator, max(1, pixels // generator.resolution**2))


def at_most(generator: Generator, wanted: int) -> int:
    """Give how many of so many pictures to draw at once: fewer where so many did not fit before."""
    device, most = _fitting.get(generator, (None, wanted))
    return min(wanted, most) if device == generator.device else wanted


def in_batches(
    generator: Generator, latents: Latent, draw: Callable[[Latent], Tensor], most: int
) -> Iterator[Tensor]:
    """Draw latents, so many at once as fit, and give what comes of each batch.

    Parameters
    ----------
    generator
        Whose memory is to suffice, see `fewer_at_once`.
    latents
        Of N pictures.
    draw
        Draws some of them.
    most
        How many at once, where memory suffices.
    """
    at_once, start = at_most(generator, most), 0
    while start < len(latents):
        piece = latents[start : start + at_once]
        try:
            drawn = draw(piece)
        except (RuntimeError, MemoryError) as error:
            at_once = fewer_at_once(generator, len(piece), error)
            continue
        start += len(piece)
        yield drawn


def fewer_at_once(generator: Generator, tried: int, error: BaseException) -> int:
    """Give how many pictures to try after an error; from then on `pictures_at_once` gives no more.

    Parameters
    ----------
    generator
        Whose pictures.
    tried
        How many were to be drawn at once.
    error
        What came of it.

    Raises
    ------
    BaseException
        The error itself, unless it says that memory did not suffice.
    RuntimeError
        If a single picture does not fit.

    Warns
    -----
    UserWarning
        How many are drawn at once from now on.
    """
    fewer = halved(generator, tried, error, ("picture", "pictures"), stacklevel=4)
    _fitting[generator] = (generator.device, fewer)
    return fewer


def halved(
    generator: Generator, tried: int, error: BaseException, what: tuple[str, str], stacklevel: int = 3
) -> int:
    """Give half of what did not fit into the memory, as `fewer_at_once` does; nothing is remembered.

    `what` names one of what was computed, and several.
    """
    if not _is_of_memory(error):
        raise error
    if tried <= 1:
        raise RuntimeError(
            f"One {what[0]} of {generator.name!r} does not fit into the memory of {generator.device}. Close "
            "what else uses it, or load the generator with dtype='float16' or device='cpu'."
        ) from error
    fewer = tried // 2
    warnings.warn(
        f"{tried} {what[1]} of {generator.name!r} at once do not fit into the memory of {generator.device}: "
        f"from now on {fewer} are computed at once.",
        stacklevel=stacklevel,
    )
    return fewer


def _is_of_memory(error: BaseException) -> bool:
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in TOLD)
