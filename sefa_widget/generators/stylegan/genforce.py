"""StyleGAN in the files of genforce."""

from __future__ import annotations

import math
import re

import torch

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.style_conversion import MAX_BLOCKS, StateDict, genforce_mapping, mapping_network
from sefa_widget.generators.stylegan.network import FUSED_FROM, StyleGAN


def convert(checkpoint: Checkpoint) -> Converted:
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
    state = StateDict(checkpoint, tensors)
    count = state.count("synthesis.output{}.weight")
    if not 1 <= count <= MAX_BLOCKS:
        raise state.error(f"it has {count} resolutions; it must have 1 to {MAX_BLOCKS}.")
    lr_multiplier = checkpoint.config.get("mapping_lr_mul", 0.01)
    w_dim = state.tensor("synthesis.layer0.style.weight", None, None).shape[1]
    rows = max(1, state.tensor("mapping.w_avg", None).shape[0] // w_dim)
    state.agree("number of w in truncation.w_avg", rows if rows == 1 else 2 * count, rows)
    mapping, converted = mapping_network(state, True, lr_multiplier, "lrelu", rows)
    inputs = state.tensor("synthesis.layer0.const", 1, None, 4, 4).shape[1]
    converted["const"] = state.tensor("synthesis.layer0.const", 1, None, 4, 4)[0]
    converted["lod"] = state.tensor("synthesis.lod") if "synthesis.lod" in state else torch.zeros(())
    noise, widths, image_channels = "spatial", {}, None
    for number in range(2 * count):
        resolution = 4 * 2 ** (number // 2)
        theirs, ours = f"synthesis.layer{number}.", f"blocks.{number // 2}.{number % 2}."
        outputs = state.tensor(f"{theirs}bias", inputs if number % 2 or not number else None).shape[0]
        if number:
            converted[f"{ours}weight"] = state.tensor(f"{theirs}weight", outputs, inputs, 3, 3)
        converted[f"{ours}bias"] = state.tensor(f"{theirs}bias", outputs)
        converted[f"{ours}affine.weight"] = state.tensor(f"{theirs}style.weight", 2 * outputs, w_dim)
        converted[f"{ours}affine.bias"] = state.tensor(f"{theirs}style.bias", 2 * outputs)
        strength = state.tensors.get(f"{theirs}apply_noise.weight", torch.zeros(outputs))
        if strength.ndim == 2:
            noise = "channel"
            const = state.tensor(f"{theirs}apply_noise.noise", 1, outputs, 1, 1)
            strength = state.tensor(f"{theirs}apply_noise.weight", resolution, resolution)[None]
        else:
            const = state.tensor(f"{theirs}apply_noise.noise", 1, 1, resolution, resolution)
            strength = state.tensor(f"{theirs}apply_noise.weight", outputs)[:, None, None]
        converted[f"{ours}noise.const"], converted[f"{ours}noise.strength"] = const[0], strength
        inputs, widths[str(resolution)] = outputs, outputs
        if number % 2:
            theirs, ours = f"synthesis.output{number // 2}.", f"to_rgb.{number // 2}."
            weight = state.tensor(f"{theirs}weight", image_channels, outputs, 1, 1)
            image_channels = weight.shape[0]
            converted[f"{ours}weight"] = weight
            converted[f"{ours}bias"] = state.tensor(f"{theirs}bias", image_channels)
    state.finish(".blur.kernel")
    fused = checkpoint.config.get("fused_scale", "auto")
    config = {
        "widths": widths,
        "mapping": mapping,
        "image_channels": image_channels,
        "fused_from": {True: 8, False: 2**30}.get(fused, FUSED_FROM),
        "noise": noise,
        "final_tanh": bool(checkpoint.config.get("final_tanh", False)),
    }
    return StyleGAN, config, converted


FORMAT = Format(
    "genforce_stylegan",
    "StyleGAN by genforce",
    "`.pth` of genforce/sefa and genforce/genforce: model zoo and training",
    signature=keys("synthesis.layer0.const"),
    required=keys(
        "mapping.dense0.weight truncation.w_avg synthesis.layer0.const synthesis.layer0.style.weight "
        "synthesis.layer1.weight synthesis.output#.weight"
    ),
    latent=r"synthesis\.layer\d+\.style\.weight",
    convert=convert,
    optional=dict.fromkeys(keys("synthesis.lod"), "the picture has the full level of detail"),
    resolution=doublings("synthesis.output#.weight"),
)
