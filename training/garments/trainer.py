"""Trains a small BigGAN of this project on Fashion-MNIST, with a log and sample grids.

Run ``make train-garments``. It saves every few minutes and goes on from there when run again, and stops by
itself. The recipe is BigGAN's (Brock et al. 2019): hinge loss, projection discriminator, spectral norm in
both networks, hierarchical z, averaged weights and standing statistics; two steps of the discriminator for
each step of the generator, and a rate that falls to zero.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.biggan import BigGAN
from training.garments.dataset import CLASSES, FOLDER, Garments, read_garments
from training.garments.discriminator import Discriminator
from training.garments.forward import synthesize
from training.garments.network import make_generator, normalised
from training.resuming import Resuming


@dataclass(frozen=True)
class Recipe:
    """The numbers of a training run.

    Attributes
    ----------
    images
        Pictures shown to the discriminator until the end.
    batch
        Pictures a step.
    judged
        Steps of the discriminator for each step of the generator. With one, it was left behind: its loss was
        1.92 after 14,400 pictures, and pictures of a class hardly differed.
    rate_made, rate_judged
        Learning rates of Adam, of the generator and of the discriminator.
    decay
        Share of the run in which the rates fall.
    memory
        Images in which the averaged weights forget half, at most 5 % of those seen.
    """

    images: int = 600_000
    batch: int = 32
    judged: int = 2
    rate_made: float = 3e-4
    rate_judged: float = 6e-4
    decay: float = 0.5
    memory: int = 30_000


SAVE_EVERY, GRID_EVERY = 4_800, 19_200
STANDING = 4_000
"""Pictures that the statistics of the batch norms are gathered from."""


class Trainer(Resuming):
    """All that a run consists of, and its steps.

    Parameters
    ----------
    garments
        What is trained on.
    recipe
        How.
    seed
        Of the first weights and of every random number after them.
    """

    def __init__(self, garments: Garments, recipe: Recipe, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.garments, self.recipe, self.seen = garments, recipe, 0
        self.chance = torch.Generator().manual_seed(seed)
        plain = make_generator()
        self.average = copy.deepcopy(plain).requires_grad_(False).eval()
        self.generator, self.judge = normalised(plain).train(), Discriminator(len(CLASSES)).train()
        self.makes = self._optimizer(self.generator, recipe.rate_made)
        self.judges = self._optimizer(self.judge, recipe.rate_judged)

    @staticmethod
    def _optimizer(module: nn.Module, rate: float) -> torch.optim.Adam:
        return torch.optim.Adam(module.parameters(), rate, betas=(0.0, 0.999), eps=1e-8, fused=True)

    def step(self) -> dict[str, float]:
        """Show some batches to the discriminator, and one of its judgements to the generator; log both."""
        recipe = self.recipe
        share = min(max((1 - self.seen / recipe.images) / recipe.decay, 0.0), 1.0)
        self.makes.param_groups[0]["lr"] = recipe.rate_made * share
        self.judges.param_groups[0]["lr"] = recipe.rate_judged * share
        for left in reversed(range(recipe.judged)):
            with torch.set_grad_enabled(left == 0):  # the last pictures serve the generator, too
                made, wanted = self._make()
            logged = self._judge(made.detach(), wanted)

        self.judge.requires_grad_(False)
        fooled = -self.judge(made, wanted).mean()
        torch.autograd.backward(fooled)
        self.judge.requires_grad_(True)
        self.makes.step()
        self.makes.zero_grad(set_to_none=True)

        self.seen += recipe.batch * recipe.judged
        self._remember()
        return {**logged, "generator": fooled.item()}

    def _make(self) -> tuple[Tensor, Tensor]:
        """Make a batch of pictures of random classes."""
        z = torch.randn(self.recipe.batch, self.generator.z_dim, generator=self.chance)
        wanted = torch.randint(len(CLASSES), (self.recipe.batch,), generator=self.chance)
        return synthesize(self.generator, z, wanted), wanted

    def _judge(self, made: Tensor, wanted: Tensor) -> dict[str, float]:
        """Let the discriminator learn from as many real pictures as made ones, by the hinge loss."""
        images, labels = self.garments.batch(self.recipe.batch, self.chance)
        real, false = self.judge(torch.cat([images, made]), torch.cat([labels, wanted])).chunk(2)
        judged = functional.relu(1 - real).mean() + functional.relu(1 + false).mean()
        torch.autograd.backward(judged)
        self.judges.step()
        self.judges.zero_grad(set_to_none=True)
        return {"judge": judged.item(), "real": real.mean().item(), "made": false.mean().item()}

    @torch.no_grad()
    def _remember(self) -> None:
        """Move the averaged weights to the present ones, spectral norm divided out."""
        shown = self.recipe.batch * self.recipe.judged
        keep = 0.5 ** (shown / max(min(self.recipe.memory, 0.05 * self.seen), 1e-6))
        self.generator.eval()  # reads the weights without a step of their power iteration
        for name, module in self.average.named_modules():
            for leaf, mean in module.named_parameters(recurse=False):
                mean.lerp_(getattr(self.generator.get_submodule(name), leaf), 1 - keep)
        self.generator.train()

    @torch.no_grad()
    def finished(self) -> BigGAN:
        """Give the averaged generator with the statistics of its batch norms gathered."""
        latent = self.average.sample(range(STANDING), labels=[n % len(CLASSES) for n in range(STANDING)])
        self.average.train()
        self.average(latent.codes, latent.labels)
        return self.average.eval()


def save_grid(generator: BigGAN, path: Path, truncation_psi: float, seeds: int = 16, scale: int = 2) -> None:
    """Write one row of pictures for each class, the seeds 0.. of `sample`, each pixel `scale` pixels wide."""
    classes = generator.num_classes
    labels = [label for label in range(classes) for _ in range(seeds)]
    latents = generator.sample(list(range(seeds)) * classes, labels=labels, truncation_psi=truncation_psi)
    with torch.no_grad():
        images = generator.synthesize(latents).clamp(-1, 1)
    size = images.shape[-1]
    rows = images.view(classes, seeds, size, size).transpose(1, 2).reshape(classes * size, seeds * size)
    pixels = ((rows + 1) * 127.5).round().byte().numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).resize((scale * pixels.shape[1], scale * pixels.shape[0]), 0).save(path)


def train(recipe: Recipe, folder: Path = FOLDER) -> BigGAN:
    """Train to the end of a recipe, from the folder's checkpoint if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    trainer, checkpoint = Trainer(read_garments("train"), recipe), folder / "checkpoint.pt"
    if checkpoint.exists():
        trainer.resume(checkpoint)
        print(f"goes on from {trainer.seen:,} images", flush=True)
    began, first = time.monotonic(), trainer.seen
    total: dict[str, float] = {}
    steps, shown = 0, recipe.batch * recipe.judged
    while trainer.seen < recipe.images:
        for name, value in trainer.step().items():
            total[name] = total.get(name, 0.0) + value
        steps += 1
        if trainer.seen % SAVE_EVERY < shown or trainer.seen >= recipe.images:
            trainer.save(checkpoint)
            speed = (trainer.seen - first) / (time.monotonic() - began)
            means = {name: round(total[name] / steps, 4) for name in total}
            with (folder / "log.jsonl").open("a") as log:
                log.write(json.dumps({"images": trainer.seen, "per_second": round(speed, 1), **means}) + "\n")
            minutes = (recipe.images - trainer.seen) / speed / 60
            print(
                f"{trainer.seen:,} images, {speed:.0f} a second, {minutes:.0f} min left: {means}", flush=True
            )
            total, steps = {}, 0
        if trainer.seen % GRID_EVERY < shown or trainer.seen >= recipe.images:
            save_grid(trainer.finished(), folder / f"grid-{trainer.seen // 1000:04d}k.png", 1.0)
    return trainer.finished()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the generator of the garments.")
    parser.add_argument("--images", type=int, default=Recipe.images, help="pictures to show in all")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where checkpoints and grids are kept")
    arguments = parser.parse_args()
    train(Recipe(images=arguments.images), arguments.folder)
