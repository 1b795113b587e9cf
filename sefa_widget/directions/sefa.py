"""SeFa: the eigenvectors of the stacked weights that read the latent.

Source: Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, equations 4-7: the
directions n that maximise ``|A n|^2`` are the eigenvectors of ``A^T A``.
"""

from __future__ import annotations

from sefa_widget.directions.base import (
    SHARE_OF_ROWS,
    SHARE_OF_WEIGHT,
    Directions,
    LayerChoice,
    choose_layers,
    format_layers,
    from_gram,
    responds,
)
from sefa_widget.directions.gram import Gram, gram_of_rows, total_gram
from sefa_widget.generators.base import Generator


def find(
    generator: Generator, layers: LayerChoice = None, k: int | None = None, normalize: bool = True
) -> Directions:
    """Decompose the latent weights of the chosen layers; see `factorize`."""
    numbers = latent_layers(generator, layers, "sefa")

    def compute(_missing: list[int]) -> dict[int, Gram]:
        every = choose_layers(generator, None)  # at once: a layer range that is dragged needs them next
        return {number: gram_of_rows(generator.latent_weight(number), normalize) for number in every}

    total = total_gram(generator, numbers, ("sefa", normalize), compute)
    return from_gram(
        generator,
        total.matrix,
        rows=total.rows,
        method="sefa",
        layers=numbers,
        normalized=normalize,
        k=k,
        value=SHARE_OF_ROWS if normalize else SHARE_OF_WEIGHT,
    )


def latent_layers(generator: Generator, layers: LayerChoice, method: str) -> tuple[int, ...]:
    """Give the numbers of the chosen layers, or say which of them reads no latent."""
    numbers = choose_layers(generator, layers)
    for number in numbers:
        if generator.layers[number].row is None:
            reading = format_layers(choose_layers(generator, None))
            composed = "; method='composed' can" if responds(generator) else ""
            raise ValueError(
                f"Layer {number} ({generator.layers[number].name!r}) of {generator.name!r} reads no latent, "
                f"so {method!r} cannot factorise it{composed}. Layers that read the latent: {reading}."
            )
    return numbers
