"""Reference weights and what the published code made of them; directions worked out in the plainest way."""

from __future__ import annotations

import json

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators import Generator, Latent, load_generator, save_generator
from tests.conftest import GOLDEN

ROUNDING = 1e-4
"""Share of the standard deviation by which the same arithmetic on tensors elsewhere in memory may differ."""


def load(case: str, **config) -> Generator:
    """The generator of a case; `config` changes what its file says besides the tensors."""
    about = json.loads((GOLDEN / f"{case}.json").read_text())
    tensors = load_file(GOLDEN / f"{case}.safetensors")
    return load_generator(Checkpoint(about["format"], tensors, about["config"] | config, case), device="cpu")


def references(case: str) -> dict[str, Tensor]:
    with np.load(GOLDEN / f"{case}.npz") as file:
        return {key: torch.as_tensor(file[key]) for key in file.files}


def draw(generator: Generator, z: Tensor, labels=None, psi: float = 1.0, noise="none") -> Tensor:
    """Pictures of the same vector in every row, or of codes."""
    codes = z[:, None].repeat(1, generator.num_codes, 1) if z.ndim == 2 else z
    return generator.synthesize(Latent(codes, labels, psi), noise=noise)


def agrees(images: Tensor, expected: Tensor, tolerance: float = 2e-4) -> bool:
    return bool((images[: len(expected)] - expected).abs().max() <= tolerance * expected.std())


def directions(weight: Tensor, normalize: bool = True) -> tuple[Tensor, Tensor]:
    """Eigenvalues, largest first, and unit rows."""
    weight = weight.double()
    if normalize:
        weight = weight / weight.norm(dim=1, keepdim=True).clamp_min(1e-30)
    values, vectors = torch.linalg.eigh(weight.T @ weight)
    return values.flip(0), vectors.T.flip(0)


def same_directions(weight: Tensor, expected: Tensor, normalize: bool = True) -> bool:
    """Whether |cos| >= 0.999 wherever an eigenvalue stands alone."""
    values, vectors = directions(weight, normalize)
    cosines = (vectors * expected.double()).sum(dim=1).abs()
    gaps = torch.full_like(values, float("inf"))
    steps = (values[:-1] - values[1:]) / values[0]
    gaps[1:], gaps[:-1] = steps, torch.minimum(gaps[:-1], steps)
    gaps[1:] = torch.minimum(gaps[1:], steps)
    alone = gaps > 1e-3
    return bool(alone.sum() > len(values) // 2) and bool((cosines[alone] >= 0.999).all())


def comes_back(generator: Generator, folder) -> bool:
    """Whether saving and loading gives the same pictures, of a latent whose rows differ."""
    again = load_generator(save_generator(generator, folder / "saved.safetensors"), device="cpu")
    latent = generator.sample([1, 2], labels=[0, 1] if generator.num_classes else None)
    latent = latent.with_codes(latent.codes + torch.linspace(0, 1, generator.num_codes)[:, None])
    return agrees(again.synthesize(latent), generator.synthesize(latent), ROUNDING)


def tangent_is_right(generator: Generator, labels=None) -> bool:
    """Whether torch.func.jvp agrees with a difference quotient, in double precision."""
    generator = generator.double()
    codes = generator.sample([3], labels=labels).codes
    labels = generator.label_vectors(labels, 1)
    change = torch.randn(codes.shape, generator=torch.Generator().manual_seed(0)).to(codes)
    with torch.no_grad():
        _, tangent = torch.func.jvp(lambda codes: generator(codes, labels), (codes,), (change,))
        ahead, behind = (generator(codes + step * change, labels) for step in (1e-6, -1e-6))
    return agrees((ahead - behind) / 2e-6, tangent, 1e-3)
