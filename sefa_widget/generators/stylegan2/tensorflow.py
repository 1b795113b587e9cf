"""StyleGAN2 in the pickles of NVIDIA's TensorFlow programs.

Their layout differs from that of NVIDIA's PyTorch programs in this: axes have another order, the kernels of
upsampling convolutions are not stored flipped, and the 1 of the style bias is stored.
"""

from __future__ import annotations

import math
import re

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.fir import BINOMIAL
from sefa_widget.generators.formats import Converted, Format, keys, largest
from sefa_widget.generators.nvidia import network_settings
from sefa_widget.generators.style_conversion import StateDict, mapping_network
from sefa_widget.generators.stylegan2.conversion import convolution_place, synthesis_network
from sefa_widget.generators.stylegan2.network import StyleGAN2


def convert(checkpoint: Checkpoint) -> Converted:
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
            tensors[f"synthesis.{convolution_place(int(match[1]))}.noise_const"] = tensor.squeeze()
        elif key not in ("lod", "synthesis/lod"):
            tensors[key] = tensor
    state = StateDict(checkpoint, tensors)
    joint = "mapping/LabelConcat/weight" in checkpoint.tensors
    lr_multiplier = settings.get("mapping_lrmul", 0.01)
    activation = settings.get("mapping_nonlinearity", "lrelu")
    config, converted = synthesis_network(state, mapping_network(state, joint, lr_multiplier, activation))
    clamp = settings.get("conv_clamp")
    config["conv_clamp"] = None if clamp is None else state.number("conv_clamp", clamp)
    config["activation"] = state.activation(settings.get("nonlinearity", "lrelu"))
    taps = settings.get("resample_kernel") or BINOMIAL
    config["resample_filter"] = [state.number("resample_kernel", tap) for tap in taps]
    state.agree("resolution", 2 ** (len(config["widths"]) + 1), settings.get("resolution"))
    return StyleGAN2, config, converted


FORMAT = Format(
    "tf_stylegan2",
    "StyleGAN2 by NVIDIA, from TensorFlow",
    "`.pkl` of the TensorFlow repository, configurations E and F",
    signature=keys("synthesis/4x4/Const/const synthesis/4x4/Conv/mod_weight"),
    required=keys(
        "dlatent_avg mapping/Dense0/weight synthesis/4x4/Const/const synthesis/4x4/Conv/weight "
        "synthesis/4x4/Conv/mod_weight"
    ),
    latent=r"synthesis/.+/mod_weight",
    convert=convert,
    partly=lambda contents: contents.container == "tensorflow" and "dlatent_avg" in contents.tensors,
    settings=network_settings,
    resolution=largest(r"synthesis/(\d{1,5})x"),
)
