"""Features of pictures for the claims, and how they are brought to equal spread."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from sefa_widget import evaluation

Extractor = Callable[[Tensor], Tensor]
"""From pictures ``[N, 3, R, R]`` of about -1..1 to features ``[N, F]``, float64."""
DEAD = 0.01
"""A feature whose spread is below this share of the largest one is left out."""
WITH_WEIGHTS = "inception:"
"""Before the path of the weights that torch-fidelity reads."""


def extractor(name: str) -> Extractor:
    """Give what turns pictures into features; "inception:FILE" has its weights from that file.

    For the other names see `evaluation.extractor`.
    """
    if name.startswith(WITH_WEIGHTS):
        read = evaluation.extractor("inception", weights=name.removeprefix(WITH_WEIGHTS))
    else:
        read = evaluation.extractor(name)
    return lambda images: read(images).double()


def in_spreads(fresh: Tensor, *others: Tensor) -> list[Tensor]:
    """Give features from their mean over fresh pictures, in their spread over them: each counts as much.

    Those that fresh pictures hardly show are left out. Not done with Inception's, to give the papers' FID.
    """
    mean, unit = fresh.mean(0), fresh.std(0)
    alive = unit > DEAD * unit.max()
    return [(features - mean)[:, alive] / unit[alive] for features in (fresh, *others)]
