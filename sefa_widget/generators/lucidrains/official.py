"""StyleGAN2 in the files of lucidrains' stylegan2-pytorch, which hold the averaged networks SE and GE."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, Contents, Leaf
from sefa_widget.checkpoint.files import read_json_file
from sefa_widget.generators.base import Generator
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.lucidrains.network import LucidStyleGAN2
from sefa_widget.generators.style_conversion import StateDict, mapping_network

LR_MLP = 0.1
"""The package's default multiplier of the mapping's weights."""
_BLOCK = {
    "to_style1": "style1",
    "to_style2": "style2",
    "to_rgb.to_style": "rgb_style",
    "to_noise1": "noise1",
    "to_noise2": "noise2",
}
_WEIGHTS = {"conv1.weight": "conv1", "conv2.weight": "conv2", "to_rgb.conv.weight": "to_rgb"}
_ATTENTION = {
    "0.fn.fn.to_q": "to_q",
    "0.fn.fn.to_kv.net.0": "depthwise",
    "0.fn.fn.to_kv.net.1": "to_kv",
    "0.fn.fn.to_out": "to_out",
    "1.fn.fn.0": "widen",
    "1.fn.fn.2": "narrow",
}


def convert(checkpoint: Checkpoint) -> Converted:
    """Take the averaged generator; ``lr_mlp`` comes from ``.config.json`` beside the file, or is assumed."""
    given = checkpoint.tensors
    mapping, tensors = _mapping(checkpoint)
    count = len({key.split(".")[2] for key in given if key.startswith("GE.blocks.")})
    const = "GE.initial_block" in given
    tensors["initial"] = given["GE.initial_block"][0] if const else given["GE.to_initial_block.weight"]
    used = {"GE.initial_block", "GE.to_initial_block.weight"}
    for leaf in ("weight", "bias"):
        tensors[f"initial_conv.{leaf}"] = given[f"GE.initial_conv.{leaf}"]
        used.add(f"GE.initial_conv.{leaf}")
    attention: set[int] = set()
    norms: dict[str, list[Tensor]] = {}
    for key, tensor in given.items():
        if match := re.fullmatch(r"GE\.blocks\.(\d{1,2})\.(.+)\.(weight|bias)", key):
            number, name, leaf = match.groups()
            if name in _BLOCK:
                tensors[f"blocks.{number}.{_BLOCK[name]}.{leaf}"] = tensor
            elif f"{name}.{leaf}" in _WEIGHTS:
                tensors[f"blocks.{number}.{_WEIGHTS[f'{name}.{leaf}']}"] = tensor
            else:
                raise ValueError(f"{key!r} is unknown.")
        elif match := re.fullmatch(r"GE\.attns\.(\d{1,2})\.([01])\.fn\.norm\.([gb])", key):
            attention.add(int(match[1]))
            name = "gains" if match[3] == "g" else "offsets"
            norms.setdefault(f"attentions.{match[1]}.{name}", [tensor, tensor])[int(match[2])] = tensor
        elif match := re.fullmatch(r"GE\.attns\.(\d{1,2})\.(.+)\.(weight|bias)", key):
            tensors[f"attentions.{match[1]}.{_ATTENTION[match[2]]}.{match[3]}"] = tensor
        elif key not in used and not key.endswith(".upsample.1.f") and key.startswith("GE."):
            raise ValueError(f"{key!r} is unknown: networks with quantised features are not known here.")
    tensors |= {name: torch.stack([norm.flatten() for norm in pair]) for name, pair in norms.items()}
    size = 4 * 2 ** (count - 1)
    tensors["noise_map"] = torch.rand(size, size, generator=torch.Generator().manual_seed(0))
    config = {
        "widths": [given[f"GE.blocks.{n}.conv1.weight"].shape[0] for n in range(count)],
        "start": given["GE.initial_conv.weight"].shape[0],
        "mapping": mapping,
        "image_channels": given["GE.blocks.0.to_rgb.conv.weight"].shape[0],
        "attention": sorted(attention),
        "const": const,
    }
    return LucidStyleGAN2, config, tensors


def _mapping(checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Bring the mapping network, which has no gains and reads z of unit length, to layers with gains."""
    multiplier = _lr_mlp(checkpoint)
    numbers = sorted(
        int(match[1])
        for key in checkpoint.tensors
        if (match := re.fullmatch(r"SE\.net\.(\d{1,3})\.weight", key))
    )
    renamed: dict[str, Tensor] = {}
    for n, number in enumerate(numbers):
        weight, bias = (checkpoint.tensors[f"SE.net.{number}.{leaf}"] for leaf in ("weight", "bias"))
        root = math.sqrt(weight.shape[1]) if n else 1.0
        renamed[f"mapping.fc{n}.weight"] = weight * (multiplier * root / math.sqrt(2))
        renamed[f"mapping.fc{n}.bias"] = bias * (multiplier / math.sqrt(2))
    return mapping_network(StateDict(checkpoint, renamed), False, 1.0, "lrelu")


def _lr_mlp(checkpoint: Checkpoint) -> float:
    return float(checkpoint.assume.get("lr_mlp", checkpoint.config.get("lr_mlp", LR_MLP)))


def averaged(contents: Contents) -> Mapping[str, Leaf]:
    """Choose the averaged networks."""
    return {key: leaf for key, leaf in contents.tensors.items() if key.startswith(("SE.", "GE."))}


def settings(contents: Contents) -> dict[str, Any]:
    """Read the settings that the package writes beside its files."""
    found = read_json_file(contents.file.parent / ".config.json") if contents.file.name else {}
    return {"lr_mlp": found["lr_mlp"]} if isinstance(found.get("lr_mlp"), int | float) else {}


def settled(generator: Generator, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Say the multiplier of the mapping, where nothing tells it."""
    told = "lr_mlp" in checkpoint.assume or "lr_mlp" in checkpoint.config
    return () if told else (f"lr_mlp {LR_MLP:g}",)


FORMAT = Format(
    "lucidrains",
    "StyleGAN2 by lucidrains",
    "`model_N.pt` of stylegan2-pytorch, with its `.config.json`",
    signature=keys("GE.blocks.0.to_style1.weight SE.net.0.weight"),
    required=keys(
        "SE.net.0.weight GE.initial_conv.weight GE.blocks.0.to_style1.weight GE.blocks.0.conv1.weight "
        "GE.blocks.0.to_rgb.conv.weight"
    ),
    latent=r"GE\.blocks\.\d+\.(to_style[12]|to_rgb\.to_style)\.weight",
    convert=convert,
    tensors=averaged,
    settings=settings,
    resolution=doublings("GE.blocks.#.conv1.weight"),
    assume=("lr_mlp",),
    settled=settled,
)
