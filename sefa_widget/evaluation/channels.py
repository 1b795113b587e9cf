"""How much each single style channel changes the picture."""

from __future__ import annotations

import torch
from torch import Tensor

from sefa_widget.arguments import instance, whole
from sefa_widget.directions import LayerChoice, Progress, choose_layers
from sefa_widget.directions.style_channels import SPACE
from sefa_widget.generators.latent import Latent
from sefa_widget.generators.style_space import StyleSpace
from sefa_widget.measures.changes import BATCH_PIXELS, draw, rms
from sefa_widget.measures.fresh import fresh_latents
from sefa_widget.progress import check_progress

SAMPLES = 1000
"""Over which the spread of a channel is measured."""


def channel_effects(
    space: StyleSpace, *, layers: LayerChoice = None, n: int = 4, progress: Progress | None = None
) -> Tensor:
    """Measure by how much the picture changes when one style channel moves by its spread.

    >>> from sefa_widget import load_generator
    >>> from sefa_widget.directions import style_channels
    >>> from sefa_widget.generators import style_space
    >>> space = style_space(load_generator("heads"))
    >>> strongest = channel_effects(space, layers=(0, 2)).topk(10).indices
    >>> len(style_channels(space, strongest.tolist()))
    10

    Parameters
    ----------
    space
        A style space, as `style_space` gives it.
    layers
        Style layers whose channels are measured; None is all. A picture is drawn for each channel and
        sample: 896 channels of the heads take some 20 seconds of a processor.
    n
        Samples that are moved, half of them up and half down; none that a method has seen.
    progress
        Called with channels done and their number; what it raises ends the work.

    Returns
    -------
    Tensor
        ``[S]`` float64: the root mean square change of pixels (-1..1 is the whole range), mean over samples;
        0 of channels that do not vary, and of other layers.

    Raises
    ------
    ValueError
        If it is no style space, or a layer or n is none.

    Notes
    -----
    Source: Wu et al., CVPR 2021, where a channel is moved in units of its spread over samples. They look for
    channels of one place or attribute; `evaluation.rescore` says that of the strongest ones.
    """
    instance(space, "space", StyleSpace, SPACE)
    check_progress(progress)
    n = whole(n, "n", 1)
    chosen = [space.styles[number] for number in choose_layers(space, layers)]
    numbers = [number for part in chosen for number in range(part.start, part.stop)]
    with torch.no_grad():
        spread = fresh_latents(space, SAMPLES).codes[:, 0].std(0)
    latents = fresh_latents(space, n)
    base = draw(space, latents)
    signs = torch.ones(n, 1, dtype=spread.dtype, device=spread.device)
    signs[1::2] = -1
    effects = torch.zeros(space.latent_dim, dtype=torch.float64)
    moving = [number for number in numbers if spread[number] > 0]
    at_once = max(1, BATCH_PIXELS // space.resolution**2 // n)
    for start in range(0, len(moving), at_once):
        some = moving[start : start + at_once]
        codes = latents.codes.repeat(len(some), 1, 1)
        for place, number in enumerate(some):
            codes[place * n : (place + 1) * n, 0, number, None] += signs * spread[number]
        labels = None if latents.labels is None else latents.labels.repeat(len(some), 1)
        pictures = draw(space, Latent(codes, labels, latents.truncation_psi))
        effects[some] = rms(pictures - base.repeat(len(some), 1, 1, 1)).view(len(some), n).mean(1)
        if progress is not None:
            progress(min(start + at_once, len(moving)), len(moving))
    return effects
