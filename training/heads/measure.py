"""Measure what directions of the bundled heads do, and write ``docs/heads-results.md``.

Run ``OMP_NUM_THREADS=2 nice python -m training.heads.measure``; it draws half a million pictures, most of
them of random directions, and says how far it is. What is measured is kept in ``training/runs``; with
``--again`` the page is written from there.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from sefa_widget import factorize, load_generator
from sefa_widget.directions import Directions, as_directions, separations
from sefa_widget.directions.jacobian import jacobian_gram
from sefa_widget.directions.scores import score_samples
from sefa_widget.evaluation import (
    Controls,
    captured_change,
    fresh_latents,
    latent_spread,
    load_regressor,
    rescore,
)
from sefa_widget.generators import Generator
from sefa_widget.measures.matching import find_nearest
from training.heads.results import Measured, Range, Supervised, write_results

TARGET = Path(__file__).parent.parent.parent / "docs" / "heads-results.md"
KEPT = Path(__file__).parent.parent / "runs" / "heads-measured.pt"
METHODS = {"composed": "composed response", "jacobian": "Jacobian", "pca": "PCA of w", "ica": "ICA of w"}
SEARCHED = ("SeFa, all layers", "SeFa, bottom, 4-8 px", "Jacobian", "PCA of w", "ICA of w")
"""Sets in which the nearest direction to each supervised one is looked for."""
SHOWN = 8
"""Directions measured of each set."""
BASES = 59
"""Random bases beside each set."""
NEAREST_BASES = 9999
"""Random bases beside each nearest direction; they cost no picture."""
SCORED = 20_000
"""Pictures scored for the supervised directions and the linear map."""
SAY_EVERY = 60.0
"""Seconds between two lines about the progress."""
RANGES: dict[str, Range] = {
    "all layers": (0, 10),
    "bottom, 4-8 px": (0, 3),
    "middle, 16 px": (3, 5),
    "top, 32-64 px": (5, 10),
}


def sets(generator: Generator) -> Iterator[tuple[str, Directions, Range]]:
    """Give every set of directions with its name and the code rows its edits move."""
    for name, layers in RANGES.items():
        yield f"SeFa, {name}", factorize(generator, method="sefa", layers=layers), layers
    for method, name in METHODS.items():
        yield name, factorize(generator, method=method, k=SHOWN), RANGES["all layers"]


def common_step(generator: Generator) -> float:
    """Give the step of all directions: the root mean square over all directions of the spread of w."""
    every = factorize(generator, method="random")
    return float(latent_spread(generator, every).square().mean().sqrt())


def measure(generator: Generator, samples: int) -> list[Measured]:
    """Re-score all sets, every direction moved by the same step.

    Sets that move the same rows share their random bases: latents, rows and steps are the same.
    """
    regressor, latents = load_regressor(), fresh_latents(generator, samples)
    step, measured = common_step(generator), []
    gram = jacobian_gram(generator, fresh_latents(generator, 100))
    controls: dict[Range, Controls | None] = {}
    for name, directions, rows in sets(generator):
        some = directions.first(SHOWN)
        found = rescore(
            generator,
            some,
            regressor,
            strength=step,
            rows=rows,
            latents=latents,
            controls=controls.get(rows) or BASES,
            progress=saying(name),
        )
        controls[rows] = found.control
        length = float(latent_spread(generator, some).mean()) / step
        captured = captured_change(generator, some, gram=gram) if rows == RANGES["all layers"] else None
        measured.append(Measured(name, directions, rows, found, length, captured))
        print(f"{name}: {found!r}, holds {', '.join(found.held()) or 'nothing'}", flush=True)
    return measured


def supervise(generator: Generator, measured: list[Measured]) -> Supervised:
    """Find the supervised directions, what comes nearest to them, and what a linear map of w explains."""
    codes, scores = score_samples(generator, load_regressor(), n=SCORED, batch=128, progress=saying("scores"))
    planes = separations(codes, scores)
    normals = as_directions(planes, generator)
    nearest = {
        one.name: find_nearest(
            "supervised", normals, one.name, one.directions, k=SHOWN, controls=NEAREST_BASES
        )
        for one in measured
        if one.name in SEARCHED
    }
    return Supervised(planes, nearest, explained(codes, scores))


def explained(codes: Tensor, scores: Tensor) -> Tensor:
    """Give R^2 of a linear map fitted to one half, on the other half: 5, 50, 95 % of 1,000 resamples."""
    points = torch.cat([codes, torch.ones(len(codes), 1, dtype=torch.float64)], 1)
    half = len(points) // 2
    weights = torch.linalg.lstsq(points[:half], scores[:half]).solution
    rest = (scores[half:] - points[half:] @ weights).square()
    whole = (scores[half:] - scores[half:].mean(0)).square()
    random = torch.Generator().manual_seed(0)
    shares = []
    for _ in range(1000):
        drawn = torch.randint(len(rest), (len(rest),), generator=random)
        shares.append(1 - rest[drawn].sum(0) / whole[drawn].sum(0))
    return torch.stack(shares).quantile(torch.tensor([0.05, 0.5, 0.95], dtype=torch.float64), dim=0)


def saying(name: str) -> Callable[[int, int], None]:
    """Give a progress function that prints a line now and then."""
    last = time.monotonic()

    def say(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > SAY_EVERY:
            last = time.monotonic()
            print(f"  {name}: {done:,} of {total:,} pictures", flush=True)

    return say


def main(samples: int, target: Path, again: bool) -> None:
    """Measure everything, or take it from the last run, and write the page."""
    generator = load_generator("heads", device="cpu")
    if not again:
        measured = measure(generator, samples)
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        torch.save((measured, supervise(generator, measured)), KEPT)
    measured, supervised = torch.load(KEPT, weights_only=False)  # this script's own file
    target.write_text(write_results(measured, supervised, common_step(generator)))
    print("wrote", target)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure what directions of the heads do to attributes.")
    parser.add_argument("--samples", type=int, default=128, help="pictures moved along each direction")
    parser.add_argument("--target", type=Path, default=TARGET, help="the page that is written")
    parser.add_argument("--again", action="store_true", help="write the page of the last run again")
    arguments = parser.parse_args()
    main(arguments.samples, arguments.target, arguments.again)
