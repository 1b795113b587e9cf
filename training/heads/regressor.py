"""Trains the regressor of attributes that the package brings, on drawn heads, with a table of its R^2.

Run ``nice python -m training.heads.regressor``; it takes about ten minutes of one core.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from sefa_widget.evaluation import regressor as bundled
from sefa_widget.evaluation.regressor import AttributeRegressor, load_regressor, save_regressor
from training.heads.attributes import NAMES
from training.heads.dataset import Heads, held_out_heads, training_heads

ROOT = Path(__file__).parent.parent.parent
TARGET = ROOT / "sefa_widget" / "evaluation" / "bundled" / f"{bundled.BUNDLED}.safetensors"
TABLE = ROOT / "docs" / "heads-regressor.csv"
BATCH, RATE = 64, 1e-3
NOISE, BLUR = 0.08, 0.8
"""Most noise (standard deviation, in -1..1) and blur (share of the 3x3 mean) of a training picture."""


def roughen(images: Tensor, chance: torch.Generator) -> Tensor:
    """Blur half of the pictures and add noise to half, each as much as chance says; brightness stays."""
    count = len(images)
    blur, noise = (
        most
        * torch.rand(count, 1, 1, 1, generator=chance)
        * (torch.rand(count, 1, 1, 1, generator=chance) < 0.5)
        for most in (BLUR, NOISE)
    )
    around = functional.pad(images, (1, 1, 1, 1), mode="replicate")
    rows = around[:, :, :-2] + around[:, :, 1:-1] + around[:, :, 2:]
    smooth = (rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / 9
    return images.lerp(smooth, blur) + noise * torch.randn(images.shape, generator=chance)


def train(heads: Heads, images: int, seed: int = 0) -> AttributeRegressor:
    """Fit a regressor to heads.

    Parameters
    ----------
    heads
        What is trained on; half of the pictures are mirrored.
    images
        How many pictures are shown in all.
    seed
        Of the first weights and of every random number after them.

    Returns
    -------
    AttributeRegressor
        In eval mode.
    """
    torch.manual_seed(seed)
    chance = torch.Generator().manual_seed(seed)
    regressor = AttributeRegressor(NAMES)
    optimizer = torch.optim.Adam(regressor.parameters(), RATE, fused=True)
    steps = max(images // BATCH, 1)
    began, total = time.monotonic(), 0.0
    for step in range(steps):
        warm = min((step + 1) / 200, 1.0)
        optimizer.param_groups[0]["lr"] = RATE * warm * (1 + math.cos(math.pi * step / steps)) / 2
        pictures, attributes = heads.batch(BATCH, chance)
        with torch.autocast("cpu", torch.bfloat16):
            found = regressor(roughen(pictures, chance))
        loss = functional.mse_loss(found.float(), attributes)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimizer.step()
        total += loss.item()
        if (step + 1) % 500 == 0:
            seconds = time.monotonic() - began
            left = seconds / (step + 1) * (steps - step - 1) / 60
            print(f"{(step + 1) * BATCH:,} pictures, loss {total / 500:.4f}, {left:.1f} min left", flush=True)
            total = 0.0
    regressor.eval()
    return regressor


@torch.no_grad()
def explained(regressor: AttributeRegressor, heads: Heads) -> Tensor:
    """Give the share of each attribute's variance that is read off the pictures, R^2 ``[A]``."""
    pictures = torch.split(heads.images, 250)
    found = torch.cat([regressor(part.float() / 127.5 - 1).cpu() for part in pictures])
    missed = (found - heads.attributes).square().sum(0)
    return 1 - missed / (heads.attributes - heads.attributes.mean(0)).square().sum(0)


def write_table(shares: Tensor, path: Path) -> None:
    """Write R^2 ``[20]`` as a table with one row per attribute."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["attribute", "R^2 on held-out heads"])
        writer.writerows([name, f"{share:.4f}"] for name, share in zip(NAMES, shares.tolist(), strict=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the regressor of the heads' attributes.")
    parser.add_argument("--images", type=int, default=600_000, help="pictures to show in all")
    parser.add_argument("--target", type=Path, default=TARGET, help="file to write")
    arguments = parser.parse_args()
    TARGET.parent.mkdir(exist_ok=True)
    save_regressor(train(training_heads(), arguments.images), arguments.target)
    found = explained(load_regressor(arguments.target), held_out_heads())  # of the file, float16 and all
    write_table(found, TABLE)
    print(TABLE.read_text())
    print(f"wrote {arguments.target}, {arguments.target.stat().st_size:,} bytes")
