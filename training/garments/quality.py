"""Measures how far a generator's garments are from Fashion-MNIST, and whether they show their class.

Run ``nice python -m training.garments.quality [file]``; by default on the bundled garments, whose page of
results it writes.
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
from training.garments.publish import BUNDLED, DOCS
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
    features = torch.cat([classifier.features(as_rgb(part)) for part in torch.split(images, BATCH)])
    return features, classifier.last(features).argmax(1)


def made(generator: Generator, count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Draw pictures, as many of each class, and give them with their classes."""
    labels = torch.arange(count) % generator.num_classes
    images = []
    for part in torch.split(torch.arange(count), BATCH):
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


def page(found: Quality, samples: int, size: int) -> str:
    """Write the page of results in Markdown."""
    text = f"""# The garments: measured

Written by `python -m training.garments.quality --samples {samples}`; what it means is in
[garments.md](garments.md).

The file has {size / 1e6:.2f} MB. Frechet distance from the 60,000 training pictures, in features of the
classifier, each divided by its standard deviation over them: {found.distance:.2f} of {samples:,} made
pictures, {found.reference:.2f} of the 10,000 that were held out.

Of each class: the share of made and of held-out pictures that the classifier takes for it, and how far made
pictures vary (the variance of those features, as a share of that of training pictures).

| class | made | held out | variance |
| --- | ---: | ---: | ---: |
"""
    columns = (found.shown, found.held_out, found.spread)
    rows = [*zip(CLASSES, *(column.tolist() for column in columns), strict=True)]
    rows.append(("mean", *(float(column.mean()) for column in columns)))
    return text + "".join(f"| {name} | {a:.2f} | {b:.2f} | {c:.2f} |\n" for name, a, b, c in rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the generator of garments.")
    parser.add_argument("file", nargs="?", type=Path, default=BUNDLED, help="what to measure")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="pictures to generate")
    arguments = parser.parse_args()
    generator = load_generator(arguments.file, device="cpu")
    real, held_out = read_garments("train"), read_garments("t10k")
    found = measure(generator, load_regressor(TARGET), real, held_out, arguments.samples)
    written = page(found, arguments.samples, arguments.file.stat().st_size)
    print(written)
    if arguments.file == BUNDLED:
        (DOCS / "garments-results.md").write_text(written, encoding="utf-8")
