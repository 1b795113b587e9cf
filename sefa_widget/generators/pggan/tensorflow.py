"""PGGAN in the pickles of NVIDIA's TensorFlow program.

Its variables become the tensors of genforce's version, which was converted from them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, CheckpointError
from sefa_widget.generators.formats import Converted, Format, keys, largest
from sefa_widget.generators.nvidia import network_settings
from sefa_widget.generators.pggan import genforce


def convert(checkpoint: Checkpoint) -> Converted:
    """Take a PGGAN of TensorFlow: the variables of Gs."""
    settings = checkpoint.config.get("static_kwargs", {})
    fused = any("/Conv0_up/" in key for key in checkpoint.tensors)
    config = {"label_size": settings.get("label_size", 0), "fused_scale": fused}
    tensors = genforce_tensors(checkpoint.tensors)
    return genforce.convert(replace(checkpoint, tensors=tensors, config=config))


def genforce_tensors(variables: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename and transpose the variables: kernels come as height, width, in, out."""
    sizes = [int(match[1]) for key in variables if (match := re.match(r"(\d{1,5})x\1/", key))]
    final = max(sizes, default=4)
    tensors: dict[str, Tensor] = {}
    for key, tensor in variables.items():
        if key == "lod":
            tensors["lod"] = tensor
        elif key == "4x4/Dense/weight":
            columns = tensor.view(len(tensor), -1, 4, 4)
            tensors["layer0.weight"] = columns.permute(1, 0, 2, 3).flip(2, 3)
        elif key == "4x4/Dense/bias":
            tensors["layer0.bias"] = tensor
        elif match := re.fullmatch(r"ToRGB_lod(\d{1,2})/(weight|bias)", key):
            number = int(math.log2(final)) - 2 - int(match[1])
            tensors[f"output{number}.{match[2]}"] = _kernel(tensor)
        elif match := re.fullmatch(r"(\d{1,5})x\1/(Conv0_up|Conv0|Conv1|Conv)/(weight|bias)", key):
            number = 2 * (int(math.log2(int(match[1]))) - 2) + (match[2] in ("Conv", "Conv1"))
            tensors[f"layer{number}.{match[3]}"] = _kernel(tensor)
        else:
            raise CheckpointError(f"has a variable {key!r:.60} that PGGAN does not have.")
    return tensors


def _kernel(tensor: Tensor) -> Tensor:
    return tensor.permute(3, 2, 0, 1) if tensor.ndim == 4 else tensor


FORMAT = Format(
    "tf_pggan",
    "PGGAN by NVIDIA, from TensorFlow",
    "`.pkl` of the TensorFlow repository (pictures held against genforce's converter)",
    signature=keys("4x4/Dense/weight 4x4/Conv/weight"),
    required=keys("4x4/Dense/weight 4x4/Dense/bias 4x4/Conv/weight ToRGB_lod0/weight"),
    latent=r"4x4/Dense/weight",
    convert=convert,
    settings=network_settings,
    resolution=largest(r"(\d{1,5})x\d"),
)
