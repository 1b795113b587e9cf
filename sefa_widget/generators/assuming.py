"""What files do not tell of their network, and the user may say: ``assume={...}`` of `load_generator`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sefa_widget.arguments import choice, instance, number, whole

OUTPUTS = ("tanh", "sigmoid", "none")
ACTIVATIONS = ("relu", "leaky_relu", "leaky_relu_0.01", "elu", "selu", "gelu", "silu", "tanh", "none")

KNOWN: dict[str, Callable[[Any], Any]] = {
    "activation": lambda value: choice(value, "assume['activation']", ACTIVATIONS),
    "output": lambda value: choice(value, "assume['output']", OUTPUTS),
    "batch_norm_eps": lambda value: number(value, "assume['batch_norm_eps']", 0.0, 10.0),
    "label_size": lambda value: whole(value, "assume['label_size']", 0),
    "upsampling": lambda value: choice(value, "assume['upsampling']", ("fir", "bilinear")),
    "lr_mlp": lambda value: number(value, "assume['lr_mlp']", 0.0, 100.0),
    "square": lambda value: bool(instance(value, "assume['square']", bool, "True or False")),
    "size": lambda value: whole(value, "assume['size']", 1, 8192),
}
"""What can be assumed, each with the check of its value."""


def parsed(texts: Sequence[str]) -> dict[str, Any]:
    """Read assumptions of the command line; numbers and truth values are taken as such.

    >>> parsed(["activation=leaky_relu", "label_size=3"])
    {'activation': 'leaky_relu', 'label_size': 3}

    Raises
    ------
    ValueError
        If a text has no ``=``.
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--assume is {text!r:.60}; write NAME=VALUE, for example label_size=3.")
        try:
            found[name] = json.loads(value.lower())
        except ValueError:
            found[name] = value
    return found


def checked(assume: Any, allowed: Sequence[str], what: str) -> dict[str, Any]:
    """Give assumptions as plain values, sure that they can be made of `what`.

    >>> checked({"label_size": 3.0}, ("label_size",), "a DCGAN")
    {'label_size': 3}
    >>> checked({"activation": "relu"}, ("label_size",), "such a file")
    Traceback (most recent call last):
    ValueError: assume has 'activation'; of such a file it can say 'label_size'.

    Raises
    ------
    ValueError
        If a name or a value is none that can be assumed.
    """
    if assume is None:
        return {}
    given: Mapping[Any, Any] = instance(assume, "assume", Mapping, "a dict such as {'output': 'sigmoid'}")  # type: ignore[type-abstract]
    for name in given:
        if name not in allowed:
            can = f"it can say {', '.join(map(repr, allowed))}" if allowed else "there is nothing to assume"
            raise ValueError(f"assume has {name!r:.60}; of {what} {can}.")
    return {name: KNOWN[name](value) for name, value in given.items()}
