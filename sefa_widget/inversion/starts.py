"""Where a search begins: the samples that are nearest to a picture, of the classes that suit it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from sefa_widget.generators.base import Generator, Latent, Noise
from sefa_widget.inversion.objective import chosen, differences, drawn

CLASSES = 4
"""Classes that are looked at more closely, where there are classes."""


class Samples:
    """Samples that pictures are compared with.

    Where the generator has classes, half of the samples go round all of them, in an order that the seed
    decides. The others are drawn for each picture anew, of the classes that came nearest.

    Parameters
    ----------
    generator
        The generator that is searched.
    count
        How many samples a picture is compared with.
    seed
        The first of the seeds that are sampled.
    noise
        The noise inputs of the pictures.
    """

    def __init__(self, generator: Generator, count: int, seed: int, noise: Noise) -> None:
        self.count, self.seed = count, seed
        self._generator, self._noise = generator, noise
        self._images: Tensor | None = None
        classes = generator.num_classes
        if classes:
            count = max(2, count // 2)
            order = torch.randperm(classes, generator=torch.Generator("cpu").manual_seed(seed))
            self._classes = order.repeat(-(-count // classes))[:count]
        self.latent = generator.sample(range(seed, seed + count), labels=self._classes if classes else None)
        """The samples that every picture is compared with."""

    def nearest(self, target: Tensor, count: int, between: Callable[[Tensor], object] | None) -> Latent:
        """Give the samples that are nearest to a target ``[1, C, H, W]``, the nearest first.

        Where there are classes, the nearest of each of the classes that are looked at closely come before
        the others. `between` gets each batch of pictures that is drawn.
        """
        if self._images is None:
            self._images = drawn(self._generator, self.latent, self._noise, between)
        latent, far = self.latent, differences(self._images, target)
        left = self.count - len(latent)
        if left > 0 and self._generator.num_classes:
            near = list(dict.fromkeys(self._classes[far.argsort(stable=True).cpu()].tolist()))[:CLASSES]
            seeds = range(self.seed + len(latent), self.seed + self.count)
            more = self._generator.sample(seeds, labels=[near[n % len(near)] for n in range(left)])
            images = drawn(self._generator, more, self._noise, between)
            latent, far = Latent.cat([latent, more]), torch.cat([far, differences(images, target)])
        order = far.argsort(stable=True)
        if latent.labels is not None:
            order = order[_best_of_classes_first(latent.labels[order].argmax(1).tolist())]
        return chosen(latent, order[:count])


def _best_of_classes_first(classes: list[int]) -> list[int]:
    """Give the places of classes, in order, but with the first place of each of some classes at the front."""
    firsts = sorted(classes.index(label) for label in dict.fromkeys(classes))[:CLASSES]
    return firsts + [place for place in range(len(classes)) if place not in firsts]
