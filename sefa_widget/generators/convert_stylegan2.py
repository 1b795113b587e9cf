"""A StyleGAN2 checkpoint of NVIDIA, genforce or rosinality in, keyword arguments and tensors out.

The other layouts are rewritten to NVIDIA's PyTorch layout first. They differ from it in this: the kernels
of upsampling convolutions are stored flipped (genforce, TensorFlow), the 1 of the style bias is not stored
(genforce, TensorFlow), weights are scaled by the fan-in before demodulation (genforce, rosinality), z and
class embedding are normalised together (genforce), truncation_psi above 1 does nothing (genforce,
rosinality).
"""

from __future__ import annotations

import math
import re
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator
from sefa_widget.generators.convert_style import (
    MAX_BLOCKS,
    Source,
    filter_taps,
    genforce_mapping,
    mapping_network,
    nvidia_mapping,
)
from sefa_widget.generators.fir import BINOMIAL
from sefa_widget.generators.stylegan2 import StyleGAN2

Converted = tuple[type[Generator], dict[str, Any], dict[str, Tensor]]


def nvidia(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN2(-ADA) of stylegan2-ada-pytorch or stylegan3, with or without stored settings.

    A bare state dict lacks conv_clamp: then it is the 256 of official training. Pictures are always
    computed in single precision.
    """
    source = Source(checkpoint)
    kwargs = checkpoint.config.get("init_kwargs", {})
    conv = "synthesis.b4.conv1"
    passed = kwargs.get("synthesis_kwargs", kwargs)
    default = passed.get("conv_clamp", None if passed is not kwargs else 256)
    clamp = source.attribute(conv, "conv_clamp", default=default)
    mapping = nvidia_mapping(source)
    config, tensors = _synthesis(source, mapping)
    config["conv_clamp"] = None if clamp is None else source.number("conv_clamp", clamp)
    places = ("synthesis_kwargs.activation", "activation")
    config["activation"] = source.activation(source.attribute(conv, "activation", *places, default="lrelu"))
    count = len(config["channels"])
    found = {
        "img_resolution": 2 ** (count + 1),
        "img_channels": config["image_channels"],
        "num_ws": 2 * count,
    }
    for name, value in found.items():
        source.agree(name, value, source.attribute("", name), kwargs.get(name))
    if count > 1:
        places = ("synthesis_kwargs.architecture", "architecture")
        stated = source.attribute("synthesis.b4", "architecture", *places)
        source.agree("architecture", config["architecture"], stated)
    return StyleGAN2, config, tensors


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
            place = f"b{4 * 2 ** ((number + 1) // 2)}.conv{(number + 1) % 2}"
            if name == "weight" and tensor.ndim == 4:
                flipped = tensor.flip(2, 3) if number % 2 else tensor
                tensor = flipped / math.sqrt(9 * tensor.shape[1])
        if name == "affine.bias":
            tensor = tensor + 1
        if name == "noise":
            name, tensor = "noise_const", tensor.squeeze(0)
        tensors[f"synthesis.{place}.{name}"] = tensor
    source = Source(checkpoint, tensors)
    width = source.tensor("synthesis.b4.conv1.affine.weight", None, None).shape[1]
    rows = max(1, source.tensor("mapping.w_avg", None).shape[0] // width)
    lr_multiplier = checkpoint.config.get("mapping_lr_mul", 0.01)
    config, tensors = _synthesis(source, mapping_network(source, True, lr_multiplier, "lrelu", rows))
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
            if match[1] == "to_rgb":
                place = f"b{4 * 2**number}.torgb"
            else:
                place = f"b{4 * 2 ** ((number + 1) // 2)}.conv{(number + 1) % 2}"
            if name == "weight":
                tensor = tensor.squeeze(0)
                if match[1] == "conv":
                    tensor = tensor / math.sqrt(9 * tensor.shape[1])
            tensors[f"synthesis.{place}.{name}"] = tensor if name != "bias" else tensor.flatten()
    generator = torch.Generator().manual_seed(0)
    for key in [key for key in tensors if key.endswith(".noise_strength")]:
        resolution, conv = (int(number) for number in re.findall(r"\.b(\d+)\.conv(\d)", key)[0])
        number = 2 * int(math.log2(resolution)) - 5 + conv
        noise = checkpoint.tensors.get(f"noises.noise_{number}")
        if noise is None:
            if resolution > 2 * 2**MAX_BLOCKS:
                raise raw.error(f"it has a layer of {resolution} px.")
            noise = torch.randn(1, 1, resolution, resolution, generator=generator)
        tensors[key] = tensors[key].reshape(())
        tensors[key.replace("noise_strength", "noise_const")] = noise.squeeze(0)
    source = Source(checkpoint, tensors)
    config, tensors = _synthesis(source, mapping_network(source, False, 0.01, "lrelu"))
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
            tensors[f"mapping.{name}.{match[3]}"] = tensor.T if match[3] == "weight" else tensor
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
                tensor = tensor.T
            elif name == "affine.bias":
                tensor = tensor + 1
            tensors[f"synthesis.b{match[1]}.{layer}.{name}"] = tensor
        elif match := re.fullmatch(r"synthesis/noise(\d{1,2})", key):
            number = int(match[1]) + 1
            place = f"b{4 * 2 ** (number // 2)}.conv{number % 2}"
            tensors[f"synthesis.{place}.noise_const"] = tensor.squeeze(0)
        elif key not in ("lod", "synthesis/lod"):
            tensors[key] = tensor
    source = Source(checkpoint, tensors)
    joint = "mapping/LabelConcat/weight" in checkpoint.tensors
    lr_multiplier = settings.get("mapping_lrmul", 0.01)
    activation = settings.get("mapping_nonlinearity", "lrelu")
    config, converted = _synthesis(source, mapping_network(source, joint, lr_multiplier, activation))
    clamp = settings.get("conv_clamp")
    config["conv_clamp"] = None if clamp is None else source.number("conv_clamp", clamp)
    config["activation"] = source.activation(settings.get("nonlinearity", "lrelu"))
    taps = settings.get("resample_kernel") or BINOMIAL
    config["resample_filter"] = [source.number("resample_kernel", tap) for tap in taps]
    source.agree("resolution", 2 ** (len(config["channels"]) + 1), settings.get("resolution"))
    return StyleGAN2, config, converted


def _synthesis(
    source: Source, mapping: tuple[dict[str, Any], dict[str, Tensor]]
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Take the synthesis network in NVIDIA's layout; settings not in tensors keep their defaults."""
    w_dim, tensors = mapping[0]["w_dim"], dict(mapping[1])
    count = 0
    while f"synthesis.b{4 * 2**count}.conv1.weight" in source:
        count += 1
    if not 1 <= count <= MAX_BLOCKS:
        raise source.error(f"it has {count} resolutions; it must have 1 to {MAX_BLOCKS}.")
    taps = filter_taps(source, [f"synthesis.b{4 * 2**n}.resample_filter" for n in range(count)])
    architecture = "skip" if "synthesis.b4.torgb.weight" in source else "orig"
    if "synthesis.b8.skip.weight" in source:
        architecture = "resnet"
    noise = None
    channels: dict[str, int] = {}
    inputs = source.tensor("synthesis.b4.const", None, 4, 4).shape[0]
    tensors["const"] = source.tensor("synthesis.b4.const", None, 4, 4)
    image_channels = 0
    for n in range(count):
        resolution = 4 * 2**n
        theirs, ours = f"synthesis.b{resolution}.", f"blocks.{n}."
        for conv in ("conv0", "conv1") if n else ("conv1",):
            weight = source.tensor(f"{theirs}{conv}.weight", None, inputs, 3, 3)
            tensors[f"{ours}{conv}.weight"] = weight
            tensors[f"{ours}{conv}.affine.weight"] = source.tensor(
                f"{theirs}{conv}.affine.weight", inputs, w_dim
            )
            tensors[f"{ours}{conv}.affine.bias"] = source.tensor(f"{theirs}{conv}.affine.bias", inputs)
            outputs = weight.shape[0]
            tensors[f"{ours}{conv}.bias"] = source.tensor(f"{theirs}{conv}.bias", outputs)
            if f"{theirs}{conv}.noise_strength" in source:
                const = source.tensors.get(f"{theirs}{conv}.noise_const")
                noise = "channel" if const is not None and const.shape[1:] == (1, 1) else "spatial"
                picture = (resolution, resolution)
                if noise == "channel":
                    const = source.tensor(f"{theirs}{conv}.noise_const", outputs, 1, 1)
                    strength = source.tensor(f"{theirs}{conv}.noise_strength", *picture)[None]
                else:
                    stored = (1, *picture) if const is not None and const.ndim == 3 else picture
                    const = source.tensor(f"{theirs}{conv}.noise_const", *stored).view(1, *picture)
                    strength = source.tensor(f"{theirs}{conv}.noise_strength")
                tensors[f"{ours}{conv}.noise.const"] = const
                tensors[f"{ours}{conv}.noise.strength"] = strength
            if conv == "conv0" and architecture == "resnet":
                tensors[f"{ours}skip"] = source.tensor(f"{theirs}skip.weight", outputs, inputs, 1, 1)
            inputs = outputs
        channels[str(resolution)] = inputs
        if architecture == "skip" or n == count - 1:
            weight = source.tensor(f"{theirs}torgb.weight", image_channels or None, inputs, 1, 1)
            image_channels = weight.shape[0]
            tensors[f"{ours}to_rgb.weight"] = weight
            tensors[f"{ours}to_rgb.bias"] = source.tensor(f"{theirs}torgb.bias", image_channels)
            affine = f"{theirs}torgb.affine."
            tensors[f"{ours}to_rgb.affine.weight"] = source.tensor(f"{affine}weight", inputs, w_dim)
            tensors[f"{ours}to_rgb.affine.bias"] = source.tensor(f"{affine}bias", inputs)
    source.finish(".resample_filter", ".lod")
    config = {
        "channels": channels,
        "mapping": mapping[0],
        "image_channels": image_channels,
        "architecture": architecture,
        "resample_filter": taps or list(BINOMIAL),
        "noise": noise,
    }
    return config, tensors
