"""Checks what a generator is given to draw: normal vectors, classes, truncation, codes, noise."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast, get_args

import numpy as np
import torch
from torch import Tensor, nn

from sefa_widget.arguments import choice, instance, number, several, whole
from sefa_widget.generators.latent import Noise

if TYPE_CHECKING:
    from sefa_widget.generators.base import Generator


EXPORTING = getattr(torch.compiler, "is_exporting", torch.compiler.is_compiling)
"""Whether torch.export reads this; torch before 2.7 tells it of compilers only."""


def normal_vectors(generator: Generator, z: object) -> Tensor:
    """Return z ``[N, z_dim]`` on the generator's device and of its type, or say what is wrong with it."""
    z = instance(z, "z", Tensor, f"a tensor of normal vectors [N, {generator.z_dim}]")
    if z.ndim == 4 and z.shape[2:] == (1, 1):
        z = z[:, :, 0, 0]
    if z.ndim != 2 or z.shape[1] != generator.z_dim:
        raise ValueError(f"z has shape {list(z.shape)}; {generator.name!r} takes [N, {generator.z_dim}].")
    return _finite(z, "numbers of z").to(generator.device, generator.dtype)


def label_vectors(generator: Generator, labels: Tensor | Sequence[int] | None, count: int) -> Tensor | None:
    """Turn class indices or class vectors into ``[count, num_classes]``, or say what is wrong with them."""
    if not generator.num_classes:
        if labels is not None and not (isinstance(labels, Tensor | Sequence) and not len(labels)):
            raise ValueError(f"{generator.name!r} has no classes; leave labels out.")
        return None
    classes = generator.num_classes
    takes = f"a class index for each latent [{count}], or class vectors [{count}, {classes}]"
    if labels is None:
        labels = torch.zeros(count, dtype=torch.long)
    elif not isinstance(labels, Tensor):
        labels = _tensor(several(labels, "labels", takes), f"{generator.name!r} takes {takes}")
    if labels.shape == (count, classes) and labels.dtype != torch.bool:
        return _finite(labels, "numbers of the class vectors").to(generator.device, generator.dtype)
    if labels.shape != (count,) or labels.is_floating_point() or labels.dtype == torch.bool:
        kind = str(labels.dtype).removeprefix("torch.")
        raise ValueError(f"Labels are {kind} {list(labels.shape)}; {generator.name!r} takes {takes}.")
    outside = [int(label) for label in labels if not 0 <= label < classes]
    if outside:
        raise ValueError(f"Class {outside[0]} is outside 0..{classes - 1} of {generator.name!r}.")
    return nn.functional.one_hot(labels.long(), classes).to(generator.device, generator.dtype)


def truncation(psi: object, cutoff: object) -> tuple[float, int | None]:
    """Return truncation_psi and truncation_cutoff as plain numbers, or say what is wrong with them."""
    rows = None if cutoff is None else whole(cutoff, "truncation_cutoff", 0)
    return number(psi, "truncation_psi"), rows


def codes(generator: Generator, value: Tensor) -> Tensor:
    """Return codes ``[N, L, d]``, or say what is wrong with them."""
    shape = (generator.num_codes, generator.latent_dim)
    if value.ndim != 3 or value.shape[1:] != shape:
        takes = f"[N, {shape[0]}, {shape[1]}]"
        raise ValueError(f"Codes have shape {list(value.shape)}; {generator.name!r} takes {takes}.")
    return _finite(value, "codes")


def noise(value: object) -> Noise:
    """Return a kind of noise, or say which there are."""
    return cast("Noise", choice(value, "noise", get_args(Noise)))


def _finite(values: Tensor, what: str) -> Tensor:
    if EXPORTING():  # it follows what is computed, and there are no numbers yet
        return values
    if not values.isfinite().all():
        raise ValueError(f"Some {what} are NaN or infinite; they must be finite.")
    return values


def _tensor(given: list[object], wanted: str) -> Tensor:
    try:
        return torch.as_tensor(np.array(given))
    except (TypeError, ValueError) as error:
        raise ValueError(f"Labels are {reprlib.repr(given)}; {wanted}.") from error
