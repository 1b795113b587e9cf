"""Draws a number of heads from a seed: one file with their pictures and attributes.

Run ``python -m training.heads.dataset``; the file is made once and found again by later runs.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.heads.attributes import HIGH, LOW, MIRROR, draw_attributes
from training.heads.renderer import render_heads

FOLDER = Path(__file__).parent.parent / "runs" / "heads"
"""Where data, checkpoints and logs of training go; nothing in it is committed."""
COUNT, SEED = 24_000, 0
HELD_OUT, HELD_OUT_SEED = 2_000, 1
AT_ONCE = 4
"""Heads drawn in one batch: few, so that the rays stay in the processor's cache."""


@dataclass(frozen=True)
class Heads:
    """Pictures with what they show.

    Attributes
    ----------
    images
        ``[N, 3, 64, 64]``, uint8.
    attributes
        ``[N, 20]`` scaled from their ranges to -1..1.
    """

    images: Tensor
    attributes: Tensor

    def batch(self, count: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
        """Give random pictures ``[count, 3, 64, 64]`` in -1..1, half of them mirrored, with attributes."""
        index = torch.randint(len(self.images), (count,), generator=chance)
        images = self.images[index].float().div_(127.5).sub_(1)
        attributes = self.attributes[index]
        mirrored = torch.rand(count, generator=chance) < 0.5
        images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
        return images, torch.where(mirrored[:, None], attributes * MIRROR, attributes)


def scaled(attributes: Tensor) -> Tensor:
    """Scale attributes from their ranges to -1..1."""
    return (attributes - LOW) / (HIGH - LOW) * 2 - 1


def make_heads(path: Path, count: int = COUNT, seed: int = SEED) -> Heads:
    """Read the heads of a file, drawing them first if the file is not there."""
    if not path.exists():
        attributes = draw_attributes(count, seed)
        images = np.empty((count, 3, 64, 64), dtype=np.uint8)
        began = time.monotonic()
        for start in range(0, count, AT_ONCE):
            drawn = render_heads(attributes[start : start + AT_ONCE])
            images[start : start + AT_ONCE] = (drawn * 255).round().byte().numpy()
            if start % 1000 == 0:
                print(f"drew {start} of {count} heads in {time.monotonic() - began:.0f} s", flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part.npz")
        np.savez(unfinished, images=images, attributes=attributes.numpy())
        unfinished.replace(path)
    with np.load(path) as stored:
        return Heads(torch.from_numpy(stored["images"]), scaled(torch.from_numpy(stored["attributes"])))


def training_heads() -> Heads:
    """Give the heads that are trained on."""
    return make_heads(FOLDER / "heads.npz")


def held_out_heads() -> Heads:
    """Give heads that nothing is trained on."""
    return make_heads(FOLDER / "held-out.npz", HELD_OUT, HELD_OUT_SEED)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.parse_args()
    print(len(training_heads().images), "heads to train on,", len(held_out_heads().images), "held out")
