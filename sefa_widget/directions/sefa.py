"""SeFa: the eigenvectors of the stacked weights that read the latent.

Source: Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, equations 4-7: the
directions n that maximise ``|A n|^2`` are the eigenvectors of ``A^T A``.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from sefa_widget.directions.base import Directions
from sefa_widget.directions.eigen import from_gram
from sefa_widget.directions.gram import Gram, gram_of_rows, total_gram
from sefa_widget.directions.layers import LayerChoice, choose_layers, latent_layers
from sefa_widget.directions.method import Method
from sefa_widget.directions.search import Search
from sefa_widget.directions.value import SHARE_OF_ROWS, SHARE_OF_WEIGHT
from sefa_widget.generators.base import Generator


def find(
    generator: Generator, layers: LayerChoice = None, k: int | None = None, normalize: bool = True
) -> Directions:
    """Decompose the latent weights of the chosen layers; see `factorize`."""
    return of_weights(generator, "sefa", layers, k, normalize, generator.latent_weight)


def of_weights(
    generator: Generator,
    method: str,
    layers: LayerChoice,
    k: int | None,
    normalize: bool,
    weight: Callable[[int], Tensor],
) -> Directions:
    """Decompose the weights ``[m, d]`` of the chosen layers, which `weight` gives by their numbers."""
    numbers = latent_layers(generator, layers, method)

    def compute(_missing: list[int]) -> dict[int, Gram]:
        every = choose_layers(generator, None)  # at once: a layer range that is dragged needs them next
        return {number: gram_of_rows(weight(number), normalize) for number in every}

    total = total_gram(generator, numbers, (method, normalize), compute)
    return from_gram(
        generator,
        total.matrix,
        rows=total.rows,
        search=Search(method, numbers, normalize),
        k=k,
        value=SHARE_OF_ROWS if normalize else SHARE_OF_WEIGHT,
    )


METHOD = Method(
    name="sefa",
    title="SeFa",
    find=find,
    applies_to=lambda generator: True,
    asks="what moves the first features most?",
    reads="weights",
    takes="milliseconds: one eigendecomposition of d x d",
    source='Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, '
    "equations 4 to 7",
    value=SHARE_OF_ROWS,
    layers="latent",
)
