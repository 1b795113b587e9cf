"""StyleGAN: the network, and the file format it comes in."""

from __future__ import annotations

from sefa_widget.generators.stylegan import genforce, rosinality, tensorflow
from sefa_widget.generators.stylegan.network import StyleGAN

__all__ = ["FORMATS", "NETWORKS", "StyleGAN"]

NETWORKS = (StyleGAN,)
FORMATS = (genforce.FORMAT, tensorflow.FORMAT, rosinality.FORMAT)
