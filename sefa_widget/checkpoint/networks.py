"""Collects the tensors and the settings of networks that were pickled whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

import torch

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.contents import Contents, Leaf
from sefa_widget.checkpoint.inert import InertStub
from sefa_widget.checkpoint.settings import Settings
from sefa_widget.checkpoint.storage import View
from sefa_widget.checkpoint.stubs import ArrayStub, NetworkStub, ObjectStub

_MOST_LEVELS = 32
_MOST_MODULES = 10_000


Module = NetworkStub | InertStub
"""A network that was pickled whole: with its source text, or by the name of its class."""


def is_module(value: object) -> TypeGuard[Module]:
    """Tell whether a value stands for a torch module."""
    return isinstance(value, NetworkStub) or (isinstance(value, InertStub) and "_modules" in value.attributes)


def pickled_module(root: Module, settings: Settings) -> Contents:
    """Take a module that was pickled whole: its state dict, and the plain attributes of each module."""
    classes: dict[str, str] = {}
    tensors: dict[str, Leaf] = {}
    attributes: dict[str, dict[str, Any]] = {}
    waiting: list[tuple[str, Module]] = [("", root)]
    while waiting:
        path, module = waiting.pop()
        if path in attributes or len(attributes) > _MOST_MODULES or path.count(".") > _MOST_LEVELS:
            raise CheckpointError("has a network that contains itself, or far too many modules.")
        state = module.state if isinstance(module, NetworkStub) else module.attributes
        prefix = f"{path}." if path else ""
        if isinstance(module, InertStub):
            classes[path] = module.kind
        attributes[path] = settings.attributes(state)
        hidden = state.get("_non_persistent_buffers_set")
        hidden = hidden if isinstance(hidden, set) else set()
        for kind in ("_parameters", "_buffers"):
            for name, tensor in _named(state, kind, prefix, settings.budget):
                if tensor is None or (kind == "_buffers" and name in hidden):
                    continue
                if not isinstance(tensor, View) or prefix + name in tensors:
                    raise CheckpointError(
                        f"has a network whose {prefix + name!r} is no tensor, or is there twice."
                    )
                tensors[prefix + name] = tensor
        for name, child in reversed(_named(state, "_modules", prefix, settings.budget)):
            if is_module(child):
                waiting.append((prefix + name, child))
            elif child is not None:
                raise CheckpointError(f"has a network whose part {prefix + name!r} is no network.")
    if isinstance(root, InertStub):
        return Contents(
            tensors, "module", {"attributes": attributes, "classes": classes}, class_name=root.kind
        )
    kwargs = root.state.get("_init_kwargs", {})
    if not isinstance(kwargs, dict):
        raise CheckpointError("has a network whose keyword arguments are no dict.")
    config = {"init_kwargs": settings.attributes(kwargs), "attributes": attributes}
    return Contents(tensors, "nvidia", config, class_name=root.class_name)


def _named(
    state: Mapping[object, object], kind: str, prefix: str, budget: Budget
) -> list[tuple[str, object]]:
    """List one kind of a module's parts; charge for them and for their names with the prefix."""
    values = state.get(kind)
    budget.spend(len(values) if isinstance(values, dict) else 0)
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise CheckpointError(f"has a network whose {kind} are no dict of names. The file is damaged.")
    budget.spend(copies=sum(len(prefix) + len(name) for name in values))
    return list(values.items())


def tensorflow_network(network: ObjectStub, settings: Settings) -> Contents:
    """Take what NVIDIA's TensorFlow programs pickle: the variables of the network and of its components."""
    tensors: dict[str, Leaf] = {}
    parts: object = network.attributes.get("components")
    parts = parts if isinstance(parts, dict) else {}
    settings.budget.spend(len(parts))
    for prefix, part in [("", network), *((f"{name}/", part) for name, part in parts.items())]:
        variables = part.attributes.get("variables") if isinstance(part, ObjectStub) else None
        variables = variables if isinstance(variables, list) else []
        settings.budget.spend(len(variables))
        for variable in variables:
            match variable:
                case (str(name), ArrayStub() | int() | float() as value):
                    settings.budget.spend(copies=len(prefix) + len(name))
                    tensors[prefix + name] = (
                        value if isinstance(value, ArrayStub) else torch.tensor(float(value))
                    )
                case _:
                    raise CheckpointError("has a TensorFlow network with variables that are no arrays.")
    kwargs = network.attributes.get("static_kwargs")
    static = settings.attributes(kwargs) if isinstance(kwargs, dict) else {}
    return Contents(tensors, "tensorflow", {"static_kwargs": static})
