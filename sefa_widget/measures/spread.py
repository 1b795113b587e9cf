"""How far latents spread along directions."""

from __future__ import annotations

import torch
from torch import Tensor

from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.generators.version import ByWeights
from sefa_widget.measures.fresh import fresh_latents

CODES = 512
"""Latents drawn to measure how they spread."""

_covariances: ByWeights[Tensor] = ByWeights()


def latent_spread(generator: Generator, directions: Directions) -> Tensor:
    """Give the standard deviation of the latent along each of k directions, without drawing a picture.

    >>> from sefa_widget import factorize, load_generator
    >>> heads = load_generator("heads")
    >>> latent_spread(heads, factorize(heads, k=3)).shape
    torch.Size([3])

    Parameters
    ----------
    generator
        The generator the directions belong to.
    directions
        The k directions.

    Returns
    -------
    Tensor
        ``[k]`` float64. In z it is 1; in w it is measured on 512 fresh latents, once until weights change.

    Raises
    ------
    ValueError
        If the directions are of another latent space.
    """
    d = check_directions(directions).vectors.shape[1]
    check_generator(generator)
    if d != generator.latent_dim:
        raise ValueError(f"Directions have size {d}; {generator.name!r} has {generator.latent_dim}.")
    if generator.latent_space == "z":
        return torch.ones(len(directions), dtype=torch.float64)
    known = _covariances.of(generator)
    covariance = known.get("w")
    if covariance is None:
        with torch.no_grad():
            codes = fresh_latents(generator, CODES).codes[:, 0].to("cpu", torch.float64)
        covariance = known["w"] = torch.cov(codes.T)
    vectors = directions.vectors
    return ((vectors @ covariance) * vectors).sum(1).clamp_min(0).sqrt()
