"""Resamples and blurs pictures or features with a small separable filter."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

BINOMIAL = (1.0, 3.0, 3.0, 1.0)
"""The filter of StyleGAN2 along one axis, before normalisation."""


def kernel2d(taps: Sequence[float], like: Tensor, gain: float = 1.0) -> Tensor:
    """Give the two-dimensional kernel ``[1, 1, n, n]`` of sum `gain` from the taps along one axis.

    The kernel is the outer product of the taps with themselves, with the device and dtype of `like`.
    """
    axis = torch.tensor(taps, dtype=torch.float64)
    kernel = torch.outer(axis, axis)
    return (kernel * (gain / kernel.sum())).to(like.dtype).to(like.device)[None, None]


def upsample(x: Tensor, taps: Sequence[float] = BINOMIAL) -> Tensor:
    """Double height and width: zeros between the pixels, then the filter with gain 4."""
    channels, count = x.shape[1], len(taps)
    kernel = kernel2d(taps, x, gain=4.0).expand(channels, 1, -1, -1)
    padding = count - 1 - (count + 1) // 2
    y = functional.conv_transpose2d(x, kernel, stride=2, padding=padding, groups=channels)
    return y[:, :, : 2 * x.shape[2], : 2 * x.shape[3]]


def doubling_kernel(weight: Tensor) -> Tensor:
    """Turn a 3x3 convolution of a picture with doubled pixels into one transposed convolution of the picture.

    ``conv2d(interpolate(x, scale_factor=2), weight, padding=1)`` is ``conv_transpose2d(x, doubling_kernel(
    weight), stride=2, padding=1)``, at 4/9 of the multiplications and without the doubled picture. From
    ``[out, in, 3, 3]`` to ``[in, out, 4, 4]``.
    """
    kernel = functional.pad(weight.flip(2, 3), (1, 1, 1, 1))
    kernel = kernel[:, :, 1:, 1:] + kernel[:, :, :-1, 1:] + kernel[:, :, 1:, :-1] + kernel[:, :, :-1, :-1]
    return kernel.transpose(0, 1)


def blur(x: Tensor, taps: Sequence[float], gain: float = 1.0, bias: Tensor | None = None) -> Tensor:
    """Filter ``[N, C, H, W]`` and add `bias` ``[C]``.

    The result has the size of the input for an odd number of taps and is one pixel smaller for an even
    one; what lies outside of the input is 0.
    """
    channels, count = x.shape[1], len(taps)
    kernel = kernel2d(list(taps)[::-1], x, gain).expand(channels, 1, -1, -1)
    return functional.conv2d(x, kernel, bias, padding=(count - 1) // 2, groups=channels)


def filter_up(
    x: Tensor,
    taps: Tensor | None,
    up: int,
    before: int,
    after: int,
    gain: float = 1.0,
    across: tuple[int, int] | None = None,
) -> Tensor:
    """Put `up` - 1 zeros after each pixel, pad, filter along both axes.

    Parameters
    ----------
    x
        ``[N, C, H, W]``.
    taps
        Of the filter along one axis, or None for no filter (then `up` must be 1).
    up
        Factor of the sampling rate; the filter's gain makes up for the zeros.
    before, after
        Pixels to add at the ends of each axis at the higher rate; negative ones are cropped.
    gain
        A further factor.
    across
        What to add at the ends of the horizontal axis, where that differs.
    """
    count, groups = 1 if taps is None else len(taps), x.shape[1]
    left, right = (before, after) if across is None else across
    start, length = count - 1 - before, x.shape[2] * up + before + after - count + 1
    first, wide = count - 1 - left, x.shape[3] * up + left + right - count + 1
    if taps is None:
        return _window(_window(x * gain, first, wide, 3), start, length, 2)
    kernel = (taps * (up * math.sqrt(gain))).to(x.dtype).expand(groups, 1, 1, -1)
    x = functional.conv_transpose2d(x, kernel, stride=(1, up), groups=groups)
    x = _window(x, first, wide, 3)
    x = functional.conv_transpose2d(x, kernel.transpose(2, 3), stride=(up, 1), groups=groups)
    return _window(x, start, length, 2)


def filter_down(x: Tensor, taps: Tensor | None, down: int) -> Tensor:
    """Filter with taps ``[n]`` along both axes or with a kernel ``[n, n]``, keep every `down`-th pixel."""
    groups = x.shape[1]
    if taps is None:
        return x[:, :, ::down, ::down]
    taps = taps.to(x.dtype)
    if taps.ndim == 2:
        kernel = taps.flip(0, 1).expand(groups, 1, -1, -1)
        return functional.conv2d(x, kernel, stride=down, groups=groups)
    kernel = taps.flip(0).expand(groups, 1, 1, -1)
    x = functional.conv2d(x, kernel.transpose(2, 3), stride=(down, 1), groups=groups)
    return functional.conv2d(x, kernel, stride=(1, down), groups=groups)


def padding(
    kernel: int, in_size: int, out_size: int, up: int, down: int, up_taps: int, down_taps: int
) -> tuple[int, int]:
    """Give the `before` and `after` of `filter_up` that make `filter_down` end at `out_size`.

    `kernel` is the size of the fully padded convolution before them (Karras et al. 2021, appendix F).
    """
    total = (out_size - 1) * down + 1 - (in_size + kernel - 1) * up + up_taps + down_taps - 2
    before = (total + up) // 2
    return before, total - before


def _window(x: Tensor, start: int, length: int, axis: int) -> Tensor:
    """Take `length` entries of an axis from `start`, which may lie outside: there are zeros."""
    low, high = max(-start, 0), max(start + length - x.shape[axis], 0)
    if low or high:
        x = functional.pad(x, (low, high) if axis == 3 else (0, 0, low, high))
    return x.narrow(axis, start + low, length)
