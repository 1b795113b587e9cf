"""The files of lucidrains' lightweight-gan, whose averaged network GE is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, Contents, Leaf
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.lucidrains.lightweight import LightweightGAN

_UP = {"0.net.0": "expand", "2.1": "convolution", "4": "norm"}
_GATE = {"to_k": "to_k", "net.0": "squeeze", "net.2": "excite"}
_ATTENTION = {
    "fn.to_lin_q": "to_lin_q",
    "fn.to_lin_kv.net.0": "depthwise",
    "fn.to_lin_kv.net.1": "to_lin_kv",
    "fn.to_q": "to_q",
    "fn.to_kv": "to_kv",
    "fn.to_out": "to_out",
}


def convert(checkpoint: Checkpoint) -> Converted:
    """Take the averaged generator of lightweight-gan."""
    given = checkpoint.tensors
    tensors: dict[str, Tensor] = {}
    gates: dict[str, int] = {}
    hidden: dict[str, int] = {}
    attention: set[int] = set()
    count = len({key.split(".")[2] for key in given if key.startswith("GE.layers.")})
    for key, tensor in given.items():
        name, _, leaf = key.removeprefix("GE.").rpartition(".")
        match = re.fullmatch(r"layers\.(\d{1,2})\.(\d)\.(.+)", f"{name}.{leaf}" if name else leaf)
        if match is None:
            places = {"initial_conv.0": "initial", "initial_conv.1": "initial_norm", "out_conv": "out"}
            tensors[f"{places[name]}.{leaf}"] = tensor
            continue
        number, part = match[1], match[2]
        inner = match[3].rpartition(".")[0]
        if part == "0":
            if match[3] == "3.weight":
                tensors[f"ups.{number}.strength"] = tensor
            elif inner in _UP:
                tensors[f"ups.{number}.{_UP[inner]}.{leaf}"] = tensor
            elif leaf != "f":
                raise ValueError(f"{key!r} is unknown.")
        elif part == "1":
            if match[3] == "dct_weights":
                gates[number] = tensor.shape[-1]
                tensors[f"gates.{number}.dct"] = tensor[0]
            else:
                gates.setdefault(number, 0)
                tensors[f"gates.{number}.{_GATE[inner]}.{leaf}"] = tensor
                if inner == "net.0":
                    hidden[number] = tensor.shape[0]
        else:
            attention.add(int(number))
            if inner == "norm":
                tensors[f"attentions.{number}.{'gain' if leaf == 'g' else 'offset'}"] = tensor.flatten()
            else:
                tensors[f"attentions.{number}.{_ATTENTION[inner]}.{leaf}"] = tensor
    config = {
        "latent_dim": given["GE.initial_conv.0.weight"].shape[0],
        "widths": [given[f"GE.layers.{n}.0.2.1.weight"].shape[0] // 2 for n in range(count)],
        "channels": given["GE.out_conv.weight"].shape[0],
        "gates": gates,
        "hidden": hidden,
        "attention": sorted(attention),
        "antialias": any(key.endswith(".0.1.f") for key in given),
    }
    return LightweightGAN, config, tensors


def averaged(contents: Contents) -> Mapping[str, Leaf]:
    """Choose the averaged network."""
    return {key: leaf for key, leaf in contents.tensors.items() if key.startswith("GE.")}


FORMAT = Format(
    "lightweight_gan",
    "Lightweight GAN by lucidrains",
    "`model_N.pt` of lightweight-gan",
    signature=keys("GE.initial_conv.0.weight GE.layers.0.0.2.1.weight"),
    required=keys("GE.initial_conv.0.weight GE.layers.0.0.2.1.weight GE.out_conv.weight"),
    latent=r"GE\.initial_conv\.0\.weight",
    convert=convert,
    tensors=averaged,
    resolution=doublings("GE.layers.#.0.2.1.weight", smallest=8),
)
