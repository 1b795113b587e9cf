"""Tells whether a module may be a generator at all, and in which version and from where it is tried."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import torch
from torch import nn
from torch.nn.parameter import UninitializedParameter

from sefa_widget.generators.calling import Call
from sefa_widget.generators.precision import HALVES

MAPPINGS = ("mapping", "style", "mapping_network", "mapper", "map", "style_mlp", "style_mapping")
"""Names that sub-modules from z to w have, the most usual first."""


def refuse(module: nn.Module, call: Call | None) -> None:
    """Refuse what is no generator of a latent vector, saying what it is and what to pass instead.

    Raises
    ------
    ValueError
        If it is TorchScript, or encodes pictures first.
    """
    kind = type(module).__name__
    if isinstance(module, torch.jit.ScriptModule):
        raise ValueError(
            f"{kind} is TorchScript, whose layers cannot be watched. Build the class it was made from, load "
            "its weights with module.load_state_dict(scripted.state_dict()), and pass that module."
        )
    children = dict(module.named_children())
    decoders = [name for name in children if "decod" in name.lower() or name.lower() in ("generator", "netg")]
    if call is None and decoders and any("encod" in name.lower() for name in children):
        raise ValueError(
            f"{kind} encodes a picture first. Pass the part that makes pictures of a latent vector: "
            f"load_generator(module.{decoders[0]})."
        )


def versions(module: nn.Module) -> Iterator[tuple[nn.Module, tuple[str, ...]]]:
    """Give the module, or, of half precision, first a copy in float32; with what there is to say."""
    compiled = getattr(module, "_orig_mod", None)
    if isinstance(compiled, nn.Module):  # what is compiled runs without the hooks that watch layers
        module = compiled
    weights = [p for p in module.parameters() if not isinstance(p, UninitializedParameter)]
    if any(weight.dtype in HALVES for weight in weights):
        try:
            copy = deepcopy(module).float()
        except (RuntimeError, TypeError):
            pass
        else:
            yield copy, ("a copy in float32 is drawn, which later changes of the module do not reach",)
        yield module, ("weights are of half precision, so directions are as coarse",)
    else:
        yield module, ()


def materialise(module: nn.Module, latent_dim: int | None, call: Call | None) -> None:
    """Run lazy layers once, so that they get their sizes.

    Raises
    ------
    ValueError
        If the size of the latent is not given, which nothing tells then.
    """
    if not any(isinstance(weight, UninitializedParameter) for weight in module.parameters()):
        return
    if latent_dim is None:
        raise ValueError(
            f"{type(module).__name__} has lazy layers without sizes: give latent_dim, or run the module once."
        )
    z = torch.randn(2, latent_dim)
    with torch.no_grad():
        module(z) if call is None else call(module, z, None)


def places(module: nn.Module, latent_from: str | None) -> list[str | None]:
    """Give where the latent may be: the input, or what a mapping network puts out."""
    if latent_from is not None:
        return [latent_from]
    children = dict(module.named_children())
    found: list[str | None] = [name for name in MAPPINGS if name in children]
    if "mapping" in children and "synthesis" in children:  # as NVIDIA's generators
        return [*found, None]
    return [None, *found]
