"""Trains the judge of garments: a small network that tells which class a picture shows.

Run ``nice python -m training.garments.classifier``; it takes some minutes of one core. The file stays in the
checkout: claims and `quality` read it, the package does not.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from sefa_widget.evaluation.regressor import AttributeRegressor, load_regressor, save_regressor
from training.garments.dataset import CLASSES, Garments, read_garments

TARGET = Path(__file__).parent / "classifier.safetensors"
BATCH, RATE = 64, 2e-3
SHIFT = 1
"""Most pixels by which a training picture is moved."""
NOISE = 0.1
"""Most noise of a training picture, standard deviation in -1..1."""


def as_rgb(images: Tensor) -> Tensor:
    """Give grey pictures three equal channels, as the network takes them."""
    return images.expand(-1, 3, -1, -1)


def roughen(images: Tensor, chance: torch.Generator) -> Tensor:
    """Move all pictures of a batch by one step, and add noise to each, as much as chance says."""
    down, right = torch.randint(-SHIFT, SHIFT + 1, (2,), generator=chance).tolist()
    noise = NOISE * torch.rand(len(images), 1, 1, 1, generator=chance)
    return images.roll((down, right), (2, 3)) + noise * torch.randn(images.shape, generator=chance)


def train(garments: Garments, images: int, seed: int = 0) -> AttributeRegressor:
    """Fit a classifier, showing it `images` pictures in all; its values are logits of the classes."""
    torch.manual_seed(seed)
    chance = torch.Generator().manual_seed(seed)
    classifier = AttributeRegressor(CLASSES, resolution=32, widths=(16, 32, 32), hidden=64)
    optimizer = torch.optim.Adam(classifier.parameters(), RATE, fused=True)
    steps = max(images // BATCH, 1)
    for step in range(steps):
        warm = min((step + 1) / 100, 1.0)
        optimizer.param_groups[0]["lr"] = RATE * warm * (1 + math.cos(math.pi * step / steps)) / 2
        pictures, labels = garments.batch(BATCH, chance)
        loss = functional.cross_entropy(classifier(as_rgb(roughen(pictures, chance))), labels)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimizer.step()
        if (step + 1) % 200 == 0:
            print(f"{(step + 1) * BATCH:,} pictures, loss {loss.item():.3f}", flush=True)
    return classifier.eval()


@torch.no_grad()
def accuracy(classifier: AttributeRegressor, garments: Garments) -> float:
    """Give the share of pictures whose class is told."""
    right = 0
    batches = zip(torch.split(garments.images, 500), torch.split(garments.labels, 500), strict=True)
    for pictures, labels in batches:
        found = classifier(as_rgb(pictures.float() / 127.5 - 1)).argmax(1)
        right += int((found == labels).sum())
    return right / len(garments.labels)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the judge of garments.")
    parser.add_argument("--images", type=int, default=180_000, help="pictures to show in all")
    arguments = parser.parse_args()
    save_regressor(train(read_garments("train"), arguments.images), TARGET)
    share = accuracy(load_regressor(TARGET), read_garments("t10k"))  # of the file, float16 and all
    print(f"tells the class of {share:.1%} of the held-out pictures")
    print(f"wrote {TARGET.name}, {TARGET.stat().st_size:,} bytes")
