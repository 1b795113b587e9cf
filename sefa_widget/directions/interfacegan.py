"""Codes and scores of attributes in, one direction per attribute out: InterFaceGAN, which needs labels.

Source: Shen et al., "Interpreting the Latent Space of GANs for Semantic Face Editing", CVPR 2020, sections
3.1 and 3.2, with the selection and split of its published code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sefa_widget.arguments import instance
from sefa_widget.directions.activations import Samples
from sefa_widget.directions.base import Directions, choose_layers, edit_rows
from sefa_widget.directions.files import UNREADABLE
from sefa_widget.directions.moments import Progress
from sefa_widget.directions.svm import linear_svm
from sefa_widget.generators.base import Generator, Latent

Scorer = Callable[[Tensor], Tensor | NDArray[np.floating]]
"""From images ``[N, C, H, W]`` of about -1..1 to scores ``[N]`` or ``[N, A]``."""

Scores = Tensor | NDArray[np.floating] | str | Path
"""Scores ``[N]`` or ``[N, A]``, one column per attribute, or a .npy or .csv file of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The plane between codes with much and with little of one attribute."""

    normal: Tensor
    """``[d]`` float64, unit length, towards more of the attribute."""
    offset: float
    """b of the plane ``normal . x + b = 0``."""
    accuracy: float
    """Share of the chosen codes kept out of the fit that lie on their side; NaN if none was."""


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
    """Find the direction of each attribute as the normal of the plane between its extremes.

    The codes with the highest and the lowest scores, `chosen` of all at either end; `split` of them
    train a linear support vector machine. The direction is its unit normal, towards higher scores.

    >>> from sefa_widget import load_generator
    >>> def brightness(images):
    ...     return images.mean((1, 2, 3))
    >>> interfacegan(load_generator(), brightness, n=300, chosen=0.1).vectors.shape
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
        Share of the valid samples at either end if at most 1, their number if larger.
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
        Called as ``progress(done, total)`` while a generator draws.

    Returns
    -------
    Directions
        One unit row per attribute, in the order of the attributes (their signs and order mean something);
        all eigenvalues are 1.

    Raises
    ------
    ValueError
        If codes and scores do not fit each other, or too few are chosen.
    """
    if isinstance(codes, Generator):
        if not callable(scores):
            raise ValueError("A generator draws its own codes: scores must be a function of its images.")
        generator = codes
        points, values = score_samples(generator, scores, n=n, seed=seed, progress=progress)
    elif callable(scores):
        raise ValueError("A function scores pictures: give a generator instead of codes, or scores.")
    else:
        points, values = _points(codes), read_scores(scores)
    if generator is not None and points.shape[1] != generator.latent_dim:
        raise ValueError(
            f"Codes have size {points.shape[1]}; {generator.name!r} takes size {generator.latent_dim}."
        )
    planes = [
        separate(points, column, chosen=chosen, split=split, seed=seed, C=C, invalid=invalid)
        for column in values.T
    ]
    layers = () if generator is None else choose_layers(generator, None)
    return Directions(
        vectors=torch.stack([plane.normal for plane in planes]),
        eigenvalues=torch.ones(len(planes), dtype=torch.float64),
        trace=float(len(planes)),
        rows=len(points),
        method="interfacegan",
        layers=layers,
        normalized=False,
        fingerprint="" if generator is None else generator.fingerprint,
        edit_rows=None if generator is None else edit_rows(generator, layers),
    )


def separate(
    codes: Tensor,
    scores: Tensor,
    *,
    chosen: float = 0.02,
    split: float = 0.7,
    seed: int = 0,
    C: float = 1.0,
    invalid: float | None = None,
) -> Plane:
    """Fit the plane of one attribute to codes ``[N, d]`` and scores ``[N]``; see `interfacegan`."""
    if len(codes) != len(scores):
        raise ValueError(f"There are {len(codes)} codes and {len(scores)} scores; they must be as many.")
    if not chosen > 0 or not 0 < split <= 1:
        raise ValueError(f"chosen is {chosen} and split {split}; they must be above 0, split at most 1.")
    valid = scores.isfinite()
    if invalid is not None:
        valid &= scores != invalid
    codes, scores = codes[valid], scores[valid]
    count = min(int(len(codes) * chosen) if chosen <= 1 else int(chosen), len(codes) // 2)
    train = int(count * split)
    if train < 1:
        raise ValueError(
            f"{count} of {len(codes)} valid samples are chosen at either end, {train} of them to train; "
            "take more samples or a larger share."
        )
    order = torch.from_numpy(np.argsort(scores.numpy())[::-1].copy())
    shuffle = np.random.RandomState(seed)  # as published; its stream never changes
    ends = [order[:count][shuffle.permutation(count)], order[-count:][shuffle.permutation(count)]]
    signs = torch.tensor([1.0, -1.0], dtype=torch.float64)
    points = torch.cat([codes[end[:train]] for end in ends]).double()
    w, b = linear_svm(points, signs.repeat_interleave(train), C)
    length = float(w.norm())
    if not length > 1e-12:
        raise ValueError("Codes with high and low scores lie in the same place: there is no direction.")
    sides = [(codes[end[train:]].double() @ w + b) * sign > 0 for end, sign in zip(ends, signs, strict=True)]
    return Plane(w / length, b / length, float(torch.cat(sides).double().mean()))


def project(direction: Tensor, conditions: Tensor) -> Tensor:
    """Take out of a direction what it shares with others, so that it leaves their attributes alone.

    Shen et al. 2020, section 3.2, for any number of conditions: minus the projection on their span,
    renormalised. Conditions may depend on each other.

    Parameters
    ----------
    direction
        ``[d]``.
    conditions
        ``[c, d]``, or one ``[d]``.

    Returns
    -------
    Tensor
        Unit vector ``[d]`` float64, at right angles to all conditions.

    Raises
    ------
    ValueError
        If the direction lies in the span of the conditions.
    """
    for what, given in (("direction", direction), ("conditions", conditions)):
        instance(given, what, Tensor, "a tensor, [d] or [c, d]")
    if conditions.shape[-1:] != (direction.numel(),):
        raise ValueError(
            f"The direction has {direction.numel()} numbers, the conditions {list(conditions.shape)}."
        )
    n = direction.double().reshape(-1)
    others = conditions.double().reshape(-1, direction.numel())
    others = others / others.norm(dim=1, keepdim=True).clamp_min(1e-150)
    _, singular, basis = torch.linalg.svd(others, full_matrices=False)
    basis = basis[singular > 1e-10 * singular.max()]
    rest: Tensor = n / n.norm()
    for _ in range(2):  # twice is enough, to the last digit
        rest = rest - basis.T @ (basis @ rest)
    if not rest.norm() > 1e-8:
        raise ValueError("The direction lies in the span of its conditions: nothing is left of it.")
    unit: Tensor = rest / rest.norm()
    return unit


def score_samples(
    generator: Generator,
    scorer: Scorer,
    *,
    n: int = 10_000,
    seed: int = 0,
    batch: int = 32,
    labels: int | Sequence[int] | None = None,
    truncation_psi: float = 1.0,
    progress: Progress | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw samples and score their pictures; give codes ``[n, d]`` and scores ``[n, A]``, float64.

    Parameters are those of `pca` and `interfacegan`. Keep what it gives to try several values of `chosen`
    without drawing again.
    """
    codes, scores, done = [], [], 0
    samples = Samples(generator, n, seed, None, batch, labels, truncation_psi)
    for latent in samples.latents():
        found = read_scores(scorer(generator.synthesize(latent)))
        if len(found) != len(latent.codes):
            raise ValueError(f"The scorer gives {len(found)} scores for {len(latent.codes)} images.")
        scores.append(found)
        codes.append(_points(latent))
        done += len(found)
        if progress is not None:
            progress(done, n)
    return torch.cat(codes), torch.cat(scores)


