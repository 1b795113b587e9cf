"""The generators of lucidrains (stylegan2-pytorch, lightweight-gan), and the files they come in."""

from __future__ import annotations

from sefa_widget.generators.lucidrains import lightweight_files, official
from sefa_widget.generators.lucidrains.lightweight import LightweightGAN
from sefa_widget.generators.lucidrains.network import LucidStyleGAN2

__all__ = ["FORMATS", "NETWORKS", "LightweightGAN", "LucidStyleGAN2"]

NETWORKS = (LucidStyleGAN2, LightweightGAN)
FORMATS = (official.FORMAT, lightweight_files.FORMAT)
