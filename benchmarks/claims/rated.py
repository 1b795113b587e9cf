"""SeFa, table 3: how many directions of each group of layers do something obvious, and something single."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from benchmarks.claims import counts, models
from benchmarks.claims.claim import Claim, Run, Table, Tables, main
from benchmarks.claims.counts import OBVIOUS, SINGLE
from benchmarks.claims.text import markdown
from sefa_widget import edit, factorize
from sefa_widget.directions import Directions
from sefa_widget.evaluation import fresh_latents, latent_spread
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw

GROUPS = {"bottom, 4-8 px": (0, 3), "middle, 16 px": (3, 5), "top, 32-64 px": (5, 10)}
SPREADS = 3.0
"""How far pictures are moved, in mean spreads of w: as far as people move a slider."""
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
            "composed": factorize(generator, method="composed", layers=layers),
            "Jacobian": jacobian(run, generator, group),
            "random": models.random_set(generator, CONTROLS, seed=layers[0]),
        }
        for name, directions in sets.items():
            rows += run.table(
                f"rated {name} of {group}",
                (generator.fingerprint, n, step, len(directions), layers),
                lambda d=directions, g=group, m=name, r=layers: _rate(run, generator, d, g, m, r, step, n),
            )
    counted = counts.counts(rows)
    return {"rated": rows, "counts": counted, "compared": counts.compared(counted)}


def jacobian(run: Run, generator: Generator, group: str) -> Directions:
    """Find the Jacobian's directions of a group's rows; kept for all claims."""
    layers = GROUPS[group]

    def work() -> dict[str, Tensor]:
        say, n = run.progress(f"Jacobian of {group}"), models.JACOBIAN_LATENTS
        return {"vectors": factorize(generator, method="jacobian", layers=layers, n=n, progress=say).vectors}

    settings = (generator.fingerprint, layers, models.JACOBIAN_LATENTS)
    kept = run.tensors(f"Jacobian of {group}", settings, work, shared=True)
    return Directions.from_vectors(kept["vectors"], generator=generator)


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


def body(tables: Tables) -> str:
    """Write the counts and their comparisons."""
    return (
        f"Each set of a group has 32 directions: all there are.\n\n{markdown(tables['counts'])}\n"
        "p: Fisher's test, corrected by Holm's method over the six comparisons of SeFa with random ones, and "
        f"over all others.\n\n{markdown(tables['compared'])}"
    )


def figure(tables: Tables) -> Any:
    """Draw the shares of all sets."""
    from benchmarks.claims.drawing import points

    rows = [row | {"label": f"{row['what']}, {row['group']}"} for row in tables["counts"]]
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
    "A study by people is what [labels](../labels.md) are for. Faces: **cannot be tested here**: "
    "predictors of few attributes do not tell what is meaningful.",
    seeds="moved pictures 1,000,000 on, controls 2^32, 2^32 + 3 and 2^32 + 5",
    measure=measure,
    findings=counts.findings,
    bought=counts.bought,
    power=counts.power,
    body=body,
    figure=figure,
)

if __name__ == "__main__":
    main(CLAIM)
