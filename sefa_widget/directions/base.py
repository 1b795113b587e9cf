"""What every method takes and gives: layers of a generator in, unit directions, strongest first, out."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sefa_widget.arguments import indices, instance, several, whole
from sefa_widget.generators.base import Generator, check_generator

LayerChoice = tuple[int, int] | Sequence[int] | None
"""A half-open range ``(start, stop)``, any other sequence of layer numbers, or None for the default."""


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Directions of a generator's latent space; a value, never changed after it is made.

    Attributes
    ----------
    vectors
        ``[k, d]`` float64 on the CPU: unit rows, the entry of largest magnitude positive.
    eigenvalues
        ``[k]`` float64, descending; never negative.
    trace
        What the eigenvalues of all d directions add up to; m with SeFa's normalised rows.
    rows
        m: how many units of the generator were stacked as rows (rows of zeros not counted), or how many
        values of the picture were compared.
    method
        How they were found, for example ``"sefa"``.
    layers
        Numbers of the layers they were found in.
    normalized
        Whether the rows of the latent weights were scaled to unit length first.
    fingerprint
        Fingerprint of the generator they belong to.
    edit_rows
        The code rows that an edit moves unless it is told otherwise: those that the layers read (see
        `edit_rows`); None where that is not known, then all rows.
    """

    vectors: Tensor
    eigenvalues: Tensor
    trace: float
    rows: int
    method: str
    layers: tuple[int, ...]
    normalized: bool
    fingerprint: str
    edit_rows: tuple[int, ...] | None = None

    def __len__(self) -> int:
        """Give k."""
        return len(self.vectors)

    def first(self, k: int | None) -> Directions:
        """Give the first k directions alone, or all if there are fewer; None is all."""
        k = None if k is None else whole(k, "k", 1)
        return replace(self, vectors=self.vectors[:k], eigenvalues=self.eigenvalues[:k])

    @property
    def shares(self) -> Tensor:
        """Each direction's share of the trace, ``[k]``: 0 to 1, comparable between layers and models.

        With SeFa's normalised rows this is lambda/m.
        """
        return self.eigenvalues / self.trace

    def __repr__(self) -> str:
        """Say what they are in one line."""
        layers = f" of layers {format_layers(self.layers)}" if self.layers else ""
        rows = ", unit rows" if self.normalized else ""
        return (
            f"Directions({len(self)} of size {self.vectors.shape[1]}, {self.method}{layers}{rows}, "
            f"top share {float(self.shares[0]):.3g})"
        )


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
    normalize: bool,
    k: int | None,
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
        normalized=normalize,
        fingerprint=generator.fingerprint,
        edit_rows=edit_rows(generator, layers),
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
