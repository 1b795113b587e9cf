"""A StyleGAN checkpoint of genforce in, keyword arguments and tensors of our network out."""

from __future__ import annotations

import math
import re
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator
from sefa_widget.generators.convert_style import MAX_BLOCKS, Source, genforce_mapping, mapping_network
from sefa_widget.generators.stylegan import FUSED_FROM, StyleGAN


def genforce(checkpoint: Checkpoint) -> tuple[type[Generator], dict[str, Any], dict[str, Tensor]]:
    """Take StyleGAN of genforce.

    What its tensors do not tell has the defaults of genforce, unless the checkpoint's config states
    ``mapping_lr_mul``, ``fused_scale`` (true, false or ``"auto"``) or ``final_tanh``.
    """
    tensors = dict(checkpoint.tensors)
    tensors.update(genforce_mapping(tensors))
    for key in checkpoint.tensors:
        if key.startswith(("mapping.dense", "mapping.label_weight", "truncation.")):
            del tensors[key]
    for key in tensors:
        if re.fullmatch(r"mapping\.fc\d+\.bias", key):
            tensors[key] = tensors[key] / math.sqrt(2)  # its gain is applied before the bias
    source = Source(checkpoint, tensors)
    count = source.count("synthesis.output{}.weight")
    if not 1 <= count <= MAX_BLOCKS:
        raise source.error(f"it has {count} resolutions; it must have 1 to {MAX_BLOCKS}.")
    lr_multiplier = checkpoint.config.get("mapping_lr_mul", 0.01)
    w_dim = source.tensor("synthesis.layer0.style.weight", None, None).shape[1]
    rows = max(1, source.tensor("mapping.w_avg", None).shape[0] // w_dim)
    source.agree("number of w in truncation.w_avg", rows if rows == 1 else 2 * count, rows)
    mapping, converted = mapping_network(source, True, lr_multiplier, "lrelu", rows)
    inputs = source.tensor("synthesis.layer0.const", 1, None, 4, 4).shape[1]
    converted["const"] = source.tensor("synthesis.layer0.const", 1, None, 4, 4)[0]
    converted["lod"] = source.tensor("synthesis.lod") if "synthesis.lod" in source else torch.zeros(())
    noise, channels, image_channels = "spatial", {}, None
    for number in range(2 * count):
        resolution = 4 * 2 ** (number // 2)
        theirs, ours = f"synthesis.layer{number}.", f"blocks.{number // 2}.{number % 2}."
        outputs = source.tensor(f"{theirs}bias", inputs if number % 2 or not number else None).shape[0]
        if number:
            converted[f"{ours}weight"] = source.tensor(f"{theirs}weight", outputs, inputs, 3, 3)
        converted[f"{ours}bias"] = source.tensor(f"{theirs}bias", outputs)
        converted[f"{ours}affine.weight"] = source.tensor(f"{theirs}style.weight", 2 * outputs, w_dim)
        converted[f"{ours}affine.bias"] = source.tensor(f"{theirs}style.bias", 2 * outputs)
        strength = source.tensors.get(f"{theirs}apply_noise.weight", torch.zeros(outputs))
        if strength.ndim == 2:
            noise = "channel"
            const = source.tensor(f"{theirs}apply_noise.noise", 1, outputs, 1, 1)
            strength = source.tensor(f"{theirs}apply_noise.weight", resolution, resolution)[None]
        else:
            const = source.tensor(f"{theirs}apply_noise.noise", 1, 1, resolution, resolution)
            strength = source.tensor(f"{theirs}apply_noise.weight", outputs)[:, None, None]
        converted[f"{ours}noise.const"], converted[f"{ours}noise.strength"] = const[0], strength
        inputs, channels[str(resolution)] = outputs, outputs
        if number % 2:
            theirs, ours = f"synthesis.output{number // 2}.", f"to_rgb.{number // 2}."
            weight = source.tensor(f"{theirs}weight", image_channels, outputs, 1, 1)
            image_channels = weight.shape[0]
            converted[f"{ours}weight"] = weight
            converted[f"{ours}bias"] = source.tensor(f"{theirs}bias", image_channels)
    source.finish(".blur.kernel")
    fused = checkpoint.config.get("fused_scale", "auto")
    config = {
        "channels": channels,
        "mapping": mapping,
        "image_channels": image_channels,
        "fused_from": {True: 8, False: 2**30}.get(fused, FUSED_FROM),
        "noise": noise,
        "final_tanh": bool(checkpoint.config.get("final_tanh", False)),
    }
    return StyleGAN, config, converted
