"""Measures how far a generator's heads are from drawn ones, and how much they vary.

Run ``nice python -m training.heads.quality [file]`` on a training checkpoint (its averaged generator) or on
a safetensors file; by default on the checkpoint of the run.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from sefa_widget.directions.activations import Samples
from sefa_widget.evaluation.distances import frechet_of_samples
from sefa_widget.evaluation.regressor import AttributeRegressor, load_regressor
from sefa_widget.generators import Generator, load_generator
from training.heads.dataset import FOLDER, Heads, held_out_heads, training_heads
from training.heads.trainer import Recipe, Trainer

SAMPLES, BATCH = 10_000, 100
DEAD = 0.01
"""A feature that varies over real pictures by less than this share of the most varied one is left out."""


@dataclass(frozen=True)
class Quality:
    """How the pictures of a generator compare with real ones, as the regressor sees both.

    Attributes
    ----------
    distance
        Frechet distance of generated from real pictures, in features divided by the real ones' standard
        deviation.
    few
        The same of only as many generated pictures as are held out: the distance grows with fewer.
    reference
        The same of held-out real pictures.
    spread
        ``[A]``: standard deviation of each attribute read off generated pictures, divided by that of real
        ones; 1 is as varied as real, 0 is always the same.
    """

    distance: float
    few: float
    reference: float
    spread: Tensor


def frechet_distance(features_a: Tensor, features_b: Tensor) -> float:
    """Give the Frechet distance of two clouds of features, each taken as normal (Heusel et al. 2017).

    ``|m1 - m2|^2 + trace(C1 + C2 - 2 (C1 C2)^(1/2))``, in float64.

    Parameters
    ----------
    features_a, features_b
        ``[N, F]`` and ``[M, F]``; two of each or more.

    Returns
    -------
    float
        0 where means and covariances agree; in the square of the features' unit.

    Raises
    ------
    ValueError
        If the features are not of one size, or there are fewer than two.
    """
    shapes = [list(features.shape) for features in (features_a, features_b)]
    if any(len(shape) != 2 or shape[0] < 2 for shape in shapes) or shapes[0][1] != shapes[1][1]:
        raise ValueError(
            f"Features have shapes {shapes[0]} and {shapes[1]}; give [N, F] and [M, F], at least two of each."
        )
    return frechet_of_samples(features_a, features_b)


@torch.no_grad()
def read(regressor: AttributeRegressor, batches: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    """Give the features ``[N, F]`` and the attributes ``[N, A]`` of batches of pictures in -1..1."""
    features = torch.cat([regressor.features(images) for images in batches])
    return features, regressor.last(features)


def generated(generator: Generator, count: int, seed: int = 0) -> Iterator[Tensor]:
    """Draw pictures without truncation and clip them to -1..1, as they are shown."""
    for latent in Samples(generator, count, seed, batch=BATCH).latents():
        yield generator.synthesize(latent).clamp(-1, 1)


def drawn(heads: Heads) -> Iterator[Tensor]:
    """Give the pictures of heads in -1..1, a batch at a time."""
    for images in torch.split(heads.images, BATCH):
        yield images.float() / 127.5 - 1


def measure(
    generator: Generator,
    regressor: AttributeRegressor,
    real: Heads,
    held_out: Heads,
    count: int = SAMPLES,
    seed: int = 0,
) -> Quality:
    """Compare `count` generated pictures, and held-out real ones, with real ones.

    Features are divided by their standard deviation over the real pictures, dimension by dimension, so that
    each counts as much; a feature that real pictures hardly show has no such unit and is left out.
    """
    features, attributes = read(regressor, drawn(real))
    made, shown = read(regressor, generated(generator, count, seed))
    others, _ = read(regressor, drawn(held_out))
    unit = features.std(0)
    alive = unit > DEAD * unit.max()
    features, made, others = (found[:, alive] / unit[alive] for found in (features, made, others))
    return Quality(
        distance=frechet_distance(made, features),
        few=frechet_distance(made[: len(others)], features),
        reference=frechet_distance(others, features),
        spread=shown.std(0) / attributes.std(0),
    )


def read_generator(path: Path) -> Generator:
    """Read the averaged generator of a training checkpoint, or a generator of any file the package reads."""
    if path.suffix != ".pt":
        return load_generator(path, device="cpu")
    nothing = Heads(torch.empty(0, 3, 64, 64, dtype=torch.uint8), torch.empty(0, 20))
    trainer = Trainer(nothing, Recipe())
    trainer.resume(path)
    print(f"the averaged generator after {trainer.seen:,} images")
    return trainer.finished().eval()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the generator of the heads.")
    parser.add_argument(
        "file", type=Path, nargs="?", default=FOLDER / "checkpoint.pt", help="what to measure"
    )
    parser.add_argument("--samples", type=int, default=SAMPLES, help="pictures to generate")
    arguments = parser.parse_args()
    regressor, real, held_out = load_regressor(), training_heads(), held_out_heads()
    quality = measure(read_generator(arguments.file), regressor, real, held_out, arguments.samples)
    print("Frechet distance from the training heads, in features of the regressor,")
    print("each divided by its standard deviation over the training heads:")
    print(f"  {arguments.samples:,} generated   {quality.distance:.3f}")
    print(f"  {min(len(held_out.images), arguments.samples):,} generated    {quality.few:.3f}")
    print(f"  {len(held_out.images):,} held out     {quality.reference:.3f}")
    print("Spread of each attribute over generated heads, as a share of that over training heads:")
    for name, share in zip(regressor.names, quality.spread.tolist(), strict=True):
        print(f"  {name:16}  {share:.3f}")
