"""What conversions of StyleGAN files share: checked tensors and settings, the mapping network, filters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, CheckpointError
from sefa_widget.generators.style_layers import ACTIVATIONS
from sefa_widget.generators.style_mapping import MappingNetwork

MAX_BLOCKS = 12
"""Resolutions 4 to 8192 px; more is a damaged file."""


class StateDict:
    """The state dict and the settings of a checkpoint; what is missing or contradictory is a CheckpointError.

    Parameters
    ----------
    checkpoint
        Where the settings and, unless given, the tensors come from.
    tensors
        The same tensors under other keys.
    """

    def __init__(self, checkpoint: Checkpoint, tensors: Mapping[str, Tensor] | None = None) -> None:
        self.checkpoint = checkpoint
        self.tensors = dict(checkpoint.tensors if tensors is None else tensors)
        self.used: set[str] = set()

    def __contains__(self, key: str) -> bool:
        """Tell whether there is such a tensor."""
        return key in self.tensors

    def error(self, text: str) -> CheckpointError:
        """Make the exception for this file."""
        return CheckpointError(f"{self.checkpoint.name!r} ({self.checkpoint.format}): {text}")

    def tensor(self, key: str, *shape: int | None) -> Tensor:
        """Give a tensor, sure that it is not empty and has the shape; None in `shape` allows any size."""
        if key not in self.tensors:
            raise self.error(f"tensor {key!r} is missing.")
        tensor = self.tensors[key]
        fits = tensor.ndim == len(shape) and all(
            size > 0 and wanted in (None, size) for size, wanted in zip(tensor.shape, shape, strict=True)
        )
        if not fits:
            wanted = ", ".join("any" if size is None else str(size) for size in shape)
            raise self.error(f"tensor {key!r} has shape {list(tensor.shape)}; it must be [{wanted}].")
        self.used.add(key)
        return tensor

    def count(self, pattern: str) -> int:
        """Count how many keys `pattern` has in a row, its ``{}`` standing for 0, 1, 2, ..."""
        number = 0
        while pattern.format(number) in self.tensors:
            number += 1
        return number

    def attribute(self, module: str, name: str, *keywords: str, default: Any = None) -> Any:
        """Give a setting of NVIDIA's pickles.

        The attribute `name` stored with a module comes first, then the keyword argument at one of the
        dotted places `keywords`, then the default.
        """
        attributes = self.checkpoint.config.get("attributes", {}).get(module, {})
        if name in attributes:
            return attributes[name]
        for place in keywords:
            value = self.checkpoint.config.get("init_kwargs", {})
            for part in place.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
            if value is not None:
                return value
        return default

    def number(self, name: str, value: Any) -> float:
        """Check that a setting is a finite number."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.error(f"{name} is {value!r}; it must be a number.")
        return value

    def activation(self, value: Any) -> str:
        """Check that a setting names an activation known here."""
        if value not in ACTIVATIONS:
            raise self.error(f"activation {value!r} is unknown; known are {', '.join(ACTIVATIONS)}.")
        return str(value)

    def agree(self, name: str, found: Any, *stated: Any) -> None:
        """Check that what the file states (None: nothing) is what its tensors show."""
        for value in stated:
            if value is not None and value != found:
                raise self.error(f"{name} is stated as {value!r}, but the tensors show {found!r}.")

    def finish(self, *harmless: str) -> None:
        """Check that no tensor was left over but those whose keys end with one of `harmless`."""
        left = [key for key in self.tensors if key not in self.used and not key.endswith(harmless)]
        if left:
            raise self.error(f"it has {len(left)} tensors this architecture lacks, such as {left[0]!r}.")


