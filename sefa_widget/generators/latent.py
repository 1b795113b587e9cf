"""What a generator draws a picture from: codes, classes and the truncation they were made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

Noise = Literal["const", "random", "none"]
"""Of generators with noise inputs: the stored noise, fresh noise, or no noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Latent:
    """What a generator is given: one code per layer that reads the latent, and the classes.

    A latent is a sequence of starts of pictures: ``len(latent)``, ``latent[0]``, ``latent[2:5]`` and a loop
    over it work, and each part is a `Latent` again.

    >>> latent = Latent(torch.zeros(3, 1, 8))
    >>> len(latent), len(latent[0]), len(latent[1:]), len(latent.repeat(4))
    (3, 1, 2, 12)

    Attributes
    ----------
    codes
        ``[N, L, d]``: row l feeds the l-th layer that reads the latent.
    labels
        ``[N, num_classes]`` class vectors, or None for a generator without classes.
    truncation_psi
        The truncation the codes were made with (already applied; BigGAN-deep's batch norm reads it again).
    """

    codes: Tensor
    labels: Tensor | None = None
    truncation_psi: float = 1.0

    def with_codes(self, codes: Tensor) -> Latent:
        """Give the same latent with other codes ``[N, L, d]``."""
        return replace(self, codes=codes)

    def __len__(self) -> int:
        """N: how many pictures it makes."""
        return len(self.codes)

    def __getitem__(self, index: int | slice) -> Latent:
        """Give one start as a latent of length 1, or a slice of them.

        Raises
        ------
        IndexError
            If there is no such start.
        """
        if not isinstance(index, slice):
            try:
                place = range(len(self))[index]
            except IndexError:
                raise IndexError(f"Index {index} is outside a latent of {len(self)}.") from None
            index = slice(place, place + 1)
        return replace(
            self, codes=self.codes[index], labels=None if self.labels is None else self.labels[index]
        )

    @staticmethod
    def cat(latents: Sequence[Latent]) -> Latent:
        """Join latents of one generator, in order.

        Raises
        ------
        ValueError
            If there is none, if only some of them have classes, or if they were truncated differently:
            BigGAN-deep draws a whole batch with the statistics of one truncation.
        """
        if not latents:
            raise ValueError("No latent is given; at least one is needed to join.")
        labels = [latent.labels for latent in latents if latent.labels is not None]
        if labels and len(labels) < len(latents):
            raise ValueError(
                f"{len(labels)} of {len(latents)} latents have classes; to be joined all must have them, "
                "or none."
            )
        first, *others = dict.fromkeys(latent.truncation_psi for latent in latents)
        if others:
            raise ValueError(
                f"Latents of truncation_psi {first:g} and {others[0]:g} cannot be joined: a latent has one "
                "truncation_psi. Draw them one after another."
            )
        codes = torch.cat([latent.codes for latent in latents])
        return Latent(codes, torch.cat(labels) if labels else None, first)

    def repeat(self, count: int) -> Latent:
        """Give each start `count` times in a row: a, b twice is a, a, b, b (`torch.repeat_interleave`)."""
        labels = None if self.labels is None else self.labels.repeat_interleave(count, 0)
        return replace(self, codes=self.codes.repeat_interleave(count, 0), labels=labels)

    def to(self, device: str | torch.device, dtype: torch.dtype | None = None) -> Latent:
        """Move codes and classes to a device, and to a type of number if one is given."""
        labels = None if self.labels is None else self.labels.to(device, dtype)
        return replace(self, codes=self.codes.to(device, dtype), labels=labels)
