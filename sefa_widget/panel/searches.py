"""Searches in a panel's state: as they were given, as plain parts, and from what is chosen."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from sefa_widget.arguments import known_names
from sefa_widget.directions import Search, format_layers
from sefa_widget.directions.methods import METHODS
from sefa_widget.panel.checks import layer_range, method_name, option_by_name, truth
from sefa_widget.panel.fields import Scope


def given_search(value: Any, title: str, scope: Scope) -> Search:
    """Take a search, a dict of its parts or the name of a method; what is left out is as in the first."""
    if isinstance(value, Search):
        value = search_parts(value, title)
    if isinstance(value, str):
        value = {"method": value}
    if not isinstance(value, Mapping):
        raise ValueError(f"{title} is {reprlib.repr(value)}; it must be a dict, as panel.state has it.")
    known_names(value, f"{title}'s field", ["method", "layers", "normalize", "options"])
    method = value.get("method")
    return search_of(
        None if method is None else method_name(method, f"{title}'s method", scope),
        layer_range(value.get("layers", scope.layers), f"{title}'s layer range", scope),
        truth(value.get("normalize", scope.normalize), "normalize", scope),
        option_by_name(value.get("options", {}), f"{title}'s options", scope),
    )


def search_parts(found: Search, title: str) -> dict[str, Any]:
    """Give a search as a dict of its parts; those that it leaves open are left out."""
    parts: dict[str, Any] = {"method": found.method, "options": dict(found.options)}
    if found.normalize is not None:
        parts["normalize"] = found.normalize
    if found.layers is not None:
        parts["layers"] = found.layers[0], found.layers[-1] + 1
        if found.layers != tuple(range(*parts["layers"])):
            raise ValueError(
                f"{title} is of layers {format_layers(found.layers)}; a panel takes a range without gaps."
            )
    return parts


def search_of(
    method: str | None, layers: tuple[int, int], normalize: bool, options: Mapping[str, Any]
) -> Search:
    """Make the search of what is chosen in a panel; the method may be the name of given directions.

    Raises
    ------
    ValueError
        If the method has no such option.
    """
    numbers = tuple(range(*layers))
    known = [found.name for found in METHODS]
    if options and method not in known:
        which = "chosen by the layers" if method is None else f"{method!r}"
        raise ValueError(f"Options are {reprlib.repr(dict(options))}; the method is {which} and has none.")
    if method is not None and method not in known:
        return Search(method, numbers, None)
    try:
        return Search.of(method, layers=list(numbers), normalize=normalize, **options)
    except TypeError as error:
        raise ValueError(str(error)) from None
