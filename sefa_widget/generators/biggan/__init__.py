"""BigGAN and BigGAN-deep: the networks, and the file formats they come in."""

from __future__ import annotations

from sefa_widget.generators.biggan import ajbrock, huggingface, studiogan
from sefa_widget.generators.biggan.network import BigGAN, BigGANDeep

__all__ = ["FORMATS", "NETWORKS", "BigGAN", "BigGANDeep"]

NETWORKS = (
    BigGAN,
    BigGANDeep,
)
FORMATS = (huggingface.FORMAT, *ajbrock.FORMATS, studiogan.FORMAT)
