"""SeFa, figure 8: a direction of a BigGAN does the same for every class."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.claims.claim import Claim, Finding, Run, Table, Tables, Verdict, main
from benchmarks.claims.garments import ATTRIBUTES, attributes, classifier, garments
from benchmarks.claims.statistics import LEVEL, chance_p, corrected, mean_interval
from benchmarks.claims.text import markdown, number
from sefa_widget import edit, factorize
from sefa_widget.directions import Directions
from sefa_widget.evaluation import matched_strengths
from sefa_widget.generators import Generator, Latent
from sefa_widget.measures.basis import random_units
from sefa_widget.measures.changes import draw
from training.garments.dataset import CLASSES

K = 8
"""First directions of each set."""
CONTROLS = (100, 400)
"""Random directions of each set of layers, and with ``--full``."""
PICTURES = (16, 64)
"""Latents, the same ones for every class."""
CHANGE = 0.3
"""Mean image change of every edit over all classes, in image units."""
FIRST_SEED, MATCHING_SEED, SAMPLE_SEED = 5_000_000, 5_100_000, 5_200_000
SAMPLES = 2_000
"""Pictures whose attributes' spread within a class is the unit of changes."""
DRAWS = 999
"""Sets of K random directions."""
SAME = 0.5
"""Share of an effect that must be common to all classes for it to be called the same."""
LAYERS = {"all layers": (0, 4), "4 px": (0, 1), "8 px": (1, 2), "16 px": (2, 3), "32 px": (3, 4)}


def measure(run: Run) -> Tables:
    """Move the same latents of every class along SeFa's and along random directions."""
    generator = garments()
    unit = _unit(run, generator)
    effects: Table = []
    agreement: Table = []
    n, controls = run.size(*PICTURES), run.size(*CONTROLS)
    for name, layers in LAYERS.items():
        rows: Any = "all" if name == "all layers" else layers
        sets = {
            "SeFa": factorize(generator, layers=layers, k=K).vectors,
            "random": random_units(controls, generator.latent_dim),
        }
        for kind, vectors in sets.items():
            settings = (generator.fingerprint, n, len(vectors), CHANGE, rows)
            found = run.tensors(
                f"{kind}, {name}",
                settings,
                lambda v=vectors, r=rows, k=kind, m=name: _moved(run, generator, v, r, n, f"{k}, {m}"),
            )
            changes = found["changes"] / unit  # [k, C, N, A]
            for index, (one, kept) in enumerate(zip(changes, found["kept"], strict=True)):
                about = {"layers": name, "set": kind, "direction": index}
                agreement.append({**about, "common": common(one), "class kept": float(kept)})
                if kind == "SeFa":
                    effects += [
                        {**about, "class": CLASSES[c], **dict(zip(ATTRIBUTES, mean.tolist(), strict=True))}
                        for c, mean in enumerate(one.mean(1))
                    ]
    return {"agreement": agreement, "effects": effects}


def common(changes: Tensor) -> float:
    """Give the share of an effect ``[C, N, A]`` that all classes have in common.

    The mean product of the effects of two classes, over the mean square of that of one. Both come from two
    halves of the latents that are multiplied with each other, so noise adds nothing on average. 1 is the same
    effect in every class; 0 is one that has nothing to do with that in another class.
    """
    first, second = changes[:, ::2].mean(1), changes[:, 1::2].mean(1)  # [C, A]
    products = first @ second.T
    count = len(products)
    own = products.diagonal().sum()
    others = products.sum() - own
    return float(others / (count - 1) / own.clamp_min(1e-9))


def _every_class(generator: Generator, seed: int, n: int) -> Latent:
    """Give n latents, each as every class: class by class."""
    labels = torch.arange(generator.num_classes).repeat_interleave(n)
    seeds = list(range(seed, seed + n)) * generator.num_classes
    return generator.sample(seeds, labels=labels.tolist())


