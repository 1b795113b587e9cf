"""Methods that find directions of a generator's latent space; one method per module."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sefa_widget.arguments import choice, flag, function, whole
from sefa_widget.directions import composed, conv, ica, interfacegan, jacobian, pca, random, sefa
from sefa_widget.directions.base import (
    Directions,
    LayerChoice,
    Value,
    check_fit,
    choose_layers,
    edit_rows,
    format_layers,
    responds,
)
from sefa_widget.directions.conv import conv_gram
from sefa_widget.directions.files import load_directions, save_directions
from sefa_widget.directions.interfacegan import as_directions, project, separations
from sefa_widget.directions.jacobian import jacobian_gram
from sefa_widget.directions.planes import Plane
from sefa_widget.generators.base import Generator, check_generator

__all__ = [
    "METHODS",
    "Directions",
    "LayerChoice",
    "Plane",
    "Progress",
    "Value",
    "as_directions",
    "check_fit",
    "choose_layers",
    "conv_gram",
    "factorize",
    "format_layers",
    "jacobian_gram",
    "load_directions",
    "methods_for",
    "project",
    "save_directions",
    "separations",
]

Progress = Callable[[int, int], object]
"""Called with how much of long work is done, and how much there is; what it raises ends the work."""

METHODS: dict[str, Callable[..., Directions]] = {
    "sefa": sefa.find,
    "conv": conv.find,
    "composed": composed.find,
    "jacobian": jacobian.find,
    "random": random.find,
    "conv_as_printed": conv.as_printed,
    "pca": pca.pca,
    "ica": ica.ica,
    "interfacegan": interfacegan.interfacegan,
}
"""Methods by name: functions of a generator, of what they heed of `factorize`'s arguments, and of options."""

OFFERED: dict[str, Callable[[Generator], bool]] = {
    "sefa": lambda _: True,
    "conv": lambda _: True,
    "composed": responds,
    "jacobian": jacobian.applies_to,
    "pca": pca.applies_to,
    "ica": pca.applies_to,
    "random": lambda _: True,
}
"""Methods that need no options, in the order in which people try them: whether they run on a generator."""


def methods_for(generator: Generator) -> tuple[str, ...]:
    """Name the methods that run on a generator without options, in the order in which people try them."""
    check_generator(generator)
    return tuple(method for method, runs in OFFERED.items() if runs(generator))


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
    >>> factorize(load_generator(), k=3)
    Directions(3 of size 100, sefa of layers 0, unit rows, top λ/m 0.122)

    Parameters
    ----------
    generator
        The generator; its Gram matrices are kept, so that another layer range is a sum and one ``eigh``.
    method
        - ``"sefa"`` reads the weights that take the latent in.
        - ``"conv"`` reads them as convolutions, which is the same: see `conv_gram`.
        - ``"composed"`` reads the linear response at every depth. Option `features`.
        - ``"jacobian"`` draws pictures and measures how they change. Options `n`, `seed`, `labels`,
          `truncation_psi`, `region`, `epsilon`.
        - ``"pca"`` and ``"ica"`` sample w, or with option `layer` what that sub-module puts out; see
          `sefa_widget.directions.pca` and `ica` for their options.
        - ``"interfacegan"`` separates samples by attribute `scores`, its one needed option; see
          `sefa_widget.directions.interfacegan`.
        - ``"random"`` is the control: any basis. Option `seed`.
        - ``"conv_as_printed"`` is a published listing, only to reproduce it. Option `input_size`.

        None is SeFa where all chosen layers read the latent, composed otherwise.
    layers
        A tuple ``(start, stop)`` is a half-open range, as in Python; a list or `range` names layers one
        by one. None takes all layers that read the latent; for ``"composed"``, all layers. They also say
        which code rows `edit` moves; for ``"pca"``, ``"ica"``, ``"interfacegan"`` and ``"random"``, which
        read no layers, that is all they say.
    k
        How many directions, strongest first; None is all d.
    normalize
        Whether each row of the latent weights is scaled to unit length first, as the official SeFa does.
        Methods that read no weights do not heed it.
    progress
        Called by methods that take long with how much is done and how much there is.
    options
        Of the method.

    Returns
    -------
    Directions
        k unit vectors by descending eigenvalue; `Directions.value` says what their values are.

    Raises
    ------
    ValueError
        If a layer, `k` or `method` is none of this generator's, or no method reads the chosen layers.
    TypeError
        If the method has no such option.
    """
    numbers = choose_layers(generator, layers)
    if method is None:
        method = _by_layer(generator, numbers)
    find = METHODS[choice(method, "method", METHODS)]
    k = None if k is None else whole(k, "k", 1, generator.latent_dim)
    normalize = flag(normalize, "normalize")
    if progress is not None:
        function(progress, "progress", "how much is done and how much there is")
    parameters = inspect.signature(find).parameters.values()
    names = [parameter.name for parameter in parameters][1:]  # behind the generator
    arguments = {"layers": layers, "k": k, "normalize": normalize, "progress": progress}
    heeded = {name: value for name, value in arguments.items() if name in names and value is not None}
    known = [name for name in names if name not in ("generator", *arguments)]
    unknown = [name for name in options if name not in known]
    if unknown:
        has = f"its options are {', '.join(known)}" if known else "it has none"
        raise TypeError(f"Method {method!r} has no option {unknown[0]!r}; {has}.")
    found = find(generator, **heeded, **options)
    return found if "layers" in names else replace(found, edit_rows=edit_rows(generator, numbers))


def _by_layer(generator: Generator, numbers: tuple[int, ...]) -> str:
    """Choose SeFa where all layers read the latent, composed otherwise."""
    deaf = [number for number in numbers if generator.layers[number].row is None]
    if deaf and not responds(generator):
        raise ValueError(
            f"Layer {deaf[0]} ({generator.layers[deaf[0]].name!r}) of {generator.name!r} reads no latent, "
            f"and {generator.name!r} has no composed response. Layers that read the latent: "
            f"{format_layers(choose_layers(generator, None))}."
        )
    return "composed" if deaf else "sefa"
