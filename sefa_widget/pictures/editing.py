"""What is done to a start: codes move along directions. Nothing is changed in place."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np
import torch
from torch import Tensor

from sefa_widget.arguments import indices, instance, number, several
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.generators.base import Generator, Latent

Strengths = (
    Mapping[int, float]
    | Mapping[str, float]
    | Mapping[int | str, float | Tensor]
    | Sequence[float]
    | Tensor
    | np.ndarray[Any, Any]
)
"""Strength by direction: ``{number or name: strength}``, or one for each of the first directions ``[k]``; for
N pictures ``{number or name: [N]}`` or ``[N, k]``."""

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
    >>> generator = load_generator("faces")
    >>> latent = generator.sample([1, 2])
    >>> images = generator.synthesize(edit(latent, factorize(generator), {0: 2.5}))

    Parameters
    ----------
    codes
        A `Latent`, or codes ``[N, L, d]``.
    directions
        Directions of size d.
    strengths
        ``{number or name: strength}``, or a sequence of strengths for the first directions. A unit of
        strength is a step of length 1 in the latent space. For other strengths in each of the N pictures,
        give a tensor ``[N]`` in the place of a number, or ``[N, k]`` for the first k directions. Gradients
        pass through tensors of strengths.
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
    step = offset(directions, strengths)
    if step.ndim == 2 and len(step) != len(codes):
        raise ValueError(f"There are strengths for {len(step)} pictures and codes of {len(codes)}.")
    edited = codes.clone()
    rows_moved = row_numbers(rows, codes.shape[1], directions)
    edited[:, rows_moved] += step.unsqueeze(-2).to(codes.device, codes.dtype)
    return edited


def offset(directions: Directions, strengths: Strengths) -> Tensor:
    """Give the sum of strength * direction, float64 ``[d]``, or ``[N, d]``; see `edit` for the errors."""
    if isinstance(strengths, Mapping):
        given = {directions.index(key): strength for key, strength in strengths.items()}
    elif isinstance(strengths, Tensor | np.ndarray) and strengths.ndim == 2:
        given = dict(enumerate(torch.as_tensor(strengths).T))
    else:
        wanted = "{direction: strength}, or a list of strengths for the first directions"
        given = dict(enumerate(several(strengths, "strengths", wanted)))
    if given and max(given) >= len(directions):
        raise ValueError(f"There are {len(given)} strengths for {len(directions)} directions.")
    steps = [
        _strength(strength, f"The strength of direction {index}")[..., None] * directions.vectors[index]
        for index, strength in given.items()
    ]
    zero = torch.zeros(directions.vectors.shape[1], dtype=torch.float64)
    return sum(steps, zero)


def _strength(given: Any, what: str) -> Tensor:
    """Give one strength, or one for each of N pictures ``[N]``, as float64 with its gradient."""
    if isinstance(given, Tensor | np.ndarray) and (given.ndim == 1 or getattr(given, "requires_grad", False)):
        values = torch.as_tensor(given).to("cpu", torch.float64)
        if values.ndim > 1 or not values.isfinite().all():
            raise ValueError(f"{what} is {reprlib.repr(given)}; it must be finite, one number or [N].")
        return values
    return torch.tensor(number(given, what), dtype=torch.float64)


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


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit; without directions it leaves every picture as it is.

    >>> from sefa_widget import factorize, load_generator
    >>> heads = load_generator("heads", device="cpu")
    >>> Edit(factorize(heads, layers=(5, 10)), {0: 2.5}).rows_of(heads)
    (5, 6, 7, 8, 9)

    Attributes
    ----------
    directions
        The directions; None where nothing is edited.
    strengths
        Strength by direction, a number each; see `edit`.
    rows
        The code rows that move; see `edit`.
    also
        Another edit that is done too, for example one that was carried over from other directions.
    """

    directions: Directions | None = None
    strengths: Mapping[int | str, float] = field(default_factory=dict, hash=False)
    rows: Rows = field(default=None, hash=False)
    also: Edit | None = None

    @property
    def moves(self) -> bool:
        """Whether this edit itself moves codes, `also` left aside."""
        return self.directions is not None and any(self.strengths.values())

    def rows_of(self, generator: Generator) -> tuple[int, ...]:
        """Give the code rows that are moved, ascending; none where nothing is."""
        moved = set() if self.also is None else set(self.also.rows_of(generator))
        if self.moves:
            moved.update(self.own_rows(generator))
        return tuple(sorted(moved))

    def own_rows(self, generator: Generator) -> tuple[int, ...]:
        """Give the code rows that move with this edit's strengths, whatever they are; `also` left aside."""
        if self.directions is None:
            return ()
        return tuple(row_numbers(self.rows, generator.num_codes, self.directions))

    def apply(self, latent: Latent) -> Latent:
        """Give the edited latent."""
        edited = latent if self.also is None else self.also.apply(latent)
        if self.directions is None or not self.moves:
            return edited
        return edit(edited, self.directions, self.strengths, rows=self.rows)


UNEDITED = Edit()
"""Nothing is done."""
