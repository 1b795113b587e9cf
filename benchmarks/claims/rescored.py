"""SeFa, table 2: how the scores of all attributes change along directions meant for one."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from benchmarks.claims import along, disentangled, edits, meant, models
from benchmarks.claims.claim import Claim, Run, Table, Tables, main
from benchmarks.claims.disentangled import BASES, BASIS, KINDS, OTHERS
from benchmarks.claims.text import markdown
from sefa_widget import factorize
from sefa_widget.directions import Directions

CHANGE = 0.15
"""Mean image change of every edit, in image units."""
CONTROLS = 39
PICTURES, FEWER = (40, 2000), (30, 400)
"""Moved along each direction, and along each random one; the second number is of ``--full``."""
SHOWN = ("yaw", "glasses", "smile", "beard", "hair_length")
"""Rows and columns of the page's copy of the paper's table."""


def measure(run: Run) -> Tables:
    """Move samples along each direction to both sides, and score them."""
    generator = models.heads()
    drawn = meant.scored(run, generator)
    score, names = models.scorer(generator)
    normals = meant.normals(run, generator)
    bases = [factorize(generator, method="random", seed=seed).vectors for seed in range(BASES)]
    sets = {
        "InterFaceGAN": normals,
        "InterFaceGAN, conditional": meant.conditional(normals),
        **{
            name: meant.nearest(normals, models.directions(run, generator, name).vectors)
            for name in ("SeFa", *OTHERS)
        },
        BASIS: torch.cat([meant.nearest(normals, vectors) for vectors in bases]),
        "random": models.random_set(generator, CONTROLS).vectors,
    }
    spread = drawn["scores"].std(0)
    rows: Table = []
    for kind, vectors in sets.items():
        directions = Directions.from_vectors(vectors, generator=generator)
        steps = edits.strengths(run, generator, directions, CHANGE, kind)
        n = run.size(*(FEWER if kind == "random" else PICTURES))
        settings = (generator.fingerprint, n, edits.rounded(steps), edits.rounded(vectors))
        name = f"scores along {kind}"
        work = partial(along.scores, generator, score, kind, directions, steps, spread, names, n)
        rows += run.table(name, settings, lambda work=work, name=name: work(run.progress(name)))
    return {"changes": rows, "conditions": meant.conditions(normals, names)}


def body(tables: Tables) -> str:
    """Write the paper's table for five attributes, and the share on target of all."""
    parts = []
    for kind in (kind for kind in (*KINDS, *OTHERS) if kind in disentangled.known_kinds(tables)):
        rows = [row for row in tables["changes"] if row["kind"] == kind and row["target"] in SHOWN]
        parts.append(f"{kind}:\n\n{markdown([{n: r[n] for n in ('target', *SHOWN)} for r in rows])}")
    every = [row for row in tables["changes"] if row["kind"] not in ("random", BASIS)]
    columns = ("kind", "target", "strength", "share on target", "low", "high")
    return (
        "Mean change of each score, in its spread over unedited pictures; each row is one direction. "
        "Gender and age have no counterpart on heads; beard and hair length stand in their place.\n\n"
        + "\n".join(parts)
        + "\nShare of the squared changes that falls on the attribute a direction is meant for (95 % over "
        "pictures):\n\n" + markdown([{n: r[n] for n in columns} for r in every])
    )


def figure(tables: Tables) -> Any:
    """Draw the share on target of every direction."""
    from benchmarks.claims.drawing import points

    rows = [row for row in tables["changes"] if row["kind"] not in ("random", BASIS)]
    return points(rows, "target", "share on target", "low", "high", "share on target", "kind")


CLAIM = Claim(
    name="rescored",
    title="SeFa is as disentangled as InterFaceGAN",
    source='Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, table 2',
    says="Moved along the direction of one attribute, the scores of others change about as little with "
    "SeFa as with InterFaceGAN. (InterFaceGAN's own paper: conditional directions leave their conditions "
    "alone.)",
    run=f"{PICTURES[0]} pictures moved along each direction, {FEWER[0]} along each random one "
    f"({PICTURES[1]:,} and {FEWER[1]} with `--full`). Heads, the regressor as the attribute predictor, a "
    "stand-in. All 20 attributes. SeFa's direction of an attribute is the one nearest to its normal, as "
    "in the paper, of all 32, and so are those of composed and Jacobian; a conditional direction is the "
    "normal without what it shares with the two "
    "nearest other normals. Every edit goes to both sides at the strength where the picture changes by "
    f"{CHANGE} (root mean square), so that no kind is better for doing less. *Control:* {CONTROLS} random "
    f"directions at the same image change, and, as the nearest of 32 is chosen, the nearest of {BASES} "
    "random bases. Share on target: the noise of the means is taken out of the "
    "squares. Faces have [a page of their own](predicted.md). The normals come from the "
    "regressor that scores, as in the paper, which favours InterFaceGAN.",
    seeds=f"samples {models.SAMPLE_SEED}, moved pictures 1,000,000 on, matching {edits.MATCHING_SEED:,} on, "
    f"controls 2^32, random bases 0 to {BASES - 1}",
    measure=measure,
    findings=disentangled.findings,
    bought=disentangled.bought,
    power=disentangled.power,
    body=body,
    figure=figure,
)

if __name__ == "__main__":
    main(CLAIM)
