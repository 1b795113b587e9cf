"""PGGAN: the network, and the file formats it comes in."""

from __future__ import annotations

from sefa_widget.generators.pggan import ganzoo, genforce, tensorflow
from sefa_widget.generators.pggan.network import PGGAN

__all__ = ["FORMATS", "NETWORKS", "PGGAN"]

NETWORKS = (PGGAN,)
FORMATS = (genforce.FORMAT, ganzoo.FORMAT, tensorflow.FORMAT)
