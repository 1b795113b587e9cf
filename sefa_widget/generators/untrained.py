"""Draws new weights for a network, and gathers the statistics of features that training would."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from sefa_widget.generators.base import Generator

PASSES = 4
"""How often a network is run to gather statistics."""
BATCH_PIXELS = 2**16
"""About how many pixels are drawn at once for them; at least 4 pictures, at most 16."""


def untrained_like(generator: Generator) -> Generator:
    """Build a generator again from its configuration, with the weights it has before training.

    Raises
    ------
    ValueError
        If its configuration does not build it again.
    """
    try:
        network = type(generator)(**generator.config)
    except TypeError as error:
        raise ValueError(f"{generator.name!r} cannot be built again from its config: {error}") from error
    own = dict(generator.named_buffers())
    for name, buffer in network.named_buffers():
        buffer.copy_(own[name])
    with torch.no_grad():
        network.initialize(generator)
    network.to(generator.device, generator.dtype)

    def draw(count: int) -> Tensor:
        labels = torch.randint(generator.num_classes, (count,)) if generator.num_classes else None
        return network.synthesize(network.mapping(torch.randn(count, generator.z_dim), labels=labels))

    gather_statistics(network, draw, generator.resolution)
    network.synthesis_dtype = generator.synthesis_dtype
    return network


def redrawn(module: nn.Module) -> nn.Module:
    """Copy a module to the CPU and draw the weights of the copy anew, from torch's random numbers.

    `reset_parameters` is called on every sub-module that has it. Parameters that it leaves as they were, and
    those of other sub-modules, become normal numbers of their own mean and standard deviation.

    Raises
    ------
    ValueError
        If the module cannot be copied.
    """
    computed: dict[int, object] = {  # weights that a hook computed, as spectral norm's, cannot be copied
        id(value): value.detach().clone()
        for part in module.modules()
        for value in vars(part).values()
        if isinstance(value, Tensor) and not value.is_leaf
    }
    try:
        copy = deepcopy(module, computed).cpu()
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"The module cannot be copied to draw other weights: {error}") from error
    with torch.no_grad():
        copy.apply(_redraw)
    return copy


def _redraw(part: nn.Module) -> None:
    own = list(part.parameters(recurse=False))
    before = [parameter.clone() for parameter in own]
    reset = getattr(part, "reset_parameters", None)
    if callable(reset) and not _needs_arguments(reset):
        reset()
    for parameter, old in zip(own, before, strict=True):
        if torch.equal(parameter, old) and parameter.is_floating_point():
            parameter.normal_().mul_(old.std(correction=0)).add_(old.mean())


def _needs_arguments(function: Callable[..., object]) -> bool:
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return any(p.default is inspect.Parameter.empty and p.kind not in kinds for p in parameters)


def gather_statistics(network: nn.Module, draw: Callable[[int], object], resolution: int) -> None:
    """Let batch norm gather its statistics, and spectral norm its vectors: draw pictures in train mode.

    Batch norms of torch take the mean over `PASSES` batches. Others that keep a moving mean keep a part of
    what they had. A network without batch norm draws two pictures first, and no others if these change no
    stored number.

    Parameters
    ----------
    network
        In eval mode; it is given back in eval mode.
    draw
        Draws a batch of so many pictures with it.
    resolution
        Of the pictures: it says how many fit in a batch.
    """
    norms = [part for part in network.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        if norm.track_running_stats:
            norm.reset_running_stats()
            norm.momentum = None
    before = [buffer.clone() for buffer in network.buffers()]
    batch = min(16, max(4, BATCH_PIXELS // resolution**2))
    network.train()
    try:
        with torch.no_grad():
            for count in ([] if norms else [2]) + [batch] * PASSES:
                draw(count)
                if all(map(torch.equal, network.buffers(), before)):
                    break
    finally:
        network.eval()
