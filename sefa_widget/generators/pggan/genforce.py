"""PGGAN in the files of genforce."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.pggan.network import PGGAN


def convert(checkpoint: Checkpoint) -> Converted:
    """Take a PGGAN of genforce (``layer0`` ..., ``output0`` ..., ``lod``).

    Shapes do not tell z from a class vector, nor a final tanh: without ``label_size`` and ``final_tanh`` in
    the configuration everything is z and the image is not bounded. Fused up-convolutions are recognised
    where input and output channels differ (else by ``fused_scale``) and turned into plain ones:
    their transposed convolution is nearest-neighbour doubling and a convolution with the turned kernel.
    """
    given, settings = checkpoint.tensors, checkpoint.config
    levels = sum(key.startswith("output") and key.endswith(".weight") for key in given)
    widths = [given[f"layer{2 * n + 1}.weight"].shape[0] for n in range(levels)]
    shapes = [tuple(given[f"layer{2 * n}.weight"].shape[:2]) for n in range(1, levels)]
    fused = shapes != list(zip(widths[1:], widths, strict=False))
    tensors: dict[str, Tensor] = {}
    for n in range(2 * levels):
        weight, bias = given[f"layer{n}.weight"], given[f"layer{n}.bias"]
        if n and n % 2 == 0 and (fused or settings.get("fused_scale") is True):
            weight = weight.transpose(0, 1).flip(2, 3)
        weight = weight * math.sqrt(2 / weight[0].numel())
        if n == 0:  # a 4x4 convolution of a 1x1 picture, padded by 3: the turned kernel
            weight = weight.flip(2, 3).permute(0, 2, 3, 1).flatten(0, 2)
            bias = bias.repeat_interleave(16)
        key = f"convolutions.{n - 1}" if n else "projection"
        tensors[f"{key}.weight"], tensors[f"{key}.bias"] = weight, bias
    for n in range(levels):
        weight = given[f"output{n}.weight"]
        tensors[f"outputs.{n}.weight"] = weight / math.sqrt(weight[0].numel())
        tensors[f"outputs.{n}.bias"] = given[f"output{n}.bias"]
    classes = int(settings.get("label_size", 0))
    config = {
        "latent_dim": given["layer0.weight"].shape[1] - classes,
        "widths": widths,
        "channels": given["output0.weight"].shape[0],
        "num_classes": classes,
        "tanh": bool(settings.get("final_tanh", False)),
        "lod": float(settings.get("lod", given.get("lod", torch.zeros(())))),
    }
    return PGGAN, config, tensors


FORMAT = Format(
    "genforce_pggan",
    "PGGAN by genforce",
    "`.pth` of genforce/sefa and genforce/genforce: model zoo and training",
    signature=keys("layer0.weight output0.weight"),
    required=keys("layer0.weight layer0.bias layer1.weight output0.weight output0.bias"),
    latent=r"layer0\.weight",
    convert=convert,
    optional=dict.fromkeys(keys("lod"), "the picture has the full level of detail"),
    resolution=doublings("output#.weight"),
)
