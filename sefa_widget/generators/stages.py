"""Generators draw in stages: this module runs some of them, and goes on from features that were kept.

Pictures whose codes are equal up to some row share all features before the first stage that reads a
different row. Where a layer's output is wanted on its own, or a coarse picture, the run ends early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from sefa_widget.arguments import whole
from sefa_widget.generators import inputs
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.precision import to_full

if TYPE_CHECKING:
    from sefa_widget.generators.base import Generator

Features = tuple[Tensor, ...]
"""All that later stages need of earlier ones: tensors ``[N, ...]``. Before the first stage there are none."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One step on the way from codes to a picture.

    Attributes
    ----------
    name
        Where it is in the network, for example ``"8x8 conv 1"``.
    resolution
        Height and width of what it puts out, in pixels.
    rows
        The rows of the codes that it reads; empty where it reads features alone.
    run
        From the features so far to the next; differentiable, and the features given are left as they are.
    picture
        From what the stage puts out to images ``[N, C, H, W]``; None where it is not a picture yet. The last
        stage has it.
    """

    name: str
    resolution: int
    rows: tuple[int, ...]
    run: Callable[[Features, Latent, Noise], Features]
    picture: Callable[[Features], Tensor] | None = None


def advance(stages: Sequence[Stage], features: Features, latent: Latent, noise: Noise) -> Features:
    """Run stages one after another; differentiable, nothing is checked and nothing locked.

    Parameters
    ----------
    stages
        Some of ``generator.stages()`` that follow each other.
    features
        What the stage before them put out; ``()`` before the first.
    latent, noise
        See `Generator.synthesize`; codes and classes are on the generator's device.
    """
    for stage in stages:
        features = stage.run(features, latent, noise)
    return features


def draw(stages: Sequence[Stage], features: Features, latent: Latent, noise: Noise) -> Tensor:
    """Run stages as `advance` does and make the picture ``[N, C, H, W]`` of what the last one puts out."""
    return picture_of(stages[-1], advance(stages, features, latent, noise))


def picture_of(stage: Stage, features: Features) -> Tensor:
    """Make the picture ``[N, C, H, W]`` of the features that a stage put out, or say that it has none.

    It is float32 also where features are half, or float64 as the weights are.
    """
    if stage.picture is None:
        raise ValueError(f"What stage {stage.name!r} puts out is not a picture yet.")
    return to_full(stage.picture(features))


def first_stage(generator: Generator, rows: Iterable[int]) -> int:
    """Give the number of the first stage that reads one of some code rows.

    Features before it stay as they are when those rows are edited. It is the number of stages where no
    stage reads any of them: then the picture stays as it is.

    Raises
    ------
    ValueError
        If the generator's codes have no such row.
    """
    most = generator.num_codes - 1
    wanted = {whole(row, f"A code row of {generator.name!r}", 0, most) for row in rows}
    stages = generator.stages()
    return next((n for n, stage in enumerate(stages) if wanted & set(stage.rows)), len(stages))


def features_before(
    generator: Generator,
    latent: Latent,
    stage: int,
    *,
    noise: Noise = "const",
    start: Features = (),
    first: int = 0,
) -> Features:
    """Run a generator as far as a stage, without gradients and safe to call from any thread.

    >>> from sefa_widget import load_generator
    >>> heads = load_generator("heads", device="cpu")
    >>> latent = heads.sample([0])
    >>> stage = first_stage(heads, [7, 8, 9])
    >>> kept = features_before(heads, latent, stage)
    >>> run(heads, latent, start=kept, first=stage).shape
    torch.Size([1, 3, 64, 64])

    Parameters
    ----------
    generator
        Any generator.
    latent
        Of N pictures. Rows that no stage up to there reads do not matter.
    stage
        Number of the first stage that is not run: 0 to the number of stages.
    noise
        See `Generator.synthesize`. With fresh noise, pictures that share features share their noise.
    start, first
        Features ``[N, ...]`` before stage number `first`, to go on from; by default from the beginning.

    Returns
    -------
    tuple of Tensor
        Each ``[N, ...]``, on the generator's device. They depend on the latent's classes and truncation
        too, and on the weights: go on from them only with the same ones.

    Raises
    ------
    ValueError
        If the codes, the features or the numbers of the stages do not fit the generator, or the noise is
        unknown.
    """
    inputs.noise(noise)
    stages = generator.stages()
    stage = whole(stage, "stage", 0, len(stages))
    first = whole(first, "first", 0, stage)
    if bool(start) != bool(first) or any(len(tensor) != len(latent) for tensor in start):
        raise ValueError(
            f"start holds features of {[len(tensor) for tensor in start]} pictures before stage {first}; for "
            f"a latent of {len(latent)} it must hold {len(latent)} of each, and () before stage 0."
        )
    inputs.codes(generator, latent.codes)
    with generator.lock, torch.no_grad():
        return advance(stages[first:stage], start, latent.to(generator.device, generator.dtype), noise)


def run(
    generator: Generator,
    latent: Latent,
    noise: Noise = "const",
    *,
    start: Features = (),
    first: int = 0,
) -> Tensor:
    """Draw pictures ``[N, C, H, W]``, from the beginning or from kept features.

    The picture is that of `Generator.synthesize`, also if rows that earlier stages read are others now
    than when the features were made: those rows are not read again. For parameters and errors see
    `features_before`.
    """
    stages = generator.stages()
    with generator.lock, torch.no_grad():
        features = features_before(generator, latent, len(stages), noise=noise, start=start, first=first)
        return picture_of(stages[-1], features)


def coarse(generator: Generator, latent: Latent, resolution: int, *, noise: Noise = "const") -> Tensor | None:
    """Draw as far as the largest picture of at most `resolution` pixels that the network makes on its way.

    StyleGAN2 with skips sums a picture of each resolution, and this is the sum so far. It shows where things
    are, but not their colours: later resolutions add to them too (of the bundled heads, the sum at half
    size correlates by only 0.57 with the whole picture made smaller). FastGAN was trained to make a second
    picture of 128 pixels. PGGAN and StyleGAN have layers for small pictures, but they fit weights that were
    trained further since: they, and all others, make no picture on the way.

    Returns
    -------
    Tensor or None
        ``[N, C, h, w]`` of about -1..1 at its own size; None if the network makes none that small.

    Raises
    ------
    ValueError
        If the codes do not fit the generator, or `resolution` is no size in pixels.
    """
    resolution = whole(resolution, "resolution", 1)
    stages = generator.stages()
    fitting = [n for n, stage in enumerate(stages) if stage.picture and stage.resolution <= resolution]
    if not fitting:
        return None
    with generator.lock, torch.no_grad():
        features = features_before(generator, latent, fitting[-1] + 1, noise=noise)
        return picture_of(stages[fitting[-1]], features)
