"""All methods there are. A new one is a module that declares its `METHOD`, and an entry here."""

from __future__ import annotations

from typing import Any

from sefa_widget.arguments import choice
from sefa_widget.directions import (
    composed,
    conv,
    ica,
    interfacegan,
    jacobian,
    local_basis,
    low_rank,
    pca,
    random,
    resefa,
    sefa,
    steerability,
)
from sefa_widget.directions.method import Method
from sefa_widget.generators.base import Generator, check_generator

METHODS: tuple[Method, ...] = (
    sefa.METHOD,
    conv.METHOD,
    composed.METHOD,
    jacobian.METHOD,
    pca.METHOD,
    ica.METHOD,
    interfacegan.METHOD,
    steerability.METHOD,
    local_basis.METHOD,
    resefa.METHOD,
    low_rank.METHOD,
    random.METHOD,
    conv.AS_PRINTED,
)
"""In the order in which people try them."""


def method_named(name: Any) -> Method:
    """Give the method of a name.

    Raises
    ------
    ValueError
        If there is none.
    """
    by_name = {method.name: method for method in METHODS}
    return by_name[choice(name, "method", by_name)]


def methods_for(generator: Generator) -> tuple[Method, ...]:
    """Give the methods that a menu offers for a generator: each runs on it with its defaults.

    >>> from sefa_widget import load_generator
    >>> [method.name for method in methods_for(load_generator("faces"))]
    ['sefa', 'conv', 'composed', 'jacobian', 'random']
    """
    check_generator(generator)
    return tuple(method for method in METHODS if method.offered and method.applies_to(generator))
