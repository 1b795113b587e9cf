"""Reads the features of any number of pictures: keeps their mean and covariance, and some of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from sefa_widget.arguments import MAX_SEED, instance, is_many, whole, wholes
from sefa_widget.directions.moments import Moments
from sefa_widget.evaluation.chunks import Executor, check_executor, in_chunks
from sefa_widget.evaluation.extractors import Extractor, as_extractor
from sefa_widget.generators.base import Generator, Latent, check_generator
from sefa_widget.measures.changes import BATCH_PIXELS, draw
from sefa_widget.measures.fresh import Samples, drawn, some
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.progress import Progress, check_progress

KEPT = 10_000
"""Pictures whose own features are kept by default."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The features of N pictures.

    Attributes
    ----------
    extractor
        Name of what read them.
    count
        N.
    mean, covariance
        ``[F]`` and ``[F, F]`` over all pictures, float64; divided by N - 1.
    kept
        ``[M, F]`` float32: the features of the first M pictures.
    """

    extractor: str
    count: int
    mean: Tensor
    covariance: Tensor
    kept: Tensor

    def __repr__(self) -> str:
        """Say how many there are."""
        return f"Features({self.count} pictures, {len(self.mean)} features of {self.extractor!r})"


def draw_features(
    generator: Generator,
    samples: Latent | int | Iterable[int],
    extractor: Extractor | str,
    *,
    edit: Edit = UNEDITED,
    keep: int = KEPT,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Features:
    """Read the features of a generator's pictures, in bounded memory.

    >>> from sefa_widget import load_generator
    >>> draw_features(load_generator("heads", device="cpu"), range(5), "regressor")
    Features(5 pictures, 128 features of 'regressor')

    Parameters
    ----------
    generator
        Draws the pictures.
    samples
        Latents, or seeds, for example ``range(100_000)``; seeds are of class 0 where there are classes.
    extractor
        What reads features: an `Extractor`, or a name that `extractor` knows.
    edit
        What is done to every picture.
    keep
        Of how many pictures the features themselves are kept, the first ones: `kernel_distance` and
        `frechet_curve` read these. Mean and covariance are of all.
    executor
        Who draws and reads, as many pictures at a time as have half a million pixels: an executor of
        `concurrent.futures`, or a Client of dask; None is this process. The result is the same for any
        number of workers.
    progress
        Called as ``progress(done, total)`` with numbers of pictures; what it raises ends the work.

    Returns
    -------
    Features
        For `frechet_distance` and `kernel_distance`.

    Raises
    ------
    ValueError
        If an argument is wrong, or there are fewer than two pictures.
    """
    check_generator(generator)
    read = as_extractor(extractor)
    instance(edit, "edit", Edit, "an Edit, for example Edit(directions, {0: 2.0})")
    check_executor(executor)
    check_progress(progress)
    wanted = _samples(samples)
    batch = max(1, BATCH_PIXELS // generator.resolution**2)
    gathered = _Gathered(read.name, whole(keep, "keep", 2))
    with in_chunks(_features, (generator, edit, read), some(wanted, batch), executor) as found:
        for features in found:
            gathered.add(features)
            if progress is not None:
                progress(gathered.moments.count, len(wanted))
    return gathered.whole()


def read_features(
    pictures: Tensor | Iterable[Tensor], extractor: Extractor | str, *, keep: int = KEPT
) -> Features:
    """Read the features of pictures that are there already, for example of a data set.

    >>> read_features(torch.rand(6, 3, 16, 16) * 2 - 1, "colours")
    Features(6 pictures, 192 features of 'colours')

    Parameters
    ----------
    pictures
        ``[N, C, H, W]`` of -1..1, or batches of such, which are read one after the other.
    extractor, keep
        See `draw_features`.

    Returns
    -------
    Features
        For `frechet_distance` and `kernel_distance`.

    Raises
    ------
    ValueError
        If there are fewer than two pictures, or they are of a wrong shape or type.
    """
    read = as_extractor(extractor)
    gathered = _Gathered(read.name, whole(keep, "keep", 2))
    if not isinstance(pictures, Tensor) and not is_many(pictures):
        raise ValueError(f"pictures is {pictures!r}; it must be a tensor [N, C, H, W] or batches of such.")
    batches: Iterable[Tensor] = pictures
    if isinstance(pictures, Tensor):
        at_once = max(1, BATCH_PIXELS // max(1, math.prod(pictures.shape[2:])))
        batches = torch.split(pictures, at_once) if pictures.ndim else [pictures]
    for batch in batches:
        gathered.add(read(batch))
    return gathered.whole()


def _samples(given: Latent | int | Iterable[int]) -> Samples:
    if isinstance(given, Latent | range):
        return given
    return tuple(wholes(given, "samples", "A seed", 0, MAX_SEED))


def _features(shared: tuple[Generator, Edit, Extractor], samples: Samples) -> Tensor:
    """Draw some samples, edited, and read their features ``[N, F]``."""
    generator, edit, read = shared
    return read(draw(generator, edit.apply(drawn(generator, samples))))


@dataclass(slots=True)
class _Gathered:
    """What is known of the pictures so far."""

    extractor: str
    keep: int
    moments: Moments = field(default_factory=Moments)
    kept: list[Tensor] = field(default_factory=list)

    def add(self, features: Tensor) -> None:
        room = self.keep - self.moments.count
        if room > 0:
            self.kept.append(features[:room])
        self.moments.add(features)

    def whole(self) -> Features:
        if self.moments.count < 2:
            raise ValueError(f"There are {self.moments.count} pictures; a covariance needs at least 2.")
        mean, covariance = self.moments.mean, self.moments.covariance.cpu()
        return Features(self.extractor, self.moments.count, mean, covariance, torch.cat(self.kept))
