"""Draws pictures in half precision: which stages of a network, and how to switch it off.

The weights stay float32, and so do the codes, the mapping network and the styles: only features are half,
and weights are cast where they meet them. So all that is computed from weights, and every saved file, is the
same in any precision. NVIDIA's networks work like this (`num_fp16_res` of StyleGAN2-ADA and StyleGAN3).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

import torch
from torch import Tensor
from torch.nn import functional

from sefa_widget.arguments import choice

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
"""What pictures can be drawn in, by name."""
HALVES = (torch.float16, torch.bfloat16)
HALF_RESOLUTIONS = 4
"""So many of the highest resolutions are drawn in half precision, as official StyleGANs do; what is before
them decides most of a picture and takes little time."""

_full: ContextVar[bool] = ContextVar("full precision", default=False)


@contextmanager
def full_precision() -> Iterator[None]:
    """Let generators draw in the type of their weights, in this thread: for derivatives and statistics."""
    token = _full.set(True)
    try:
        yield
    finally:
        _full.reset(token)


def as_dtype(given: torch.dtype | str, device: torch.device) -> torch.dtype:
    """Turn a type or its name into a type that pictures can be drawn in on a device, or say which there are.

    A warning says where it is of no use: float16 on the CPU.

    Raises
    ------
    ValueError
        If it is none of `DTYPES`, or the device lacks a function for it.
    """
    name = str(given).removeprefix("torch.") if isinstance(given, torch.dtype) else given
    dtype = DTYPES[choice(name, "dtype", DTYPES)]
    if dtype in HALVES:
        _try(dtype, device)
        if dtype == torch.float16 and device.type == "cpu":
            warnings.warn(
                "float16 on the CPU is many times slower than float32; use dtype='bfloat16', or float32.",
                stacklevel=3,
            )
    return dtype


def working_dtype(dtype: torch.dtype, weights: torch.dtype, size: int, resolution: int) -> torch.dtype:
    """Give the type in which the features of one resolution are computed.

    Parameters
    ----------
    dtype
        What pictures are drawn in.
    weights
        Type of the weights.
    size
        The resolution of the features, in pixels.
    resolution
        That of the picture.
    """
    first = max(resolution >> (HALF_RESOLUTIONS - 1), 8)
    return dtype if dtype in HALVES and size >= first and not _full.get() else weights


def computing_in(dtype: torch.dtype, device: torch.device) -> AbstractContextManager[object]:
    """Let convolutions and matrix products cast what they read to a half type; nothing for other types."""
    return torch.autocast(device.type, dtype) if dtype in HALVES else nullcontext()


def to_full(image: Tensor) -> Tensor:
    """Give a half image as float32."""
    return image.float() if image.dtype in HALVES else image


def _try(dtype: torch.dtype, device: torch.device) -> None:
    """Run what generators are made of once on tiny tensors."""
    x = torch.ones(1, 2, 4, 4, dtype=dtype, device=device)
    kernel = torch.ones(2, 2, 3, 3, dtype=dtype, device=device)
    try:
        x = functional.conv_transpose2d(functional.conv2d(x, kernel, padding=1), kernel, stride=2)
        x = functional.conv2d(x, kernel[:, :1], groups=2)
        x = functional.leaky_relu_(functional.interpolate(x, scale_factor=2.0).clamp_(-1, 1), 0.2)
        rows = functional.max_pool2d(x, 2).flatten(2)
        torch.baddbmm(rows.new_ones(()), rows, rows.transpose(1, 2)).square().mean().rsqrt().item()
    except (RuntimeError, NotImplementedError) as error:
        name = str(dtype).removeprefix("torch.")
        raise ValueError(
            f"{name} cannot be computed on {str(device)!r} here ({error}); use another dtype of "
            f"{', '.join(DTYPES)}."
        ) from error
