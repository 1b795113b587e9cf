"""What is measured in pictures of garments: simple attributes, and the class that a classifier sees."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from sefa_widget import load_generator
from sefa_widget.evaluation import load_regressor
from sefa_widget.generators import Generator
from training.garments.classifier import TARGET, as_rgb

ATTRIBUTES = (
    "area",
    "width",
    "height",
    "brightness",
    "contrast",
    "edges",
    "sides",
    "centre down",
    "centre right",
)
"""See `attributes`."""
FULL = 1 / 8
"""Grey, of 0..1, from which a pixel counts as covered."""
OUTER = 8
"""Columns at either side that count as sides: sleeves, handles and heels are there."""


def garments() -> Generator:
    """Give the bundled garments: a BigGAN of ten classes, z of 64 numbers in four chunks."""
    return load_generator("garments", device="cpu")


def attributes(images: Tensor) -> Tensor:
    """Measure grey pictures ``[N, 1, H, W]`` of -1..1 without a network: ``[N, 9]`` float64.

    Area is the share of covered pixels; width and height are those of a rectangle whose covered pixels would
    be spread as far; brightness and contrast are the mean and deviation of grey over covered pixels, edges
    its mean step from pixel to pixel; sides is the share of covered pixels in the outer columns; the centre
    is that of covered pixels, in pixels.
    """
    grey = ((images.double().clamp(-1, 1) + 1) / 2)[:, 0]
    covered = (grey / FULL).clamp(max=1)
    total = covered.sum((1, 2)).clamp_min(1e-6)
    height, width = grey.shape[1:]
    down, right = torch.arange(height).double(), torch.arange(width).double()
    rows, columns = covered.sum(2) / total[:, None], covered.sum(1) / total[:, None]
    middle_down, middle_right = rows @ down, columns @ right
    brightness = (grey * covered).sum((1, 2)) / total
    contrast = ((grey - brightness[:, None, None]).square() * covered).sum((1, 2)) / total
    steps = grey.diff(dim=1).abs().sum((1, 2)) + grey.diff(dim=2).abs().sum((1, 2))
    found = [
        total / (height * width),
        (12 * ((columns @ right.square()) - middle_right.square())).clamp_min(0).sqrt(),
        (12 * ((rows @ down.square()) - middle_down.square())).clamp_min(0).sqrt(),
        brightness,
        contrast.clamp_min(0).sqrt(),
        steps / total,
        columns[:, :OUTER].sum(1) + columns[:, -OUTER:].sum(1),
        middle_down,
        middle_right,
    ]
    return torch.stack(found, 1)


def classifier() -> Callable[[Tensor], Tensor]:
    """Give what tells the class ``[N]`` of pictures; it was trained on Fashion-MNIST."""
    network = load_regressor(TARGET)

    @torch.no_grad()
    def seen(images: Tensor) -> Tensor:
        return network(as_rgb(images.clamp(-1, 1))).argmax(1)

    return seen
