"""Wang et al., table 1: how far edited pictures are from real ones, as printed and at matched effect."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.claims import edits, models
from benchmarks.claims.claim import Claim, Finding, Run, Table, Tables, main
from benchmarks.claims.features import WITH_WEIGHTS, extractor, in_spreads
from benchmarks.claims.judging import Difference, judged
from benchmarks.claims.statistics import jackknife_interval, mean_interval, smallest_seen
from benchmarks.claims.text import METHODS, bought_row, markdown, number
from sefa_widget.evaluation.distances import frechet_of_samples, kernel
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw

K = 10
CHANGE = 0.2
"""Mean image change of matched edits, in image units."""
PRINTED = 100.0
"""Strengths of the paper are uniform between minus and plus this."""
SPLITS = 10
PICTURES = (400, 10_000)
"""Edited with each set, and with ``--full``; twice as many are fresh."""
RANDOM = 20
FRESH_SEED, EDIT_SEED = 3_000_000, 4_000_000
"""First seeds of the fresh pictures, and of those that are edited: no picture is both."""
SETS = {
    "heads": ("nothing", "random", "SeFa", "composed", "Jacobian"),
    "faces": ("nothing", "random", "SeFa", "composed", "conv as printed", "Jacobian"),
}
FEATURES = {"heads": "regressor", "faces": "colours"}
WEIGHTS = "SEFA_INCEPTION_WEIGHTS"
"""Environment variable: the file of torch-fidelity's Inception, if its features are wanted."""


def features_of(name: str) -> str:
    """Give the name of the extractor for a generator's pictures."""
    weights = os.environ.get(WEIGHTS)
    return f"inception:{weights}" if weights else FEATURES[name]


def measure(run: Run) -> Tables:
    """Edit pictures in two ways with each set, and measure the distance from fresh ones."""
    distances: Table = []
    splits: Table = []
    n = run.size(*PICTURES)
    for generator in (models.heads(), models.faces()):
        wanted = features_of(generator.name)
        read = extractor(wanted)
        fresh = _fresh(run, generator, n, wanted)
        latents, base = edits.unedited(generator, EDIT_SEED, n)
        for protocol, name, amounts, directions in _edits(run, generator, n):
            settings = (generator.fingerprint, n, wanted, protocol, name, CHANGE, K)
            say = run.progress(f"{name} of {generator.name}, {protocol}")

            def work(
                given: tuple[Any, ...] = (generator, latents),
                a: Any = (directions, amounts, read, say),
                draws: Any = base,
            ) -> dict[str, Tensor]:
                found = edits.moved(*given, draws(), *a)
                return {"features": found.read, "change": found.change}

            kept = run.tensors(f"{name} of {generator.name}, {protocol}", settings, work)
            about = {"model": generator.name, "protocol": protocol, "set": name}
            shown = [fresh, kept["features"]]
            real, edited = shown if wanted.startswith(WITH_WEIGHTS) else in_spreads(*shown)
            distances.append({**about, **_distances(edited, real, kept["change"])})
            each = _kernels(edited, real)
            splits += [{**about, "split": i, "KID x 1000": 1000 * v} for i, v in enumerate(each)]
    return {"distances": distances, "splits": splits}


def _fresh(run: Run, generator: Generator, n: int, wanted: str) -> Tensor:
    """Give the features of fresh pictures, twice as many as are edited."""

    def work() -> dict[str, Tensor]:
        read, found = extractor(wanted), []
        for start in range(FRESH_SEED, FRESH_SEED + 2 * n, 100):
            found.append(read(draw(generator, generator.sample(range(start, start + 100)))))
        return {"features": torch.cat(found)}

    settings = (generator.fingerprint, n, wanted, FRESH_SEED)
    return run.tensors(f"fresh {generator.name}", settings, work)["features"]


def _edits(run: Run, generator: Generator, n: int) -> Iterator[tuple[str, str, Tensor, Any]]:
    """Give protocol, set, amounts ``[N, k]`` and directions: one direction a picture, drawn at random."""
    for name in SETS[generator.name]:
        if name in ("random", "nothing"):
            directions = models.random_set(generator, RANDOM)
        else:
            directions = models.directions(run, generator, name, K)
        k = len(directions)
        random = torch.Generator().manual_seed(0)  # the same for all sets, so that they are paired
        picks = (torch.rand(n, generator=random) * k).long()
        uniform = 2 * torch.rand(n, generator=random) - 1
        if name == "nothing":
            yield "matched", name, torch.zeros(n, k), directions
            continue
        steps = edits.strengths(run, generator, directions, CHANGE, f"{name} of {generator.name}").float()
        yield "matched", name, edits.one_each(picks, steps[picks] * uniform.sign(), k), directions
        yield "as printed", name, edits.one_each(picks, PRINTED * uniform, k), directions


def _kernels(edited: Tensor, fresh: Tensor) -> list[float]:
    """Give the kernel distance of each split of edited pictures from its own split of fresh ones."""
    pairs = zip(edited.chunk(SPLITS), fresh.chunk(SPLITS), strict=True)
    return [kernel(one, two) for one, two in pairs]


