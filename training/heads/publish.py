"""Publishes a finished training run: the bundled generator, its golden pictures and the figures of the docs.

Run ``python -m training.heads.publish``.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from sefa_widget.generators import load_generator, save_generator
from sefa_widget.generators.stylegan2 import StyleGAN2
from training.heads.attributes import ATTRIBUTES, HIGH, LOW, plain_head
from training.heads.dataset import FOLDER, training_heads
from training.heads.renderer import render_heads
from training.heads.trainer import Recipe, Trainer, save_grid

ROOT = Path(__file__).parent.parent.parent
BUNDLED = ROOT / "sefa_widget" / "generators" / "bundled" / "heads.safetensors"
GOLDEN = ROOT / "tests" / "golden" / "heads.npz"
DOCS = ROOT / "docs"
GOLDEN_SEEDS = 5
MOST_MOVED = 2.0
"""How far float16 may move a pixel, of 255, before float32 is shipped."""
STEPS = 5
"""Pictures per attribute in the figure of attributes."""


def publish(checkpoint: Path) -> None:
    """Write everything that is made from a training checkpoint."""
    trainer = Trainer(training_heads(), Recipe())
    trainer.resume(checkpoint)
    save_rounded(trainer.finished().eval())
    generator = load_generator(BUNDLED, device="cpu")
    images = generator.synthesize(generator.sample(range(GOLDEN_SEEDS)))
    np.savez_compressed(GOLDEN, images=images.half().numpy())
    assert isinstance(generator, StyleGAN2)
    for psi in (0.8, 1.0):
        save_grid(generator, DOCS / f"heads-grid-{psi}.png", psi, scale=1)
    save_attributes(DOCS / "heads-attributes.png")
    save_log(FOLDER / "log.jsonl", DOCS / "heads-training.csv")


def save_rounded(exact: StyleGAN2) -> None:
    """Write the generator in float16, or in float32 if that would be seen."""
    latent = exact.sample(range(64))
    with torch.no_grad():
        pictures = exact.synthesize(latent).clamp(-1, 1)
        rounded = StyleGAN2(**exact.config)
        rounded.load_state_dict(exact.state_dict())
        save_generator(rounded.half(), BUNDLED)
        again = load_generator(BUNDLED, device="cpu").synthesize(latent).clamp(-1, 1)
    moved = (again - pictures).abs().max().item() * 127.5
    print(f"float16 moves a pixel of 64 pictures by at most {moved:.2f}/255")
    if moved > MOST_MOVED:
        save_generator(exact, BUNDLED)
    print(f"{BUNDLED.name}: {BUNDLED.stat().st_size / 1e6:.2f} MB")


def save_attributes(path: Path) -> None:
    """Draw one attribute at a time from its lowest to its highest value: two attributes a row."""
    heads = plain_head(STEPS * len(ATTRIBUTES))
    share = torch.linspace(0, 1, STEPS)
    for column in range(len(ATTRIBUTES)):
        part = slice(STEPS * column, STEPS * (column + 1))
        heads[part, column] = LOW[column] + (HIGH[column] - LOW[column]) * share
    save_tiles(render_heads(heads), 2 * STEPS, path)


def save_tiles(images: Tensor, columns: int, path: Path) -> None:
    """Write pictures ``[N, 3, H, W]`` of 0..1 as one PNG."""
    count, channels, height, width = images.shape
    tiles = images.view(count // columns, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    pixels = (tiles.reshape(-1, columns * width, channels) * 255).round().byte().numpy()
    Image.fromarray(pixels).save(path, optimize=True)


def save_log(source: Path, path: Path) -> None:
    """Turn the log of a run into a table."""
    lines = [json.loads(line) for line in source.read_text().splitlines()]
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, list(lines[0]))
        table.writeheader()
        table.writerows(lines)


if __name__ == "__main__":
    publish(FOLDER / "checkpoint.pt")
