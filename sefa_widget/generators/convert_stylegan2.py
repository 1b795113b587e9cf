"""A StyleGAN2 checkpoint of NVIDIA's PyTorch code in, keyword arguments and tensors of our network out."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator
from sefa_widget.generators.convert_style import MAX_BLOCKS, Source, filter_taps, nvidia_mapping
from sefa_widget.generators.fir import BINOMIAL
from sefa_widget.generators.stylegan2 import StyleGAN2

Converted = tuple[type[Generator], dict[str, Any], dict[str, Tensor]]
"""The architecture, its keyword arguments, the tensors under its own keys."""


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
    config, tensors = synthesis_network(source, mapping)
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


def synthesis_network(
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
    image_channels: int | None = None
    inputs = source.tensor("synthesis.b4.const", None, 4, 4).shape[0]
    tensors["const"] = source.tensors["synthesis.b4.const"]

    def take(ours: str, theirs: str, *shape: int | None) -> Tensor:
        tensors[ours] = source.tensor(theirs, *shape)
        return tensors[ours]

    for n, resolution in enumerate(4 * 2**n for n in range(count)):
        for conv in ("conv0", "conv1") if n else ("conv1",):
            theirs, ours = f"synthesis.b{resolution}.{conv}", f"blocks.{n}.{conv}"
            outputs = take(f"{ours}.weight", f"{theirs}.weight", None, inputs, 3, 3).shape[0]
            take(f"{ours}.affine.weight", f"{theirs}.affine.weight", inputs, w_dim)
            take(f"{ours}.affine.bias", f"{theirs}.affine.bias", inputs)
            take(f"{ours}.bias", f"{theirs}.bias", outputs)
            if f"{theirs}.noise_strength" in source:
                stored = source.tensors.get(f"{theirs}.noise_const")
                noise = "channel" if stored is not None and stored.ndim == 1 else "spatial"
                picture = (resolution, resolution)
                if noise == "channel":
                    const = source.tensor(f"{theirs}.noise_const", outputs)[:, None, None]
                    strength = source.tensor(f"{theirs}.noise_strength", *picture)[None]
                else:
                    const = source.tensor(f"{theirs}.noise_const", *picture)[None]
                    strength = source.tensor(f"{theirs}.noise_strength")
                tensors.update({f"{ours}.noise.const": const, f"{ours}.noise.strength": strength})
            if conv == "conv0" and architecture == "resnet":
                take(f"blocks.{n}.skip", f"synthesis.b{resolution}.skip.weight", outputs, inputs, 1, 1)
            inputs = outputs
        channels[str(resolution)] = inputs
        if architecture == "skip" or n == count - 1:
            theirs, ours = f"synthesis.b{resolution}.torgb", f"blocks.{n}.to_rgb"
            image_channels = take(f"{ours}.weight", f"{theirs}.weight", image_channels, inputs, 1, 1).shape[0]
            take(f"{ours}.bias", f"{theirs}.bias", image_channels)
            take(f"{ours}.affine.weight", f"{theirs}.affine.weight", inputs, w_dim)
            take(f"{ours}.affine.bias", f"{theirs}.affine.bias", inputs)
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
