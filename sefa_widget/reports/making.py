"""Makes a report: finds, measures, draws, and writes one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from torch import nn

from sefa_widget.arguments import function, instance, new_file
from sefa_widget.checkpoint import Checkpoint
from sefa_widget.directions.scores import Scorer
from sefa_widget.generators import load_generator
from sefa_widget.generators.base import Generator
from sefa_widget.labels import Labels, load_labels
from sefa_widget.progress import Progress, check_progress, shares
from sefa_widget.reports.agreement import find_agreement
from sefa_widget.reports.contents import Contents
from sefa_widget.reports.document import document
from sefa_widget.reports.effects import measure, usual_scorer
from sefa_widget.reports.films import draw_films
from sefa_widget.reports.groups import find_groups
from sefa_widget.reports.packing import pack
from sefa_widget.reports.settings import COMPARED, Settings, settings_of
from sefa_widget.saving import replacing

MOST_MEGABYTES = 10.0
"""How large a report may be unless told otherwise."""
TEXT_SHARE, TEXT_BYTES = 0.1, 400_000
"""What is kept of the file for all but the pictures: a share of it, at most so many bytes."""
SPARE_BYTES = 1000
"""What the text may grow by where pictures are packed in another way."""


def report(
    source: Generator | str | Path | Checkpoint | nn.Module,
    path: str | Path,
    *,
    title: str | None = None,
    note: str = "",
    layers: Sequence[tuple[int, int]] | None = None,
    methods: Sequence[str] = COMPARED,
    seeds: int | Sequence[int] | None = None,
    label: int | None = None,
    truncation_psi: float | None = None,
    k: int = 6,
    wall: int = 12,
    samples: int = 16,
    controls: int = 20,
    scorer: Scorer | Literal["bundled"] | None = "bundled",
    labels: Labels | str | Path | None = None,
    most_megabytes: float = MOST_MEGABYTES,
    progress: Progress | None = None,
) -> Path:
    """Write what a generator's directions do as one HTML file, without a notebook.

    >>> report("heads", "heads.html").name  # doctest: +SKIP
    'heads.html'

    The file opens from the disk, without a network, and holds no program. For each group of layers it has the
    spectrum beside networks before training, both ends of the strongest directions, filmstrips in two views
    (one seed and many directions, or one direction and many seeds), and the measured effect with its error
    beside random directions. Then it says how alike the directions of several methods are, beside random
    bases, and how all of this was made. Directions are those of SeFa, or composed ones where layers do not
    read the latent.

    Parameters
    ----------
    source
        What `load_generator` takes.
    path
        Where to write; an existing file is replaced as a whole or not at all.
    title
        What stands above it; None is the name of the generator.
    note
        A line below the title, for example the licence of the model.
    layers
        Half-open ranges of layers, a group of directions each; None is the panel's presets.
    methods
        Names of methods whose directions are held against each other.
    seeds
        Where pictures begin, at most 12; None is those that a panel begins with.
    label
        Their class; None is class 0 where there are classes.
    truncation_psi
        Their truncation; None is what a panel begins with.
    k
        How many directions of each group have filmstrips, at most 32.
    wall
        How many have both ends shown and their effect measured, at most 32.
    samples
        Over how many fresh seeds effects are measured, at least 4.
    controls
        How many networks before training, random directions and random bases stand beside.
    scorer
        Reads attributes off pictures, as for `evaluation.rescore`. ``"bundled"`` is the one that comes along,
        where the generator is the bundled heads; None measures the change of the picture alone.
    labels
        Names of directions, `Labels` or a file of them, which are found again among these directions.
    most_megabytes
        How large the file may be. Pictures are written without loss where that fits, else smaller, step by
        step; the report says how.
    progress
        Called with how much is done, and of how much; what it raises ends the work, and nothing is written.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ValueError
        If an argument is wrong, or so many pictures do not fit.
    CheckpointError
        If the file of the generator cannot be read.
    SaveError
        If the disk is full or cannot be written to.
    """
    path = new_file(path)
    check_progress(progress)
    reads = None
    if scorer is not None and scorer != "bundled":
        reads = function(scorer, "scorer", "images [M, C, H, W]")
    names = load_labels(labels) if isinstance(labels, str | Path) else labels
    if names is not None:
        instance(names, "labels", Labels, "Labels, or a file of them")
    generator = load_generator(source)
    if scorer == "bundled":
        reads = usual_scorer(generator)
    settings = settings_of(
        generator,
        title=title,
        note=note,
        layers=layers,
        methods=methods,
        seeds=seeds,
        label=label,
        truncation_psi=truncation_psi,
        k=k,
        wall=wall,
        samples=samples,
        controls=controls,
        labels=None if labels is None else Path(labels).name if isinstance(labels, str | Path) else "",
        most_megabytes=most_megabytes,
    )
    given = None if scorer is not None and scorer != "bundled" else reads is not None
    return write_report(generator, settings, reads, given, names, path, progress)


def write_report(
    generator: Generator,
    settings: Settings,
    scorer: Scorer | None,
    attributes: bool | None,
    labels: Labels | None,
    path: Path,
    progress: Progress | None = None,
) -> Path:
    """Write the report of checked settings; for `attributes` see `Contents`."""
    weights = [4, 1, 4, 1, 2 if scorer is None else 10]
    finding, comparing, drawing, packing, measuring = shares(progress, weights)
    groups = find_groups(generator, settings, finding, labels)
    agreement = find_agreement(generator, settings.methods, comparing)
    most = int(settings.most_megabytes * 1e6)
    films = draw_films(generator, groups, settings, drawing)
    packed = pack(films.all, most - min(TEXT_BYTES, int(TEXT_SHARE * most)), packing)
    measured = [
        measure(generator, group, settings, scorer, telling)
        for group, telling in zip(groups, shares(measuring, [1] * len(groups)), strict=True)
    ]
    contents = Contents(
        generator=generator,
        settings=settings,
        file=path.name,
        groups=tuple(groups),
        measured=tuple(measured),
        agreement=agreement,
        packed=packed,
        attributes=attributes,
    )
    written = document(contents)
    if len(written) > most:  # more text than was kept for it
        text = len(written) - packed.size + SPARE_BYTES
        written = document(replace(contents, packed=pack(films.all, max(0, most - text))))
    if progress is not None:
        progress(1, 1)
    with replacing(path) as beside:
        beside.write_bytes(written)
    return path
