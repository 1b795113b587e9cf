"""What a search makes small: how different the pictures are at several scales, and how unlikely the codes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from sefa_widget.generators.base import Generator, Latent, Noise
from sefa_widget.generators.batch import at_most, fewer_at_once, in_batches
from sefa_widget.inversion.perceptual import Perceptual
from sefa_widget.inversion.space import Space

SCALES = (1, 4)
"""The picture is compared whole and in means of so many pixels a side, where 4 by 4 of these remain."""
BATCH_PIXELS = 1 << 16
"""Pixels that are drawn together at most while samples are compared."""


class Objective:
    """The loss of moves in a space, for one target each or one for all; it counts the pictures it draws."""

    def __init__(
        self,
        generator: Generator,
        target: Tensor,
        space: Space,
        prior: float,
        spread: float,
        noise: Noise,
        perceptual: float = 0.0,
        network: Perceptual | None = None,
    ) -> None:
        self.generator, self.target, self.space = generator, target, space
        self.prior, self.spread, self.noise, self.perceptual = prior, spread, noise, perceptual
        self.network = network
        self.looks = network(target) if network is not None else []
        """What the network of the perceptual loss says of the target."""
        self.calls = 0

    def of(self, target: Tensor) -> Objective:
        """Give the same loss for another target; its count begins anew."""
        return Objective(
            self.generator,
            target,
            self.space,
            self.prior,
            self.spread,
            self.noise,
            self.perceptual,
            self.network,
        )

    def images(self, start: Latent, moves: Tensor) -> Tensor:
        """Draw moves ``[N, rows, d]``; classes are those of `start`."""
        self.calls += len(moves)
        latent = start.with_codes(self.space.codes(moves))
        options = self.generator.forward_options(latent)
        images: Tensor = self.generator(latent.codes, latent.labels, self.noise, **options)
        return images

    def descend(self, start: Latent, moves: Tensor) -> tuple[Tensor, Tensor]:
        """Set the gradient of `moves`; give the loss ``[N]`` and the pictures.

        Raises
        ------
        ValueError
            If no finite gradient comes through the generator.
        """
        moves.grad = None
        at_once, loss, images = at_most(self.generator, len(moves)), list[Tensor](), list[Tensor]()
        place = 0
        while place < len(moves):
            part = torch.arange(place, min(place + at_once, len(moves)), device=moves.device)
            try:
                found = self._descend(start, moves, part)
            except (RuntimeError, MemoryError) as error:
                at_once = fewer_at_once(self.generator, len(part), error)
                continue
            for kept, new in zip((loss, images), found, strict=True):
                kept.append(new.detach())
            place += len(part)
        if moves.grad is None or not moves.grad.isfinite().all():
            raise ValueError(
                f"No finite gradient passes through {self.generator.name!r}, so it cannot be searched. "
                "A borrowed module must not draw under torch.no_grad()."
            )
        return torch.cat(loss), torch.cat(images)

    def _descend(self, start: Latent, moves: Tensor, part: Tensor) -> tuple[Tensor, Tensor]:
        """Add to the gradient of `moves` that of some of them; give their loss and pictures."""
        with self.generator.lock, torch.enable_grad():
            some = moves[part]
            images = self.images(chosen(start, part), some)
            loss = differences(images, _own(self.target, part))
            loss = loss + self.space.unlikely(some, self.prior, self.spread)
            if self.network is not None:
                looks = [_own(look, part) for look in self.looks]
                loss = loss + self.perceptual * self.network.differences(images, looks)
            if images.requires_grad:
                loss.sum().backward()  # type: ignore[no-untyped-call]
        return loss, images


def _own(values: Tensor, part: Tensor) -> Tensor:
    """Give what belongs to some of the moves: one for each, or one for all."""
    return values if len(values) == 1 else values[part]


def differences(images: Tensor, target: Tensor) -> Tensor:
    """Give the mean squared difference of each picture, summed over scales ``[N]``."""
    off = images - target
    fit = [scale for scale in SCALES if scale == 1 or min(off.shape[2:]) >= 4 * scale]
    return torch.stack([avg_pool2d(off, scale).square().mean((1, 2, 3)) for scale in fit]).sum(0)


def errors(images: Tensor, target: Tensor) -> Tensor:
    """Give the mean squared difference ``[N]`` of what is shown: pictures cut to -1..1."""
    return (images.clamp(-1, 1) - target).square().mean((1, 2, 3))


def drawn(
    generator: Generator, latent: Latent, noise: Noise, between: Callable[[Tensor], object] | None = None
) -> Tensor:
    """Draw samples ``[N, C, H, W]``, a bounded batch at a time; `between` gets each batch."""
    most = max(1, BATCH_PIXELS // (generator.resolution * generator.width))
    parts = []
    for part in in_batches(generator, latent, partial(generator.synthesize, noise=noise), most):
        parts.append(part)
        if between is not None:
            between(part)
    return torch.cat(parts).clone()


def chosen(latent: Latent, places: Tensor) -> Latent:
    """Give some of several latents."""
    labels = None if latent.labels is None else latent.labels[places]
    return Latent(latent.codes[places], labels, latent.truncation_psi)
