"""Pictures or features in, the same resampled or blurred by a small separable filter out."""

from __future__ import annotations

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
    return (kernel * (gain / kernel.sum())).to(like.device, like.dtype)[None, None]


def upsample(x: Tensor, taps: Sequence[float] = BINOMIAL) -> Tensor:
    """Double height and width: zeros between the pixels, then the filter with gain 4."""
    channels, count = x.shape[1], len(taps)
    kernel = kernel2d(taps, x, gain=4.0).expand(channels, 1, -1, -1)
    padding = count - 1 - (count + 1) // 2
    y = functional.conv_transpose2d(x, kernel, stride=2, padding=padding, groups=channels)
    return y[:, :, : 2 * x.shape[2], : 2 * x.shape[3]]


def blur(x: Tensor, taps: Sequence[float], gain: float = 1.0, bias: Tensor | None = None) -> Tensor:
    """Filter ``[N, C, H, W]`` and add `bias` ``[C]``.

    The result has the size of the input for an odd number of taps and is one pixel smaller for an even
    one; what lies outside of the input is 0.
    """
    channels, count = x.shape[1], len(taps)
    kernel = kernel2d(list(taps)[::-1], x, gain).expand(channels, 1, -1, -1)
    return functional.conv2d(x, kernel, bias, padding=(count - 1) // 2, groups=channels)
