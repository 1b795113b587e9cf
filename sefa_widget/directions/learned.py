"""Directions that others learned by training, in the state of a PyTorch module.

Sources: Voynov & Babenko, "Unsupervised Discovery of Interpretable Directions in the GAN Latent Space", ICML
2020 (``deformator_N.pt``); Yüksel et al., "LatentCLR", ICCV 2021 (``final_model.pt``); Tzelepis et al.,
"WarpedGANSpace", ICCV 2021 (``support_sets.pt``). What the published programs save and compute was read.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint.storage import View, read_view

NESTED = ("model", "deformator", "support_sets", "state_dict")
"""Where a checkpoint keeps the state of the module."""
DEFORMATOR, CONTRASTIVE, WARPED = "learned (Voynov)", "learned (LatentCLR)", "learned (WarpedGANSpace)"


def learned_views(content: Mapping[Any, Any]) -> dict[str, View] | None:
    """Give the tensors of a module whose directions are known here; None if it is none."""
    for held in (content, *(content.get(name) for name in NESTED)):
        if not isinstance(held, Mapping):
            continue
        views = {
            name.removeprefix("module."): view
            for name, view in held.items()
            if isinstance(name, str) and isinstance(view, View)
        }
        if {"log_mat_half"} == set(views) or {"params"} == set(views):
            return views
        if {"linear.weight"} <= set(views) <= {"linear.weight", "linear.bias"}:
            return views
        if {"SUPPORT_SETS", "ALPHAS", "LOGGAMMA"} == set(views):
            return views
        if {"fc1.weight", "bn1.weight", "fc4.weight"} <= set(views):
            raise ValueError(
                "it is a deformator of several layers, which moves along no straight line, so there is no "
                "direction to read. One of type linear, projective or ortho has some."
            )
    return None


def learned_rows(views: Mapping[str, View]) -> tuple[Tensor, str]:
    """Give directions ``[k, d]`` of any length, and what found them.

    Raises
    ------
    ValueError
        If tensors do not fit each other.

    Warns
    -----
    UserWarning
        If a deformator has a bias.
    """
    held = {name: read_view(view)[0].double() for name, view in views.items()}
    if "log_mat_half" in held:
        half = _matrix(held["log_mat_half"], "log_mat_half")
        if half.shape[0] != half.shape[1]:
            raise ValueError(f"its log_mat_half is {list(half.shape)}, not square.")
        return torch.linalg.matrix_exp(half - half.T).T, DEFORMATOR
    if "linear.weight" in held:  # a unit vector along k is moved to column k; the bias moves all alike
        if "linear.bias" in held and bool(held["linear.bias"].any()):
            warnings.warn(
                "This deformator has a bias, which moves every picture alike. It is left out: only how "
                "directions differ is read.",
                stacklevel=4,
            )
        return _matrix(held["linear.weight"], "linear.weight").T, DEFORMATOR
    if "params" in held:
        return _matrix(held["params"], "params"), CONTRASTIVE
    return _gradients(*(held[name] for name in ("SUPPORT_SETS", "ALPHAS", "LOGGAMMA"))), WARPED


def _gradients(vectors: Tensor, alphas: Tensor, logs: Tensor) -> Tensor:
    """Give the gradient at z = 0 of each warping ``f(z) = sum_i alpha_i exp(-gamma |z - s_i|^2)``."""
    alphas, logs = _matrix(alphas, "ALPHAS"), _matrix(logs, "LOGGAMMA")
    k, count = alphas.shape
    if vectors.shape[0] != k or vectors.numel() % (k * count) or logs.shape != (k, 1):
        shapes = [list(tensor.shape) for tensor in (vectors, alphas, logs)]
        raise ValueError(f"its support sets, alphas and gammas are {shapes}, which do not fit together.")
    vectors = vectors.reshape(k, count, -1)
    powers = -logs.exp() * vectors.square().sum(2)
    weights = alphas * (powers - powers.max(1, keepdim=True).values).exp()  # only their ratio matters
    return (weights[:, :, None] * vectors).sum(1)


def _matrix(tensor: Tensor, name: str) -> Tensor:
    if tensor.ndim != 2 or not tensor.numel():
        raise ValueError(f"its {name} is {list(tensor.shape)}, not a matrix.")
    return tensor
