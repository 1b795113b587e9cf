"""Sheets of one direction over several people, and of many directions on one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sefa_widget.arguments import number, several, whole
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.measures.sliders import Setting, Unedited, measured_range
from sefa_widget.pictures.editing import Edit, Rows, row_numbers
from sefa_widget.pictures.sheet import Sheet, sheet
from sefa_widget.pictures.starts import Start, Starts, as_starts
from sefa_widget.progress import Progress

SHARES = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Strengths of a strip as shares of the slider's end."""


def strip(
    generator: Generator,
    directions: Directions,
    which: int | str,
    *,
    seeds: Starts = (0, 1, 2),
    strengths: Sequence[float] | None = None,
    rows: Rows = None,
    progress: Progress | None = None,
) -> Sheet:
    """Draw one direction at several strengths, a row for each start.

    >>> from sefa_widget import factorize, load_generator
    >>> heads = load_generator("heads", device="cpu")
    >>> strip(heads, factorize(heads, layers=(0, 3)), 0, seeds=[31, 88], strengths=[-0.6, 0, 0.6])
    Sheet(2 x 3 pictures of 64x64, 'heads')

    Parameters
    ----------
    generator
        Draws the pictures.
    directions, which
        Directions, and the number or name of the one that is shown.
    seeds
        Seeds, starts or latents.
    strengths
        From left to right. None is -1, -1/2, 0, 1/2 and 1 times the end of the panel's slider, which is
        measured first, with the class and truncation of the first start; see `measures.sliders.measuring`.
    rows
        The code rows that move; see `edit`.
    progress
        See `sheet`.

    Returns
    -------
    Sheet
        One row for each start, one column for each strength.
    """
    check_generator(generator)
    index = check_directions(directions).index(which)
    starts = as_starts(seeds)
    if strengths is None:
        end = _ends(generator, directions[index], starts[0], rows)[0]
        wanted = [share * end for share in SHARES]
    else:
        given = several(strengths, "strengths", "a list of numbers")
        wanted = [number(strength, "A strength") for strength in given]
    return sheet(
        generator, starts, [Edit(directions, {index: value}, rows) for value in wanted], progress=progress
    )


def wall(
    generator: Generator,
    directions: Directions,
    k: int = 10,
    seed: int | Start = 0,
    *,
    rows: Rows = None,
    progress: Progress | None = None,
) -> Sheet:
    """Draw both slider ends of the first k directions on one start.

    >>> from sefa_widget import factorize, load_generator
    >>> faces = load_generator("faces", device="cpu")
    >>> wall(faces, factorize(faces), k=2, seed=47)
    Sheet(2 x 2 pictures of 64x64, 'faces')

    Parameters
    ----------
    generator, directions
        Draws the pictures; the directions.
    k
        How many, or all if there are fewer.
    seed
        A seed or a `Start`.
    rows, progress
        See `strip`.

    Returns
    -------
    Sheet
        One row for each direction: its minus end, its plus end.
    """
    check_generator(generator)
    some = check_directions(directions).first(whole(k, "k", 1))
    start, *others = as_starts(seed)
    if others:
        raise ValueError(f"There are {1 + len(others)} starts; a wall is of one seed or Start.")
    ends = _ends(generator, some, start, rows)
    edits = [Edit(some, {n: side * end}, rows) for n, end in enumerate(ends) for side in (-1, 1)]
    drawn = sheet(generator, start, edits, progress=progress)
    return replace(drawn, tiles=drawn.tiles.reshape(len(some), 2, *drawn.tiles.shape[2:]))


def _ends(generator: Generator, directions: Directions, start: Start, rows: Rows) -> list[float]:
    """Measure where the sliders of directions end, as the panel does."""
    moved = row_numbers(rows, generator.num_codes, directions)
    setting = Setting(start.label, start.truncation_psi, start.truncation_cutoff)
    return measured_range(generator, directions, moved, Unedited(generator, setting)).ends.tolist()
