"""Says where the linear algebra of directions runs: on the generator's device, `eigh` where it is quicker."""

from __future__ import annotations

import torch
from torch import Tensor

WITHOUT_FLOAT64 = ("mps",)
"""Kinds of devices that do not compute in float64."""
EIGH_ON_CPU = 512
"""Up to this size `eigh` runs on the CPU, whatever the device. `eigh` of one small matrix is a chain of short
steps that a GPU cannot do side by side, and a d x d matrix of this size is 2 MB to move. At 1024 a V100 was
reported to be about four times as quick as a CPU core (github.com/jax-ml/jax/issues/10180). Only the CPU was
measured by us."""


def float64_device(device: torch.device) -> torch.device:
    """Give the device itself if it computes in float64, as CPU and CUDA do, else the CPU; MPS does not."""
    return torch.device("cpu") if device.type in WITHOUT_FLOAT64 else device


def to_float64(values: Tensor) -> Tensor:
    """Give the values as float64 where they are, or on the CPU where their device has none."""
    return values.to(float64_device(values.device), torch.float64)


def eigh_device(size: int, device: torch.device) -> torch.device:
    """Give the device on which `eigh` of a float64 matrix ``[size, size]`` of some device runs."""
    return torch.device("cpu") if size <= EIGH_ON_CPU else float64_device(device)


def for_eigh(matrix: Tensor) -> Tensor:
    """Give a matrix ``[d, d]`` as float64 on the device where its `eigh` runs; see `eigh_device`."""
    return matrix.to(eigh_device(len(matrix), matrix.device), torch.float64)
