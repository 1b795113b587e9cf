"""A generator in, `Directions` of its latent space out; one method per module."""

from __future__ import annotations

from collections.abc import Sequence

from sefa_widget.directions import composed, sefa
from sefa_widget.directions.base import Directions, decompose, format_layers
from sefa_widget.directions.gram import Grams, add, layer_grams
from sefa_widget.generators.base import Generator

__all__ = ["METHODS", "Directions", "LayerChoice", "choose_layers", "factorize", "format_layers"]

METHODS: dict[str, Grams] = {"sefa": sefa.grams, "composed": composed.grams}
"""Methods that give one Gram matrix per layer, by name."""

LayerChoice = tuple[int, int] | Sequence[int] | None
"""A half-open range ``(start, stop)``, any other sequence of layer numbers, or None for the default."""


def factorize(
    generator: Generator,
    *,
    method: str | None = None,
    layers: LayerChoice = None,
    k: int | None = None,
    normalize: bool = True,
) -> Directions:
    """Find directions of the latent space in closed form, from the generator's own weights.

    >>> from sefa_widget import factorize, load_generator
    >>> factorize(load_generator(), k=3)
    Directions(3 of size 100, sefa of layers 0, unit rows, top share 0.122)

    Parameters
    ----------
    generator
        The generator; its Gram matrices are kept, so that another layer range is a sum and one ``eigh``.
    method
        ``"sefa"`` reads the weights that take the latent in, ``"composed"`` the linear response at every
        depth. None is SeFa where all chosen layers read the latent, composed otherwise.
    layers
        A tuple ``(start, stop)`` is a half-open range, as in Python; a list or `range` names layers one
        by one. None takes all layers that read the latent.
    k
        How many directions, strongest first; None is all d.
    normalize
        Whether each row of the latent weights is scaled to unit length first, as the official SeFa does.

    Returns
    -------
    Directions
        k unit vectors by descending eigenvalue.

    Raises
    ------
    ValueError
        If a layer, `k` or `method` is none of this generator's.
    """
    numbers = choose_layers(generator, layers)
    if method is None:
        reads_latent = all(generator.layers[number].row is not None for number in numbers)
        method = "sefa" if reads_latent else "composed"
    if method not in METHODS:
        raise ValueError(f"Method {method!r} is unknown; known are {', '.join(METHODS)}.")
    d = generator.latent_dim
    if k is not None and not (isinstance(k, int) and 1 <= k <= d):
        raise ValueError(f"k is {k!r}; {generator.name!r} has 1 to {d} directions.")
    grams = layer_grams(generator, METHODS[method], normalize)
    missing = [number for number in numbers if number not in grams]
    if missing:
        raise ValueError(
            f"Layer {missing[0]} ({generator.layers[missing[0]].name!r}) of {generator.name!r} reads no "
            f"latent, so {method!r} cannot factorise it; method='composed' can."
        )
    total = add([grams[number] for number in numbers])
    eigenvalues, vectors = decompose(total.matrix)
    return Directions(
        vectors=vectors[:k],
        eigenvalues=eigenvalues[:k],
        trace=float(total.matrix.trace()),
        rows=total.rows,
        method=method,
        layers=numbers,
        normalized=normalize,
        fingerprint=generator.fingerprint,
    )


def choose_layers(generator: Generator, layers: LayerChoice) -> tuple[int, ...]:
    """Turn a choice of layers into their numbers in ascending order, or say what is wrong with it.

    Raises
    ------
    ValueError
        If the choice is empty, not of whole numbers, or outside the generator's layers.
    """
    count = len(generator.layers)
    if layers is None:
        return tuple(n for n, layer in enumerate(generator.layers) if layer.row is not None)
    if not isinstance(layers, Sequence) or isinstance(layers, str):
        raise ValueError(f"Layers are a range (start, stop) or a list of numbers; this is {layers!r}.")
    if not all(isinstance(n, int) and not isinstance(n, bool) for n in layers):
        raise ValueError(f"Layers are whole numbers; these are {layers!r}.")
    if isinstance(layers, tuple):
        if len(layers) != 2:
            raise ValueError(f"A tuple of layers is a range (start, stop); {layers!r} is not. Use a list.")
        start, stop = layers
        if not 0 <= start < stop <= count:
            raise ValueError(f"Layer range {start}:{stop} is outside 0:{count} of {generator.name!r}.")
        return tuple(range(start, stop))
    outside = [n for n in layers if not 0 <= n < count]
    if outside or not layers:
        shown = f"Layer {outside[0]} is outside" if outside else "No layer is chosen of"
        raise ValueError(f"{shown} 0:{count} of {generator.name!r}.")
    return tuple(sorted(set(layers)))
