"""A generator and latents in, the mean Gram ``J^T J`` of the image Jacobian out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.func import jvp, vmap

from sefa_widget.generators.base import Generator, Latent

CHUNK = 2**22
"""Image values that are differentiated at once, at most: 16 MB in single precision."""


def jacobian_gram(generator: Generator, latents: Latent, *, rows: Sequence[int] | None = None) -> Tensor:
    """Average ``J^T J`` over latents, J being the derivative of the image by a step of the codes.

    Forward mode, d tangents per latent in chunks.

    Parameters
    ----------
    generator
        The generator.
    latents
        N latents, at least one.
    rows
        The code rows that the step moves; None is all.

    Returns
    -------
    Tensor
        ``[d, d]`` float64 on the CPU; squared image units per squared unit of strength.
    """
    d = generator.latent_dim
    mask = torch.zeros(generator.num_codes, 1, device=generator.device, dtype=generator.dtype)
    mask[list(range(generator.num_codes) if rows is None else rows)] = 1
    unit = torch.eye(d, device=generator.device, dtype=generator.dtype)
    chunk = max(1, CHUNK // (generator.channels * generator.resolution**2))
    total = torch.zeros(d, d, dtype=torch.float64)
    codes = latents.codes.to(generator.device, generator.dtype)
    options = generator.forward_options(latents)
    for n in range(len(codes)):
        label = None if latents.labels is None else latents.labels[n : n + 1]

        def slope(tangent: Tensor, n: int = n, label: Tensor | None = label) -> Tensor:
            def image(step: Tensor) -> Tensor:
                pixels: Tensor = generator((codes[n] + mask * step)[None], label, "const", **options)
                return pixels.flatten()

            found: Tensor = jvp(image, (torch.zeros_like(tangent),), (tangent,))[1]
            return found

        with generator.lock:
            jacobian = vmap(slope, chunk_size=chunk, randomness="same")(unit)  # [d, C * H * W]
        total += (jacobian @ jacobian.T).to("cpu", torch.float64)
    return total / len(codes)
