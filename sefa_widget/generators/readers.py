"""Finds the layers of a module that read its latent by watching it run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

Run = Callable[[Tensor], object]
"""Runs the module on latents ``[N, d]``."""

TOLERANCE = 1e-4
"""How far from affine a function may be, relative to how much it changes."""
HALF_TOLERANCE = 2e-2
"""The same where weights are of half precision."""


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """A layer whose input is an affine function of the latent.

    Attributes
    ----------
    name
        Its name in the module, for example ``"main.0"``.
    layer
        The layer.
    base
        ``[1, ...]``: what it gets at latent 0.
    slope
        ``[d, ...]``: how much more for each unit of the latent.
    normalized
        Whether that holds only for latents of norm sqrt(d), because pixel norm or the like comes before.
    resolution
        Height of what it puts out; 1 for a vector.
    """

    name: str
    layer: nn.Module
    base: Tensor
    slope: Tensor
    normalized: bool
    resolution: int

    def weight(self) -> Tensor:
        """Give the matrix ``[m, d]`` from the latent to all numbers the layer puts out."""
        with torch.no_grad():
            change: Tensor = self.layer(self.slope) - self.layer(torch.zeros_like(self.base))
        return change.flatten(1).T


class _Stop(Exception):
    """Ends a run early."""


def weight_layers(module: nn.Module) -> dict[str, nn.Module]:
    """Give the sub-modules that hold a matrix or a kernel, by name, in the order of their definition."""
    convolution = nn.modules.conv._ConvNd
    return {
        name: layer
        for name, layer in module.named_modules()
        if name
        and not isinstance(layer, nn.Embedding)
        and (
            isinstance(layer, (nn.Linear, convolution))
            or any(weight.ndim > 1 for weight in layer.parameters(recurse=False))
        )
    }


def find_readers(
    layers: Mapping[str, nn.Module], run: Run, like: Tensor, tolerance: float = TOLERANCE
) -> list[Reader]:
    """Find the layers that read the latent directly, in the order in which they run.

    A layer reads the latent if its input and its output are affine functions of it, as after
    reshaping, slicing, putting a class code behind, or fixed scaling. Where this holds on the sphere of
    norm sqrt(d) alone, the latent is normalised first. A layer that gets the latent only through
    another reader is left out.

    Parameters
    ----------
    layers
        The layers to look at.
    run
        Runs the module; it must treat the pictures of a batch one by one.
    like
        ``[d]``: a tensor of the latent's size, type and device.
    tolerance
        How far from affine a layer may be.
    """
    d = len(like)
    if d < 2:
        return []
    corners = torch.linalg.qr(torch.randn(d, 2, generator=torch.Generator().manual_seed(0)))[0].T
    mixes = torch.tensor([[1, 0], [-1, 0], [0, 1], [0, -1], [0.6, 0.8], [-0.28, 0.96], [0.5, 0.25]])
    z = (mixes @ corners * d**0.5).to(like)
    inputs, outputs = _watch(layers, run, z, stride=True)
    mixes = mixes.to(like)
    kinds = {name: _kind(value, mixes, tolerance) for name, value in inputs.items()}
    kinds = {
        name: max(kind, _kind(outputs[name], mixes, tolerance)) for name, kind in kinds.items() if kind < 2
    }
    affine = {name: layers[name] for name, kind in kinds.items() if kind < 2}
    last = [name for name in kinds if name in affine][-1:]
    inputs, outputs = _watch(affine, run, z, last=last)
    constant = {name: output[:1].expand_as(output) for name, output in outputs.items()}
    direct, _ = _watch(affine, run, z, last=last, constant=constant)
    found = [name for name in inputs if name in direct and _kind(direct[name], mixes, tolerance) < 2]
    bases = {name: (inputs[name][:1] + inputs[name][1:2]) / 2 for name in found}
    slopes: dict[str, list[Tensor]] = {name: [] for name in found}
    readers = {name: layers[name] for name in found}
    for unit in torch.eye(d).to(like).chunk((d + 15) // 16):
        seen, _ = _watch(readers, run, unit * d**0.5, last=found[-1:])
        for name in found:
            slopes[name].append((seen[name] - bases[name]) / d**0.5)
    return [
        Reader(
            name,
            layers[name],
            bases[name],
            torch.cat(slopes[name]),
            normalized=kinds[name] == 1,
            resolution=outputs[name].shape[2] if outputs[name].ndim == 4 else 1,
        )
        for name in found
    ]


def capture(layer: nn.Module, run: Run, z: Tensor) -> object:
    """Run as far as `layer` and give what it puts out."""
    kept: list[object] = []

    def keep(_layer: nn.Module, _inputs: object, output: object) -> None:
        kept.append(output)
        raise _Stop

    with hooked([layer.register_forward_hook(keep)]):
        try:
            run(z)
        except _Stop:
            return kept[0]
    raise ValueError("The sub-module that should give the latent is not used by the module.")


@contextmanager
def hooked(handles: list[torch.utils.hooks.RemovableHandle]) -> Iterator[None]:
    """Remove hooks at the end."""
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def adding(change: Tensor) -> Callable[..., tuple[Any, ...]]:
    """Make a forward pre-hook that adds to the first input of a layer."""

    def add(_layer: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return (args[0] + change, *args[1:])

    return add


def _watch(
    layers: Mapping[str, nn.Module],
    run: Run,
    z: Tensor,
    *,
    constant: Mapping[str, Tensor] | None = None,
    last: Sequence[str] = (),
    stride: bool = False,
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Run once; give the first input and output of each layer that keeps the batch, in order of running.

    `constant` replaces outputs; the run ends after the layer in `last`; `stride` keeps some 4000 numbers
    of each.
    """
    inputs: dict[str, Tensor] = {}
    outputs: dict[str, Tensor] = {}

    def keep(values: Tensor) -> Tensor:
        if stride:
            values = values.flatten(1)
            values = values[:, :: 1 + values.shape[1] // 4096]
        return values.detach().clone()

    def watcher(name: str) -> Callable[..., Tensor | None]:
        def watch(_layer: nn.Module, args: tuple[object, ...], output: object) -> Tensor | None:
            given = args[0] if args else None
            if not isinstance(given, Tensor) or not isinstance(output, Tensor) or name in inputs:
                pass
            elif given.ndim > 1 and output.ndim > 1 and len(given) == len(output) == len(z):
                inputs[name], outputs[name] = keep(given), keep(output)
                if name in last:
                    raise _Stop
            return None if constant is None else constant[name].clone()

        return watch

    handles = [layer.register_forward_hook(watcher(name)) for name, layer in layers.items()]
    with hooked(handles), torch.no_grad(), suppress(_Stop):
        run(z)
    return inputs, outputs


def _kind(values: Tensor, mixes: Tensor, tolerance: float) -> int:
    """Tell from values at mixes of two corners: 0 is affine, 1 only on the sphere, 2 not, or constant."""
    values = values.flatten(1).double()
    base = (values[0] + values[1]) / 2
    edges = torch.stack([values[0], values[2]]) - base
    change = float(edges.abs().max())
    if not change > 1e-6 * (1 + float(base.abs().max())):
        return 2
    errors = (base + mixes.double() @ edges - values).abs().amax(dim=1) / change
    if not float(errors[:-1].max()) < tolerance:
        return 2
    return 0 if float(errors[-1]) < tolerance else 1
