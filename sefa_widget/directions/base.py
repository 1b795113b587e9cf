"""What all methods share: the directions they give, what those are valued by, and the choice of layers."""

from __future__ import annotations

import inspect
import reprlib
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Literal, ParamSpec

import numpy as np
import torch
from torch import Tensor

from sefa_widget.arguments import indices, instance, several, whole
from sefa_widget.generators.base import Generator, check_generator

LayerChoice = tuple[int, int] | Sequence[int] | None
"""A half-open range ``(start, stop)``, any other sequence of layer numbers, or None for the default."""

Given = ParamSpec("Given")

NO_OPTIONS = ("generator", "layers", "k", "normalize", "progress", "codes", "scores")
"""Arguments of methods that `Directions.options` does not keep."""


@dataclass(frozen=True, slots=True)
class Value:
    """What the number beside a direction is."""

    name: str
    """In words, for example ``"share of the rows"``."""
    symbol: str
    """As on an axis, for example ``"λ/m"``."""
    per: Literal["rows", "trace", "one"] = "trace"
    """What an eigenvalue is divided by: `Directions.rows`, `Directions.trace`, or nothing."""


SHARE_OF_ROWS = Value("share of the rows", "λ/m", "rows")
"""Of SeFa with rows of unit length: all d values add up to 1."""
SHARE_OF_WEIGHT = Value("share of the squared weight", "λ/Σλ")
"""Of SeFa with rows as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Directions of a generator's latent space; a value, never changed after it is made.

    Attributes
    ----------
    vectors
        ``[k, d]`` float64 on the CPU: unit rows, the entry of largest magnitude positive.
    eigenvalues
        ``[k]`` float64, descending; never negative. All 1 where `value` is None.
    trace
        What the eigenvalues of all d directions add up to; m with SeFa's normalised rows.
    rows
        m: how many units of the generator were stacked as rows (rows of zeros not counted), how many
        values of the picture were compared, or how many samples were drawn; 0 where nothing was, or a file
        does not say.
    method
        How they were found, for example ``"sefa"``.
    layers
        Numbers of the layers they were found in.
    normalized
        Whether the rows of the weights were scaled to unit length first; None where no weights are read.
    fingerprint
        Fingerprint of the generator they belong to.
    edit_rows
        The code rows that an edit moves unless it is told otherwise: those that the layers read (see
        `edit_rows`); None where that is not known, then all rows.
    value
        What `values` are; None where the method gives its directions no values.
    options
        Options as the method was given them, arrays as lists: with them it can be run again.
    """

    vectors: Tensor
    eigenvalues: Tensor
    trace: float
    rows: int
    method: str
    layers: tuple[int, ...]
    normalized: bool | None
    fingerprint: str
    edit_rows: tuple[int, ...] | None = None
    value: Value | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        """Give k."""
        return len(self.vectors)

    def first(self, k: int | None) -> Directions:
        """Give the first k directions alone, or all if there are fewer; None is all."""
        k = None if k is None else whole(k, "k", 1)
        return replace(self, vectors=self.vectors[:k], eigenvalues=self.eigenvalues[:k])

    @property
    def values(self) -> Tensor | None:
        """The number beside each direction, ``[k]``, as `value` says; None where the method gives none.

        Shares are 0 to 1 and comparable between layers and models; all are 0 where there is nothing to share.
        """
        if self.value is None:
            return None
        whole = {"rows": float(self.rows), "trace": self.trace, "one": 1.0}[self.value.per]
        return self.eigenvalues / whole if whole else torch.zeros_like(self.eigenvalues)

    def __repr__(self) -> str:
        """Say what they are in one line."""
        options = ", ".join(f"{name}={reprlib.repr(value)}" for name, value in self.options.items())
        method = f"{self.method}({options})" if options else self.method
        layers = f" of layers {format_layers(self.layers)}" if self.layers else ""
        rows = ", unit rows" if self.normalized else ""
        values = self.values
        top = "" if values is None or self.value is None else f", top {self.value.symbol} {values[0]:.3g}"
        return f"Directions({len(self)} of size {self.vectors.shape[1]}, {method}{layers}{rows}{top})"


def keeps_options(find: Callable[Given, Directions]) -> Callable[Given, Directions]:
    """Let the directions of a method know the options it was given; see `Directions.options`."""
    signature = inspect.signature(find)

    @wraps(find)
    def keeping(*args: Given.args, **kwargs: Given.kwargs) -> Directions:
        found = find(*args, **kwargs)
        given = signature.bind(*args, **kwargs).arguments
        return replace(found, options={n: _plain(v) for n, v in given.items() if n not in NO_OPTIONS})

    return keeping


