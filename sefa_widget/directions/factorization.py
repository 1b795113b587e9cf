"""Finds directions of a generator in one call."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from sefa_widget.arguments import flag
from sefa_widget.directions.base import Directions
from sefa_widget.directions.layers import LayerChoice, choose_layers
from sefa_widget.directions.method import Method
from sefa_widget.directions.methods import METHODS
from sefa_widget.directions.search import Search
from sefa_widget.generators.base import Generator
from sefa_widget.progress import Progress


def factorize(
    generator: Generator,
    *,
    method: str | None = None,
    layers: LayerChoice = None,
    k: int | None = None,
    normalize: bool = True,
    progress: Progress | None = None,
    **options: Any,
) -> Directions:
    """Find directions of the latent space, most from the generator's own weights.

    >>> from sefa_widget import factorize, load_generator
    >>> factorize(load_generator("faces"), k=3)
    Directions(3 of size 100, sefa of layers 0, unit rows, top λ/m 0.122)

    Parameters
    ----------
    generator
        The generator; its Gram matrices are kept, so that another layer range is a sum and one ``eigh``.
    method
        None is SeFa where all chosen layers read the latent, composed otherwise. Methods and their options:

        {methods}
    layers
        A tuple ``(start, stop)`` is a half-open range, as in Python; a list or `range` names layers one
        by one. None takes all layers that read the latent; for ``"composed"``, all layers. They also say
        which code rows `edit` moves; for methods that read no layers, that is all they say.
    k
        How many directions, strongest first; None is all d.
    normalize
        Whether each row of the latent weights is scaled to unit length first, as the official SeFa does.
        Methods that read no weights do not heed it.
    progress
        Called by methods that take long with how much is done and how much there is.
    options
        Of the method, as listed there.

    Returns
    -------
    Directions
        k unit vectors by descending eigenvalue; `Directions.value` says what their values are, and
        `Directions.search` finds them again.

    Warns
    -----
    UserWarning
        For each of `Directions.notes`, such as a search that has not converged.

    Raises
    ------
    ValueError
        If a layer, `k`, `method` or an option is not what it may be, or no method reads the chosen layers.
    TypeError
        If the method has no such option, or needs one that is not given.
    """
    numbers = None if layers is None else list(choose_layers(generator, layers))
    search = Search.of(method, layers=numbers, normalize=flag(normalize, "normalize"), **options)
    found = search.find(generator, k, progress)
    for note in found.notes:
        warnings.warn(note, stacklevel=2)
    return found


def listing(methods: Iterable[Method]) -> str:
    """Write methods and their options as a list for a docstring."""
    lines = []
    for method in methods:
        lines.append(f'- ``"{method.name}"`` ({method.title}): {method.asks}')
        for option in method.options:
            default = "" if option.needed else f" (default {option.default!r})"
            lines.append(f"    - `{option.name}`{default}: {option.about}")
    return "\n".join(lines)


factorize.__doc__ = (factorize.__doc__ or "").replace(
    "{methods}", listing(METHODS).replace("\n", "\n" + " " * 8)
)
