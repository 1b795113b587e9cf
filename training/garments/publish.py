"""Publishes a finished training run: the bundled generator, its golden pictures, grids and log.

Run ``python -m training.garments.publish``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from sefa_widget import edit, factorize
from sefa_widget.generators import load_generator, save_generator
from sefa_widget.generators.biggan import BigGAN
from training.garments.dataset import CLASSES, FOLDER, Garments
from training.garments.trainer import Recipe, Trainer, save_grid
from training.heads.publish import save_log

ROOT = Path(__file__).parent.parent.parent
BUNDLED = ROOT / "sefa_widget" / "generators" / "bundled" / "garments.safetensors"
GOLDEN = ROOT / "tests" / "golden" / "garments.npz"
DOCS = ROOT / "docs"
MOST_MOVED = 2.0
"""How far float16 may move a pixel, of 255."""
GRIDS = (0.7, 1.0)
"""Truncations of the grids in the docs."""
DIRECTIONS = 6
"""Shown in the docs."""


def publish(checkpoint: Path) -> None:
    """Write everything that is made from a training checkpoint."""
    nothing = Garments(torch.empty(0, 1, 32, 32, dtype=torch.uint8), torch.empty(0, dtype=torch.int64))
    trainer = Trainer(nothing, Recipe())
    trainer.resume(checkpoint)
    print(f"the averaged generator after {trainer.seen:,} images")
    save_rounded(trainer.finished())
    generator = load_generator(BUNDLED, device="cpu")
    assert isinstance(generator, BigGAN)
    count = len(CLASSES)
    images = generator.synthesize(generator.sample(range(count), labels=range(count)))
    np.savez_compressed(GOLDEN, images=images.half().numpy())
    for psi in GRIDS:
        save_grid(generator, DOCS / f"garments-grid-{psi}.png", psi, seeds=12, scale=1)
    save_directions(generator, DOCS / "garments-directions.png")
    save_log(checkpoint.parent / "log.jsonl", DOCS / "garments-training.csv")


def save_directions(generator: BigGAN, path: Path, scale: int = 2) -> None:
    """Write a row for each direction: the pictures that a panel opens with at -4, 0 and 4."""
    opening = generator.opening
    latents = generator.sample(opening.seeds, labels=opening.labels, truncation_psi=opening.truncation_psi)
    found = factorize(generator, k=DIRECTIONS)
    images = torch.stack(
        [
            generator.synthesize(edit(latents, found, {index: strength}))[:, 0]
            for index in range(DIRECTIONS)
            for strength in (-4.0, 0.0, 4.0)
        ]
    )  # [rows * 3, pictures, H, W]
    size = images.shape[-1]
    rows = images.view(DIRECTIONS, -1, size, size).transpose(1, 2).reshape(DIRECTIONS * size, -1)
    pixels = ((rows.clamp(-1, 1) + 1) * 127.5).round().byte().numpy()
    Image.fromarray(pixels).resize((scale * pixels.shape[1], scale * pixels.shape[0]), 0).save(path)


def save_rounded(exact: BigGAN) -> None:
    """Write the generator in float16, and say how far that moves its pictures.

    Raises
    ------
    ValueError
        If that would be seen.
    """
    count = 100
    latent = exact.sample(range(count), labels=[n % len(CLASSES) for n in range(count)])
    with torch.no_grad():
        pictures = exact.synthesize(latent).clamp(-1, 1)
        rounded = BigGAN(**exact.config)
        rounded.load_state_dict(exact.state_dict())
        save_generator(rounded.half(), BUNDLED)
        again = load_generator(BUNDLED, device="cpu").synthesize(latent).clamp(-1, 1)
    moved = (again - pictures).abs().max().item() * 127.5
    print(f"float16 moves a pixel of {count} pictures by at most {moved:.2f}/255")
    print(f"{BUNDLED.name}: {BUNDLED.stat().st_size / 1e6:.2f} MB")
    if moved > MOST_MOVED:
        raise ValueError(f"float16 moves a pixel by {moved:.1f}/255, more than {MOST_MOVED}: ship float32.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Publish the generator of the garments.")
    parser.add_argument(
        "checkpoint", type=Path, nargs="?", default=FOLDER / "checkpoint.pt", help="of the training run"
    )
    publish(parser.parse_args().checkpoint)
