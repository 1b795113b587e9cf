"""InterFaceGAN: the direction of an attribute from codes and scores of it; it needs labels.

Source: Shen et al., "Interpreting the Latent Space of GANs for Semantic Face Editing", CVPR 2020, sections
3.1 and 3.2, with the selection and split of its published code where scores differ.
"""

from __future__ import annotations

import reprlib
import warnings
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sefa_widget.arguments import MAX_SEED
from sefa_widget.directions.base import Directions
from sefa_widget.directions.layers import choose_layers, edit_rows
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.planes import Plane, separate
from sefa_widget.directions.scores import Scorer, Scores, points_of, read_scores, score_samples
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.generators.base import Generator, Latent
from sefa_widget.progress import Progress, part, shares


@keeps_options
def interfacegan(
    codes: Tensor | NDArray[np.floating] | Latent | Generator,
    scores: Scores | Scorer,
    *,
    chosen: float = 0.02,
    split: float = 0.7,
    seed: int = 0,
    C: float = 1.0,
    invalid: float | None = None,
    n: int = 10_000,
    generator: Generator | None = None,
    progress: Progress | None = None,
) -> Directions:
    """Find the direction of each attribute as the normal of the plane between much and little of it.

    The codes with the highest and the lowest scores, `chosen` of all at either end; `split` of them
    train a linear support vector machine. The direction is its unit normal, towards higher scores. Where
    scores have two values only, all codes of both are taken.

    `separations` takes the same arguments and tells how far each direction can be trusted.

    >>> from sefa_widget import load_generator
    >>> def brightness(images):
    ...     return images.mean((1, 2, 3))
    >>> interfacegan(load_generator("faces"), brightness, n=300, chosen=0.1).vectors.shape
    torch.Size([1, 100])

    Parameters
    ----------
    codes
        ``[N, d]``, codes ``[N, L, d]`` or a `Latent` (then the mean of their rows), or a generator, which
        then draws `n` samples.
    scores
        ``[N]`` or ``[N, A]`` for A attributes, a .npy or .csv file of them, or, with a generator, a function
        from images ``[M, C, H, W]`` to ``[M]`` or ``[M, A]``.
    chosen
        Share of the valid samples at either end if at most 1, their number if larger; not heeded where
        scores have two values. Samples with equal scores are never divided: where they tie at the cut,
        fewer or more are taken, with a warning that says how many.
    split
        Share of the chosen samples that train; the rest measure `Plane.accuracy`.
    seed
        Of the shuffle before the split, and of the samples drawn.
    C
        Weight of the hinge loss; 1 as published.
    invalid
        A score that means there is none, such as -100000; NaN and infinite scores always do.
    n
        How many samples a generator draws.
    generator
        The generator that the codes belong to, if it is known.
    progress
        Called as ``progress(done, total)`` while a generator draws, and in every round of each fit; what it
        raises ends the work.

    Returns
    -------
    Directions
        One unit row per attribute, in the order of the attributes (their signs and order mean something),
        without values.

    Raises
    ------
    ValueError
        If codes and scores do not fit each other, all scores of an attribute are the same, or too few are
        chosen.

    Warns
    -----
    UserWarning
        If scores tie at the cut, or the directions from two halves of the chosen samples agree no better
        than random ones do.
    """
    planes = separations(
        codes,
        scores,
        chosen=chosen,
        split=split,
        seed=seed,
        C=C,
        invalid=invalid,
        n=n,
        generator=generator,
        progress=progress,
    )
    return as_directions(planes, codes if isinstance(codes, Generator) else generator)


