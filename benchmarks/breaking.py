"""Print which statistic of pictures, without labels, tells broken ones from good ones.

``python benchmarks/breaking.py`` takes two minutes of one core. For the bundled generators and each layer
group it prints the share of edited pictures whose statistic lies outside the range of unedited ones (99.5 %
of 400), where each of ten directions has changed the picture by 0.25, 0.5 and 1 times the distance of two
pictures. To the eye, a quarter of the distance never breaks heads and all of it nearly always does; at half
of it some directions of the middle and top layers do.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from sefa_widget import edit, factorize, load_generator
from sefa_widget.directions import Directions
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw
from sefa_widget.measures.sliders.unedited import sharpness

STATISTICS: dict[str, Callable[[Tensor], Tensor]] = {
    "clipped": lambda x: (x.abs() >= 1).double().mean((1, 2, 3)),
    "mean": lambda x: x.mean((1, 2, 3)),
    "contrast": lambda x: x.mean(1).std((1, 2)),
    "colour": lambda x: x.std(1).mean((1, 2)),
    "total variation": lambda x: x.diff(dim=2).abs().mean((1, 2, 3)) + x.diff(dim=3).abs().mean((1, 2, 3)),
    "sharpness": sharpness,
}
"""Of pictures ``[N, C, H, W]`` clipped to -1..1: one number each."""
GROUPS = {
    "heads": {"all": (0, 10), "bottom": (0, 3), "middle": (3, 5), "top": (5, 10)},
    "faces": {"latent": (0, 1), "all": (0, 5)},
}
SHARES = (0.25, 0.5, 1.0)
DIRECTIONS, SEEDS, UNEDITED = 10, 8, 400


def sides(
    generator: Generator, directions: Directions, index: int, strength: float, rows: list[int]
) -> Tensor:
    """Draw the pictures at plus and minus a strength, ``[2 SEEDS, C, H, W]``."""
    latents = generator.sample(range(SEEDS))
    both = [edit(latents, directions, {index: side * strength}, rows=rows) for side in (1, -1)]
    return torch.cat([draw(generator, one).clamp(-1, 1) for one in both])


def at_change(
    generator: Generator, directions: Directions, index: int, wanted: float, rows: list[int], base: Tensor
) -> Tensor:
    """Draw both sides where they differ from the unedited pictures by a wanted RMS, found by halving."""
    low, high = 0.0, 80.0
    for _ in range(13):
        middle = (low + high) / 2
        pictures = sides(generator, directions, index, middle, rows)
        change = float((pictures - base).square().mean().sqrt())
        low, high = (middle, high) if change < wanted else (low, middle)
    return sides(generator, directions, index, high, rows)


def main() -> None:
    """Print the table."""
    print(f"{'':22}" + "".join(f"{name:>17}" for name in STATISTICS))
    for name, groups in GROUPS.items():
        generator = load_generator(name, device="cpu")
        some = draw(generator, generator.sample(range(10_000, 10_000 + UNEDITED))).clamp(-1, 1)
        distance = float((2 * some.var(0).mean()).sqrt())
        bounds = {
            title: statistic(some).double().quantile(torch.tensor([0.0025, 0.9975]).double()).tolist()
            for title, statistic in STATISTICS.items()
        }
        base = draw(generator, generator.sample(range(SEEDS))).clamp(-1, 1).repeat(2, 1, 1, 1)
        for group, layers in groups.items():
            directions = factorize(generator, layers=layers, k=DIRECTIONS)
            reading = {layer.row for layer in generator.layers[slice(*layers)] if layer.row is not None}
            for share in SHARES:
                pictures = torch.cat(
                    [
                        at_change(generator, directions, index, share * distance, sorted(reading), base)
                        for index in range(DIRECTIONS)
                    ]
                )
                line = f"{name} {group:8} {share:5}".ljust(22)
                for title, statistic in STATISTICS.items():
                    values, (low, high) = statistic(pictures), bounds[title]
                    line += f"{float(((values < low) | (values > high)).double().mean()):17.2f}"
                print(line)


if __name__ == "__main__":
    main()
