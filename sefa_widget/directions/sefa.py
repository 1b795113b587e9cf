"""A generator in, the Gram of each latent weight out: SeFa.

Source: Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, equations 4-7: the
directions n that maximise ``|A n|^2`` are the eigenvectors of ``A^T A``.
"""

from __future__ import annotations

from sefa_widget.directions.gram import Gram, gram_of_rows
from sefa_widget.generators.base import Generator


def grams(generator: Generator, normalize: bool) -> dict[int, Gram]:
    """Give the Gram of every layer that reads the latent."""
    return {
        number: gram_of_rows(generator.latent_weight(number), normalize)
        for number, layer in enumerate(generator.layers)
        if layer.row is not None
    }
