"""Tells a DCGAN by the shapes of its tensors, whatever they are called, and gives them one kind of name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from torch import Tensor

from sefa_widget.checkpoint import Leaf

Value = TypeVar("Value", Tensor, Leaf)
Groups = dict[str, dict[str, Value]]

_LEAVES = {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}
_MOST_KEYS = 400
_NEXT = 3
"""Places from one convolution to the next, where names do not say: batch norm and activation between them."""


def example_names(tensors: Mapping[str, Value]) -> dict[str, Value] | None:
    """Give the tensors of a DCGAN the names of the PyTorch example (``main.0``, ``main.1`` ...).

    A DCGAN is a row of convolutions, the first a transposed one, with batch norms between them, whose
    channels fit each other. Where names end in the numbers of one `torch.nn.Sequential`, these are kept:
    gaps in them tell where an activation stands. None if it is no DCGAN.
    """
    groups: Groups[Value] = {}
    for key, tensor in tensors.items():
        name, _, leaf = key.rpartition(".")
        if leaf not in _LEAVES or len(groups) > _MOST_KEYS:
            return None
        groups.setdefault(name, {})[leaf] = tensor
    kinds = {name: _kind(group) for name, group in groups.items()}
    if None in kinds.values() or "norm" not in kinds.values():
        return None
    for order in (_by_number(kinds), list(groups)):
        if _fits([(kinds[name], groups[name]) for name in order]):
            places = _places(order, kinds)
            return {
                f"main.{place}.{leaf}": value
                for name, place in zip(order, places, strict=True)
                for leaf, value in groups[name].items()
            }
    return None


def _kind(group: Mapping[str, Leaf]) -> str | None:
    weight = group.get("weight")
    axes = 0 if weight is None else len(weight.shape)
    if axes == 4 and group.keys() <= {"weight", "bias"}:
        return "convolution"
    if axes == 1 and "running_mean" in group and "running_var" in group:
        return "norm"
    return "slope" if axes == 1 and group.keys() == {"weight"} else None


def _by_number(kinds: Mapping[str, str | None]) -> list[str]:
    """Sort names by the numbers in them, a convolution before the norm of the same numbers."""
    ranks = {"convolution": 0, "norm": 1, "slope": 2}

    def rank(name: str) -> tuple[list[int], int]:
        numbers = [int(number) for number in re.findall(r"\d{1,6}", name)]
        return numbers, ranks[kinds[name] or "slope"]

    return sorted(kinds, key=rank)


def _fits(groups: Sequence[tuple[str | None, Mapping[str, Leaf]]]) -> bool:
    """Tell whether the channels fit from the first, transposed convolution to a picture."""
    width, count = 0, 0
    for kind, group in groups:
        shape = tuple(group["weight"].shape)
        if kind != "convolution":
            if count == 0 or (shape != (width,) and (kind, shape) != ("slope", (1,))):
                return False
            continue
        if shape[2] != shape[3] or min(shape) < 1 or (count == 0 and shape[2] == 1):
            return False
        if count == 0 or shape[0] == width:
            width = shape[1]
        elif shape[1] == width:
            width = shape[0]
        else:
            return False
        count += 1
        if "bias" in group and tuple(group["bias"].shape) != (width,):
            return False
    return count >= 2 and width <= 4


def _places(order: Sequence[str], kinds: Mapping[str, str | None]) -> Iterator[int]:
    """Give each name a number: that of the Sequential it stands in, or one that follows."""
    parts = [re.fullmatch(r"(?:(.*)\.)?(\d{1,6})", name) for name in order]
    if all(parts) and len({part and part[1] for part in parts}) == 1:
        numbers = [int(part[2]) for part in parts if part]
        return iter([number - numbers[0] for number in numbers])
    places, base = [], -_NEXT
    for name in order:
        if kinds[name] == "convolution":
            base += _NEXT
            places.append(base)
        else:
            places.append(base + (1 if kinds[name] == "norm" else 2))
    return iter(places)
