"""StyleGAN in the pickles of NVIDIA's TensorFlow program.

Its variables become the tensors of genforce's version, which was converted from them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.formats import Converted, Format, keys, largest
from sefa_widget.generators.nvidia import network_settings
from sefa_widget.generators.stylegan import genforce


def convert(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN of TensorFlow: the variables of Gs and of its two parts."""
    settings = checkpoint.config.get("static_kwargs", {})
    config = {"mapping_lr_mul": settings.get("mapping_lrmul", 0.01)}
    fused = settings.get("fused_scale", "auto")
    if fused in (True, False):
        config["fused_scale"] = fused
    tensors = genforce_tensors(checkpoint.tensors)
    return genforce.convert(replace(checkpoint, tensors=tensors, config=config))


def genforce_tensors(variables: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename and transpose the variables: kernels come as height, width, in, out; matrices as in, out."""
    sizes = [int(match[1]) for key in variables if (match := re.match(r"synthesis/(\d{1,5})x\1/", key))]
    final = max(sizes, default=4)
    tensors: dict[str, Tensor] = {}
    for key, tensor in variables.items():
        if key == "dlatent_avg":
            tensors["truncation.w_avg"] = tensor
        elif key in ("lod", "synthesis/lod"):
            tensors["synthesis.lod"] = tensor
        elif match := re.fullmatch(r"mapping/Dense(\d{1,2})/(weight|bias)", key):
            tensors[f"mapping.dense{match[1]}.{match[2]}"] = tensor.T if match[2] == "weight" else tensor
        elif key == "mapping/LabelConcat/weight":
            tensors["mapping.label_weight"] = tensor
        elif match := re.fullmatch(r"synthesis/noise(\d{1,2})", key):
            tensors[f"synthesis.layer{match[1]}.apply_noise.noise"] = tensor
        elif match := re.fullmatch(r"synthesis/ToRGB_lod(\d{1,2})/(weight|bias)", key):
            number = int(math.log2(final)) - 2 - int(match[1])
            tensors[f"synthesis.output{number}.{match[2]}"] = _kernel(tensor)
        elif match := re.fullmatch(r"synthesis/(\d{1,5})x\1/(Const|Conv0_up|Conv1|Conv)/(.+)", key):
            number = 2 * (int(math.log2(int(match[1]))) - 2) + (match[2] in ("Conv", "Conv1"))
            name = match[3].replace("StyleMod/", "style.").replace("Noise/", "apply_noise.")
            tensor = tensor.T if name == "style.weight" else _kernel(tensor)
            tensors[f"synthesis.layer{number}.{name}"] = tensor if name != "const" else variables[key]
        else:
            tensors[key] = tensor
    return tensors


def _kernel(tensor: Tensor) -> Tensor:
    return tensor.permute(3, 2, 0, 1) if tensor.ndim == 4 else tensor


FORMAT = Format(
    "tf_stylegan",
    "StyleGAN by NVIDIA, from TensorFlow",
    "`.pkl` of the TensorFlow repository (pictures held against genforce's converter)",
    signature=keys("synthesis/4x4/Const/const synthesis/4x4/Const/StyleMod/weight"),
    required=keys(
        "dlatent_avg mapping/Dense0/weight synthesis/4x4/Const/const synthesis/4x4/Const/StyleMod/weight "
        "synthesis/4x4/Conv/weight synthesis/ToRGB_lod0/weight"
    ),
    latent=r"synthesis/.+/StyleMod/weight",
    convert=convert,
    settings=network_settings,
    resolution=largest(r"synthesis/(\d{1,5})x"),
)
