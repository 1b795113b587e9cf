"""Notices when the weights of a network change, so that nothing computed from old weights is used again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from sefa_widget.generators.base import Generator

Value = TypeVar("Value")

SAMPLES = 16
"""Values looked at in each tensor, at even distances from the first on."""


def weights_version(module: nn.Module) -> Hashable:
    """Give a value that is another one whenever parameters or buffers of a module have changed.

    It is made of each tensor's place in memory, shape, type and version counter, which operations in place
    and optimizers raise, and of `SAMPLES` of its values, because changes through ``tensor.data`` (as moving
    averages of weights make them) do not raise the counter. The values of all tensors are fetched at once, so
    a network of 30 million numbers costs less than a millisecond.

    Not noticed is a change through ``.data``, or through memory shared with NumPy, that leaves all sampled
    values as they were; and a change of tensors that are neither parameters nor buffers.

    >>> layer = nn.Linear(2, 2)
    >>> before = weights_version(layer)
    >>> layer.weight.data.mul_(2)  # doctest: +ELLIPSIS
    tensor(...)
    >>> weights_version(layer) == before
    False
    """
    marks: list[Hashable] = []
    samples: dict[tuple[torch.device, torch.dtype], list[Tensor]] = {}
    for part in module.modules():
        for tensor in (*part._parameters.values(), *part._buffers.values()):
            if tensor is None:
                continue
            counter = None if tensor.is_inference() else tensor._version
            if tensor.layout != torch.strided or tensor.is_meta or tensor.is_quantized:
                marks.append((id(tensor), tensor.shape, tensor.dtype, counter))
                continue
            marks.append((tensor.data_ptr(), tensor.shape, tensor.dtype, counter))
            if tensor.numel():
                samples.setdefault((tensor.device, tensor.dtype), []).append(_sampled(tensor))
    fetched = (torch.cat(values).view(torch.uint8).cpu() for values in samples.values())
    return tuple(marks), tuple(values.numpy().tobytes() for values in fetched)


class ByWeights(Generic[Value]):
    """Values computed from generators' weights: forgotten when the weights change, or with the generator."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Generator, tuple[Hashable, dict[Hashable, Value]]] = WeakKeyDictionary()

    def of(self, generator: Generator) -> dict[Hashable, Value]:
        """Give what is kept for a generator's present weights, by key, to read and to add to."""
        version = generator.weights_version
        known = self._kept.get(generator)
        if known is None or known[0] != version:
            known = self._kept[generator] = (version, {})
        return known[1]


def _sampled(tensor: Tensor) -> Tensor:
    """Give some values of a tensor, from the first to the last in memory, without copying the others."""
    last = sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True))
    step = max(1, last // (SAMPLES - 1))
    return tensor.detach().as_strided((min(SAMPLES, last // step + 1),), (step,))
