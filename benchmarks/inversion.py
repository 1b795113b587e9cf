"""Find latents of pictures again: how near, how fast, and against plain Adam from one sample.

Run ``python benchmarks/inversion.py``; ``faces``, ``heads`` or ``drawn`` does one part of it, a number fewer
pictures. ``options`` (only if it is named) finds drawn heads with other options. Targets are 20 samples of
the bundled faces, 20 of the bundled heads, and 50 heads that the renderer draws, not the generator.
Plain Adam starts from seed 0, at a rate of 0.05, with as many synthesised pictures, and keeps its best.
The options of `invert` were chosen on other pictures than these.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from functools import partial
from typing import Any

import torch
from torch import Tensor

from sefa_widget import load_generator
from sefa_widget.evaluation import load_regressor
from sefa_widget.generators.base import Generator
from sefa_widget.inversion import Inversion, invert
from sefa_widget.inversion.objective import errors
from sefa_widget.inversion.result import Step, psnr
from training.heads.attributes import draw_attributes
from training.heads.renderer import render_heads

FIRST_SEED = 9000
"""Targets are samples that the search does not draw itself."""
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"steps": 1500},
    {"perceptual": 0.1},
    {"perceptual": 0.5},
    {"prior": 1e-3, "spread": 1e-3},
)
"""What ``options`` tries."""
NEAR = 0.15
"""An attribute is found again when it is so near, in standard deviations over drawn heads."""


def plain_adam(generator: Generator, target: Tensor, calls: int) -> float:
    """Give the best PSNR of `calls` steps from one sample."""
    codes = generator.sample(0).codes.clone().requires_grad_()
    adam = torch.optim.Adam([codes], lr=0.05)
    nearest = float("inf")
    for _ in range(calls):
        adam.zero_grad()
        image = generator(codes, None, "const")
        nearest = min(nearest, float(errors(image.detach(), target)[0]))
        (image - target).square().mean().backward()
        adam.step()
    return psnr(nearest)


def note(told: list[tuple[float, float]], step: Step) -> None:
    """Keep when a picture was shown and how near it was."""
    told.append((time.process_time(), step.psnr))


def samples(name: str, count: int) -> Tensor:
    """Draw a generator's own samples."""
    generator = load_generator(name, device="cpu")
    return generator.synthesize(generator.sample(range(FIRST_SEED, FIRST_SEED + count)))


def measure(model: str, targets: Tensor, name: str) -> list[Inversion]:
    """Print what both reach for a generator's targets."""
    generator = load_generator(model, device="cpu")
    rows, found = [], []
    for target in targets:
        told: list[tuple[float, float]] = []
        begin, began = time.perf_counter(), time.process_time()
        one = invert(generator, target, own=0, on_progress=partial(note, told))
        worked, seconds = time.process_time() - began, time.perf_counter() - begin
        early = max((decibels for at, decibels in told if at <= began + worked / 10), default=0.0)
        plain = plain_adam(generator, target, one.calls)
        rows.append((one.psnr, psnr(one.first_error), plain, one.psnr - plain, seconds, worked, early))
        found.append(one)
        print(
            f"{name}: {one.psnr:.1f} dB in {seconds:.1f} s ({worked:.1f} s of a processor), {one.calls} "
            f"pictures; best sample {rows[-1][1]:.1f} dB; after a tenth of the time {early:.1f} dB; "
            f"plain Adam {plain:.1f} dB, {rows[-1][3]:+.1f} dB",
            flush=True,
        )
    means = [statistics.mean(column) for column in zip(*rows, strict=True)]
    print(
        f"{name}, mean of {len(rows)}: {means[0]:.1f} dB (least {min(rows)[0]:.1f}) in {means[4]:.1f} s, "
        f"{means[5]:.1f} s of a processor (most {max(row[5] for row in rows):.1f}); {means[6]:.1f} dB after "
        f"a tenth of it; plain Adam {means[2]:.1f} dB; {means[3]:+.1f} dB, "
        f"better in {sum(row[3] > 0 for row in rows)}, by 3 dB or more in {sum(row[3] >= 3 for row in rows)}",
        flush=True,
    )
    begin = time.process_time()
    print(f"{name}: {invert(generator, targets[0]).words}")
    print(f"{name}: {time.process_time() - begin:.1f} s of a processor with the search of 8 own pictures")
    return found


def drawn_heads(count: int, seed: int) -> Tensor:
    """Draw heads as a generator gives pictures: the renderer's 0..1 are -1..1 there."""
    return 2 * render_heads(draw_attributes(count, seed)) - 1


def found_again(found: list[Inversion]) -> Tensor:
    """Tell of which attributes the regressor reads the same from found heads and drawn ones, ``[N, A]``."""
    regressor = load_regressor(device="cpu")
    with torch.inference_mode():
        spread = regressor(drawn_heads(256, FIRST_SEED + 1)).std(0)
        read = [regressor(torch.stack([getattr(one, what) for one in found])) for what in ("image", "target")]
    return (read[0] - read[1]).abs() / spread <= NEAR


def attributes(found: list[Inversion]) -> None:
    """Print how often the regressor reads from found heads what it reads from the drawn ones."""
    again = found_again(found).float()
    print(f"heads: {again.mean():.0%} of the attributes within {NEAR} of their spread")
    for name, share in zip(load_regressor(device="cpu").names, again.mean(0), strict=True):
        print(f"  {name}: {share:.0%}")


def options(count: int) -> None:
    """Print what other options reach for drawn heads; the perceptual ones need a package of weights."""
    generator = load_generator("heads", device="cpu")
    for given in OPTIONS:
        begin = time.process_time()
        found = [invert(generator, target, own=0, **given) for target in drawn_heads(count, FIRST_SEED)]
        worked = (time.process_time() - begin) / count
        decibels, again = [one.psnr for one in found], found_again(found).float().mean()
        print(
            f"drawn heads, {given or 'default options'}: {statistics.mean(decibels):.1f} dB (least "
            f"{min(decibels):.1f}), {worked:.1f} s of a processor each, {again:.0%} of "
            f"the attributes within {NEAR} of their spread",
            flush=True,
        )


def main() -> None:
    """Measure what the command line names."""
    count = next((int(word) for word in sys.argv[1:] if word.isdigit()), None)
    parts = ("faces", "heads", "drawn")
    names = [word for word in sys.argv[1:] if word in (*parts, "options")] or parts
    print(f"{torch.get_num_threads()} threads, load {os.getloadavg()[0]:.1f}", flush=True)
    for name in ("faces", "heads"):
        if name in names:
            measure(name, samples(name, count or 20), name)
    if "drawn" in names:
        attributes(measure("heads", drawn_heads(count or 50, FIRST_SEED), "drawn heads"))
    if "options" in names:
        options(count or 8)


if __name__ == "__main__":
    main()
