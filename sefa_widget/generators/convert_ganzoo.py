"""A file of pytorch_GAN_zoo in, the PGGAN or DCGAN it holds out.

Source: facebookresearch/pytorch_GAN_zoo. What its tensors do not tell is read from the attributes of the
zoo's configuration object; where there is none, the settings are those of the published files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator
from sefa_widget.generators.dcgan import DCGAN
from sefa_widget.generators.pggan import PGGAN


def convert_pgan(checkpoint: Checkpoint) -> tuple[type[Generator], dict[str, Any], dict[str, Tensor]]:
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
    classes = _classes(settings)
    config = {
        "latent_dim": given["formatLayer.weight"].shape[1] - classes,
        "widths": [given[f"toRGBLayers.{n}.weight"].shape[1] for n in range(levels)],
        "channels": given["toRGBLayers.0.weight"].shape[0],
        "num_classes": classes,
        "normalize": bool(settings.get("perChannelNormalization", True)),
        "joint_labels": True,
        "slope": float(settings.get("leakyReluLeak", 0.2)),
        "tanh": _tanh(settings, "WGANGP"),
        "lod": float(settings.get("alpha", 0.0)),
    }
    return PGGAN, config, tensors


def convert_dcgan(checkpoint: Checkpoint) -> tuple[type[Generator], dict[str, Any], dict[str, Tensor]]:
    """Take a DCGAN (``formatLayer``, ``main.batchNorm0``, ``main.convTranspose1``, ..., ``main.outlayer``).

    The zoo never leaves train mode, so its own pictures use the statistics of the batch; here it is the
    stored ones, as everywhere.
    """
    settings, given = checkpoint.config, checkpoint.tensors
    depth = sum(key.startswith("main.convTranspose") and key.endswith(".weight") for key in given)
    places = {"formatLayer": "convolutions.0", "main.outlayer": f"convolutions.{depth + 1}"}
    places |= {f"main.convTranspose{n}": f"convolutions.{n}" for n in range(1, depth + 1)}
    places |= {f"main.batchNorm{n}": f"norms.{n}" for n in range(depth + 1)}
    tensors = {}
    for key, tensor in given.items():
        name, _, leaf = key.rpartition(".")
        tensors[f"{places.get(name, name)}.{leaf}"] = tensor
    classes = _classes(settings)
    config = {
        "latent_dim": given["formatLayer.weight"].shape[0] - classes,
        "widths": [given[f"main.batchNorm{n}.weight"].shape[0] for n in range(depth + 1)],
        "channels": given["main.outlayer.weight"].shape[1],
        "num_classes": classes,
        "tanh": _tanh(settings, "DCGAN"),
    }
    return DCGAN, config, tensors


def _classes(settings: Mapping[str, Any]) -> int:
    """Give the size of the class vector behind the noise (ACGAN)."""
    whole = settings.get("latentVectorDim")
    if whole is not None and settings.get("noiseVectorDim") is not None:
        return int(whole) - int(settings["noiseVectorDim"])
    return int(settings.get("categoryVectorDim") or 0)


def _tanh(settings: Mapping[str, Any], default: str) -> bool:
    """Tell whether the image goes through tanh, which depends on the loss."""
    return settings.get("lossCriterion", default) in ("DCGAN", "MSE")
