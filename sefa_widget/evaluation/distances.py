"""How far two sets of pictures are from each other, in the features of one extractor.

Sources: Heusel et al. 2017 (Frechet distance: FID with Inception's features); Binkowski et al., "Demystifying
MMD GANs", ICLR 2018 (kernel distance, KID).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.arguments import instance, whole
from sefa_widget.evaluation.features import Features

BLOCK = 1000
"""Pictures that a kernel distance compares at once."""


@dataclass(frozen=True, slots=True)
class Distance:
    """One distance between two sets of pictures; ``float(distance)`` is its number.

    Distances can be held against each other (``<``, ``-``) where kind and extractor are the same.

    Attributes
    ----------
    value
        The distance.
    error
        Its standard error; NaN where it is not known.
    kind
        ``"Frechet"`` or ``"kernel"``.
    extractor
        Name of what read the features.
    counts
        How many pictures each set has.
    """

    value: float
    error: float
    kind: str
    extractor: str
    counts: tuple[int, int]

    def __float__(self) -> float:
        """Give the number."""
        return self.value

    def __lt__(self, other: Distance) -> bool:
        """Tell whether this distance is the smaller one."""
        return self - other < 0

    def __gt__(self, other: Distance) -> bool:
        """Tell whether this distance is the larger one."""
        return self - other > 0

    def __le__(self, other: Distance) -> bool:
        """Tell whether this distance is not the larger one."""
        return self - other <= 0

    def __ge__(self, other: Distance) -> bool:
        """Tell whether this distance is not the smaller one."""
        return self - other >= 0

    def __sub__(self, other: Distance) -> float:
        """Give the difference of two distances of one kind and one extractor."""
        instance(other, "other", Distance, "a Distance")
        if self.kind != other.kind:
            raise ValueError(f"A {self.kind} and a {other.kind} distance cannot be held against each other.")
        _check_extractors(self.extractor, other.extractor)
        return self.value - other.value

    def __str__(self) -> str:
        """Say the number, its error, and in what it was measured."""
        error = "" if math.isnan(self.error) else f" ± {self.error:.2g}"
        sets = " and ".join(map(str, self.counts))
        return f"{self.kind} distance {self.value:.4g}{error} ({self.extractor}, {sets} pictures)"


def frechet_distance(one: Features, two: Features) -> Distance:
    """Give ``|m1 - m2|^2 + trace(C1 + C2 - 2 (C1 C2)^(1/2))``: FID where features are Inception's.

    With few pictures it is too large, by about a constant over N: hold only distances of equal numbers of
    pictures against each other; `frechet_curve` shows how much it is.

    >>> from sefa_widget.evaluation import read_features
    >>> pictures = torch.rand(40, 3, 16, 16)
    >>> same = read_features(pictures, "colours")
    >>> abs(float(frechet_distance(same, same))) < 1e-6
    True

    Parameters
    ----------
    one, two
        From `draw_features` or `read_features`.

    Raises
    ------
    ValueError
        If the features are of different extractors.
    """
    check_features(one, two)
    value = frechet(one.mean, one.covariance, two.mean, two.covariance)
    return Distance(value, math.nan, "Frechet", one.extractor, (one.count, two.count))


def kernel_distance(one: Features, two: Features, *, block: int = BLOCK) -> Distance:
    """Give KID: the squared MMD with the kernel ``(x y / F + 1)^3``, without bias for any number of pictures.

    The kept features are cut into blocks; block i of one set is held against block i of the other, as
    papers do it with random subsets. Value and standard error are over the blocks.

    Parameters
    ----------
    one, two
        From `draw_features` or `read_features`. `Features.kept` is read, in equal numbers of both.
    block
        Pictures of a block; fewer where fewer are kept.

    Raises
    ------
    ValueError
        If the features are of different extractors.
    """
    check_features(one, two)
    block = whole(block, "block", 2)
    count = min(len(one.kept), len(two.kept))
    blocks = max(1, count // block)
    pairs = zip(one.kept[:count].tensor_split(blocks), two.kept[:count].tensor_split(blocks), strict=True)
    values = torch.tensor([kernel(a.double(), b.double()) for a, b in pairs], dtype=torch.float64)
    error = float(values.std()) / math.sqrt(blocks) if blocks > 1 else math.nan
    return Distance(float(values.mean()), error, "kernel", one.extractor, (count, count))


def frechet(mean: Tensor, covariance: Tensor, other_mean: Tensor, other_covariance: Tensor) -> float:
    """Give the Frechet distance of two normal distributions, float64."""
    # trace (C1 C2)^(1/2) is the sum of the singular values of C1^(1/2) C2^(1/2): no root is taken of rounding
    # errors, which is off by 1e-5 where there are fewer pictures than features.
    roots = []
    for matrix in (covariance, other_covariance):
        values, vectors = torch.linalg.eigh(matrix)
        roots.append(vectors * values.clamp_min(0).sqrt() @ vectors.T)
    cross = torch.linalg.svdvals(roots[0] @ roots[1]).sum()
    spread = roots[0].square().sum() + roots[1].square().sum() - 2 * cross
    return float((mean - other_mean).square().sum() + spread)


def frechet_of_samples(one: Tensor, two: Tensor) -> float:
    """Give the Frechet distance of two sets of features ``[N, F]`` and ``[M, F]``, in float64."""
    a, b = one.double(), two.double()
    first, second = (torch.cov(x.T).reshape(x.shape[1], -1) for x in (a, b))
    return frechet(a.mean(0), first, b.mean(0), second)


def kernel(one: Tensor, two: Tensor) -> float:
    """Give the unbiased squared MMD of two sets of features ``[N, F]`` with the cubic kernel."""

    def products(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / a.shape[1] + 1) ** 3

    def within(a: Tensor) -> Tensor:
        found = products(a, a)
        return (found.sum() - found.diagonal().sum()) / (len(a) * (len(a) - 1))

    return float(within(one) + within(two) - 2 * products(one, two).mean())


def check_features(one: Features, two: Features) -> None:
    """Refuse features that have nothing to do with each other."""
    for given in (one, two):
        instance(given, "features", Features, "Features, as draw_features or read_features gives them")
    _check_extractors(one.extractor, two.extractor)
    if len(one.mean) != len(two.mean):
        raise ValueError(
            f"Both features are called {one.extractor!r}, but one has {len(one.mean)} and the other "
            f"{len(two.mean)}: give different extractors different names."
        )


def _check_extractors(one: str, two: str) -> None:
    if one != two:
        raise ValueError(
            f"Features of {one!r} and of {two!r} have nothing to do with each other, nor have distances in "
            "them: read all pictures with one extractor."
        )
