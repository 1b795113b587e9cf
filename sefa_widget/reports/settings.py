"""What a report is made with, checked: which directions, which seeds, how many controls."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass

from sefa_widget.arguments import MAX_SEED, instance, number, several, whole, wholes
from sefa_widget.directions.layers import choose_layers
from sefa_widget.directions.methods import method_named
from sefa_widget.directions.presets import RANGES, Range, range_of, usual_layers
from sefa_widget.generators.base import Generator
from sefa_widget.measures.sliders.measuring import MEASURED
from sefa_widget.pictures.starts import Start

COMPARED = ("sefa", "conv", "composed", "pca", "random")
"""Methods whose directions are held against each other: those that take seconds at most."""
SEEDS = (0, 1, 2, 3)
"""Where the generator has no better ones to begin with."""
MOST_SEEDS = 12
LEAST_SAMPLES = 4
LEAST_MEGABYTES = 0.1


@dataclass(frozen=True, slots=True)
class Settings:
    """What a report is made with; see `sefa_widget.reports.report`.

    Attributes
    ----------
    title, note
        What stands above the report, and a line below its title.
    layers
        Half-open ranges of layers: a group of directions each.
    chosen
        Whether these layers were asked for; if not, those that no method reads are left out.
    methods
        Names of the methods whose directions are held against each other.
    seeds, label, truncation_psi
        Where pictures begin, their class and truncation.
    k, wall
        How many directions of each group have filmstrips, and how many both ends.
    samples, controls
        Over how many fresh seeds the effect is measured, and how many random directions, random bases and
        networks before training stand beside.
    labels
        The file that names of directions are from, without its folder; "" where they were given in memory;
        None where there are none.
    most_megabytes
        Size of the file, at most.
    """

    title: str
    note: str
    layers: tuple[Range, ...]
    chosen: bool
    methods: tuple[str, ...]
    seeds: tuple[int, ...]
    label: int | None
    truncation_psi: float
    k: int
    wall: int
    samples: int
    controls: int
    labels: str | None
    most_megabytes: float

    @property
    def starts(self) -> tuple[Start, ...]:
        """Where its pictures begin."""
        return tuple(Start(seed, label=self.label, truncation_psi=self.truncation_psi) for seed in self.seeds)


def settings_of(
    generator: Generator,
    *,
    title: str | None,
    note: str,
    layers: Sequence[tuple[int, int]] | None,
    methods: Sequence[str],
    seeds: int | Sequence[int] | None,
    label: int | None,
    truncation_psi: float | None,
    k: int,
    wall: int,
    samples: int,
    controls: int,
    labels: str | None,
    most_megabytes: float,
) -> Settings:
    """Check what was given, and fill in what was left open.

    Raises
    ------
    ValueError
        If something is not what it may be.
    """
    opening = generator.opening
    usual = SEEDS if len(opening.seeds) < len(SEEDS) else opening.seeds
    numbers = wholes(usual if seeds is None else seeds, "seeds", "A seed", 0, MAX_SEED)
    if len(set(numbers)) < len(numbers) or len(numbers) > MOST_SEEDS:
        raise ValueError(
            f"seeds is {reprlib.repr(numbers)}; it must be different seeds, {MOST_SEEDS} at most."
        )
    k = whole(k, "k", 1, MEASURED)
    usual_label = opening.classes(generator.num_classes)[0] or 0
    label = whole(usual_label if label is None else label, "label", 0, max(0, generator.num_classes - 1))
    return Settings(
        title=generator.name if title is None else instance(title, "title", str, "a text"),
        note=instance(note, "note", str, "a text"),
        layers=_ranges(generator, layers),
        chosen=layers is not None,
        methods=_methods(methods),
        seeds=tuple(numbers),
        label=label if generator.num_classes else None,
        truncation_psi=number(
            opening.truncation_psi if truncation_psi is None else truncation_psi, "truncation_psi"
        ),
        k=min(k, generator.latent_dim),
        wall=min(max(k, whole(wall, "wall", 1, MEASURED)), generator.latent_dim),
        samples=whole(samples, "samples", LEAST_SAMPLES),
        controls=whole(controls, "controls", 1),
        labels=labels,
        most_megabytes=number(most_megabytes, "most_megabytes", LEAST_MEGABYTES, 1000),
    )


def _ranges(generator: Generator, layers: Sequence[tuple[int, int]] | None) -> tuple[Range, ...]:
    given = usual_layers(generator) if layers is None else several(layers, "layers", RANGES)
    if not given:
        raise ValueError(f"layers is empty; it must be {RANGES}, or None for the usual ones.")
    ranges = [range_of(one) for one in given]
    for one in ranges:
        choose_layers(generator, one)
    return tuple(dict.fromkeys(ranges))


def _methods(methods: Sequence[str]) -> tuple[str, ...]:
    given = several(methods, "methods", "a list of names of methods")
    return tuple(dict.fromkeys(method_named(one).name for one in given))
