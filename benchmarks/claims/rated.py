"""SeFa, table 3: how many directions of each group of layers do something obvious, and something single."""

from __future__ import annotations

from typing import Any

from benchmarks.claims import models
from benchmarks.claims.claim import Claim, Finding, Run, Table, Tables, Verdict, main
from benchmarks.claims.statistics import (
    LEVEL,
    Interval,
    corrected,
    share_interval,
    shares_p,
    smallest_share_seen,
)
from benchmarks.claims.text import markdown, number
from sefa_widget import edit, factorize
from sefa_widget.directions import Directions
from sefa_widget.evaluation import fresh_latents, latent_spread
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw

GROUPS = {"bottom, 4-8 px": (0, 3), "middle, 16 px": (3, 5), "top, 32-64 px": (5, 10)}
SPREADS = 3.0
"""How far pictures are moved, in mean spreads of w: as far as people move a slider."""
OBVIOUS = 0.5
"""Of an attribute's spread: what a change must reach to be called obvious."""
OTHERS = (0.25, 1.0)
"""What might be called obvious instead: a verdict that hangs on it is none."""
SINGLE = 0.5
"""Of all squared changes: what one attribute must have for a direction to be called meaningful."""
CONTROLS = 32
PICTURES = (12, 200)
"""Moved along each direction, and with ``--full``."""


def measure(run: Run) -> Tables:
    """Rate every direction of each group, and random ones of the same rows and step."""
    generator, n = models.heads(), run.size(*PICTURES)
    step = SPREADS * float(
        latent_spread(generator, factorize(generator, method="random")).square().mean().sqrt()
    )
    rows: Table = []
    for group, layers in GROUPS.items():
        sets = {
            "SeFa": factorize(generator, method="sefa", layers=layers),
            "random": models.random_set(generator, CONTROLS, seed=layers[0]),
        }
        for name, directions in sets.items():
            rows += run.table(
                f"rated {name} of {group}",
                (generator.fingerprint, n, step, len(directions), layers),
                lambda d=directions, g=group, m=name, r=layers: _rate(run, generator, d, g, m, r, step, n),
            )
    return {"rated": rows, "counts": _counts(rows)}


def _rate(
    run: Run,
    generator: Generator,
    directions: Directions,
    group: str,
    name: str,
    layers: tuple[int, int],
    step: float,
    n: int,
) -> Table:
    """Give one row per direction: the largest change, whose it is, and its share of all."""
    latents = fresh_latents(generator, n)
    score, names = models.scorer(generator)
    spread = score(draw(generator, fresh_latents(generator, 256))).double().std(0)
    say, rows = run.progress(f"rated {name} of {group}"), []
    for index in range(len(directions)):
        ends = [
            score(draw(generator, edit(latents, directions, {index: sign * step}, rows=layers))).double()
            for sign in (1, -1)
        ]
        changes = (ends[0] - ends[1]) / 2 / spread
        mean, error = changes.mean(0), changes.std(0) / n**0.5
        squares = (mean.square() - error.square()).clamp_min(0)
        best = int(squares.argmax())
        share = float(squares[best] / squares.sum()) if float(squares.sum()) > 0 else 0.0
        sure = float(mean[best].abs() - 2 * error[best])
        obvious = sure >= OBVIOUS
        rows.append(
            {
                "group": group,
                "set": name,
                "direction": index,
                "attribute": names[best],
                "change": float(mean[best].abs()),
                "error": float(error[best]),
                "share": share,
                "obvious": int(obvious),
                "meaningful": int(obvious and share >= SINGLE),
            }
        )
        say(index + 1, len(directions))
    return rows


def _counts(rows: Table) -> Table:
    """Count per group, with Wilson's intervals, and compare with random directions by Fisher's test."""
    found: Table = []
    for group in GROUPS:
        for what in ("obvious", "meaningful"):
            marks = {
                name: [row[what] for row in rows if (row["group"], row["set"]) == (group, name)]
                for name in ("SeFa", "random")
            }
            own, other = marks["SeFa"], marks["random"]
            share, chance = share_interval(sum(own), len(own)), share_interval(sum(other), len(other))
            found.append(
                {
                    "group": group,
                    "what": what,
                    "SeFa": sum(own),
                    "of": len(own),
                    "share": share.value,
                    "low": share.low,
                    "high": share.high,
                    "random share": chance.value,
                    "random low": chance.low,
                    "random high": chance.high,
                    "seen from": smallest_share_seen(chance.value, len(other), len(own)),
                    "p": shares_p(sum(own), len(own), sum(other), len(other)),
                }
            )
    for row, p in zip(found, corrected([row["p"] for row in found]), strict=True):
        row["p, Holm"] = float(p)
    return found


