"""PGGAN in the files of pytorch_GAN_zoo, which calls it PGAN."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, Contents, Leaf
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.ganzoo import class_vector_size, ends_in_tanh
from sefa_widget.generators.pggan.network import PGGAN


def convert(checkpoint: Checkpoint) -> Converted:
    """Take a PGAN (``formatLayer``, ``groupScale0``, ``scaleLayers``, ``toRGBLayers``).

    The equalised learning rate of the zoo scales the output of a layer, so its bias too, and the layers
    that give the image have the same gain as the others. Keys come with and without ``.module``.
    """
    settings = checkpoint.config
    given = {key.replace(".module.", "."): tensor for key, tensor in checkpoint.tensors.items()}
    levels = sum(key.startswith("toRGBLayers.") and key.endswith(".weight") for key in given)
    places = {"formatLayer": "projection", "groupScale0.0": "convolutions.0"}
    for n in range(levels):
        places[f"toRGBLayers.{n}"] = f"outputs.{n}"
    for n in range(2 * levels - 2):
        places[f"scaleLayers.{n // 2}.{n % 2}"] = f"convolutions.{n + 1}"
    tensors: dict[str, Tensor] = {}
    for name, place in places.items():
        weight, bias = given[f"{name}.weight"], given[f"{name}.bias"]
        gain = math.sqrt(2 / weight[0].numel()) if settings.get("equalizedlR", True) else 1.0
        tensors[f"{place}.weight"], tensors[f"{place}.bias"] = weight * gain, bias * gain
    classes = class_vector_size(settings)
    config = {
        "latent_dim": given["formatLayer.weight"].shape[1] - classes,
        "widths": [given[f"toRGBLayers.{n}.weight"].shape[1] for n in range(levels)],
        "channels": given["toRGBLayers.0.weight"].shape[0],
        "num_classes": classes,
        "normalize": bool(settings.get("perChannelNormalization", True)),
        "joint_labels": True,
        "slope": float(settings.get("leakyReluLeak", 0.2)),
        "tanh": ends_in_tanh(settings, "WGANGP"),
        "lod": float(settings.get("alpha", 0.0)),
    }
    return PGGAN, config, tensors


def newer_keys(contents: Contents) -> Mapping[str, Leaf]:
    """Bring the keys of older files to the layout of newer ones."""
    leaves = contents.tensors.items()
    return {re.sub(r"(\.module)?\.(weight|bias)$", r".module.\2", key): leaf for key, leaf in leaves}


FORMAT = Format(
    "ganzoo_pgan",
    "PGAN of the GAN zoo",
    "`.pt` of pytorch_GAN_zoo, published and own training",
    signature=(r"formatLayer(\.module)?\.weight", r"toRGBLayers\.0(\.module)?\.weight"),
    required=keys("formatLayer.module.weight groupScale0.0.module.weight toRGBLayers.0.module.weight"),
    latent=r"formatLayer\.module\.weight",
    convert=convert,
    tensors=newer_keys,
    settings=lambda contents: contents.settings,
    resolution=doublings("toRGBLayers.#.module.weight"),
)
