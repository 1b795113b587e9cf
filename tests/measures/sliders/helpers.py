"""Generators whose changes are known, and the pictures that a generator was asked for."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from sefa_widget.directions import Directions
from sefa_widget.generators import Generator, Layer, Noise
from sefa_widget.measures.sliders import Measuring, Setting, SliderRange, Unedited
from tests.evaluation.helpers import Linear, random_rows

DIRECTIONS = 12


def linear(resolution: int = 4) -> Linear:
    """Pictures far from black and white, each direction with a slope of its own."""
    weight = 0.025 * random_rows(3 * resolution**2, DIRECTIONS) * torch.linspace(0.5, 2, DIRECTIONS)
    return Linear(weight.float(), resolution)


class Curved(Generator):
    """Waves of 16 px that z moves; the first entry of z does to the picture what is asked for.

    ``"flat"``: it saturates early. ``"rough"``: beyond 2 it adds a checkerboard. ``"nan"``: beyond 6 all is
    NaN.
    """

    family = "curved"

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.name, self.kind = "curved", kind
        self.z_dim = self.latent_dim = 6
        self.resolution = 16
        self.layers = (Layer("all", 16, 0),)
        self.weight = nn.Parameter(torch.eye(6), requires_grad=False)
        y, x = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
        waves = [torch.sin(x * (n + 1) / 8) * torch.cos(y * (6 - n) / 8) for n in range(6)]
        self.register_buffer("waves", 0.15 * torch.stack(waves))
        self.register_buffer("checkers", (-1.0) ** (x + y))

    @property
    def config(self) -> dict[str, Any]:
        return {"kind": self.kind}

    def forward(self, codes: Tensor, labels: Tensor | None = None, noise: Noise = "const") -> Tensor:
        z = codes[:, 0]
        first = torch.tanh(5 * z[:, 0]) if self.kind == "flat" else 0.2 * z[:, 0]
        rest = torch.einsum("nk,khw->nhw", z[:, 1:], self.waves[1:])
        picture = rest + 0.2 * first[:, None, None] * self.waves[0]
        beyond = (z[:, 0].abs() - 2).clamp_min(0)[:, None, None]
        if self.kind == "rough":
            picture = picture + 0.05 * beyond * self.checkers
        if self.kind == "nan":
            picture = picture + 0 / (beyond < 4)
        return picture[:, None].expand(-1, 3, -1, -1)

    def latent_weight(self, layer: int) -> Tensor:
        return self.weight


def count_pictures(generator: Generator) -> list[int]:
    """Give a list that grows by the number of pictures whenever some are drawn."""
    drawn: list[int] = []
    forward = generator.forward

    def counting(codes: Tensor, *args: Any, **options: Any) -> Tensor:
        drawn.append(len(codes))
        return forward(codes, *args, **options)

    generator.forward = counting  # type: ignore[method-assign]
    return drawn


def measured(generator: Generator, directions: Directions, setting: Setting | None = None) -> SliderRange:
    """Measure all there is to measure, on every code row."""
    unedited = Unedited(generator, setting or Setting())
    measuring = Measuring(generator, directions, range(generator.num_codes), unedited)
    while measuring.step():
        pass
    return measuring.range
