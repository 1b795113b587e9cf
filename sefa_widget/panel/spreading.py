"""Spreads carried edits over the sliders: the same edit, as strengths of the present directions."""

from __future__ import annotations

from typing import Any

import torch

from sefa_widget.panel.carried import Carried
from sefa_widget.panel.contents import Found
from sefa_widget.panel.state import State
from sefa_widget.pictures.editing import offset

HELD = 0.999
"""Share of the edit's squared length that its strengths hold; the rest is left out."""
MOST_MOVED = 64
"""How many sliders are moved at most."""


def spread(state: State, found: Found) -> dict[str, Any]:
    """Give the patch that sets the sliders so that they do what carried edits do: least squares.

    Carried edits that move other code rows than the sliders stay carried. Of the strengths, those that hold
    `HELD` of the squared length are taken, the largest first.

    Raises
    ------
    ValueError
        If nothing that is carried moves the rows of the sliders, or the directions cannot hold it.
    """
    rest: list[Carried] = []
    vector = torch.zeros(found.directions.vectors.shape[1], dtype=torch.float64)
    part = found.carried
    for edit in reversed(state.carried):
        assert part.directions is not None
        assert part.also is not None
        if tuple(part.rows or ()) == found.rows:
            vector += offset(part.directions, part.strengths)
        else:
            rest.insert(0, edit)
        part = part.also
    length = float(vector.norm())
    if length == 0:
        raise ValueError(
            "Nothing that is carried over moves the same code rows as the sliders. Apply the edit to the "
            "same layers first, or remove what is carried."
        )
    vectors = found.directions.vectors.to("cpu", torch.float64)
    strengths = torch.linalg.lstsq(vectors.T, vector[:, None]).solution[:, 0]
    order = strengths.abs().argsort(descending=True, stable=True)
    taken, count = torch.zeros_like(strengths), min(MOST_MOVED, len(order))
    for index in order[:count].tolist():
        taken[index] = strengths[index]
        held = 1 - float((vector - taken @ vectors).square().sum()) / length**2
        if held >= HELD:
            sums = {
                int(i): state.strengths.get(int(i), 0.0) + float(taken[i]) for i in taken.nonzero().flatten()
            }
            return {"strengths": sums, "carried": rest}
    raise ValueError(
        f"{count} sliders hold {100 * held:.0f} % of the carried edit, and {100 * HELD:.1f} % is needed. It "
        "stays as it is. Go back to its own directions to change it, or remove it."
    )
