"""Features of pictures, and distances of sets of pictures in them.

Distances in the features of different extractors have nothing to do with each other. Sources: Heusel et al.
2017 (Frechet distance); Binkowski et al., "Demystifying MMD GANs", ICLR 2018 (kernel distance, unbiased).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from sefa_widget.evaluation import load_regressor

Extractor = Callable[[Tensor], Tensor]
"""From pictures ``[N, 3, R, R]`` of about -1..1 to features ``[N, F]``."""
DEAD = 0.01
"""A feature whose spread is below this share of the largest one is left out."""
WITH_WEIGHTS = "inception:"
"""Before the path of the weights that torch-fidelity reads."""


def extractor(name: str) -> Extractor:
    """Give what turns pictures into features.

    Parameters
    ----------
    name
        ``"regressor"``: the 128 features of the bundled regressor of heads. ``"colours"``: means of 8 x 8
        fields, 192 numbers, of any pictures.
        ``"inception:WEIGHTS.pth"``: torch-fidelity's Inception with its own weights from that file, whose
        Frechet distance is the papers' FID. Nothing is downloaded.
    """
    if name == "regressor":
        regressor = load_regressor()
        return torch.no_grad()(lambda images: regressor.features(images.clamp(-1, 1)).double())
    if name == "colours":
        return colours
    if name.startswith(WITH_WEIGHTS):
        return inception(name.removeprefix(WITH_WEIGHTS))
    raise ValueError(
        f"There are no features {name!r}; there are 'regressor', 'colours' and 'inception:WEIGHTS.pth'."
    )


def colours(images: Tensor) -> Tensor:
    """Give the mean colours of 8 x 8 fields, ``[N, 192]``."""
    return torch.nn.functional.adaptive_avg_pool2d(images.clamp(-1, 1), 8).flatten(1).double()


def inception(weights: str) -> Extractor:
    """Give the 2048 features of torch-fidelity's Inception, or say what is missing."""
    if not Path(weights).expanduser().is_file():
        raise FileNotFoundError(
            f"There is no file {weights!r}. torch-fidelity's notes say where the weights of its Inception "
            "are (weights-inception-2015-12-05-6726825d.pth); fetch them yourself."
        )
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
    except ImportError as error:
        raise ImportError("Inception's features need torch-fidelity: pip install torch-fidelity") from error
    network = FeatureExtractorInceptionV3("inception", ["2048"], str(Path(weights).expanduser()))

    def extract(images: Tensor) -> Tensor:
        pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        with torch.no_grad():
            features: Tensor = network(pixels)[0]
        return features.double()

    return extract


def in_spreads(fresh: Tensor, *others: Tensor) -> list[Tensor]:
    """Give features from their mean over fresh pictures, in their spread over them: each counts as much.

    Those that fresh pictures hardly show are left out. Not done with Inception's, to give the papers' FID.
    """
    mean, unit = fresh.mean(0), fresh.std(0)
    alive = unit > DEAD * unit.max()
    return [(features - mean)[:, alive] / unit[alive] for features in (fresh, *others)]


def frechet(one: Tensor, two: Tensor) -> float:
    """Give the Frechet distance of two sets of features ``[N, F]`` as Gaussians; too large for small N."""
    means, roots = [], []
    for features in (one, two):
        means.append(features.mean(0))
        values, vectors = torch.linalg.eigh(torch.cov(features.T))
        roots.append((vectors * values.clamp_min(0).sqrt()) @ vectors.T)
    overlap = torch.linalg.svdvals(roots[0] @ roots[1]).sum()
    spread = roots[0].square().sum() + roots[1].square().sum() - 2 * overlap
    return float((means[0] - means[1]).square().sum() + spread)


def kernel(one: Tensor, two: Tensor) -> float:
    """Give the kernel distance (KID): MMD^2 with the kernel ``(x y / F + 1)^3``, unbiased for any N."""
    size = one.shape[1]

    def products(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / size + 1) ** 3

    def within(a: Tensor) -> Tensor:
        found = products(a, a)
        return (found.sum() - found.diagonal().sum()) / (len(a) * (len(a) - 1))

    return float(within(one) + within(two) - 2 * products(one, two).mean())
