"""StyleGAN2 in the files of rosinality.

Its layout differs from NVIDIA's in this: weights are not scaled by the fan-in before demodulation, and
truncation_psi above 1 does nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import torch

from sefa_widget.checkpoint import Checkpoint, Contents, Leaf
from sefa_widget.generators.fir import BINOMIAL
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.style_conversion import MAX_BLOCKS, StateDict, filter_taps, mapping_network
from sefa_widget.generators.stylegan2.conversion import convolution_place, synthesis_network
from sefa_widget.generators.stylegan2.network import StyleGAN2


def convert(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN2 of rosinality.

    Training files have no ``latent_avg`` and old ones no noise: the first is estimated, the second drawn,
    both with fixed seeds.
    """
    raw = StateDict(checkpoint)
    tensors = {"synthesis.b4.const": raw.tensor("input.input", 1, None, None, None)[0]}
    start = tensors["synthesis.b4.const"].shape[1:]
    if "latent_avg" in raw:
        mean = checkpoint.tensors["latent_avg"]
        width = raw.tensor("style.1.weight", None, None).shape[0]
        # encoders for such networks keep the mean once for each row
        tensors["mapping.w_avg"] = mean.view(-1, width)[0] if mean.numel() % width == 0 else mean
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
            place = f"b{4 * 2**number}.torgb" if match[1] == "to_rgb" else convolution_place(number)
            if name == "weight":
                tensor = tensor.squeeze(0)
                if match[1] == "conv" and tensor.ndim == 4:
                    tensor = tensor / math.sqrt(9 * tensor.shape[1])
            elif name == "noise_strength":
                tensor = tensor.squeeze()
                if f"noises.noise_{number}" in raw:
                    noise = checkpoint.tensors[f"noises.noise_{number}"].squeeze()
                elif number < 2 * MAX_BLOCKS:
                    high, wide = (size * 2 ** ((number + 1) // 2) for size in start)
                    seeded = torch.Generator().manual_seed(number)
                    noise = torch.randn(high, wide, generator=seeded)
                else:
                    raise raw.error(f"it has more than {MAX_BLOCKS} resolutions.")
                tensors[f"synthesis.{place}.noise_const"] = noise
            tensors[f"synthesis.{place}.{name}"] = tensor if name != "bias" else tensor.flatten()
    state = StateDict(checkpoint, tensors)
    config, tensors = synthesis_network(state, mapping_network(state, False, 0.01, "lrelu"))
    taps = filter_taps(raw, ["convs.0.conv.blur.kernel", "to_rgbs.0.upsample.kernel"])
    config["resample_filter"] = taps or list(BINOMIAL)
    config["extrapolates"] = False
    return StyleGAN2, config, tensors


def with_mean_latent(contents: Contents) -> Mapping[str, Leaf]:
    """Add the mean latent, which stands beside the generator."""
    mean = contents.beside.get("latent_avg")
    return contents.tensors if mean is None else {**contents.tensors, "latent_avg": mean}


def training_arguments(contents: Contents) -> dict[str, Any]:
    """Choose the arguments of the training program."""
    return {"args": contents.args} if contents.args else {}


FORMAT = Format(
    "rosinality",
    "StyleGAN2 by rosinality",
    "`.pt`: converted and training",
    signature=keys("style.1.weight conv1.conv.modulation.weight"),
    required=keys(
        "style.1.weight input.input conv1.conv.weight conv1.conv.modulation.weight to_rgb1.conv.weight "
        "convs.0.conv.weight to_rgbs.0.conv.weight"
    ),
    latent=r".+\.modulation\.weight",
    convert=convert,
    optional={
        **dict.fromkeys(keys("latent_avg"), "the mean of w is that of 4096 samples"),
        **dict.fromkeys(keys("noises.noise_#"), "the noise is drawn from fixed seeds"),
    },
    tensors=with_mean_latent,
    settings=training_arguments,
    resolution=doublings("to_rgbs.#.conv.weight", smallest=8),
)
