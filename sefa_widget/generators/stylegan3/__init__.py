"""StyleGAN3: the network, and the file format it comes in."""

from __future__ import annotations

from sefa_widget.generators.stylegan3 import nvidia
from sefa_widget.generators.stylegan3.network import StyleGAN3

__all__ = ["FORMATS", "NETWORKS", "StyleGAN3"]

NETWORKS = (StyleGAN3,)
FORMATS = (nvidia.FORMAT,)
