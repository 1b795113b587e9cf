"""StyleGAN2 in the files of BasicSR and GFPGAN.

Its tensors are rosinality's under other names. GFPGAN's "clean" variant has plain layers without the gains of
an equalised learning rate; the bilinear variants enlarge features by interpolation instead of a transposed
convolution, which no tensor tells.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.stylegan2 import rosinality

_NAMES = (
    (r"constant_input\.weight", "input.input"),
    (r"style_conv(1|s\.\d+)\.modulated_conv\.(.+)", r"conv\1.conv.\2"),
    (r"style_conv(1|s\.\d+)\.weight", r"conv\1.noise.weight"),
    (r"style_conv(1|s\.\d+)\.(?:activate\.)?bias", r"conv\1.activate.bias"),
    (r"to_rgb(1|s\.\d+)\.modulated_conv\.(.+)", r"to_rgb\1.conv.\2"),
    (r"noises\.noise(\d+)", r"noises.noise_\1"),
)
_LR = 0.01
"""Multiplier of the learning rate of rosinality's mapping network."""


def convert(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN2 of BasicSR; ``assume={"upsampling": "bilinear"}`` says which of two variants it is."""
    clean = is_clean(checkpoint)
    tensors: dict[str, Tensor] = {}
    for key, tensor in checkpoint.tensors.items():
        name = key
        for pattern, written in _NAMES:
            name = re.sub(rf"^{pattern}$", written, name)
        if match := re.fullmatch(r"style_mlp\.(\d{1,3})\.(weight|bias)", key):
            number = (int(match[1]) + 1) // 2 if clean else int(match[1])
            name = f"style.{number}.{match[2]}"
        tensors[name] = _equalised(name, tensor) if clean else tensor
    network, config, converted = rosinality.convert(replace(checkpoint, tensors=tensors))
    bilinear = clean or checkpoint.assume.get("upsampling") == "bilinear"
    return network, {**config, "upsampling": "bilinear" if bilinear else "fir"}, converted


def is_clean(checkpoint: Checkpoint) -> bool:
    """Tell GFPGAN's clean variant, whose convolutions hold their bias themselves."""
    return "style_conv1.bias" in checkpoint.tensors


def _equalised(name: str, tensor: Tensor) -> Tensor:
    """Bring a plain weight to what a layer with an equalised learning rate and a gain of sqrt(2) stores."""
    if name.startswith("style."):
        scale = math.sqrt(tensor.shape[1]) if tensor.ndim == 2 else 1.0
        return tensor * scale / (_LR * math.sqrt(2))
    if name.endswith(".modulation.weight"):
        return tensor * math.sqrt(tensor.shape[1])
    if re.fullmatch(r"conv.*\.conv\.weight", name):
        return tensor * math.sqrt(9 * tensor.shape[2])
    if re.fullmatch(r"to_rgb.*\.conv\.weight", name):
        return tensor * math.sqrt(tensor.shape[2])
    if name.endswith((".noise.weight", ".activate.bias")):
        return tensor / math.sqrt(2)
    return tensor


def settled(generator: Generator, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Say how features are enlarged, where that is assumed."""
    known = is_clean(checkpoint) or "upsampling" in checkpoint.assume
    return () if known else ("upsampling fir (assume={'upsampling': 'bilinear'} for the bilinear variant)",)


FORMAT = Format(
    "basicsr",
    "StyleGAN2 by BasicSR and GFPGAN",
    "`net_g_N.pth`, GFPGAN's `.pth`",
    signature=keys("constant_input.weight style_conv1.modulated_conv.weight"),
    required=keys(
        "style_mlp.1.weight constant_input.weight style_conv1.modulated_conv.weight "
        "style_conv1.modulated_conv.modulation.weight to_rgb1.modulated_conv.weight "
        "style_convs.0.modulated_conv.weight to_rgbs.0.modulated_conv.weight"
    ),
    latent=r".+\.modulation\.weight",
    convert=convert,
    optional=dict.fromkeys(keys("noises.noise#"), "the noise is drawn from fixed seeds"),
    resolution=doublings("to_rgbs.#.modulated_conv.weight", smallest=8),
    assume=("upsampling",),
    settled=settled,
)
