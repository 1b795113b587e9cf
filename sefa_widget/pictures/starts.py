"""Where pictures begin: a seed or a pinned latent, with its class, truncation and noise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch

from sefa_widget.arguments import MAX_SEED, is_many, whole
from sefa_widget.generators.base import Generator, Latent, Noise
from sefa_widget.pictures.features import KeptFeatures


@dataclass(frozen=True, slots=True)
class Start:
    """Where one picture begins.

    >>> Start(31, truncation_psi=0.8).seed
    31

    Attributes
    ----------
    seed
        Which latent is drawn; None where `latent` is given.
    latent
        A pinned latent of length 1, for example of a photo; its class and truncation are in it already.
    label
        Class that a seed is drawn with; None is class 0 where there are classes.
    truncation_psi, truncation_cutoff
        Truncation that a seed is drawn with; see `Generator.mapping`.
    noise
        See `Generator.synthesize`.
    """

    seed: int | None = None
    latent: Latent | None = None
    label: int | None = None
    truncation_psi: float = 1.0
    truncation_cutoff: int | None = None
    noise: Noise = "const"

    def __post_init__(self) -> None:
        """Refuse a start that names no latent, or two."""
        if (self.seed is None) == (self.latent is None):
            raise ValueError(f"A start is a seed or a latent, one of both; this one has seed={self.seed!r}.")
        if self.seed is not None:
            object.__setattr__(self, "seed", whole(self.seed, "The seed", 0, MAX_SEED))
        elif self.latent is not None and len(self.latent) != 1:
            raise ValueError(f"A pinned latent is of 1 picture; this one is of {len(self.latent)}.")


Starts = int | Start | Latent | Iterable["int | Start | Latent"]
"""What `as_starts` takes."""


def as_starts(given: Starts) -> tuple[Start, ...]:
    """Take seeds, starts and latents, one or many, as starts.

    >>> [start.seed for start in as_starts([3, Start(5)])]
    [3, 5]

    Raises
    ------
    ValueError
        If there is none, or one is something else.
    """
    if isinstance(given, Start):
        return (given,)
    if isinstance(given, Latent):
        return tuple(
            Start(latent=latent, truncation_psi=latent.truncation_psi)
            for latent in (given[place] for place in range(len(given)))
        )
    if is_many(given):
        found = tuple(start for one in given for start in as_starts(one))
        if not found:
            raise ValueError("No start is given; a picture begins at a seed, a Start or a Latent.")
        return found
    return (Start(seed=whole(given, "The seed", 0, MAX_SEED)),)


def batches(starts: Sequence[Start], most: int, first: Sequence[int] = ()) -> Iterator[list[int]]:
    """Give the places of starts that are drawn together, at most `most` at a time.

    Starts of one truncation and noise come together, because a generator draws a batch with one of each;
    the places `first` come before all others, in batches of their own.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    urgent = dict.fromkeys(first)
    for place in [*urgent, *(place for place in range(len(starts)) if place not in urgent)]:
        start = starts[place]
        kind = (start.latent is None, start.truncation_psi, start.truncation_cutoff, start.label is None)
        groups.setdefault((place in urgent, start.noise, *kind), []).append(place)
    for places in groups.values():
        for begin in range(0, len(places), most):
            yield places[begin : begin + most]


def latent_of(
    generator: Generator, starts: Sequence[Start], kept: KeptFeatures | None = None, weights: int = 0
) -> Latent:
    """Make the latent of starts that `batches` puts together.

    Seeds are drawn and mapped once: `kept` has the latents of earlier calls with the same `weights`, the
    number that `KeptFeatures.use` gave.
    """
    pinned = [start.latent for start in starts if start.latent is not None]
    if pinned:
        return Latent.cat(pinned).to(generator.device)
    if kept is None:
        return _sampled(generator, starts)
    keys = [
        ("latent", weights, start.seed, start.label, start.truncation_psi, start.truncation_cutoff)
        for start in starts
    ]
    found = {key: kept.get(key) or () for key in keys}
    missing = {key: start for key, start in zip(keys, starts, strict=True) if not found[key]}
    if missing:
        drawn = _sampled(generator, list(missing.values()))
        for place, key in enumerate(missing):
            latent = drawn[place]
            found[key] = (latent.codes,) if latent.labels is None else (latent.codes, latent.labels)
            kept.put(key, found[key])
    parts = [found[key] for key in keys]
    labels = torch.cat([part[1] for part in parts]) if len(parts[0]) > 1 else None
    return Latent(torch.cat([part[0] for part in parts]), labels, starts[0].truncation_psi)


def _sampled(generator: Generator, starts: Sequence[Start]) -> Latent:
    first = starts[0]
    labels = [start.label for start in starts if start.label is not None]
    return generator.sample(
        [start.seed for start in starts if start.seed is not None],
        labels=labels or None,
        truncation_psi=first.truncation_psi,
        truncation_cutoff=first.truncation_cutoff,
    )
