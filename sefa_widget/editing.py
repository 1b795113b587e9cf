"""Edits codes along directions: one formula for every generator, and nothing is changed in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, overload

import torch
from torch import Tensor

from sefa_widget.arguments import indices, instance, number, several, whole
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.generators.base import Latent

Strengths = Mapping[int, float] | Sequence[float] | Tensor
"""Strength by direction: ``{index: strength}``, or one number for each of the first directions."""

Rows = tuple[int, int] | Sequence[int] | Literal["all"] | None
"""Code rows: a half-open range ``(start, stop)``, any other sequence of row numbers, ``"all"``, or None for
those of the directions' own layers."""


@overload
def edit(codes: Tensor, directions: Directions, strengths: Strengths, *, rows: Rows = None) -> Tensor: ...
@overload
def edit(codes: Latent, directions: Directions, strengths: Strengths, *, rows: Rows = None) -> Latent: ...
def edit(
    codes: Tensor | Latent, directions: Directions, strengths: Strengths, *, rows: Rows = None
) -> Tensor | Latent:
    """Move codes along directions: ``codes[:, rows] += sum of strength * direction``.

    Shen & Zhou 2021, equation 2, after truncation; one formula for every generator.

    >>> from sefa_widget import edit, factorize, load_generator
    >>> generator = load_generator()
    >>> latent = generator.sample([1, 2])
    >>> images = generator.synthesize(edit(latent, factorize(generator), {0: 2.5}))

    Parameters
    ----------
    codes
        A `Latent`, or codes ``[N, L, d]``.
    directions
        Directions of size d.
    strengths
        ``{index: strength}``, or a sequence of strengths for the first directions. A unit of strength is
        a step of length 1 in the latent space.
    rows
        The code rows to move. None is those that the directions' own layers read (`Directions.edit_rows`; all
        rows where the directions do not know them), which is what the panel does; ``"all"`` is every row; a
        tuple ``(start, stop)`` is a half-open range; a list names rows one by one.

    Returns
    -------
    Tensor or Latent
        Of the same kind and shape as `codes`.

    Raises
    ------
    ValueError
        If sizes do not fit, a direction or row does not exist, or a strength is not finite.
    """
    if isinstance(codes, Latent):
        return codes.with_codes(edit(codes.codes, directions, strengths, rows=rows))
    instance(codes, "codes", Tensor, "a Latent, as generator.sample(seeds) gives it, or codes [N, L, d]")
    d = check_directions(directions).vectors.shape[1]
    if codes.ndim != 3 or codes.shape[2] != d:
        raise ValueError(f"Codes have shape {list(codes.shape)}; these directions take [N, L, {d}].")
    edited = codes.clone()
    edited[:, row_numbers(rows, codes.shape[1], directions)] += offset(directions, strengths).to(
        codes.device, codes.dtype
    )
    return edited


def offset(directions: Directions, strengths: Strengths) -> Tensor:
    """Give the sum of strength * direction, float64 ``[d]``; see `edit` for the errors."""
    wanted = "{direction: strength}, or a list of strengths for the first directions"
    if not isinstance(strengths, Mapping):
        strengths = dict(enumerate(several(strengths, "strengths", wanted)))
    step = torch.zeros(directions.vectors.shape[1], dtype=torch.float64)
    for key, strength in strengths.items():
        index = whole(key, "A direction", 0, len(directions) - 1)
        step += number(strength, f"The strength of direction {index}") * directions.vectors[index]
    return step


def row_numbers(rows: Rows, count: int, directions: Directions) -> list[int]:
    """Turn a choice of code rows into their numbers, of `count` rows; see `edit` for the errors."""
    if rows is None and directions.edit_rows is not None:
        outside = [row for row in directions.edit_rows if not 0 <= row < count]
        if outside:
            raise ValueError(
                f"These directions move code row {outside[0]}, outside 0:{count} of the codes: they are of "
                "another generator. Say which rows to move, for example rows='all'."
            )
        return list(directions.edit_rows)
    every = rows is None or (isinstance(rows, str) and rows == "all")
    return list(range(count)) if every else indices(rows, "row", count, "the codes", "'all' or None")
