"""FastGAN: the network, and the file format it comes in."""

from __future__ import annotations

from sefa_widget.generators.fastgan import official
from sefa_widget.generators.fastgan.network import FastGAN

__all__ = ["FORMATS", "NETWORKS", "FastGAN"]

NETWORKS = (FastGAN,)
FORMATS = (official.FORMAT,)
