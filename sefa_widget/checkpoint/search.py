"""Finds the generator in what a file holds, and what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.contents import Contents, Leaf
from sefa_widget.checkpoint.networks import nvidia_network, tensorflow_network
from sefa_widget.checkpoint.settings import Settings
from sefa_widget.checkpoint.storage import View
from sefa_widget.checkpoint.stubs import NetworkStub, ObjectStub

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
"""Names under which programs for training keep a generator, the smoothed one first."""

_MOST_TENSORS = 20_000
_MOST_TEXT = 1 << 24
"""Characters of all names and settings together."""

_BUFFER = re.compile(r".*(running_mean|running_var|num_batches_tracked|weight_u|weight_v)")


def find_generator(value: object) -> Contents | None:
    """Look for a generator in what a file holds; None if there is none."""
    contents = _find(value, Settings(Budget(copies=_MOST_TEXT)), 0)
    if contents is not None and len(contents.tensors) > _MOST_TENSORS:
        raise CheckpointError(
            f"has a network of {len(contents.tensors)} tensors, far more than any generator."
        )
    return contents


def _find(value: object, settings: Settings, level: int) -> Contents | None:
    if isinstance(value, NetworkStub):
        return nvidia_network(value, settings)
    if isinstance(value, tuple) and len(value) == 3 and all(isinstance(part, ObjectStub) for part in value):
        return tensorflow_network(value[2], settings)
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


def _state_dict(value: Mapping[object, object]) -> dict[str, Leaf]:
    """Give a mapping of nothing but tensors without ``module.`` prefixes, any other as empty."""
    tensors: dict[str, Leaf] = {}
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
    if isinstance(args := value.get("args"), ObjectStub):
        contents = replace(contents, args=settings.attributes(args.attributes))
    if isinstance(own := value.get("config"), ObjectStub):
        contents = replace(contents, settings=settings.attributes(own.attributes))
    beside = {key: view for key, view in value.items() if isinstance(key, str) and isinstance(view, View)}
    contents = replace(contents, beside={**contents.beside, **beside})
    if name == "g" and isinstance(smoothed := value.get("g_ema"), list):
        contents = replace(contents, tensors=_replace_parameters(contents.tensors, smoothed))
    return contents


def _replace_parameters(tensors: Mapping[str, Leaf], smoothed: list[object]) -> dict[str, Leaf]:
    """Put smoothed parameters without names (FastGAN) in the place of the named ones, in the same order."""
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