def _distances(edited: Tensor, fresh: Tensor, change: Tensor) -> dict[str, float]:
    """Give both distances with intervals, the mean change, and the bias of few pictures."""
    kid = mean_interval([1000 * value for value in _kernels(edited, fresh)])
    parts = np.arange(len(edited)) * SPLITS // len(edited)

    def distance(numbers: NDArray[np.int64]) -> float:
        return frechet_of_samples(edited[torch.from_numpy(numbers)], fresh)

    fd = jackknife_interval(parts.tolist(), distance)
    return {
        "image change": float(change.mean()),
        "KID x 1000": kid.value,
        "KID low": kid.low,
        "KID high": kid.high,
        "FD": fd.value,
        "FD low": fd.low,
        "FD high": fd.high,
        "FD of half": frechet_of_samples(edited[::2], fresh),
    }


def _splits(tables: Tables, model: str, protocol: str, name: str) -> NDArray[np.float64]:
    wanted = (model, protocol, name)
    rows = tables["splits"]
    found = [r["KID x 1000"] for r in rows if (r["model"], r["protocol"], r["set"]) == wanted]
    return np.array(found)


def findings(tables: Tables) -> list[Finding]:
    """Judge the paper's comparison and its control; then, as a family of its own, what was added."""
    cases = [(model, protocol) for model in SETS for protocol in ("as printed", "matched")]
    first = [
        _difference(tables, *case, *pair)
        for case in cases
        for pair in (("composed", "SeFa"), ("SeFa", "random"))
    ]
    added = (("composed", "random"), ("Jacobian", "random"), ("Jacobian", "SeFa"))
    more = [_difference(tables, *case, *pair) for case in cases for pair in added]
    return judged(first) + judged(more)


def _difference(tables: Tables, model: str, protocol: str, one: str, two: str) -> Difference:
    words = "all layers (composed)" if one == "composed" else one
    return Difference(
        f"pictures edited with {words} stay nearer to fresh ones than with {two} ({model}, {protocol})",
        _splits(tables, model, protocol, one) - _splits(tables, model, protocol, two),
        -1,
        "KID x 1000, difference",
    )


def bought(tables: Tables) -> Table:
    """Give the kernel distance of each method at matched effect."""
    return [
        bought_row(
            f"KID x 1000 from fresh pictures, matched effect ({model})",
            "less",
            {name: str(mean_interval(_splits(tables, model, "matched", name))) for name in METHODS},
        )
        for model in SETS
    ]


def power(tables: Tables) -> str:
    """Say what would be seen at matched effect."""
    seen = (
        number(smallest_seen(_difference(tables, model, "matched", "composed", "SeFa").values))
        for model in SETS
    )
    parts = [f"{value} ({model})" for value, model in zip(seen, SETS, strict=True)]
    n = round(PICTURES[tables["run"][0]["full"]])
    return (
        f"With {n:,} edited pictures a set in {SPLITS} splits, a difference of KID x 1000 at matched effect "
        f"under {' and under '.join(parts)} would not be seen (all layers less SeFa)."
    )


def body(tables: Tables) -> str:
    """Write the distances."""
    return (
        "Distances from fresh pictures. KID: mean over splits with Student's 95 %; FD: jackknife over "
        "splits. The row of nothing is what any distance has for want of pictures; FD of half the pictures "
        "shows how much of it is bias. Heads and faces have different features: their numbers have nothing "
        f"to do with each other.\n\n{markdown(tables['distances'])}"
    )


def figure(tables: Tables) -> Any:
    """Draw the kernel distances at matched effect."""
    from benchmarks.claims.drawing import points

    rows = [
        r | {"label": f"{r['model']}: {r['set']}"} for r in tables["distances"] if r["protocol"] == "matched"
    ]
    return points(rows, "label", "KID x 1000", "KID low", "KID high", "KID x 1000, matched effect", "model")


CLAIM = Claim(
    name="quality",
    title="Pictures edited with all layers keep their quality",
    source='Wang et al., "Generalizing Factorization of GANs by Characterizing Convolutional Layers", '
    "ICASSP 2022, table 1",
    says="FID of 10,000 pictures edited with random steps of -100 to 100: with all layers as good as "
    "SeFa on StyleGAN (8.31 and 8.22, 7.65 and 7.78), much better on BigGAN (6.52 and 10.42).",
    run=f"{PICTURES[0]} edited pictures a set, twice as many fresh ones ({PICTURES[1]:,} with `--full`). "
    "Heads (a StyleGAN2) and faces (a DCGAN, all convolutions); no BigGAN of photographs is at hand, so that "
    "column **cannot be tested here**. Their algorithm cannot run as printed: composed is what all "
    "layers can mean, conv as printed is the listing on the one layer it can read. Each picture is moved "
    f"along one of the first {K} directions of a set, either by a uniform step of -{PRINTED:g} to "
    f"{PRINTED:g} as printed, or to either side by the strength where pictures change by {CHANGE} on "
    f"average. Distances are from fresh pictures in {SPLITS} disjoint splits. Features, in spreads of "
    "fresh pictures: of the bundled regressor for heads, colours of 8 x 8 fields for faces; with "
    f"`{WEIGHTS}=FILE` those of torch-fidelity's Inception. *Controls:* nothing done, and {RANDOM} random "
    "directions. p values are of exchanged signs over splits, corrected over the first eight statements, and "
    "over the other twelve, which were added later.",
    seeds=f"fresh {FRESH_SEED:,} on, edited {EDIT_SEED:,} on, matching {edits.MATCHING_SEED:,} on, steps 0, "
    "random 2^32",
    measure=measure,
    findings=findings,
    bought=bought,
    power=power,
    body=body,
    figure=figure,
)

if __name__ == "__main__":
    main(CLAIM)
