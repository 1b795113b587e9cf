"""Makes the tensors of the StyleGAN2 network out of those in NVIDIA's layout.

Files with another layout are rewritten to NVIDIA's first.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sefa_widget.generators.fir import BINOMIAL
from sefa_widget.generators.style_conversion import MAX_BLOCKS, StateDict, filter_taps


def synthesis_network(
    state: StateDict, mapping: tuple[dict[str, Any], dict[str, Tensor]]
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Take the synthesis network in NVIDIA's layout; settings not in tensors keep their defaults."""
    w_dim, tensors = mapping[0]["w_dim"], dict(mapping[1])
    count = 0
    while f"synthesis.b{4 * 2**count}.conv1.weight" in state:
        count += 1
    if not 1 <= count <= MAX_BLOCKS:
        raise state.error(f"it has {count} resolutions; it must have 1 to {MAX_BLOCKS}.")
    taps = filter_taps(state, [f"synthesis.b{4 * 2**n}.resample_filter" for n in range(count)])
    architecture = "skip" if "synthesis.b4.torgb.weight" in state else "orig"
    if "synthesis.b8.skip.weight" in state:
        architecture = "resnet"
    noise = None
    widths: dict[str, int] = {}
    image_channels: int | None = None
    inputs, high, wide = state.tensor("synthesis.b4.const", None, None, None).shape
    tensors["const"] = state.tensors["synthesis.b4.const"]

    def take(ours: str, theirs: str, *shape: int | None) -> Tensor:
        tensors[ours] = state.tensor(theirs, *shape)
        return tensors[ours]

    for n, resolution in enumerate(4 * 2**n for n in range(count)):
        for conv in ("conv0", "conv1") if n else ("conv1",):
            theirs, ours = f"synthesis.b{resolution}.{conv}", f"blocks.{n}.{conv}"
            outputs = take(f"{ours}.weight", f"{theirs}.weight", None, inputs, 3, 3).shape[0]
            take(f"{ours}.affine.weight", f"{theirs}.affine.weight", inputs, w_dim)
            take(f"{ours}.affine.bias", f"{theirs}.affine.bias", inputs)
            take(f"{ours}.bias", f"{theirs}.bias", outputs)
            if f"{theirs}.noise_strength" in state:
                stored = state.tensors.get(f"{theirs}.noise_const")
                noise = "channel" if stored is not None and stored.ndim == 1 else "spatial"
                picture = (high * resolution // 4, wide * resolution // 4)
                if noise == "channel":
                    const = state.tensor(f"{theirs}.noise_const", outputs)[:, None, None]
                    strength = state.tensor(f"{theirs}.noise_strength", *picture)[None]
                else:
                    const = state.tensor(f"{theirs}.noise_const", *picture)[None]
                    strength = state.tensor(f"{theirs}.noise_strength")
                tensors.update({f"{ours}.noise.const": const, f"{ours}.noise.strength": strength})
            if conv == "conv0" and architecture == "resnet":
                take(f"blocks.{n}.skip", f"synthesis.b{resolution}.skip.weight", outputs, inputs, 1, 1)
            inputs = outputs
        widths[str(resolution)] = inputs
        if architecture == "skip" or n == count - 1:
            theirs, ours = f"synthesis.b{resolution}.torgb", f"blocks.{n}.to_rgb"
            image_channels = take(f"{ours}.weight", f"{theirs}.weight", image_channels, inputs, 1, 1).shape[0]
            take(f"{ours}.bias", f"{theirs}.bias", image_channels)
            take(f"{ours}.affine.weight", f"{theirs}.affine.weight", inputs, w_dim)
            take(f"{ours}.affine.bias", f"{theirs}.affine.bias", inputs)
    state.finish(".resample_filter", ".lod")
    config = {
        "widths": widths,
        "mapping": mapping[0],
        "image_channels": image_channels,
        "architecture": architecture,
        "resample_filter": taps or list(BINOMIAL),
        "noise": noise,
        "start": [high, wide],
    }
    return config, tensors


def convolution_place(number: int) -> str:
    """Give the place of convolution `number` in NVIDIA's layout, counted over the whole network."""
    return f"b{4 * 2 ** ((number + 1) // 2)}.conv{(number + 1) % 2}"
