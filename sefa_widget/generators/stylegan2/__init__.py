"""StyleGAN2: the network, and the file formats it comes in."""

from __future__ import annotations

from sefa_widget.generators.stylegan2 import basicsr, genforce, nvidia, rosinality, tensorflow
from sefa_widget.generators.stylegan2.network import StyleGAN2

__all__ = ["FORMATS", "NETWORKS", "StyleGAN2"]

NETWORKS = (StyleGAN2,)
FORMATS = (nvidia.FORMAT, tensorflow.FORMAT, rosinality.FORMAT, genforce.FORMAT, basicsr.FORMAT)
