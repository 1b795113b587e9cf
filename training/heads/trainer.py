"""Trains a StyleGAN2 of this project on drawn heads, with a log and sample grids.

Run ``make train-heads``. It saves every few minutes and goes on from there when run again, and stops by
itself. The recipe is StyleGAN2's (Karras et al. 2020) without style mixing and path length regularisation,
plus a second head of the discriminator that regresses the attributes of drawn heads, and whose variety over
a batch is judged: labels reach the discriminator, never the generator's latent.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.stylegan2 import StyleGAN2
from training.heads.attributes import ATTRIBUTES
from training.heads.dataset import FOLDER, Heads, training_heads
from training.heads.discriminator import Discriminator
from training.heads.forward import synthesize
from training.resuming import Resuming


@dataclass(frozen=True)
class Recipe:
    """The numbers of a training run.

    Attributes
    ----------
    images
        Drawn heads shown to the discriminator until the end.
    batch
        Pictures a step.
    rate
        Learning rate of Adam; falls to 0 over the last `decay` of the run.
    decay
        Share of the run in which the rate falls.
    gamma, every
        Weight of R1 and steps between two of them (lazy regularisation, section 3.1).
    memory
        Images in which the averaged weights forget half, at most 5 % of those seen.
    """

    images: int = 1_300_000
    batch: int = 32
    rate: float = 0.0025
    decay: float = 0.6
    gamma: float = 0.03
    every: int = 16
    memory: int = 10_000


SAVE_EVERY, GRID_EVERY = 8_000, 24_000
W_SAMPLES = 20_000
"""Latents whose mean w is the centre of truncation."""


def make_generator() -> StyleGAN2:
    """Build the network of the heads: 64 px, 32 numbers of latent."""
    return StyleGAN2(
        widths={4: 96, 8: 96, 16: 64, 32: 32, 64: 16},
        mapping={"z_dim": 32, "widths": [32, 32, 32], "lr_multiplier": 0.1},
    )


class Trainer(Resuming):
    """All that a run consists of, and its steps.

    Parameters
    ----------
    heads
        What is trained on.
    recipe
        How.
    seed
        Of the first weights and of every random number after them.
    """

    def __init__(self, heads: Heads, recipe: Recipe, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.heads, self.recipe, self.seen = heads, recipe, 0
        self.chance = torch.Generator().manual_seed(seed)
        self.generator, self.judge = make_generator(), Discriminator(len(ATTRIBUTES))
        self.average = make_generator().requires_grad_(False)
        self.average.load_state_dict(self.generator.state_dict())
        lazy = recipe.every / (recipe.every + 1)
        self.makes = self._optimizer(self.generator, 1.0)
        self.judges = self._optimizer(self.judge, lazy)

    def _optimizer(self, module: nn.Module, lazy: float) -> torch.optim.Adam:
        rate = self.recipe.rate * lazy
        return torch.optim.Adam(module.parameters(), rate, betas=(0.0, 0.99**lazy), eps=1e-8, fused=True)

    def step(self) -> dict[str, float]:
        """Show one batch to both networks; give what to log."""
        recipe = self.recipe
        left = (1 - self.seen / recipe.images) / recipe.decay
        for optimizer, lazy in ((self.makes, 1.0), (self.judges, recipe.every / (recipe.every + 1))):
            optimizer.param_groups[0]["lr"] = recipe.rate * lazy * min(max(left, 0.0), 1.0)

        images, attributes = self.heads.batch(recipe.batch, self.chance)
        latents = torch.randn(recipe.batch, self.generator.z_dim, generator=self.chance)
        codes = self.generator.mapper(latents, None).expand(-1, self.generator.num_codes, -1)
        made = synthesize(self.generator, codes)

        self.judge.requires_grad_(True)
        logits_real, shown = self.judge(images.bfloat16())
        logits_made, _ = self.judge(made.detach().bfloat16())
        judged = functional.softplus(-logits_real).mean() + functional.softplus(logits_made).mean()
        told = functional.mse_loss(shown, attributes)
        torch.autograd.backward(judged + told)
        logged = {"judge": judged.item(), "attributes": told.item()}
        if (self.seen // recipe.batch) % recipe.every == 0:
            logged["r1"] = self._r1(images)
        self.judges.step()
        self.judges.zero_grad(set_to_none=True)

        self.judge.requires_grad_(False)
        fooled = functional.softplus(-self.judge(made.bfloat16())[0]).mean()
        torch.autograd.backward(fooled)
        self.makes.step()
        self.makes.zero_grad(set_to_none=True)
        logged["generator"] = fooled.item()

        self.seen += recipe.batch
        keep = 0.5 ** (recipe.batch / max(min(recipe.memory, 0.05 * self.seen), 1e-6))
        pairs = zip(self.average.parameters(), self.generator.parameters(), strict=True)
        for mean, now in pairs:
            mean.lerp_(now.detach(), 1 - keep)
        return logged

    def _r1(self, images: Tensor) -> float:
        """Add the gradient of R1 on real pictures (Mescheder et al. 2018), in float32."""
        images = images.clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(self.judge(images)[0].sum(), images, create_graph=True)
        penalty = slope.square().sum((1, 2, 3)).mean()
        torch.autograd.backward(penalty * (self.recipe.gamma / 2 * self.recipe.every))
        return float(penalty.item())

    def finished(self) -> StyleGAN2:
        """Give the averaged generator with the centre of truncation measured."""
        latents = torch.randn(W_SAMPLES, self.average.z_dim, generator=torch.Generator().manual_seed(0))
        self.average.w_avg = self.average.mapper(latents, None).mean(0)
        return self.average


def save_grid(
    generator: StyleGAN2, path: Path, truncation_psi: float, columns: int = 8, scale: int = 2
) -> None:
    """Write the pictures of seeds 0.. as one PNG, each pixel `scale` pixels wide."""
    latents = generator.sample(range(columns * columns), truncation_psi=truncation_psi)
    with torch.no_grad():
        images = generator.synthesize(latents).clamp(-1, 1)
    count, channels, height, width = images.shape
    rows = images.view(columns, count // columns, channels, height, width).permute(0, 3, 1, 4, 2)
    pixels = ((rows.reshape(columns * height, -1, channels) + 1) * 127.5).round().byte().numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).resize((scale * pixels.shape[1], scale * pixels.shape[0])).save(path)


def train(recipe: Recipe, folder: Path = FOLDER) -> StyleGAN2:
    """Train to the end of a recipe, from the folder's checkpoint if there is one."""
    trainer, checkpoint = Trainer(training_heads(), recipe), folder / "checkpoint.pt"
    if checkpoint.exists():
        trainer.resume(checkpoint)
        print(f"goes on from {trainer.seen:,} images", flush=True)
    began, first = time.monotonic(), trainer.seen
    total: dict[str, float] = {}
    steps: dict[str, int] = {}
    while trainer.seen < recipe.images:
        for name, value in trainer.step().items():
            total[name], steps[name] = total.get(name, 0.0) + value, steps.get(name, 0) + 1
        if trainer.seen % SAVE_EVERY < recipe.batch or trainer.seen >= recipe.images:
            trainer.save(checkpoint)
            speed = (trainer.seen - first) / (time.monotonic() - began)
            means = {name: round(total[name] / steps[name], 4) for name in total}
            with (folder / "log.jsonl").open("a") as log:
                log.write(json.dumps({"images": trainer.seen, "per_second": round(speed, 1), **means}) + "\n")
            minutes = (recipe.images - trainer.seen) / speed / 60
            left = f"{speed:.0f} a second, {minutes:.0f} min left"
            print(f"{trainer.seen:,} images, {left}: {means}", flush=True)
            total, steps = {}, {}
        if trainer.seen % GRID_EVERY < recipe.batch or trainer.seen >= recipe.images:
            save_grid(trainer.finished(), folder / f"grid-{trainer.seen // 1000:04d}k.png", 0.8)
    return trainer.finished()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the generator of the heads.")
    parser.add_argument("--images", type=int, default=Recipe.images, help="drawn heads to show in all")
    arguments = parser.parse_args()
    train(Recipe(images=arguments.images))