def mapping_network(
    state: StateDict, joint: bool, lr_multiplier: Any, activation: Any, rows: int = 1
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Take the mapping network from tensors under NVIDIA's keys.

    Parameters
    ----------
    state
        Tensors ``mapping.fc{i}``, perhaps ``mapping.embed`` and ``mapping.w_avg``.
    joint
        Whether z and the class embedding are normalised as one vector.
    lr_multiplier, activation
        Of the layers.
    rows
        How many w the last layer puts out, for networks with one per layer.

    Returns
    -------
    tuple
        Keyword arguments of `MappingNetwork`, and the tensors of `StyleGenerator` that belong to it.
        Where the file has no mean of W, it is estimated from 4096 samples with a fixed seed.
    """
    count = state.count("mapping.fc{}.weight")
    if not count:
        raise state.error("it has no mapping network.")
    tensors: dict[str, Tensor] = {}
    widths: list[int] = []
    for i in range(count):
        weight = state.tensor(f"mapping.fc{i}.weight", None, widths[-1] if widths else None)
        widths.append(weight.shape[0])
        tensors[f"mapper.layers.{i}.weight"] = weight
        tensors[f"mapper.layers.{i}.bias"] = state.tensor(f"mapping.fc{i}.bias", widths[-1])
    z_dim, classes, label_width = int(state.tensors["mapping.fc0.weight"].shape[1]), 0, 0
    if "mapping.embed.weight" in state:
        weight = state.tensor("mapping.embed.weight", None, None)
        label_width, classes = weight.shape
        z_dim -= label_width
        tensors["mapper.embed.weight"] = weight
        tensors["mapper.embed.bias"] = state.tensor("mapping.embed.bias", label_width)
    if z_dim < 1 or widths[-1] % rows:
        raise state.error("the sizes of its mapping network do not fit together.")
    config = {
        "z_dim": z_dim,
        "widths": widths,
        "w_dim": widths[-1] // rows,
        "num_classes": classes,
        "label_width": label_width,
        "joint_normalization": joint,
        "lr_multiplier": state.number("lr_multiplier of the mapping", lr_multiplier),
        "activation": state.activation(activation),
    }
    means = state.tensors.get("mapping.w_avg")
    if means is not None and means.ndim == 2 and rows == 1 and classes:
        config["class_means"] = True
        tensors["class_w_avg"] = state.tensor("mapping.w_avg", classes, widths[-1])
        tensors["w_avg"] = tensors["class_w_avg"].mean(0, keepdim=True)
    elif "mapping.w_avg" in state:
        tensors["w_avg"] = state.tensor("mapping.w_avg", widths[-1]).view(rows, -1)
    else:
        tensors["w_avg"] = _estimate_mean(config, tensors)
    return config, tensors


def _estimate_mean(config: dict[str, Any], tensors: Mapping[str, Tensor]) -> Tensor:
    network = MappingNetwork(**config)
    network.load_state_dict({key.removeprefix("mapper."): value for key, value in tensors.items()})
    z = torch.randn(4096, config["z_dim"], generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        mean: Tensor = network(z, torch.zeros(4096, config["num_classes"])).mean(0)
    return mean


def genforce_mapping(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename genforce's mapping network to NVIDIA's keys.

    Its ``label_weight`` becomes an embedding without bias whose equalised-learning-rate gain cancels.
    """
    renamed = {}
    for key, tensor in tensors.items():
        if key.startswith("mapping.dense"):
            renamed[key.replace("mapping.dense", "mapping.fc")] = tensor
    if "truncation.w_avg" in tensors:
        renamed["mapping.w_avg"] = tensors["truncation.w_avg"]
    weight = tensors.get("mapping.label_weight")
    if weight is not None and weight.ndim == 2:
        renamed["mapping.embed.weight"] = weight.T * math.sqrt(weight.shape[0])
        renamed["mapping.embed.bias"] = weight.new_zeros(weight.shape[1:])
    return renamed


def filter_taps(state: StateDict, keys: Sequence[str]) -> list[float] | None:
    """Give the taps along one axis of the FIR kernel ``[n, n]`` or ``[n]`` under the first key there is."""
    for key in keys:
        if key in state:
            kernel = state.tensors[key].double().squeeze()
            if kernel.ndim not in (1, 2) or min(kernel.shape) != max(kernel.shape) or not kernel.sum():
                raise state.error(f"the filter {key!r} has shape {list(state.tensors[key].shape)}.")
            taps = kernel if kernel.ndim == 1 else kernel.sum(1)
            taps = taps / taps.sum()
            flat = taps if kernel.ndim == 1 else torch.outer(taps, taps)
            if not torch.allclose(flat, kernel / kernel.sum(), atol=1e-6):
                raise state.error(f"the filter {key!r} is not separable.")
            return [float(tap) for tap in taps]
    return None
