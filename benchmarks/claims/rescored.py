"""SeFa, table 2: how the scores of all attributes change along directions meant for one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.claims import edits, models
from benchmarks.claims.claim import Claim, Finding, Run, Table, Tables, Verdict, main
from benchmarks.claims.nearest import SAMPLES
from benchmarks.claims.purity import share_of, shares
from benchmarks.claims.statistics import (
    LEVEL,
    chance_p,
    corrected,
    mean_interval,
    paired_p,
    share_interval,
    smallest_seen,
)
from benchmarks.claims.text import markdown, number
from sefa_widget import edit
from sefa_widget.directions import Directions, project, separations
from sefa_widget.evaluation import fresh_latents
from sefa_widget.measures.changes import draw
from sefa_widget.measures.matching import absolute_cosines

CHANGE = 0.15
"""Mean image change of every edit, in image units."""
CONTROLS = 39
PICTURES, FEWER = (40, 2000), (30, 400)
"""Moved along each direction, and along each random one; the second number is of ``--full``."""
KINDS = ("InterFaceGAN", "InterFaceGAN, conditional", "SeFa")
ALIKE = 0.1
"""A difference of shares on target that does not matter."""
DIFFERENCES = (
    "share on target, SeFa less InterFaceGAN",
    "share on target, conditional less plain",
    "mean change of the two conditions in spreads, plain less conditional",
)
SHOWN = ("yaw", "glasses", "smile", "beard", "hair_length")
"""Rows and columns of the page's copy of the paper's table."""


def measure(run: Run) -> Tables:
    """Move samples along each direction to both sides, and score them."""
    generator = models.heads()
    drawn = models.samples(run, generator, run.size(*SAMPLES))
    _, names = models.scorer(generator)
    normals = torch.stack([plane.normal for plane in separations(drawn["w"], drawn["scores"])])
    sets = {
        "InterFaceGAN": normals,
        "InterFaceGAN, conditional": _conditional(normals),
        "SeFa": _nearest(normals, models.directions(run, generator, "SeFa").vectors),
        "random": models.random_set(generator, CONTROLS).vectors,
    }
    spread = drawn["scores"].std(0)
    rows: Table = []
    for kind, vectors in sets.items():
        directions = Directions.from_vectors(vectors, generator=generator)
        steps = edits.strengths(run, generator, directions, CHANGE, kind)
        n = run.size(*(FEWER if kind == "random" else PICTURES))
        settings = (generator.fingerprint, n, edits.rounded(steps), edits.rounded(vectors))
        rows += run.table(
            f"scores along {kind}",
            settings,
            lambda k=kind, v=directions, s=steps, m=n: _scores(run, generator, k, v, s, spread, m, names),
        )
    return {"changes": rows, "conditions": _conditions(normals, names)}


def _pairs(normals: Tensor) -> Tensor:
    """Give the two other attributes whose normals are nearest to each: what it is conditioned on."""
    return (absolute_cosines(normals, normals) - torch.eye(len(normals))).topk(2, dim=1).indices


def _conditional(normals: Tensor) -> Tensor:
    return torch.stack([project(normals[i], normals[two]) for i, two in enumerate(_pairs(normals))])


def _conditions(normals: Tensor, names: tuple[str, ...]) -> Table:
    pairs = _pairs(normals).tolist()
    return [
        {"attribute": names[i], "first": names[one], "second": names[two]}
        for i, (one, two) in enumerate(pairs)
    ]


def _nearest(normals: Tensor, vectors: Tensor) -> Tensor:
    """Give the direction nearest to each normal, turned to the same side, as the paper labels them."""
    cosines = normals @ vectors.T
    best = cosines.abs().argmax(1)
    return vectors[best] * cosines.gather(1, best[:, None]).sign()


def _scores(
    run: Run,
    generator: Any,
    kind: str,
    directions: Directions,
    steps: Tensor,
    spread: Tensor,
    n: int,
    names: tuple[str, ...],
) -> Table:
    """Give one row per direction: what it is meant for, its share on target, and the mean changes."""
    latents = fresh_latents(generator, n)
    score, _ = models.scorer(generator)
    say, rows = run.progress(f"scores along {kind}"), []
    for index, step in enumerate(steps.tolist()):
        sides = [
            score(draw(generator, edit(latents, directions, {index: sign * step}, rows="all"))).double()
            for sign in (1, -1)
        ]
        changes = (sides[0] - sides[1]) / 2 / spread  # [N, A]
        mean = changes.mean(0)
        target = names[index] if kind != "random" else ""
        column = index if target else int(shares(changes).argmax())
        row = {"kind": kind, "target": target, "strength": step}
        row["share on target"], row["low"], row["high"] = share_of(changes, column)
        row.update({name: float(value) for name, value in zip(names, mean, strict=True)})
        rows.append(row)
        say(index + 1, len(steps))
    return rows


def _of(tables: Tables, kind: str, what: str) -> NDArray[np.float64]:
    return np.array([row[what] for row in tables["changes"] if row["kind"] == kind])


def _alike(low: float, high: float) -> Verdict:
    """Judge whether a difference is no larger than `ALIKE`: wholly within, wholly outside, or neither."""
    if low > -ALIKE and high < ALIKE:
        return "holds"
    return "does not hold" if high < -ALIKE or low > ALIKE else "cannot be tested here"


def findings(tables: Tables) -> list[Finding]:
    """Judge: each kind moves its attribute; SeFa is as disentangled; conditions are left alone."""
    found = []
    targets = [row["target"] for row in tables["changes"] if row["kind"] == KINDS[0]]
    for kind in KINDS:
        rows = [row for row in tables["changes"] if row["kind"] == kind]
        p = [
            chance_p(abs(row[target]), np.abs(_of(tables, "random", target)))
            for row, target in zip(rows, targets, strict=True)
        ]
        count = sum(value <= LEVEL for value in p)
        share = share_interval(count, len(rows))
        verdict: Verdict = "holds" if share.low > LEVEL else "cannot be tested here"
        found.append(
            Finding(
                f"{kind}: a direction moves its own attribute more than random ones do",
                verdict,
                f"{count} of {len(rows)} attributes at 5 % each, a share of {share}; 0.05 by chance",
            )
        )
    plain, conditional, sefa = (_of(tables, kind, "share on target") for kind in (KINDS[0], KINDS[1], "SeFa"))
    compared = {
        "SeFa's directions are as disentangled as InterFaceGAN's (within 0.1)": sefa - plain,
        "conditional directions are more disentangled than plain ones": conditional - plain,
        "conditional directions leave their conditions alone more than plain ones do": (
            _leaks(tables, KINDS[0]) - _leaks(tables, KINDS[1])
        ),
    }
    p_values = corrected([paired_p(difference) for difference in compared.values()])
    for number_of, (statement, difference) in enumerate(compared.items()):
        interval = mean_interval(difference)
        if number_of == 0:
            verdict = _alike(interval.low, interval.high)
        else:
            verdict = "cannot be tested here"
            if p_values[number_of] <= LEVEL:
                verdict = "holds" if interval.value > 0 else "does not hold"
        found.append(
            Finding(
                statement,
                verdict,
                f"{DIFFERENCES[number_of]}: {interval}, p = {number(float(p_values[number_of]))}; seen from "
                f"{number(smallest_seen(difference))} on",
            )
        )
    return found


def _leaks(tables: Tables, kind: str) -> NDArray[np.float64]:
    """Give the mean size of the change of the two conditions of each attribute."""
    conditions = {row["attribute"]: (row["first"], row["second"]) for row in tables["conditions"]}
    rows = [row for row in tables["changes"] if row["kind"] == kind]
    return np.array([np.mean([abs(row[c]) for c in conditions[row["target"]]]) for row in rows])


def body(tables: Tables) -> str:
    """Write the paper's table for five attributes, and the share on target of all."""
    parts = []
    for kind in KINDS:
        rows = [row for row in tables["changes"] if row["kind"] == kind and row["target"] in SHOWN]
        parts.append(f"{kind}:\n\n{markdown([{n: r[n] for n in ('target', *SHOWN)} for r in rows])}")
    every = [row for row in tables["changes"] if row["kind"] != "random"]
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

    rows = [row for row in tables["changes"] if row["kind"] != "random"]
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
    "in the paper, of all 32; a conditional direction is the normal without what it shares with the two "
    "nearest other normals. Every edit goes to both sides at the strength where the picture changes by "
    f"{CHANGE} (root mean square), so that no kind is better for doing less. *Control:* {CONTROLS} random "
    "directions at the same image change. Share on target: the noise of the means is taken out of the "
    "squares. Faces: **cannot be tested here**, for want of a predictor. The normals come from the "
    "regressor that scores, as in the paper, which favours InterFaceGAN.",
    seeds=f"samples {models.SAMPLE_SEED}, moved pictures 1,000,000 on, matching {edits.MATCHING_SEED:,} on, "
    "controls 2^32",
    measure=measure,
    findings=findings,
    body=body,
    figure=figure,
)

if __name__ == "__main__":
    main(CLAIM)
