"""A StyleGAN2 checkpoint of genforce, rosinality or TensorFlow in, keyword arguments and tensors out.

The tensors are rewritten to the layout of NVIDIA's PyTorch code first, which differs in this: the kernels
of upsampling convolutions are not stored flipped (genforce, TensorFlow), the 1 of the style bias is stored
(genforce, TensorFlow), weights are not scaled by the fan-in before demodulation (genforce, rosinality), z
and the class embedding are normalised separately (genforce), and truncation_psi above 1 extrapolates
(genforce, rosinality: it does nothing).
"""

from __future__ import annotations

import math
import re

import torch

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.convert_style import (
    MAX_BLOCKS,
    Source,
    filter_taps,
    genforce_mapping,
    mapping_network,
)
from sefa_widget.generators.convert_stylegan2 import Converted, synthesis_network
from sefa_widget.generators.fir import BINOMIAL
from sefa_widget.generators.stylegan2 import StyleGAN2


def genforce(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN2 of genforce.

    What its tensors do not tell has the defaults of genforce, unless the checkpoint's config states
    ``mapping_lr_mul`` or ``final_tanh``.
    """
    raw = Source(checkpoint)
    tensors = genforce_mapping(checkpoint.tensors)
    tensors["synthesis.b4.const"] = raw.tensor("synthesis.early_layer.const", 1, None, 4, 4)[0]
    for key, tensor in checkpoint.tensors.items():
        match = re.fullmatch(r"synthesis\.(layer|output)(\d{1,2})\.(.+)", key)
        if not match or match[3] == "filter.kernel":
            continue
        number, name = int(match[2]), match[3].replace("style.", "affine.")
        if match[1] == "output":
            place = f"b{4 * 2**number}.torgb"
        else:
            place = _conv(number)
            if name == "weight" and tensor.ndim == 4:
                flipped = tensor.flip(2, 3) if number % 2 else tensor
                tensor = flipped / math.sqrt(9 * tensor.shape[1])
        if name == "affine.bias":
            tensor = tensor + 1
        if name == "noise":
            name, tensor = "noise_const", tensor.squeeze()
        tensors[f"synthesis.{place}.{name}"] = tensor
    source = Source(checkpoint, tensors)
    width = source.tensor("synthesis.b4.conv1.affine.weight", None, None).shape[1]
    rows = max(1, source.tensor("mapping.w_avg", None).shape[0] // width)
    lr_multiplier = checkpoint.config.get("mapping_lr_mul", 0.01)
    config, tensors = synthesis_network(source, mapping_network(source, True, lr_multiplier, "lrelu", rows))
    if rows > 1:
        source.agree("number of w in truncation.w_avg", 2 * len(config["channels"]), rows)
    taps = filter_taps(raw, ["synthesis.layer1.filter.kernel", "synthesis.upsample.kernel"])
    config["resample_filter"] = taps or list(BINOMIAL)
    config["final_tanh"] = bool(checkpoint.config.get("final_tanh", False))
    config["extrapolates"] = False
    return StyleGAN2, config, tensors


def rosinality(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN2 of rosinality.

    Training files have no ``latent_avg`` and old ones no noise: the first is estimated, the second drawn,
    both with fixed seeds.
    """
    raw = Source(checkpoint)
    tensors = {"synthesis.b4.const": raw.tensor("input.input", 1, None, 4, 4)[0]}
    if "latent_avg" in raw:
        tensors["mapping.w_avg"] = checkpoint.tensors["latent_avg"].flatten()
    names = {
        "conv.weight": "weight",
        "conv.modulation.weight": "affine.weight",
        "conv.modulation.bias": "affine.bias",
        "activate.bias": "bias",
        "bias": "bias",
        "noise.weight": "noise_strength",
    }
    for key, tensor in checkpoint.tensors.items():
        if match := re.fullmatch(r"style\.(\d{1,3})\.(weight|bias)", key):
            tensors[f"mapping.fc{int(match[1]) - 1}.{match[2]}"] = tensor
        elif match := re.fullmatch(r"(conv|to_rgb)(1|s\.\d{1,2})\.(.+)", key):
            if match[3] not in names:
                continue
            number = 0 if match[2] == "1" else int(match[2][2:]) + 1
            name = names[match[3]]
            place = f"b{4 * 2**number}.torgb" if match[1] == "to_rgb" else _conv(number)
            if name == "weight":
                tensor = tensor.squeeze(0)
                if match[1] == "conv" and tensor.ndim == 4:
                    tensor = tensor / math.sqrt(9 * tensor.shape[1])
            elif name == "noise_strength":
                tensor = tensor.squeeze()
                if f"noises.noise_{number}" in raw:
                    noise = checkpoint.tensors[f"noises.noise_{number}"].squeeze()
                elif number < 2 * MAX_BLOCKS:
                    resolution = 4 * 2 ** ((number + 1) // 2)
                    seeded = torch.Generator().manual_seed(number)
                    noise = torch.randn(resolution, resolution, generator=seeded)
                else:
                    raise raw.error(f"it has more than {MAX_BLOCKS} resolutions.")
                tensors[f"synthesis.{place}.noise_const"] = noise
            tensors[f"synthesis.{place}.{name}"] = tensor if name != "bias" else tensor.flatten()
    source = Source(checkpoint, tensors)
    config, tensors = synthesis_network(source, mapping_network(source, False, 0.01, "lrelu"))
    taps = filter_taps(raw, ["convs.0.conv.blur.kernel", "to_rgbs.0.upsample.kernel"])
    config["resample_filter"] = taps or list(BINOMIAL)
    config["extrapolates"] = False
    return StyleGAN2, config, tensors


def tensorflow(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN2(-ADA) of NVIDIA's TensorFlow pickles: configurations E and F, the variables of Gs.

    Labelled networks from before ADA, which NVIDIA's own converter refuses, work too.
    """
    settings = checkpoint.config.get("static_kwargs", {})
    tensors = {}
    for key, tensor in checkpoint.tensors.items():
        if key == "dlatent_avg":
            tensors["mapping.w_avg"] = tensor
        elif match := re.fullmatch(r"mapping/(Dense(\d+)|LabelEmbed)/(weight|bias)", key):
            name = "embed" if match[2] is None else f"fc{match[2]}"
            tensors[f"mapping.{name}.{match[3]}"] = (
                tensor.transpose(0, -1) if match[3] == "weight" else tensor
            )
        elif key == "mapping/LabelConcat/weight" and tensor.ndim == 2:
            tensors["mapping.embed.weight"] = tensor.T * math.sqrt(tensor.shape[0])
            tensors["mapping.embed.bias"] = tensor.new_zeros(tensor.shape[1:])
        elif key == "synthesis/4x4/Const/const":
            tensors["synthesis.b4.const"] = tensor.squeeze(0)
        elif match := re.fullmatch(r"synthesis/(\d+)x\1/(Conv0_up|Conv1|Conv|ToRGB|Skip)/(\w+)", key):
            layers = {"Conv0_up": "conv0", "ToRGB": "torgb", "Skip": "skip"}
            names = {"mod_weight": "affine.weight", "mod_bias": "affine.bias"}
            layer, name = layers.get(match[2], "conv1"), names.get(match[3], match[3])
            if name == "weight" and tensor.ndim == 4:
                tensor = tensor.permute(3, 2, 0, 1)
                tensor = tensor.flip(2, 3) if match[2] in ("Conv0_up", "Skip") else tensor
            elif name == "affine.weight":
                tensor = tensor.transpose(0, -1)
            elif name == "affine.bias":
                tensor = tensor + 1
            tensors[f"synthesis.b{match[1]}.{layer}.{name}"] = tensor
        elif match := re.fullmatch(r"synthesis/noise(\d{1,2})", key):
            tensors[f"synthesis.{_conv(int(match[1]))}.noise_const"] = tensor.squeeze()
        elif key not in ("lod", "synthesis/lod"):
            tensors[key] = tensor
    source = Source(checkpoint, tensors)
    joint = "mapping/LabelConcat/weight" in checkpoint.tensors
    lr_multiplier = settings.get("mapping_lrmul", 0.01)
    activation = settings.get("mapping_nonlinearity", "lrelu")
    config, converted = synthesis_network(source, mapping_network(source, joint, lr_multiplier, activation))
    clamp = settings.get("conv_clamp")
    config["conv_clamp"] = None if clamp is None else source.number("conv_clamp", clamp)
    config["activation"] = source.activation(settings.get("nonlinearity", "lrelu"))
    taps = settings.get("resample_kernel") or BINOMIAL
    config["resample_filter"] = [source.number("resample_kernel", tap) for tap in taps]
    source.agree("resolution", 2 ** (len(config["channels"]) + 1), settings.get("resolution"))
    return StyleGAN2, config, converted


def _conv(number: int) -> str:
    """Give the place of convolution `number` in NVIDIA's layout, counted over the whole network."""
    return f"b{4 * 2 ** ((number + 1) // 2)}.conv{(number + 1) % 2}"
