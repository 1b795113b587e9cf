"""Time sheets against drawing each picture alone, and against all of them in one plain batch.

Run ``python benchmarks/sheets.py``; it needs one or two minutes. Measured is the processor time of nine
people, of a filmstrip of three people at five strengths, and of one step of a drag with kept features: on the
bundled heads (64 pixels), and the last two on a StyleGAN2 of 256 pixels with random weights. Alone means
``generator.synthesize(edit.apply(latent))`` for one picture after another; in a plain batch the same for all
latents at once. All ways start from latents that are mapped already, take turns, and must give the same
pictures.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence

import torch
from partial import networks
from torch import Tensor

from sefa_widget import Edit, Latent, factorize, load_generator
from sefa_widget.generators.base import Generator
from sefa_widget.pictures.drawing import tiles
from sefa_widget.pictures.editing import UNEDITED
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.starts import Start

ROUNDS = 7
STRENGTHS = (-1.0, -0.5, 0.0, 0.5, 1.0)

Grid = tuple[Sequence[Start], Sequence[Edit]]


def alone(generator: Generator, starts: Sequence[Start], edits: Sequence[Edit]) -> Tensor:
    """Draw one picture after another, ``[R * C, ...]``."""
    latents = (edit.apply(start.latent) for start in starts for edit in edits)
    return torch.cat([generator.synthesize(latent) for latent in latents])


def batch(generator: Generator, starts: Sequence[Start], edits: Sequence[Edit]) -> Tensor:
    """Draw all pictures as one batch."""
    return generator.synthesize(Latent.cat([edit.apply(start.latent) for start in starts for edit in edits]))


def shared(
    generator: Generator, starts: Sequence[Start], edits: Sequence[Edit], kept: KeptFeatures | None = None
) -> Tensor:
    """Draw them as a sheet does."""
    drawn = {(tile.row, tile.column): tile.image for tile in tiles(generator, starts, edits, kept=kept)}
    return torch.stack([drawn[place] for place in sorted(drawn)])


def compare(name: str, generator: Generator, grids: Sequence[Grid], keeping: bool = False) -> float:
    """Print the times of drawing grids one after another; give how far the pictures are apart."""
    kept = KeptFeatures() if keeping else None
    ways: dict[str, Callable[[Sequence[Start], Sequence[Edit]], Tensor]] = {
        "alone": lambda starts, edits: alone(generator, starts, edits),
        "batch": lambda starts, edits: batch(generator, starts, edits),
        "sheet": lambda starts, edits: shared(generator, starts, edits, kept),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    worst = 0.0
    for starts, edits in grids:
        drawn = {}
        for way, draw in ways.items():
            begin = time.process_time()
            drawn[way] = draw(starts, edits)
            times[way].append(time.process_time() - begin)
        error = max(float((drawn[way] - drawn["alone"]).abs().max()) for way in ways)
        worst = max(worst, error / float(drawn["alone"].std()))
    median = {way: 1e3 * statistics.median(some[1:]) for way, some in times.items()}  # the first warms up
    print(
        f"  {name:42} {median['alone']:7.1f} ms {median['batch']:7.1f} ms {median['sheet']:7.1f} ms"
        f"   {median['sheet'] / median['alone']:.2f} of alone,"
        f" {median['sheet'] / median['batch']:.2f} of a batch",
        flush=True,
    )
    return worst


def people(generator: Generator, count: int) -> list[Start]:
    """Give starts whose latents are mapped already."""
    return [Start(latent=latent) for latent in generator.sample(list(range(count)))]


def main() -> int:
    """Print the table; the exit code is 1 where the pictures differ."""
    torch.manual_seed(0)
    worst = 0.0
    print(
        f"torch {torch.__version__}, {torch.get_num_threads()} threads; medians of {ROUNDS} rounds in turns"
    )
    print(f"  {'':42} {'alone':>10} {'batch':>10} {'sheet':>10}")
    for generator, count in ((load_generator("heads", device="cpu"), 9), (networks(256)["stylegan2"], 1)):
        generator.eval().requires_grad_(False)
        what = f"{generator.resolution} px"
        rows = generator.num_codes
        every = factorize(generator)
        late = factorize(generator, layers=(rows - rows // 3, rows))
        if count > 1:
            grid: Grid = (people(generator, count), [UNEDITED])
            worst = max(worst, compare(f"{what}: {count} people", generator, [grid] * (ROUNDS + 1)))
        for directions, name in ((every, "all rows"), (late, f"the last {rows // 3} of {rows} rows")):
            starts = people(generator, 3 if count > 1 else 1)
            grid = (starts, [Edit(directions, {0: s}) for s in STRENGTHS])
            title = f"{what}: strip {len(starts)} x 5, {name}"
            worst = max(worst, compare(title, generator, [grid] * (ROUNDS + 1)))
        for directions, name in ((every, "all rows"), (late, f"the last {rows // 3} of {rows} rows")):
            starts = people(generator, count)
            steps = [(starts, [Edit(directions, {0: n / ROUNDS})]) for n in range(ROUNDS + 1)]
            title = f"{what}: drag of {count}, {name}"
            worst = max(worst, compare(title, generator, steps, keeping=True))
    print(f"largest difference of two pictures: {worst:.0e} of a standard deviation")
    return 0 if worst <= 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
