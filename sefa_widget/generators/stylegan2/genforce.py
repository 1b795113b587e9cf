"""StyleGAN2 in the files of genforce.

Its layout differs from NVIDIA's in this: the kernels of upsampling convolutions are not stored flipped, the 1
of the style bias is stored, weights are not scaled by the fan-in before demodulation, z and the class
embedding are normalised separately, and truncation_psi above 1 does nothing.
"""

from __future__ import annotations

import math
import re

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.fir import BINOMIAL
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.style_conversion import StateDict, filter_taps, genforce_mapping, mapping_network
from sefa_widget.generators.stylegan2.conversion import convolution_place, synthesis_network
from sefa_widget.generators.stylegan2.network import StyleGAN2


def convert(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN2 of genforce.

    What its tensors do not tell has the defaults of genforce, unless the checkpoint's config states
    ``mapping_lr_mul`` or ``final_tanh``.
    """
    raw = StateDict(checkpoint)
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
            place = convolution_place(number)
            if name == "weight" and tensor.ndim == 4:
                flipped = tensor.flip(2, 3) if number % 2 else tensor
                tensor = flipped / math.sqrt(9 * tensor.shape[1])
        if name == "affine.bias":
            tensor = tensor + 1
        if name == "noise":
            name, tensor = "noise_const", tensor.squeeze()
        tensors[f"synthesis.{place}.{name}"] = tensor
    state = StateDict(checkpoint, tensors)
    width = state.tensor("synthesis.b4.conv1.affine.weight", None, None).shape[1]
    rows = max(1, state.tensor("mapping.w_avg", None).shape[0] // width)
    lr_multiplier = checkpoint.config.get("mapping_lr_mul", 0.01)
    config, tensors = synthesis_network(state, mapping_network(state, True, lr_multiplier, "lrelu", rows))
    if rows > 1:
        state.agree("number of w in truncation.w_avg", 2 * len(config["widths"]), rows)
    taps = filter_taps(raw, ["synthesis.layer1.filter.kernel", "synthesis.upsample.kernel"])
    config["resample_filter"] = taps or list(BINOMIAL)
    config["final_tanh"] = bool(checkpoint.config.get("final_tanh", False))
    config["extrapolates"] = False
    return StyleGAN2, config, tensors


FORMAT = Format(
    "genforce_stylegan2",
    "StyleGAN2 by genforce",
    "`.pth` of genforce/sefa and genforce/genforce: model zoo and training",
    signature=keys("synthesis.early_layer.const"),
    required=keys(
        "mapping.dense0.weight truncation.w_avg synthesis.early_layer.const synthesis.layer0.weight "
        "synthesis.layer0.style.weight synthesis.output#.weight"
    ),
    latent=r"synthesis\.(layer|output)\d+\.style\.weight",
    convert=convert,
    resolution=doublings("synthesis.layer#.weight", per=2),
)
