"""StyleGAN in the files of rosinality's style-based-gan-pytorch.

Its layers differ in this: the bias comes before the blur, both layers of a resolution get the same noise,
and weights are scaled by sqrt(2 / fan_in) everywhere. Files hold no noise, and all resolutions to 1024,
trained or not.
"""

from __future__ import annotations

import math
import re
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator
from sefa_widget.generators.formats import Converted, Format, keys
from sefa_widget.generators.style_conversion import StateDict, mapping_network
from sefa_widget.generators.stylegan.network import StyleGAN

ROOT = math.sqrt(2)
EPS = 1e-5
"""Of the instance norm."""
_UNFUSED = 2**30


def convert(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN of rosinality; ``assume={"size": 256}`` says to which resolution it was trained."""
    state = StateDict(checkpoint)
    given = checkpoint.tensors
    levels = _trained_levels(checkpoint)
    mapping, tensors = _mapping(checkpoint)
    w_dim = mapping["w_dim"]
    root = "generator.progression"
    const = state.tensor(f"{root}.0.conv1.input", 1, None, 4, 4)
    tensors["const"], tensors["lod"] = const[0], torch.zeros(())
    widths: dict[str, int] = {}
    fused_from = _UNFUSED
    for n in range(levels):
        size, block = 4 * 2**n, f"{root}.{n}"
        outputs = given[f"{block}.adain1.style.linear.bias"].shape[0] // 2
        noise = torch.randn(1, size, size, generator=torch.Generator().manual_seed(n))
        if n and f"{block}.conv1.0.weight" in given:
            fused_from = min(fused_from, size)
            weight = state.tensor(f"{block}.conv1.0.weight", None, outputs, 3, 3).transpose(0, 1) / 4
            tensors[f"blocks.{n}.0.weight"], first = weight, f"{block}.conv1.0.bias"
        elif n:
            weight = state.tensor(f"{block}.conv1.1.conv.weight_orig", outputs, None, 3, 3)
            tensors[f"blocks.{n}.0.weight"], first = weight, f"{block}.conv1.1.conv.bias"
        tensors[f"blocks.{n}.0.bias"] = state.tensor(first, outputs) if n else torch.zeros(outputs)
        tensors[f"blocks.{n}.1.weight"] = state.tensor(
            f"{block}.conv2.conv.weight_orig", outputs, outputs, 3, 3
        )
        tensors[f"blocks.{n}.1.bias"] = state.tensor(f"{block}.conv2.conv.bias", outputs)
        for k in (0, 1):
            ours, style = f"blocks.{n}.{k}", f"{block}.adain{k + 1}.style.linear"
            bias = state.tensor(f"{style}.bias", 2 * outputs).clone()
            bias[:outputs] -= 1  # the network adds 1 to every scale
            tensors[f"{ours}.affine.weight"] = state.tensor(f"{style}.weight_orig", 2 * outputs, w_dim) * ROOT
            tensors[f"{ours}.affine.bias"] = bias
            strength = state.tensor(f"{block}.noise{k + 1}.weight_orig", 1, outputs, 1, 1)
            tensors[f"{ours}.noise.strength"] = strength[0] * math.sqrt(2 / outputs)
            tensors[f"{ours}.noise.const"] = noise.clone()
        widths[str(size)] = outputs
        rgb = f"generator.to_rgb.{n}.conv"
        tensors[f"to_rgb.{n}.weight"] = state.tensor(f"{rgb}.weight_orig", None, outputs, 1, 1) * ROOT
        tensors[f"to_rgb.{n}.bias"] = state.tensor(f"{rgb}.bias", None)
    config = {
        "widths": widths,
        "mapping": mapping,
        "image_channels": tensors["to_rgb.0.bias"].shape[0],
        "fused_from": fused_from,
        "extrapolates": True,
        "eps": EPS,
        "bias_first": True,
    }
    return StyleGAN, config, tensors


def _mapping(checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Take the mapping network; its activation has no gain, which the bias takes instead."""
    found = [re.fullmatch(r"style\.(\d{1,3})\.linear\.weight_orig", key) for key in checkpoint.tensors]
    numbers = sorted(int(match[1]) for match in found if match)
    renamed: dict[str, Tensor] = {}
    for n, number in enumerate(numbers):
        renamed[f"mapping.fc{n}.weight"] = checkpoint.tensors[f"style.{number}.linear.weight_orig"]
        renamed[f"mapping.fc{n}.bias"] = checkpoint.tensors[f"style.{number}.linear.bias"] / ROOT
    return mapping_network(StateDict(checkpoint, renamed), False, 1.0, "lrelu")


def _trained_levels(checkpoint: Checkpoint) -> int:
    """Tell how many resolutions were trained: by the user, the file's name, or biases that are not 0."""
    given = checkpoint.tensors
    levels = sum(re.fullmatch(r"generator\.to_rgb\.\d+\.conv\.bias", key) is not None for key in given)
    if size := checkpoint.assume.get("size"):
        level = int(math.log2(size)) - 1
        if 4 * 2 ** (level - 1) != size or not 1 <= level <= levels:
            raise ValueError(f"size is {size}; it must be one of 4, 8, 16 ... {4 * 2 ** (levels - 1)}.")
        return level
    if match := re.search(r"train_step-(\d)", checkpoint.name):
        return min(levels, int(match[1]) + 1)
    used = [n for n in range(levels) if bool(given[f"generator.to_rgb.{n}.conv.bias"].any())]
    return max(used, default=levels - 1) + 1


def settled(generator: Generator, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Say to which resolution the network was taken as trained."""
    if "size" in checkpoint.assume:
        return ()
    return (f"trained to {generator.resolution} px (assume={{'size': ...}} says another size)",)


FORMAT = Format(
    "rosinality_stylegan",
    "StyleGAN by rosinality",
    "`train_step-N.model` and `N.model` of style-based-gan-pytorch",
    signature=keys("generator.progression.0.conv1.input style.1.linear.weight_orig"),
    required=keys(
        "style.1.linear.weight_orig generator.progression.0.conv1.input "
        "generator.progression.0.adain1.style.linear.weight_orig generator.to_rgb.0.conv.weight_orig"
    ),
    latent=r"generator\.progression\.\d+\.adain[12]\.style\.linear\.weight_orig",
    convert=convert,
    assume=("size",),
    settled=settled,
)
