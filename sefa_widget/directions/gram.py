"""Adds up the d x d Gram matrices of latent weights over the layers of a generator.

Gram matrices add up over layers, so each generator keeps the running sum over its layers: the Gram of any
layer range is then one difference, and the weights are not touched again until they change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.directions.device import for_eigh, to_float64
from sefa_widget.generators.base import Generator
from sefa_widget.generators.version import ByWeights


@dataclass(frozen=True, slots=True, eq=False)
class Gram:
    """What one layer says about the latent space: ``A^T A`` of its latent weight A ``[m, d]``.

    Attributes
    ----------
    matrix
        ``[d, d]`` float64, on the device where its ``eigh`` runs: see `eigh_device`.
    rows
        m, the rows of zeros not counted.
    """

    matrix: Tensor
    rows: int


class LayerGrams:
    """The Grams of a generator's layers, ready to be added over any of them.

    Parameters
    ----------
    grams
        The Gram of each layer by number.
    """

    def __init__(self, grams: dict[int, Gram]) -> None:
        self.known = grams
        numbers = sorted(grams)
        self._position = {number: position for position, number in enumerate(numbers)}
        self._rows = [grams[number].rows for number in numbers]
        matrices = torch.stack([grams[number].matrix for number in numbers])
        self._sums = torch.cat([torch.zeros_like(matrices[:1]), matrices.cumsum(0)])

    def total(self, numbers: Sequence[int]) -> Gram:
        """Add the Grams of some layers, ascending: the Gram of their latent weights stacked along rows."""
        positions = [self._position[number] for number in numbers]
        matrix = torch.zeros_like(self._sums[0])
        start = positions[0]
        for here, following in zip(positions, [*positions[1:], None], strict=True):
            if following != here + 1:  # a run of neighbours ends here
                matrix += self._sums[here + 1] - self._sums[start]
                start = following or 0
        return Gram(matrix, sum(self._rows[position] for position in positions))


Compute = Callable[[list[int]], dict[int, Gram]]
"""From numbers of layers to their Grams."""

_grams: ByWeights[LayerGrams] = ByWeights()


def total_gram(
    generator: Generator, numbers: Sequence[int], method: tuple[object, ...], compute: Compute
) -> Gram:
    """Add the Grams of some layers, each computed once per generator, its weights, and method.

    Parameters
    ----------
    generator
        Whose layers.
    numbers
        The layers, ascending.
    method
        Name and options: all that, besides generator and layer, a Gram depends on.
    compute
        Gives the Grams of layers that are asked for for the first time, and of others if they come for free.
    """
    with generator.lock:
        known = _grams.of(generator)
        grams = known.get(method)
        missing = [number for number in numbers if grams is None or number not in grams.known]
        if grams is None or missing:
            with torch.no_grad():
                found = compute(missing)
            _check_finite(found, generator)
            grams = LayerGrams(found | (grams.known if grams else {}))
            known[method] = grams
        return grams.total(numbers)


def _check_finite(grams: dict[int, Gram], generator: Generator) -> None:
    """Refuse layers with NaN or infinite numbers: none of their rows may be left out without a word."""
    broken = [number for number, gram in grams.items() if not gram.matrix.isfinite().all()]
    if broken:
        which = f"Layers {', '.join(map(str, broken))}" if len(broken) > 1 else f"Layer {broken[0]}"
        raise ValueError(
            f"{which} of {generator.name!r} cannot be factorised: weights there, or in front of it, are NaN "
            "or infinite. Choose other layers, or load a snapshot from before training diverged."
        )


def gram_of_rows(weight: Tensor, normalize: bool) -> Gram:
    """Give the Gram of a latent weight ``[m, d]``.

    With `normalize` each row is divided by its L2 norm first (Shen & Zhou, section 3 "Implementation
    details"), so that the trace is m. A row of zeros stays one and does not count. The product is made
    on the weight's device, so that no weight is moved: see `float64_device`.
    """
    rows = to_float64(weight)
    norms = rows.norm(dim=1, keepdim=True)
    if normalize:
        rows = torch.where(norms == 0, 0.0, rows / norms)  # NaN stays NaN
    return Gram(for_eigh(rows.T @ rows), int((norms != 0).sum()))
