"""What the files of pytorch_GAN_zoo share: settings that its tensors do not tell.

Source: facebookresearch/pytorch_GAN_zoo. Settings are read from the attributes of the zoo's configuration
object; where there is none, they are those of the published files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def class_vector_size(settings: Mapping[str, Any]) -> int:
    """Give the size of the class vector behind the noise (ACGAN)."""
    whole = settings.get("latentVectorDim")
    if whole is not None and settings.get("noiseVectorDim") is not None:
        return int(whole) - int(settings["noiseVectorDim"])
    return int(settings.get("categoryVectorDim") or 0)


def ends_in_tanh(settings: Mapping[str, Any], default: str) -> bool:
    """Tell by the loss whether the image goes through tanh; `default` is the loss where none is said."""
    return settings.get("lossCriterion", default) in ("DCGAN", "MSE")
