"""Scores along directions: how each attribute changes, and how much of it falls on one."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from benchmarks.claims.claim import Table
from benchmarks.claims.purity import attribute_shares, share_of
from sefa_widget import edit
from sefa_widget.directions import Directions
from sefa_widget.evaluation import fresh_latents
from sefa_widget.generators import Generator
from sefa_widget.measures.changes import draw


def scores(
    generator: Generator,
    score: Callable[[Tensor], Tensor],
    kind: str,
    directions: Directions,
    steps: Tensor,
    spread: Tensor,
    names: tuple[str, ...],
    n: int,
    say: Callable[[int, int], None],
) -> Table:
    """Move n fresh samples along each direction to both sides, and score them.

    Gives one row per direction: what it is meant for (nothing, of random ones), its share on target, and the
    mean changes in spreads.
    """
    latents, rows = fresh_latents(generator, n), []
    for index, step in enumerate(steps.tolist()):
        sides = [
            score(draw(generator, edit(latents, directions, {index: sign * step}, rows="all"))).double()
            for sign in (1, -1)
        ]
        changes = (sides[0] - sides[1]) / 2 / spread  # [N, A]
        mean = changes.mean(0)
        target = names[index % len(names)] if kind != "random" else ""
        column = index % len(names) if target else int(attribute_shares(changes).argmax())
        row = {"kind": kind, "target": target, "strength": step}
        row["share on target"], row["low"], row["high"] = share_of(changes, column)
        row.update({name: float(value) for name, value in zip(names, mean, strict=True)})
        rows.append(row)
        say(index + 1, len(steps))
    return rows
