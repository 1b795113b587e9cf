"""Finds the generator in what a file holds: which network it is, its tensors and its settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.settings import Settings
from sefa_widget.checkpoint.standins import Array, Bag, Persistent
from sefa_widget.checkpoint.storage import View
from sefa_widget.checkpoint.words import Budget

_NESTED = (
    "generator_smooth",
    "g_ema",
    "G_ema",
    "avgG",
    "netG_state_dict",
    "generator",
    "netG",
    "g",
    "G",
    "models",
    "state_dict",
    "generator_state_dict",
)
"""Names under which files keep a generator, the smoothed one first."""

_MOST_TENSORS = 20_000
_MOST_TEXT = 1 << 24
"""Characters of all names and settings together."""

_MOST_LEVELS = 32
_MOST_MODULES = 10_000
_BUFFER = re.compile(r".*(running_mean|running_var|num_batches_tracked|weight_u|weight_v)")


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """A generator's part of a file."""

    tensors: dict[str, Tensor | View | Array]
    """Its tensors, read or not, under their keys."""
    network: dict[str, Any] = field(default_factory=dict)
    """What a pickled network says about itself."""
    args: dict[str, Any] = field(default_factory=dict)
    """Arguments of the training program, beside the generator."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Attributes of a settings object beside the generator."""
    format: str | None = None
    """The format, where the container tells it."""
    average: View | None = None
    """Mean latent that rosinality's files keep beside the generator."""


def find_generator(value: object) -> Contents | None:
    """Look for a generator in what a file holds; None if there is none."""
    contents = _find(value, Settings(Budget(copies=_MOST_TEXT)), 0)
    if contents is not None and len(contents.tensors) > _MOST_TENSORS:
        raise CheckpointError(
            f"has a network of {len(contents.tensors)} tensors, far more than any generator."
        )
    return contents


def _find(value: object, settings: Settings, level: int) -> Contents | None:
    if isinstance(value, Persistent):
        return _nvidia(value, settings)
    if isinstance(value, tuple) and len(value) == 3 and all(isinstance(part, Bag) for part in value):
        return _tensorflow(value[2], settings)
    if not isinstance(value, dict) or level > 3:
        return None
    settings.budget.spend(1 + len(value))
    if tensors := _state_dict(value):
        return Contents(tensors)
    for name in _NESTED:
        contents = _find(value.get(name), settings, level + 1)
        if contents is not None:
            return _with_surroundings(contents, value, name, settings)
    return None


def _state_dict(value: Mapping[object, object]) -> dict[str, Tensor | View | Array]:
    """Give a mapping of nothing but tensors without ``module.`` prefixes, any other as empty."""
    tensors: dict[str, Tensor | View | Array] = {}
    for key, tensor in value.items():
        if not isinstance(key, str) or not isinstance(tensor, View):
            return {}
        tensors[re.sub(r"^(module\.)+", "", key)] = tensor
    if len(tensors) != len(value):
        raise CheckpointError("has the same key with and without 'module.', so it is unclear which is meant.")
    return tensors


def _with_surroundings(
    contents: Contents, value: Mapping[object, object], name: str, settings: Settings
) -> Contents:
    """Add what stands beside the generator."""
    if isinstance(args := value.get("args"), Bag):
        contents = replace(contents, args=settings.attributes(args.attributes))
    if isinstance(own := value.get("config"), Bag):
        contents = replace(contents, settings=settings.attributes(own.attributes))
    if isinstance(average := value.get("latent_avg"), View):
        contents = replace(contents, average=average)
    if name == "g" and isinstance(smoothed := value.get("g_ema"), list):
        contents = replace(contents, tensors=_replace_parameters(contents.tensors, smoothed))
    return contents


def _replace_parameters(
    tensors: dict[str, Tensor | View | Array], smoothed: list[object]
) -> dict[str, Tensor | View | Array]:
    """Put FastGAN's unnamed smoothed parameters in the place of the named ones, in the same order."""
    names = [key for key in tensors if not _BUFFER.fullmatch(key)]
    replaced = dict(tensors)
    for key, tensor in zip(names, smoothed, strict=False):
        if not isinstance(tensor, View) or tensor.shape != tuple(tensors[key].shape):
            raise CheckpointError(
                f"has smoothed parameters ('g_ema') that do not fit those of 'g' at {key!r}."
            )
        replaced[key] = tensor
    if len(names) != len(smoothed):
        raise CheckpointError(
            f"has {len(smoothed)} smoothed parameters ('g_ema') for {len(names)} parameters of 'g'."
        )
    return replaced


def _nvidia(root: Persistent, settings: Settings) -> Contents:
    """Walk a pickled network: its state dict, and the plain attributes of every module."""
    tensors: dict[str, Tensor | View | Array] = {}
    attributes: dict[str, dict[str, Any]] = {}
    waiting = [("", root)]
    while waiting:
        path, module = waiting.pop()
        if path in attributes or len(attributes) > _MOST_MODULES or path.count(".") > _MOST_LEVELS:
            raise CheckpointError("has a network that contains itself, or far too many modules.")
        state, prefix = module.state, f"{path}." if path else ""
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
            if child is not None and not isinstance(child, Persistent):
                raise CheckpointError(f"has a network whose part {prefix + name!r} is no network.")
            if child is not None:
                waiting.append((prefix + name, child))
    kwargs = root.state.get("_init_kwargs", {})
    if not isinstance(kwargs, dict):
        raise CheckpointError("has a network whose keyword arguments are no dict.")
    config = {"init_kwargs": settings.attributes(kwargs), "attributes": attributes}
    stylegan3 = any(re.match(r"synthesis\.(input|L\d)", key) for key in tensors)
    return Contents(tensors, config, format="nvidia_stylegan3" if stylegan3 else "nvidia_stylegan2")


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


def _tensorflow(network: Bag, settings: Settings) -> Contents:
    """Collect the variables of a TensorFlow network and of its components."""
    tensors: dict[str, Tensor | View | Array] = {}
    parts: object = network.attributes.get("components")
    parts = parts if isinstance(parts, dict) else {}
    settings.budget.spend(len(parts))
    for prefix, part in [("", network), *((f"{name}/", part) for name, part in parts.items())]:
        variables = part.attributes.get("variables") if isinstance(part, Bag) else None
        variables = variables if isinstance(variables, list) else []
        settings.budget.spend(len(variables))
        for variable in variables:
            match variable:
                case (str(name), Array() | int() | float() as value):
                    settings.budget.spend(copies=len(prefix) + len(name))
                    tensors[prefix + name] = value if isinstance(value, Array) else torch.tensor(float(value))
                case _:
                    raise CheckpointError("has a TensorFlow network with variables that are no arrays.")
    kwargs = network.attributes.get("static_kwargs")
    static = settings.attributes(kwargs) if isinstance(kwargs, dict) else {}
    return Contents(tensors, {"static_kwargs": static}, format="tf_stylegan2")
