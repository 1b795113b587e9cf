"""A generator whose pictures carry direction 0's strength in their pixels, and take as long as it is told.

The benchmarks run it in the kernel, and read the strength back off the picture that the page shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from sefa_widget.generators import Generator, Latent, Layer
from sefa_widget.measures.sliders.range import Z_SPREADS as TRAVEL
from sefa_widget.panel.session import Session
from sefa_widget.pictures.frames import Pixels

LEVELS = 1000
"""Strengths from -travel to travel are levels 0 to 1000: the steps of the panel's slider."""
BITS = 10


class Stamped(Generator):
    """A texture like a photograph's that changes with the strength; its top row shows the level in bits.

    The row has cells of 1/16 of the width: a white one, ten bits from the highest on, a black one.
    """

    family = "stamped"

    def __init__(self, resolution: int, pause: float = 0.0) -> None:
        super().__init__()
        self.name = f"stamped {resolution} px"
        self.z_dim = self.latent_dim = 3
        self.resolution = resolution
        self.pause = pause
        self.layers = (Layer("all", resolution, 0),)
        rows = torch.eye(3)[[0, 0, 0, 1, 1, 2]]  # eigenvalues 3, 2, 1
        self.weight = nn.Parameter(rows, requires_grad=False)
        self.register_buffer("textures", torch.stack([_texture(resolution, seed) for seed in (0, 1)]))

    @property
    def config(self) -> dict[str, Any]:
        """What `__init__` takes."""
        return {"resolution": self.resolution, "pause": self.pause}

    def mapping(self, z: Tensor, **options: Any) -> Latent:
        """Give codes that start at zero, so that the first entry becomes the strength."""
        return super().mapping(torch.zeros_like(z), **options)

    def forward(self, codes: Tensor, labels: Tensor | None = None, noise: object = "const") -> Tensor:
        """Draw the texture and the row of bits, after the pause."""
        time.sleep(self.pause)
        strength = codes[0, 0, 0]
        image = torch.cos(strength) * self.textures[0] + torch.sin(strength) * self.textures[1]
        level = round((float(strength) / TRAVEL + 1) * LEVELS / 2)
        cell = self.resolution // 16
        row = [1, *(level >> bit & 1 for bit in reversed(range(BITS))), 0]
        for place, bit in enumerate(row):
            image[:, :cell, place * cell : (place + 1) * cell] = 2 * bit - 1
        return image[None]

    def latent_weight(self, layer: int) -> Tensor:
        """Give the matrix whose directions are the unit vectors."""
        return self.weight


def drawing(generator: Generator) -> Callable[[float], Pixels]:
    """Give the function from strength to pixels that the panel runs for each frame."""
    session = Session(generator)

    def draw(strength: float) -> Pixels:
        session.apply({"strengths": {0: strength}})
        (part,) = session.draw(session.contents(), [0])
        return part.pixels[0]

    return draw


def _texture(resolution: int, seed: int) -> Tensor:
    """Noise ``[3, resolution, resolution]`` whose amplitudes fall with frequency as a photograph's do."""
    random = torch.Generator().manual_seed(seed)
    shape = (resolution, resolution)
    frequency = torch.hypot(torch.fft.fftfreq(resolution)[:, None], torch.fft.rfftfreq(resolution)[None])
    falloff = frequency.clamp(min=1 / resolution).pow(-1.5)
    grey, colour = torch.randn(1, *shape, generator=random), torch.randn(3, *shape, generator=random)
    noise = torch.fft.irfft2(torch.fft.rfft2(grey + 0.3 * colour) * falloff, s=shape)
    return noise / noise.std() * 0.35
