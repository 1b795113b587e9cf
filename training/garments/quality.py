"""Measures how far a generator's garments are from Fashion-MNIST, and whether they show their class.

Run ``nice python -m training.garments.quality [file]``; by default on the bundled garments.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from sefa_widget.evaluation.regressor import AttributeRegressor, load_regressor
from sefa_widget.generators import Generator, load_generator
from training.garments.classifier import TARGET, as_rgb
from training.garments.dataset import CLASSES, Garments, read_garments
from training.garments.publish import BUNDLED
from training.heads.quality import DEAD, frechet_distance

SAMPLES, BATCH = 10_000, 200


@dataclass(frozen=True)
class Quality:
    """How made garments compare with real ones, as the classifier sees both.

    Attributes
    ----------
    distance
        Frechet distance of made from training pictures, in features divided by the training pictures'
        standard deviation.
    reference
        The same of held-out pictures.
    shown
        ``[10]``: share of the made pictures of each class in which the classifier sees that class.
    held_out
        ``[10]``: the same of held-out pictures.
    spread
        ``[10]``: variance of the features over made pictures of a class, as a share of that over training
        pictures of it.
    """

    distance: float
    reference: float
    shown: Tensor
    held_out: Tensor
    spread: Tensor


@torch.no_grad()
def read(classifier: AttributeRegressor, images: Tensor) -> tuple[Tensor, Tensor]:
    """Give the features ``[N, F]`` and the classes seen ``[N]`` of grey pictures in -1..1."""
    features = torch.cat([classifier.features(as_rgb(part)) for part in images.split(BATCH)])
    return features, classifier.last(features).argmax(1)


def made(generator: Generator, count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Draw pictures, as many of each class, and give them with their classes."""
    labels = torch.arange(count) % generator.num_classes
    images = []
    for part in torch.arange(count).split(BATCH):
        latent = generator.sample((seed + part).tolist(), labels=labels[part].tolist())
        images.append(generator.synthesize(latent).clamp(-1, 1))
    return torch.cat(images), labels


def measure(
    generator: Generator, classifier: AttributeRegressor, real: Garments, held_out: Garments, count: int
) -> Quality:
    """Compare `count` made pictures, and held-out real ones, with real ones; see `Quality`."""
    images, labels = made(generator, count)
    ours, seen = read(classifier, images)
    theirs, _ = read(classifier, real.images.float() / 127.5 - 1)
    others, told = read(classifier, held_out.images.float() / 127.5 - 1)
    unit = theirs.std(0)
    alive = unit > DEAD * unit.max()
    ours, theirs, others = (features[:, alive] / unit[alive] for features in (ours, theirs, others))
    classes = range(len(CLASSES))
    return Quality(
        distance=frechet_distance(ours, theirs),
        reference=frechet_distance(others, theirs),
        shown=torch.stack([(seen[labels == c] == c).float().mean() for c in classes]),
        held_out=torch.stack([(told[held_out.labels == c] == c).float().mean() for c in classes]),
        spread=torch.stack(
            [ours[labels == c].var(0).sum() / theirs[real.labels == c].var(0).sum() for c in classes]
        ),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the generator of garments.")
    parser.add_argument("file", nargs="?", type=Path, default=BUNDLED, help="what to measure")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="pictures to generate")
    arguments = parser.parse_args()
    found = measure(
        load_generator(arguments.file, device="cpu"),
        load_regressor(TARGET),
        read_garments("train"),
        read_garments("t10k"),
        arguments.samples,
    )
    print("Frechet distance from the training pictures, in features of the classifier,")
    print("each divided by its standard deviation over the training pictures:")
    print(f"  {arguments.samples:,} made       {found.distance:.2f}")
    print(f"  10,000 held out   {found.reference:.2f}")
    print("Share that the classifier takes for their class, made and held out; variance, made to real:")
    rows = zip(CLASSES, found.shown.tolist(), found.held_out.tolist(), found.spread.tolist(), strict=True)
    for name, shown, told, spread in rows:
        print(f"  {name:12}  {shown:.2f}  {told:.2f}  {spread:.2f}")
    print(f"  {'all':12}  {found.shown.mean():.2f}  {found.held_out.mean():.2f}  {found.spread.mean():.2f}")
