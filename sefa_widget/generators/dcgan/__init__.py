"""DCGAN: the network, and the file formats it comes in."""

from __future__ import annotations

from sefa_widget.generators.dcgan import example, ganzoo, studiogan
from sefa_widget.generators.dcgan.network import DCGAN

__all__ = ["DCGAN", "FORMATS", "NETWORKS"]

NETWORKS = (DCGAN,)
FORMATS = (ganzoo.FORMAT, studiogan.FORMAT, example.FORMAT)