def _unit(run: Run, generator: Generator) -> Tensor:
    """Give the spread of each attribute within a class, over unedited pictures, ``[A]``."""

    def work() -> dict[str, Tensor]:
        latents = _every_class(generator, SAMPLE_SEED, SAMPLES // generator.num_classes)
        found = attributes(draw(generator, latents)).unflatten(0, (generator.num_classes, -1))
        return {"unit": found.var(1).mean(0).sqrt()}

    return run.tensors("spread of attributes", (generator.fingerprint, SAMPLES, SAMPLE_SEED), work)["unit"]


def _moved(
    run: Run, generator: Generator, vectors: Tensor, rows: Any, n: int, name: str
) -> dict[str, Tensor]:
    """Give half the difference of the sides' attributes ``[k, C, N, A]``, and how often the class stays."""
    directions = Directions.from_vectors(vectors, generator=generator)
    matching = _every_class(generator, MATCHING_SEED, 2)
    say = run.progress(f"strengths of {name}")
    steps = matched_strengths(
        generator, directions, CHANGE, latents=matching, rows=rows, controls=0, progress=say
    ).strengths
    latents, seen = _every_class(generator, FIRST_SEED, n), classifier()
    before = seen(draw(generator, latents))
    changes, kept, say = [], [], run.progress(name)
    for index, step in enumerate(steps.tolist()):
        sides = [
            draw(generator, edit(latents, directions, {index: sign * step}, rows=rows)) for sign in (1, -1)
        ]
        plus, minus = (attributes(images) for images in sides)
        changes.append(((plus - minus) / 2).unflatten(0, (generator.num_classes, n)))
        kept.append(torch.stack([(seen(images) == before).double().mean() for images in sides]).mean())
        say(index + 1, len(steps))
    return {"changes": torch.stack(changes), "kept": torch.stack(kept)}


def _of(tables: Tables, layers: str, kind: str, what: str) -> NDArray[np.float64]:
    rows = [row for row in tables["agreement"] if (row["layers"], row["set"]) == (layers, kind)]
    return np.array([row[what] for row in rows], dtype=float)


def _chance(tables: Tables, layers: str, what: str) -> NDArray[np.float64]:
    """Give the means of `DRAWS` sets of K random directions."""
    random, values = np.random.default_rng(0), _of(tables, layers, "random", what)
    return np.array([random.choice(values, K, replace=False).mean() for _ in range(DRAWS)])


def findings(tables: Tables) -> list[Finding]:
    """Judge: effects are the same in every class; more than those of random directions; the class stays."""
    found = []
    for layers in LAYERS:
        interval = mean_interval(_of(tables, layers, "SeFa", "common"))
        verdict: Verdict = "cannot be tested here"
        if interval.low > SAME or interval.high < SAME:
            verdict = "holds" if interval.low > SAME else "does not hold"
        found.append(
            Finding(
                f"{layers}: more than half of what a direction does is common to all classes",
                verdict,
                f"common share {interval}",
            )
        )
    for what, title in (
        ("common", "directions of SeFa do the same for every class more than random ones do"),
        ("class kept", "directions of SeFa keep the class more often than random ones do"),
    ):
        chances = {layers: _chance(tables, layers, what) for layers in LAYERS}
        means = {layers: float(_of(tables, layers, "SeFa", what).mean()) for layers in LAYERS}
        more = [chance_p(means[layers], chances[layers]) for layers in LAYERS]
        less = [chance_p(means[layers], chances[layers], more=False) for layers in LAYERS]
        p = corrected([min(1.0, 2 * min(pair)) for pair in zip(more, less, strict=True)])
        for layers, value, is_more in zip(LAYERS, p, np.less(more, less), strict=True):
            verdict = "cannot be tested here"
            if value <= LEVEL:
                verdict = "holds" if is_more else "does not hold"
            low, middle, high = np.percentile(chances[layers], (2.5, 50, 97.5))
            found.append(
                Finding(
                    f"{layers}: {title}",
                    verdict,
                    f"mean {number(means[layers])}, {K} random ones {number(float(middle))} "
                    f"({number(float(low))} to {number(float(high))}), p = {number(float(value))}",
                )
            )
    return found


def bought(_tables: Tables) -> Table:
    """Give no rows: SeFa is the only method here."""
    return []


def power(tables: Tables) -> str:
    """Say what would be seen."""
    gaps = []
    for layers in LAYERS:
        low, middle, high = np.percentile(_chance(tables, layers, "common"), (2.5, 50, 97.5))
        gaps.append(f"{number(float(max(high - middle, middle - low)))} ({layers})")
    return (
        f"With {K} directions a set, a mean common share that differs from that of random ones by less than "
        f"{', '.join(gaps)} would not be seen, before any correction."
    )


def body(tables: Tables) -> str:
    """Write each direction's common share, and the effects of the first of all layers."""
    shown = [row for row in tables["agreement"] if row["set"] == "SeFa"]
    parts = []
    for index in range(3):
        rows = [r for r in tables["effects"] if (r["layers"], r["direction"]) == ("all layers", index)]
        parts.append(
            f"Direction {index} of all layers:\n\n"
            + markdown([{n: r[n] for n in ("class", *ATTRIBUTES)} for r in rows])
        )
    return (
        "Of each direction, the share of its effect that all classes have in common, and how often the "
        "classifier sees the same class as before:\n\n"
        + markdown([{n: r[n] for n in r if n != "set"} for r in shown])
        + "\nMean change of each attribute to one side, in its spread within a class:\n\n"
        + "\n".join(parts)
    )


def figure(tables: Tables) -> Any:
    """Draw the common share of SeFa's directions, and of random ones."""
    import plotly.graph_objects as go

    drawn = go.Figure()
    for kind in ("random", "SeFa"):
        rows = [row for row in tables["agreement"] if row["set"] == kind]
        drawn.add_box(
            x=[row["layers"] for row in rows],
            y=[row["common"] for row in rows],
            name=kind,
            boxpoints="all" if kind == "SeFa" else False,
        )
    return drawn.update_layout(
        boxmode="group", yaxis_title="share of the effect that all classes have in common"
    )


CLAIM = Claim(
    name="classes",
    title="A direction of a BigGAN does the same for every class",
    source='Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, figure 8',
    says="A direction found in a class-conditional BigGAN changes pictures of all classes in the same way.",
    run=f"The bundled garments, {PICTURES[0]} latents as each of the ten classes ({PICTURES[1]} with "
    "`--full`), moved to both sides at the strength where the picture changes by "
    f"{CHANGE} (root mean square, mean over classes), one strength for all classes. The first {K} "
    "directions of all layers, and of each layer by itself. An effect is the change of nine attributes that "
    "are measured in the picture without a network, in their spread within a class; what is common to all "
    "classes is measured with noise taken out. The class is that which a small classifier sees, trained on "
    f"Fashion-MNIST. *Control:* {CONTROLS[0]} random directions in the same layers, at the same change; "
    f"means of {K} of them, {DRAWS} times. Fashion-MNIST is no ImageNet: its classes are alike in size and "
    "place.",
    seeds=f"moved pictures {FIRST_SEED:,} on, matching {MATCHING_SEED:,} on, spread {SAMPLE_SEED:,} on, "
    "controls 2^32",
    measure=measure,
    findings=findings,
    bought=bought,
    power=power,
    body=body,
    figure=figure,
)

if __name__ == "__main__":
    main(CLAIM)
