"""What a module of somebody else's puts out: where the picture is, its axes, and its range of values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

Axes = Literal["NCHW", "NHWC", "NHW", "flat"]
Range = Literal["-1..1", "0..1", "0..255"]

_NAMES = ("image", "images", "img", "sample", "samples", "rgb", "picture", "fake", "x", "out", "output")
"""Names that pictures have in dicts and objects, the surest first."""
_MOST_CHANNELS = 4
_BYTES = 255.5
_SMALL = 2.0
"""Largest value of pictures of 0..1 or -1..1, roughly."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How to make pictures ``[N, C, H, W]`` of -1..1 out of what a module gives.

    Attributes
    ----------
    axes
        The order of the axes.
    channels, height, width
        Of the pictures.
    values
        The range of the values; it is mapped to -1..1.
    """

    axes: Axes
    channels: int
    height: int
    width: int
    values: Range = "-1..1"

    def picture(self, given: Tensor) -> Tensor:
        """Bring what the module gives to ``[N, C, H, W]`` and -1..1."""
        x = given if given.is_floating_point() else given.float()
        if self.axes == "NHWC":
            x = x.permute(0, 3, 1, 2)
        elif self.axes != "NCHW":
            x = x.reshape(len(x), self.channels, self.height, self.width)
        if self.values == "0..1":
            return 2 * x - 1
        return x / 127.5 - 1 if self.values == "0..255" else x

    @property
    def words(self) -> list[str]:
        """What was found besides the usual."""
        found = []
        if self.axes == "NHWC":
            found.append("channels stand last")
        if self.axes in ("flat", "NHW"):
            size = f"{self.height}x{self.width}"
            found.append(f"numbers are taken as {self.channels} channels of {size}")
        if self.values != "-1..1":
            found.append(f"values of {self.values} are mapped to -1..1")
        return found


def picture_in(output: object, count: int) -> Tensor:
    """Find the pictures in what a module gives: a tensor, or one in a tuple, list, dict or object.

    Of several pictures the largest is taken, as of networks that put out every resolution.

    Raises
    ------
    ValueError
        If there is no tensor with `count` pictures in it.
    """
    tensors = [tensor for tensor in _tensors(output, 0) if tensor.ndim >= 2 and len(tensor) == count]
    if not tensors:
        found = list(output.shape) if isinstance(output, Tensor) else type(output).__name__
        raise ValueError(f"The module gives {found}, not images [{count}, C, H, W].")
    pictures = [tensor for tensor in tensors if tensor.ndim == 4]
    if isinstance(output, (list, tuple)) and len(pictures) > 1 and _grow(pictures):
        return max(pictures, key=Tensor.numel)
    return tensors[0]


def _grow(pictures: list[Tensor]) -> bool:
    """Tell whether pictures differ in size alone."""
    return len({tuple(p.shape[2:]) for p in pictures}) > 1 and len({p.shape[1] for p in pictures}) == 1


def _tensors(value: object, level: int) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif level > 3:
        return
    elif isinstance(value, (list, tuple)):
        for item in value[:32]:
            yield from _tensors(item, level + 1)
    elif isinstance(value, Mapping):
        for name in sorted(value, key=_order):
            yield from _tensors(value[name], level + 1)
    elif hasattr(value, "__dict__") and not isinstance(value, (nn.Module, type)):
        for name in sorted(vars(value), key=_order):
            yield from _tensors(getattr(value, name), level + 1)


def _order(name: object) -> int:
    return _NAMES.index(name) if name in _NAMES else len(_NAMES)


def layout_of(pictures: Tensor, module: nn.Module, output: str | None = None) -> Layout:
    """Tell axes and range by some pictures of a module.

    Parameters
    ----------
    pictures
        What `picture_in` found, of different latents.
    module
        Its last activation may tell the range.
    output
        The range as the user says it: tanh is -1..1, sigmoid 0..1, none is as it comes.

    Raises
    ------
    ValueError
        If these are no pictures of 1 to 4 channels.
    """
    axes, channels, height, width = _axes(pictures)
    if height * width < 4:
        raise ValueError(
            f"The module gives pictures of {height}x{width} px: it keeps the size of what it is given, as "
            "networks from image to image do. Only networks from a latent vector to an image can be explored."
        )
    if output is not None:
        return Layout(axes, channels, height, width, "0..1" if output == "sigmoid" else "-1..1")
    return Layout(axes, channels, height, width, _range(pictures, module))


def _axes(pictures: Tensor) -> tuple[Axes, int, int, int]:
    shape = tuple(pictures.shape)
    if len(shape) == 4 and shape[1] <= _MOST_CHANNELS:
        return "NCHW", *shape[1:]
    if len(shape) == 4 and shape[3] <= _MOST_CHANNELS:
        return "NHWC", shape[3], shape[1], shape[2]
    if len(shape) == 3 and min(shape[1:]) > 1:
        return "NHW", 1, shape[1], shape[2]
    numbers = shape[1] if len(shape) == 2 else 0
    for channels in (1, 3, 4, 2):
        side = math.isqrt(numbers // channels)
        if side > 1 and channels * side * side == numbers:
            return "flat", channels, side, side
    raise ValueError(
        f"The module gives {list(shape)}, not images [{len(pictures)}, C, H, W] of 1 to 4 channels: give "
        "call=lambda module, z, labels: module(z).view(-1, C, H, W), or pass the part that makes images."
    )


def _range(pictures: Tensor, module: nn.Module) -> Range:
    if not pictures.is_floating_point():
        return "0..255"
    least, most = float(pictures.min()), float(pictures.max())
    last = [layer for layer in module.modules() if not list(layer.children())][-1:]
    if last and isinstance(last[0], nn.Tanh) and most <= 1:
        return "-1..1"
    if least < 0 or most > _BYTES:
        return "-1..1"
    return "0..255" if most > _SMALL else "0..1"
