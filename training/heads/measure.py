"""The bundled heads and their regressor in, ``docs/heads-results.md`` with all tables out.

Run ``python -m training.heads.measure``; it draws some hundred thousand pictures, so it takes minutes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from sefa_widget import factorize, load_generator
from sefa_widget.directions import Directions
from sefa_widget.evaluation import Rescoring, fresh_latents, latent_spread, load_regressor, rescore
from sefa_widget.evaluation.captured import captured_change
from sefa_widget.evaluation.matching import find_nearest
from sefa_widget.generators import Generator

TARGET = Path(__file__).parent.parent.parent / "docs" / "heads-results.md"
METHODS = {"composed": "composed response", "jacobian": "Jacobian", "pca": "PCA of w", "ica": "ICA of w"}
SEARCHED = ("SeFa, all layers", "SeFa, bottom, 4-8 px", "PCA of w", "ICA of w")
"""Sets in which the nearest direction to each supervised one is looked for."""
SHOWN = 8
"""Directions measured of each set."""
HELD = 1.0
"""An attribute is held if a direction changes it more than this many times what any random one does."""
RANGES: dict[str, tuple[int, int] | None] = {
    "all layers": None,
    "bottom, 4-8 px": (0, 3),
    "middle, 16 px": (3, 5),
    "top, 32-64 px": (5, 10),
}


@dataclass(frozen=True)
class Measured:
    """One set of directions and what it does to attributes."""

    name: str
    directions: Directions
    rows: tuple[int, int] | None
    found: Rescoring


def sets(generator: Generator) -> Iterator[tuple[str, Directions, tuple[int, int] | None]]:
    """Give every set of directions with its name and the code rows its edits move."""
    for name, layers in RANGES.items():
        yield f"SeFa, {name}", factorize(generator, method="sefa", layers=layers), layers
    for method, name in METHODS.items():
        yield name, factorize(generator, method=method, k=min(SHOWN, generator.latent_dim)), None
    for name, layers in RANGES.items():
        yield f"random, {name}", factorize(generator, method="random", k=SHOWN), layers


def measure(generator: Generator, samples: int) -> list[Measured]:
    """Re-score all sets, each direction moved by one standard deviation of w along it."""
    regressor = load_regressor()
    latents = fresh_latents(generator, samples)
    measured = []
    for name, directions, rows in sets(generator):
        began = time.monotonic()
        some = directions.first(SHOWN)
        found = rescore(
            generator,
            some,
            regressor,
            strength=latent_spread(generator, some),
            rows=rows,
            latents=latents,
        )
        measured.append(Measured(name, directions, rows, found))
        print(f"{name}: {found!r} in {time.monotonic() - began:.0f} s", flush=True)
    return measured


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown, its first column to the left."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def summary(measured: Sequence[Measured]) -> str:
    """One row per set: effect and purity, the same of random directions, attributes not held."""
    rows = []
    for one in measured:
        found, chance = one.found, one.found.control
        assert chance is not None
        rows.append(
            [
                one.name,
                f"{found.effect.mean():.2f}",
                f"{chance.effect.mean():.2f}",
                f"{found.purity.mean():.2f}",
                f"{chance.purity.mean():.2f}",
                ", ".join(dict.fromkeys(found.strongest)),
                ", ".join(found.unheld(HELD)) or "none",
            ]
        )
    head = ["set", "effect", "random", "purity", "random", "strongest attributes, in order", "not held"]
    return table(head, rows)


def matrix(one: Measured) -> str:
    """Attributes as rows, directions as columns, with errors; changes of at least 0.3 spreads in bold."""
    found = one.found
    assert found.control is not None
    rows = []
    for column, name in enumerate(found.names):
        cells = []
        for change, error in zip(
            found.change[:, column].tolist(), found.error[:, column].tolist(), strict=True
        ):
            text = f"{change:+.2f} ± {error:.2f}"
            cells.append(f"**{text}**" if abs(change) >= 0.3 else text)
        chance = found.control.change[:, column].abs()
        rows.append([name, *cells, f"{chance.mean():.2f}", f"{chance.max():.2f}"])
    head = [f"#{index}" for index in range(len(found.change))]
    return table(["attribute", *head, "random, mean", "random, most"], rows)


def supervised(generator: Generator, measured: Sequence[Measured], samples: int) -> str:
    """Table 1: the nearest direction of each set to the supervised one of each attribute."""
    regressor = load_regressor()
    planes = factorize(generator, method="interfacegan", scores=regressor, n=samples)
    chosen = [one for one in measured if one.name in SEARCHED]
    columns = [find_nearest("supervised", planes, one.name, one.directions) for one in chosen]
    rows = []
    for index, name in enumerate(regressor.names):
        cells = [f"{nearest[index].distance:.2f} (#{nearest[index].index})" for nearest in columns]
        rows.append([name, *cells, f"{columns[0][index].control:.2f}"])
    names = [f"{one.name} ({len(one.directions)})" for one in chosen]
    return table(["attribute", *names, f"random ({len(chosen[0].directions)})"], rows)


def linear(generator: Generator, samples: int) -> str:
    """How well a linear map of w predicts each attribute: the most that any straight direction could hold."""
    regressor = load_regressor()
    latents = fresh_latents(generator, samples)
    with torch.inference_mode():
        images = (generator.synthesize(codes) for codes in torch.split(latents.codes, 128))
        scores = torch.cat([regressor(some) for some in images]).double()
    codes = torch.cat([latents.codes[:, 0].double(), torch.ones(samples, 1, dtype=torch.float64)], 1)
    half = samples // 2
    weights = torch.linalg.lstsq(codes[:half], scores[:half]).solution
    rest = scores[half:] - codes[half:] @ weights
    explained = 1 - rest.square().sum(0) / (scores[half:] - scores[half:].mean(0)).square().sum(0)
    pairs = sorted(zip(explained.tolist(), regressor.names, strict=True), reverse=True)
    return table(["attribute", "R²"], [[name, f"{value:.2f}"] for value, name in pairs])


def captured(generator: Generator, measured: Sequence[Measured]) -> str:
    """Share of the image change that the first directions capture, with control and bound."""
    rows = []
    for one in measured:
        if one.rows is None and one.directions.method != "random":
            score = captured_change(generator, one.directions.first(SHOWN))
            rows.append(
                [one.name, f"{score.curve[-1]:.3f}", f"{score.control[-1]:.3f}", f"{score.bound[-1]:.3f}"]
            )
    return table(["set", f"first {SHOWN}", "random", "at most"], rows)


def main(samples: int) -> None:
    """Measure everything and write the page."""
    generator = load_generator("heads", device="cpu")
    measured = measure(generator, samples)
    parts = [
        ("What each set does", summary(measured)),
        *((f"Matrix: {one.name}", matrix(one)) for one in measured if one.directions.method != "random"),
        ("Captured change", captured(generator, measured)),
        ("Nearest direction to each supervised one", supervised(generator, measured, 10 * samples)),
        ("Attributes that a linear map of w predicts", linear(generator, 4 * samples)),
    ]
    text = (
        "# The heads: measured\n\nWritten by `python -m training.heads.measure`; what it means is in "
        f"[heads.md](heads.md).\n\n{samples} samples, each direction moved by one standard deviation of w "
        "along it to both sides. Changes are in standard deviations of the attribute over the generator's "
        f"own pictures, ± the standard error of the mean. The first {SHOWN} directions of each set; random: "
        "as many random orthonormal directions at the same strengths. The last rows are random directions "
        "moved by the standard deviation of w along themselves.\n"
    )
    for title, part in parts:
        text += f"\n## {title}\n\n{part}\n"
    TARGET.write_text(text)
    print("wrote", TARGET)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure what directions of the heads do to attributes.")
    parser.add_argument(
        "--samples", type=int, default=1000, help="pictures that are moved along each direction"
    )
    main(parser.parse_args().samples)
