"""Directions of a latent space: the vectors, what they are valued by, and the search that found them."""

from __future__ import annotations

import reprlib
import warnings
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sefa_widget.arguments import instance, several, whole
from sefa_widget.directions.layers import LayerChoice, choose_layers, edit_rows, format_layers
from sefa_widget.directions.search import Search
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator, check_generator


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Directions of a generator's latent space; a value, never changed after it is made.

    Directions are a sequence: ``len(directions)``, ``directions[3]``, ``directions["smile"]``,
    ``directions[2:5]`` and a loop over them work, and each part is `Directions` again.

    >>> found = Directions.from_vectors([[3.0, 4.0], [0.0, 1.0]], names=["smile", "age"])
    >>> found["age"].vectors
    tensor([[0., 1.]], dtype=torch.float64)

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
    search
        How they were found: method, layers, normalisation and options. ``search.find(generator)`` finds them
        again, unless they were not found here (``"given"``, or files of others).
    fingerprint
        Fingerprint of the generator they belong to.
    edit_rows
        The code rows that an edit moves unless it is told otherwise: those that the layers read (see
        `edit_rows`); None where that is not known, then all rows.
    value
        What `values` are; None where the method gives its directions no values.
    names
        A name for each direction, or none at all. `edit` takes them in the place of numbers.
    notes
        What to know of how they were found, in sentences: that a search has not converged, for example.
    """

    vectors: Tensor
    eigenvalues: Tensor
    trace: float
    rows: int
    search: Search
    fingerprint: str
    edit_rows: tuple[int, ...] | None = None
    value: Value | None = None
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def from_vectors(
        cls,
        vectors: Tensor | np.ndarray[Any, Any] | Sequence[Any],
        *,
        names: Sequence[str] = (),
        generator: Generator | None = None,
        layers: LayerChoice = None,
    ) -> Directions:
        """Make directions of any vectors, for example of a classifier's weights.

        Parameters
        ----------
        vectors
            ``[k, d]``, or one vector ``[d]``; scaled to unit length, with the signs they have.
        names
            A name for each.
        generator
            Whose latent space they are of; None where that is not known.
        layers
            Layers whose code rows an edit moves; None is all that read the latent. Only with a generator.

        Raises
        ------
        ValueError
            If vectors are zero, NaN or infinite, or do not fit the names or the generator.
        """
        try:
            rows = torch.as_tensor(vectors).detach().to("cpu", torch.float64)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ValueError(f"vectors is {reprlib.repr(vectors)}; it must be numbers [k, d].") from error
        rows = rows[None] if rows.ndim == 1 else rows
        lengths = rows.norm(dim=-1, keepdim=True)
        if rows.ndim != 2 or not rows.numel() or not (lengths.isfinite() & (lengths > 0)).all():
            raise ValueError(
                f"vectors has shape {list(rows.shape)}; it must be [k, d], each vector finite and not zero."
            )
        numbers = () if generator is None else choose_layers(check_generator(generator), layers)
        found = cls(
            vectors=rows / lengths,
            eigenvalues=torch.ones(len(rows), dtype=torch.float64),
            trace=float(len(rows)),
            rows=0,
            search=Search("given", numbers or None, None),
            fingerprint="" if generator is None else generator.fingerprint,
            edit_rows=None if generator is None else edit_rows(generator, numbers),
        ).named(names)
        if generator is not None:
            check_fit(found, generator, "The vectors")
        return found

    @property
    def method(self) -> str:
        """How they were found, for example ``"sefa"``."""
        return self.search.method or ""

    @property
    def layers(self) -> tuple[int, ...]:
        """Numbers of the layers they were found in; none where that is not known."""
        return self.search.layers or ()

    @property
    def normalized(self) -> bool | None:
        """Whether the rows of the weights were scaled to unit length first; None where none are read."""
        return self.search.normalize

    @property
    def options(self) -> Mapping[str, Hashable]:
        """Options of the method that are not at their defaults, arrays and lists as tuples."""
        return dict(self.search.options)

    def named(self, names: Sequence[str]) -> Directions:
        """Give the same directions with a name for each, or without names where none is given."""
        texts = [
            instance(name, "A name", str, "a text") for name in several(names, "names", "a list of texts")
        ]
        if texts and (len(texts) != len(self) or len(set(texts)) < len(texts) or not all(texts)):
            raise ValueError(
                f"names is {reprlib.repr(texts)}; it must be {len(self)} different texts, one for each."
            )
        return replace(self, names=tuple(texts))

    def index(self, key: int | str) -> int:
        """Give the number of a direction by its number or name.

        Raises
        ------
        ValueError
            If there is no such direction.
        """
        if isinstance(key, str):
            if key not in self.names:
                known = f"they are called {', '.join(self.names)}" if self.names else "they have no names"
                raise ValueError(f"There is no direction {key!r}: {known}.")
            return self.names.index(key)
        return whole(key, "A direction", 0, len(self) - 1)

    def __getitem__(self, key: int | str | slice) -> Directions:
        """Give one direction, by name or number (negative ones count from the end), or a slice of them.

        Raises
        ------
        IndexError
            If there is no such number.
        ValueError
            If there is no such name.
        """
        if not isinstance(key, slice):
            if not isinstance(key, str) and not -len(self) <= key < len(self):
                raise IndexError(f"Direction {key} is outside 0:{len(self)}.")  # ends a loop over them
            place = self.index(key) if isinstance(key, str) else range(len(self))[key]
            key = slice(place, place + 1)
        names = self.names[key]
        return replace(self, vectors=self.vectors[key], eigenvalues=self.eigenvalues[key], names=names)

    def __len__(self) -> int:
        """Give k."""
        return len(self.vectors)

    def first(self, k: int | None) -> Directions:
        """Give the first k directions alone, or all if there are fewer; None is all."""
        k = None if k is None else whole(k, "k", 1)
        return self[:k]

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
