"""Spectral norm: the weights that a spectrally normalised network computes with.

Source: Miyato et al. 2018, "Spectral Normalization for GANs". A network in eval mode divides by the
same sigma at every call, so conversion does it once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import torch
from torch import Tensor
from torch.nn import functional as F


def fold_stored(tensors: Mapping[str, Tensor], transposed: Collection[str] = ()) -> dict[str, Tensor]:
    """Replace ``weight_orig``, ``weight_u`` and ``weight_v`` by ``weight``: sigma is u W v, as stored.

    The layout of `torch.nn.utils.spectral_norm`; layers named in `transposed` are transposed
    convolutions, whose matrix has the second axis first.
    """
    folded = {key: value for key, value in tensors.items() if not key.endswith(("_orig", "_u", "_v"))}
    for key, weight in tensors.items():
        if key.endswith(".weight_orig"):
            name = key.removesuffix(".weight_orig")
            matrix = (weight.transpose(0, 1) if name in transposed else weight).flatten(1)
            sigma = tensors[f"{name}.weight_u"] @ matrix @ tensors[f"{name}.weight_v"]
            folded[f"{name}.weight"] = weight / sigma
    return folded


def fold_recomputed(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Divide each ``weight`` that has a ``u0`` by the sigma of one power step from it; drop the vectors.

    The layout of ajbrock/BigGAN-PyTorch, which makes this step even in eval mode. The stored ``sv0`` was
    written for a log and is not what it divides by.
    """
    vectors = re.compile(r".*\.(u|sv)\d+")
    folded = {key: value for key, value in tensors.items() if not vectors.fullmatch(key)}
    for key, u in tensors.items():
        if key.endswith(".u0"):
            name = key.removesuffix("u0") + "weight"
            matrix = tensors[name].flatten(1)
            v = F.normalize(u @ matrix, dim=1)
            u = F.normalize(v @ matrix.T, dim=1)
            folded[name] = tensors[name] / (v @ matrix.T @ u.T).squeeze()
    return folded


def of_unit_norm(weight: Tensor, transposed: bool = False, steps: int = 20) -> Tensor:
    """Divide a kernel ``[out, in, ...]`` by its spectral norm as a matrix, found by some power steps.

    A `transposed` one is ``[in, out, ...]``.
    """
    matrix = (weight.transpose(0, 1) if transposed else weight).flatten(1)
    v = F.normalize(torch.randn(matrix.shape[1]).to(matrix), dim=0)
    for _ in range(steps):
        v = F.normalize(matrix.T @ (matrix @ v), dim=0)
    unit: Tensor = weight / (matrix @ v).norm()
    return unit
