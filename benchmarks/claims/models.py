"""The two bundled generators as claims use them: their samples with scores, and sets of directions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from benchmarks.claims.claim import Run
from sefa_widget import factorize, load_generator
from sefa_widget.directions import Directions
from sefa_widget.evaluation import load_regressor
from sefa_widget.generators import Generator
from sefa_widget.measures.basis import random_units
from sefa_widget.measures.changes import draw

BATCH = 128
SAMPLE_SEED = 17
"""Of the samples that are scored for supervised directions."""
JACOBIAN_LATENTS = 20
Z_SAMPLES = 500_000
"""For PCA of z, as in SeFa's table 1."""
MEASURED = ("brightness", "contrast", "warmth", "light from the left", "light from above", "bright centre")
"""What is measured in pictures of faces, where no scorer of attributes is at hand."""


def heads() -> Generator:
    """Give the bundled heads: a StyleGAN2, w of 32 numbers."""
    return load_generator("heads", device="cpu")


def faces() -> Generator:
    """Give the bundled faces: a DCGAN, z of 100 numbers."""
    return load_generator("faces", device="cpu")


def measurements(images: Tensor) -> Tensor:
    """Measure pictures without a network, ``[N, 6]``: see `MEASURED`."""
    grey = images.mean(1)
    height, width = grey.shape[1:]
    middle = grey[:, height // 4 : -height // 4, width // 4 : -width // 4].mean((1, 2))
    columns = [
        grey.mean((1, 2)),
        grey.std((1, 2)),
        (images[:, 0] - images[:, 2]).mean((1, 2)),
        grey[:, :, : width // 2].mean((1, 2)) - grey[:, :, width // 2 :].mean((1, 2)),
        grey[:, : height // 2].mean((1, 2)) - grey[:, height // 2 :].mean((1, 2)),
        middle - grey.mean((1, 2)),
    ]
    return torch.stack(columns, 1)


def scorer(generator: Generator) -> tuple[Callable[[Tensor], Tensor], tuple[str, ...]]:
    """Give what scores a generator's pictures, and the names of its scores."""
    if generator.name != "heads":
        return measurements, MEASURED
    regressor = load_regressor()
    return torch.no_grad()(lambda images: regressor(images)), regressor.names


def samples(run: Run, generator: Generator, n: int) -> dict[str, Tensor]:
    """Draw n samples and score them: ``z``, codes ``w`` and ``scores``; kept for all claims."""

    def work() -> dict[str, Tensor]:
        say, (score, _) = run.progress(f"scored {generator.name}"), scorer(generator)
        random = torch.Generator().manual_seed(SAMPLE_SEED)
        z = torch.randn(n, generator.z_dim, generator=random)
        codes, scores = [], []
        for start in range(0, n, BATCH):
            latent = generator.mapping(z[start : start + BATCH])
            codes.append(latent.codes.mean(1).double())
            scores.append(score(draw(generator, latent)).double())
            say(start, n)
        return {"z": z.double(), "w": torch.cat(codes), "scores": torch.cat(scores)}

    settings = (generator.fingerprint, n, SAMPLE_SEED)
    return run.tensors(f"samples of {generator.name}", settings, work, shared=True)


def directions(run: Run, generator: Generator, name: str, k: int | None = None) -> Directions:
    """Give a set of directions by its name in tables; slow ones are kept for all claims."""
    how: dict[str, dict[str, Any]] = {
        "SeFa": {"method": "sefa"},
        "SeFa, bottom layers": {"method": "sefa", "layers": (0, 3)},
        "conv": {"method": "conv"},
        "conv as printed": {"method": "conv_as_printed"},
        "composed": {"method": "composed"},
        "Jacobian": {"method": "jacobian", "n": JACOBIAN_LATENTS},
        "PCA of w": {"method": "pca"},
        "ICA of w": {"method": "ica"},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the listing, and of ICA that has not converged
        if name == "PCA of z":
            return Directions.from_vectors(pca_of_z(run, generator)[:k], generator=generator)
        if name not in ("Jacobian", "ICA of w"):
            return factorize(generator, k=k, **how[name])

        def work() -> dict[str, Tensor]:
            say = run.progress(name)
            found = factorize(generator, progress=say, **how[name])
            return {"vectors": found.vectors}

        kept = run.tensors(
            f"{name} of {generator.name}", (generator.fingerprint, how[name]), work, shared=True
        )
    return Directions.from_vectors(kept["vectors"][:k], generator=generator)


def pca_of_z(run: Run, generator: Generator) -> Tensor:
    """Give the principal components of samples of z itself, ``[d, d]``."""

    def work() -> dict[str, Tensor]:
        random = torch.Generator().manual_seed(SAMPLE_SEED + 1)
        z = torch.randn(Z_SAMPLES, generator.z_dim, generator=random)
        return {"vectors": torch.linalg.eigh(torch.cov(z.T).double())[1].T.flip(0)}

    settings = (generator.z_dim, Z_SAMPLES, SAMPLE_SEED)
    return run.tensors(f"PCA of z of size {generator.z_dim}", settings, work, shared=True)["vectors"]


def random_set(generator: Generator, count: int, seed: int = 0) -> Directions:
    """Give independent random directions."""
    return Directions.from_vectors(random_units(count, generator.latent_dim, seed), generator=generator)