def separations(
    codes: Tensor | NDArray[np.floating] | Latent | Generator,
    scores: Scores | Scorer,
    *,
    chosen: float = 0.02,
    split: float = 0.7,
    seed: int = 0,
    C: float = 1.0,
    invalid: float | None = None,
    n: int = 10_000,
    generator: Generator | None = None,
    progress: Progress | None = None,
) -> tuple[Plane, ...]:
    """Give the plane of each attribute with its held-out accuracy and its reliability; see `interfacegan`.

    >>> from sefa_widget import load_generator
    >>> def brightness(images):
    ...     return images.mean((1, 2, 3))
    >>> (plane,) = separations(load_generator("faces"), brightness, n=600, chosen=0.1)
    >>> plane.reliability > plane.chance
    True
    """
    fitting = progress
    if isinstance(codes, Generator):
        if not callable(scores):
            raise ValueError("A generator draws its own codes: scores must be a function of its images.")
        generator = codes
        drawing, fitting = shares(progress, [3, 1])
        points, values = score_samples(generator, scores, n=n, seed=seed, progress=drawing)
    elif callable(scores):
        raise ValueError("A function scores pictures: give a generator instead of codes, or scores.")
    else:
        points, values = points_of(codes), read_scores(scores)
    if generator is not None and points.shape[1] != generator.latent_dim:
        raise ValueError(
            f"Codes have size {points.shape[1]}; {generator.name!r} takes size {generator.latent_dim}."
        )
    names = [f"attribute {number}" for number in range(values.shape[1])]
    own = getattr(scores, "names", None) if callable(scores) else None
    names = list(own) if own is not None and len(own) == len(names) else names
    planes = tuple(
        separate(
            points,
            column,
            chosen=chosen,
            split=split,
            seed=seed,
            C=C,
            invalid=invalid,
            name=name,
            progress=part(fitting, number, len(names)),
        )
        for number, (name, column) in enumerate(zip(names, values.T, strict=True))
    )
    doubtful = [
        f"{name} {plane.reliability:.2f}"
        for name, plane in zip(names, planes, strict=True)
        if not plane.reliability > plane.chance
    ]
    if doubtful:
        warnings.warn(
            "Directions from two halves of the samples agree no better than random ones do, whose |cos| is "
            f"up to {planes[0].chance:.2f} (95 %): {', '.join(doubtful)}. Take more samples.",
            stacklevel=2,
        )
    return planes


def as_directions(planes: Sequence[Plane], generator: Generator | None = None) -> Directions:
    """Give the normals of planes as directions, one per attribute, of a generator if it is known."""
    if not planes or not all(isinstance(plane, Plane) for plane in planes):
        raise ValueError(f"planes is {reprlib.repr(planes)}; it must be planes, as separations gives them.")
    layers = () if generator is None else choose_layers(generator, None)
    return Directions(
        vectors=torch.stack([plane.normal for plane in planes]),
        eigenvalues=torch.ones(len(planes), dtype=torch.float64),
        trace=float(len(planes)),
        rows=planes[0].samples,
        search=Search("interfacegan", layers or None, None),
        fingerprint="" if generator is None else generator.fingerprint,
        edit_rows=None if generator is None else edit_rows(generator, layers),
    )


METHOD = Method(
    name="interfacegan",
    title="InterFaceGAN",
    find=interfacegan,
    applies_to=lambda generator: True,
    asks="which way does an attribute grow?",
    reads="samples with scores",
    takes="minutes: 10⁴ samples and a classifier of them",
    source='Shen et al., "Interpreting the Latent Space of GANs for Semantic Face Editing", CVPR 2020, '
    "sections 3.1 and 3.2",
    options=(
        Option(
            "scores",
            "Scores",
            "other",
            None,
            "A function from images to scores of attributes.",
            needed=True,
            offered=False,
        ),
        Option("n", "Samples", "whole", 10_000, "How many samples.", least=2),
        Option(
            "chosen",
            "Chosen",
            "real",
            0.02,
            "Share of the samples at either end if at most 1, their number if larger.",
            above_zero=True,
        ),
        Option(
            "split", "Split", "real", 0.7, "Share of the chosen samples that train.", above_zero=True, most=1
        ),
        Option(
            "seed",
            "Seed",
            "whole",
            0,
            "Of the samples, and of the shuffle before the split.",
            least=0,
            most=MAX_SEED,
        ),
        Option("C", "C", "real", 1.0, "Weight of the hinge loss.", above_zero=True, offered=False),
        Option(
            "invalid",
            "Invalid score",
            "real",
            None,
            "A score that means there is none; NaN and infinite scores always do.",
            offered=False,
        ),
    ),
    supervised=True,
    offered=False,
)
