"""A generator in, the Gram of its linear response at every depth out.

Wang et al., "Generalizing Factorization of GANs by Characterizing Convolutional Layers" (ICASSP 2022), ask to
consider all layers, but beyond the first one a kernel's input is not the latent, so its own eigenvectors do
not live in the latent space. What does: the response B_l of layer l to the d unit vectors, through all linear
parts before it. ``B_l^T B_l`` is SeFa at layer 0 and adds up over layers like it.
"""

from __future__ import annotations

from sefa_widget.directions.gram import Gram, gram_of_rows
from sefa_widget.generators.base import Generator


def grams(generator: Generator, normalize: bool) -> dict[int, Gram]:
    """Give the Gram of the response at every layer, each with trace 1.

    Every layer weighs the same: otherwise depth would decide by scale and size. With `normalize` each
    output unit's response has unit length first, as in SeFa, so that bright units do not decide either.
    """
    found = {}
    for number, response in enumerate(generator.responses()):
        gram = gram_of_rows(response.flatten(1).T, normalize)
        found[number] = Gram(gram.matrix / gram.matrix.trace().clamp_min(1e-300), gram.rows)
    return found
