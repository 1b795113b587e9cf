"""What NVIDIA's pickled StyleGANs share: their mapping network, resolution and settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

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