def read_scores(scores: Scores) -> Tensor:
    """Give scores as ``[N, A]`` float64, from an array or a .npy or .csv file (a header may be there)."""
    if isinstance(scores, (str, Path)):
        path = Path(scores)
        try:
            if path.suffix == ".npy":
                scores = np.load(path, allow_pickle=False)
            else:
                scores = _table(path.read_text().splitlines())
        except UNREADABLE as error:
            raise ValueError(
                f"{path.name!r} holds no scores: it must be a .npy file of numbers [N] or [N, A], or a .csv "
                f"file with one column per attribute ({error})."
            ) from error
    values = torch.as_tensor(scores).detach().to("cpu", torch.float64)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or not values.numel():
        raise ValueError(f"Scores have shape {list(values.shape)}; they must be [N] or [N, A].")
    return values


def _table(lines: list[str]) -> NDArray[np.floating]:
    """Read comma-separated numbers, without the first line if it has words; an empty cell is NaN."""
    rows = [[cell.strip() or "nan" for cell in line.split(",")] for line in lines if line.strip()]
    try:
        return np.array([[float(cell) for cell in row] for row in rows])
    except ValueError:
        return np.array([[float(cell) for cell in row] for row in rows[1:]])


def _points(codes: Tensor | NDArray[np.floating] | Latent) -> Tensor:
    values = torch.as_tensor(codes.codes if isinstance(codes, Latent) else codes).detach()
    values = values.to("cpu", torch.float64)
    values = values.mean(1) if values.ndim == 3 else values
    if values.ndim != 2:
        raise ValueError(f"Codes have shape {list(values.shape)}; they must be [N, d] or [N, L, d].")
    if not values.isfinite().all():
        raise ValueError("Some codes are NaN or infinite.")
    return values