def findings(tables: Tables) -> list[Finding]:
    """Judge: most directions do something obvious; more than random ones; more mean one thing."""
    rows = tables["counts"]
    found = []
    for row in (row for row in rows if row["what"] == "obvious"):
        shares = [_obvious(tables, row["group"], "SeFa", least) for least in (OBVIOUS, *OTHERS)]
        most: Verdict = "cannot be tested here"
        if all(share.low > 0.5 for share in shares):
            most = "holds"
        if all(share.high < 0.5 for share in shares):
            most = "does not hold"
        others = ", ".join(f"{share} from {t:g} on" for share, t in zip(shares[1:], OTHERS, strict=True))
        found.append(
            Finding(
                f"most of SeFa's directions change something obviously ({row['group']})",
                most,
                f"{shares[0]}; random {number(row['random share'])}. Another meaning of obvious: {others}",
            )
        )
    for what, statement in (
        ("obvious", "more of SeFa's directions than of random ones change something obviously"),
        ("meaningful", "more of SeFa's directions than of random ones change one thing"),
    ):
        for row in (row for row in rows if row["what"] == what):
            verdict: Verdict = "cannot be tested here"
            if row["p, Holm"] <= LEVEL:
                verdict = "holds" if row["share"] > row["random share"] else "does not hold"
            interval = f"{number(row['random low'])} to {number(row['random high'])}"
            found.append(
                Finding(
                    f"{statement} ({row['group']})",
                    verdict,
                    f"{number(row['share'])}, random {number(row['random share'])} ({interval}), "
                    f"p = {number(row['p, Holm'])}; alone, seen from {number(row['seen from'])} on",
                )
            )
    return found


def _obvious(tables: Tables, group: str, name: str, least: float) -> Interval:
    """Give the share of directions whose largest change, less two standard errors, reaches so much."""
    rows = [row for row in tables["rated"] if (row["group"], row["set"]) == (group, name)]
    return share_interval(sum(row["change"] - 2 * row["error"] >= least for row in rows), len(rows))


def body(tables: Tables) -> str:
    """Write the counts."""
    return (
        "Each group has 32 directions, all there are. p: Fisher's test against random ones, corrected over "
        f"the six rows by Holm's method.\n\n{markdown(tables['counts'])}"
    )


def figure(tables: Tables) -> Any:
    """Draw the shares of both sets."""
    from benchmarks.claims.drawing import points

    rows = []
    for row in tables["counts"]:
        label = f"{row['what']}, {row['group']}"
        rows.append({"label": label, "set": "SeFa"} | {n: row[n] for n in ("share", "low", "high")})
        other = {n: row[f"random {n}"] for n in ("share", "low", "high")}
        rows.append({"label": label, "set": "random"} | other)
    return points(rows, "label", "share", "low", "high", "share of the directions", "set")


CLAIM = Claim(
    name="rated",
    title="Most of SeFa's directions mean something",
    source='Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, table 3',
    says="Of the first 50 directions of each group of layers, people find 9 to 15 (bottom), 18 to 28 "
    "(middle) and 34 to 50 (top) that change something obviously, and most of these meaningful. (The "
    "caption swaps the two numbers: what is meaningful cannot be more than what is obvious.)",
    run=f"{PICTURES[0]} pictures moved along each direction ({PICTURES[1]} with `--full`). Heads. **No "
    "people were asked:** the regressor is the rater, a stand-in, and two rules take the place of "
    f"judgement. All pictures are moved by {SPREADS:g} mean spreads of w to both sides, in the group's "
    f"own rows. Obvious: some attribute changes by {OBVIOUS} of its spread or more, two standard errors "
    f"taken off. Meaningful: obvious, and one attribute has {SINGLE} or more of all squared changes. "
    f"*Control:* {CONTROLS} independent random directions of the same rows and step; the paper has none. "
    "A study by people is what [labels](../labels.md) are for. Faces: **cannot be tested here**, for "
    "want of a predictor.",
    seeds="moved pictures 1,000,000 on, controls 2^32, 2^32 + 3 and 2^32 + 5",
    measure=measure,
    findings=findings,
    body=body,
    figure=figure,
)

if __name__ == "__main__":
    main(CLAIM)
