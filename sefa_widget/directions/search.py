"""Which directions are wanted: method, options and layers, as one value that can be kept and compared."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, ParamSpec

from sefa_widget.arguments import flag, indices, whole
from sefa_widget.directions.layers import (
    LayerChoice,
    choose_layers,
    edit_rows,
    format_layers,
    latent_layers,
)
from sefa_widget.directions.method import NO_OPTIONS, Method, plain
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.progress import Progress, check_progress

if TYPE_CHECKING:
    from sefa_widget.directions.base import Directions

Given = ParamSpec("Given")


@dataclass(frozen=True, slots=True)
class Search:
    """Which directions are wanted; equal searches find equal directions and have equal hashes.

    Make one with `Search.of`, which checks and orders what it is given. Directions that were not found here,
    such as those of a file of others, have a search too; its method is then a name that no method has.

    >>> search = Search.of("jacobian", layers=(0, 1), n=2)
    >>> search == Search.of("jacobian", layers=[0], n=2, seed=0)
    True

    Attributes
    ----------
    method
        Name of the method; None is SeFa where all chosen layers read the latent, else composed.
    layers
        Numbers of the layers, ascending; None is those that the method takes by default.
    normalize
        Whether each row of the latent weights is scaled to unit length first; None where no weights are read.
    options
        Names and values of the method's options that are not at their defaults, ordered by name; arrays
        and lists as tuples.
    """

    method: str | None = None
    layers: tuple[int, ...] | None = None
    normalize: bool | None = True
    options: tuple[tuple[str, Hashable], ...] = ()

    @classmethod
    def of(
        cls,
        method: str | None = None,
        *,
        layers: LayerChoice = None,
        normalize: bool | None = True,
        **options: Any,
    ) -> Search:
        """Make a search; for the arguments see `factorize`.

        Raises
        ------
        ValueError
            If there is no such method, or an option or the layers are not what they may be.
        TypeError
            If the method has no such option, or needs one that is not given.
        """
        numbers = None if layers is None else tuple(indices(layers, "layer", 10_000, "any generator"))
        normalize = None if normalize is None else flag(normalize, "normalize")
        if method is None:
            return cls(None, numbers, normalize, tuple(sorted((n, plain(v, n)) for n, v in options.items())))
        found = _named(method)
        normalize = normalize is not False if "normalize" in found.heeds else None
        return cls(found.name, numbers, normalize, found.checked(options))

    @property
    def described(self) -> Method | None:
        """The method of that name; None where there is none, or where the layers decide."""
        from sefa_widget.directions.methods import METHODS

        return next((method for method in METHODS if method.name == self.method), None)

    def resolved(self, generator: Generator) -> Search:
        """Give the same search with the method and the layers that it means for a generator.

        >>> from sefa_widget import load_generator
        >>> Search.of(layers=(0, 2)).resolved(load_generator("faces"))
        Search(method='composed', layers=(0, 1), normalize=True, options=())

        Raises
        ------
        ValueError, TypeError
            As for `Search.of`, or if the generator has no such layers.
        """
        check_generator(generator)
        numbers = None if self.layers is None else choose_layers(generator, list(self.layers))
        if self.method is None:
            name = _by_layer(generator, choose_layers(generator, None) if numbers is None else numbers)
        else:
            name = self.method
        found = _named(name)
        if numbers is None:
            numbers = found.default_layers(generator)
        if found.layers == "latent":
            latent_layers(generator, list(numbers), name)
        return Search.of(name, layers=list(numbers), normalize=self.normalize, **dict(self.options))

    def find(
        self, generator: Generator, k: int | None = None, progress: Progress | None = None
    ) -> Directions:
        """Find the directions of a generator; see `factorize`."""
        search = self.resolved(generator)
        method = _named(search.method)
        arguments = {
            "layers": list(search.layers or ()),
            "k": None if k is None else whole(k, "k", 1, generator.latent_dim),
            "normalize": search.normalize,
            "progress": check_progress(progress),
        }
        heeded = {n: value for n, value in arguments.items() if n in method.heeds and value is not None}
        found = method.find(generator, **heeded, **dict(search.options))
        return replace(found, search=search, edit_rows=edit_rows(generator, search.layers or ()))


def keeps_options(find: Callable[Given, Directions]) -> Callable[Given, Directions]:
    """Let the directions of a method's function know the options it was called with."""
    parameters = signature(find)

    @wraps(find)
    def keeping(*args: Given.args, **kwargs: Given.kwargs) -> Directions:
        found = find(*args, **kwargs)
        given = parameters.bind(*args, **kwargs).arguments
        options = {name: plain(value, name) for name, value in given.items() if name not in NO_OPTIONS}
        changed = {n: v for n, v in options.items() if v != parameters.parameters[n].default}
        return replace(found, search=replace(found.search, options=tuple(sorted(changed.items()))))

    return keeping


def _named(name: str | None) -> Method:
    from sefa_widget.directions.methods import method_named

    return method_named(name)


def _by_layer(generator: Generator, numbers: tuple[int, ...]) -> str:
    """Choose the first method that reads these layers: SeFa where all read the latent, else composed."""
    from sefa_widget.directions.methods import METHODS

    for method in METHODS:
        if method.layers != "edited" and method.can_read(generator, numbers):
            return method.name
    deaf = next(number for number in numbers if generator.layers[number].row is None)
    raise ValueError(
        f"Layer {deaf} ({generator.layers[deaf].name!r}) of {generator.name!r} reads no latent, "
        f"and {generator.name!r} has no composed response. Layers that read the latent: "
        f"{format_layers(choose_layers(generator, None))}."
    )