def _plain(value: Any) -> Any:
    """Turn arrays and sequences into lists, and numbers of numpy into those of Python."""
    if isinstance(value, Tensor | np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(entry) for entry in value]
    return value


def check_directions(value: object) -> Directions:
    """Return directions, or say what was given instead of them."""
    wanted = "Directions, as factorize(generator) and load_directions(path) give them"
    return instance(value, "directions", Directions, wanted)


def check_fit(directions: Directions, generator: Generator, title: str, stacklevel: int = 2) -> None:
    """Refuse directions of another size than a generator's latent; warn of those of another generator.

    Parameters
    ----------
    directions, generator
        What should fit each other. Without a fingerprint, directions belong to any generator.
    title
        What the directions are called in the message.
    stacklevel
        Whose line a warning names, as for `warnings.warn` if the caller warned.

    Raises
    ------
    ValueError
        If the sizes differ.
    """
    check_directions(directions)
    check_generator(generator)
    d = directions.vectors.shape[1]
    if d != generator.latent_dim:
        raise ValueError(f"{title} have size {d}; {generator.name!r} takes size {generator.latent_dim}.")
    if directions.fingerprint and directions.fingerprint != generator.fingerprint:
        warnings.warn(
            f"{title} were found in another generator (fingerprint {directions.fingerprint}) than "
            f"{generator.name!r} ({generator.fingerprint}); they may mean nothing here.",
            stacklevel=stacklevel + 1,
        )


def from_gram(
    generator: Generator,
    matrix: Tensor,
    *,
    rows: int,
    method: str,
    layers: tuple[int, ...],
    normalized: bool | None,
    k: int | None,
    value: Value,
) -> Directions:
    """Give the k first eigenvectors of a Gram matrix ``[d, d]`` as directions of a generator."""
    eigenvalues, vectors = decompose(matrix)
    return Directions(
        vectors=vectors[:k],
        eigenvalues=eigenvalues[:k],
        trace=float(matrix.trace()),
        rows=rows,
        method=method,
        layers=layers,
        normalized=normalized,
        fingerprint=generator.fingerprint,
        edit_rows=edit_rows(generator, layers),
        value=value,
    )


def edit_rows(generator: Generator, layers: Iterable[int]) -> tuple[int, ...]:
    """Give the code rows that some layers read, ascending; all rows if none of the layers reads the latent.

    Directions of layers behind the latent's way in can only be followed by moving the whole latent.
    """
    rows = {row for number in layers if (row := generator.layers[number].row) is not None}
    return tuple(sorted(rows)) or tuple(range(generator.num_codes))


def decompose(gram: Tensor) -> tuple[Tensor, Tensor]:
    """Turn a Gram matrix ``[d, d]`` into eigenvalues ``[d]`` descending and eigenvectors as rows ``[d, d]``.

    float64 ``eigh``, which sorts; eigenvalues below zero by rounding become 0; each vector's entry of
    largest magnitude is positive, so that the same matrix gives the same signs everywhere.
    """
    values, vectors = torch.linalg.eigh(gram)
    rows = vectors.T.flip(0)
    least, most = rows.aminmax(dim=1, keepdim=True)
    return values.flip(0).clamp_min_(0), rows.mul_(torch.where(-least > most, -1.0, 1.0))


def format_layers(layers: tuple[int, ...]) -> str:
    """Write layer numbers as people do: ``0``, ``2-5`` or ``0,3,7`` (ends included)."""
    layers = tuple(whole(n, "A layer number", 0) for n in several(layers, "layers", "layer numbers"))
    if len(layers) > 1 and layers == tuple(range(layers[0], layers[-1] + 1)):
        return f"{layers[0]}-{layers[-1]}"
    return ",".join(map(str, layers))


def choose_layers(generator: Generator, layers: LayerChoice) -> tuple[int, ...]:
    """Turn a choice of layers into their numbers in ascending order, or say what is wrong with it.

    None is all layers that read the latent.

    Raises
    ------
    ValueError
        If the choice is empty, not of whole numbers, or outside the generator's layers.
    """
    check_generator(generator)
    if layers is None:
        return tuple(n for n, layer in enumerate(generator.layers) if layer.row is not None)
    return tuple(indices(layers, "layer", len(generator.layers), repr(generator.name)))


def responds(generator: Generator) -> bool:
    """Tell whether the layers of a generator have a composed response to the latent."""
    with torch.no_grad():
        if any(generator.modulations(number) for number in range(len(generator.layers))):
            return True
        latent = torch.zeros(1, generator.latent_dim, device=generator.device, dtype=generator.dtype)
        try:
            next(iter(generator.responses(latent)))
        except NotImplementedError:
            return False
        return True
