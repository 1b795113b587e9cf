"""What NVIDIA's pickled StyleGANs share: their mapping network, resolution and settings."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, Contents
from sefa_widget.generators.style_conversion import StateDict, mapping_network

LATENT = r"synthesis\..+\.affine\.weight"
"""Keys of the weights that read the latent."""


def network_settings(contents: Contents) -> dict[str, Any]:
    """Choose what a pickled network says about itself."""
    return contents.network


def resolution(keys: Iterable[str]) -> int | None:
    """Give the resolution that names of blocks (``b256``) or of layers (``L14_256_3``) tell."""
    blocks = [re.match(r"synthesis\.(?:b(\d{1,5})|L(\d{1,3})_(\d{1,5})_\d+)\.", key) for key in keys]
    sizes = [(int(block[1] or block[2]), int(block[1] or block[3])) for block in blocks if block]
    return max(sizes)[1] if sizes else None


def contradiction(checkpoint: Checkpoint) -> str | None:
    """Say so if the settings state another resolution than the keys."""
    if any(key.startswith("mapping.embed_proj.") for key in checkpoint.tensors):
        return None  # StyleGAN-XL, whose super-resolution states the size of its stem
    if checkpoint.config.get("attributes", {}).get("", {}).get("square") is False:
        return None  # names of layers hold the width
    size = resolution(checkpoint.tensors)
    said = checkpoint.config.get("init_kwargs", {}).get("img_resolution")
    if said is None or size is None or said == size:
        return None
    return (
        f"of {size} pixels whose settings say {said!r:.40}. It is damaged or made to attack: get it from its "
        "author's original source."
    )


def nvidia_mapping(state: StateDict, joint: bool = False) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Take the mapping network of NVIDIA's layout (``mapping.fc0`` ...); see `mapping_network`."""
    if "mapping.embed_proj.weight" in state:
        _project_classes(state)
    config = state.checkpoint.config
    kwargs = "mapping_kwargs."
    result = mapping_network(
        state,
        joint,
        state.attribute("mapping.fc0", "bias_gain", f"{kwargs}lr_multiplier", default=0.01),
        state.attribute("mapping.fc0", "activation", f"{kwargs}activation", default="lrelu"),
    )
    found = {
        "z_dim": result[0]["z_dim"],
        "w_dim": result[0]["w_dim"],
        "c_dim": result[0]["num_classes"],
    }
    for name, value in found.items():
        for module in ("", "mapping"):
            stated = config.get("attributes", {}).get(module, {}).get(name)
            state.agree(name, value, stated, config.get("init_kwargs", {}).get(name))
    stated = state.attribute("mapping", "num_layers", f"{kwargs}num_layers")
    state.agree("num_layers of the mapping", len(result[0]["widths"]), stated)
    return result


def _project_classes(state: StateDict) -> None:
    """Put StyleGAN-XL's class embeddings, pre-trained and then projected, in the place of one embedding.

    Its means of W are one for each class; without classes the table is there and not used.
    """
    tensors = state.tensors
    table, weight = tensors.pop("mapping.embed.weight"), tensors.pop("mapping.embed_proj.weight")
    bias = tensors.pop("mapping.embed_proj.bias")
    means = tensors["mapping.w_avg"]
    if means.ndim == 1:
        return
    classes = len(means)
    projected = torch.nn.functional.leaky_relu(
        table[:classes] @ weight.T / math.sqrt(weight.shape[1]) + bias, 0.2
    )
    tensors["mapping.embed.weight"] = projected.T * math.sqrt(2 * classes)
    tensors["mapping.embed.bias"] = torch.zeros(len(weight))
