"""A sheet is a grid of pictures: every start with every edit. All that is shown or written is a sheet."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sefa_widget.arguments import choice, function, instance, new_file
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.pictures.drawing import tiles as draw_tiles
from sefa_widget.pictures.editing import UNEDITED, Edit, offset, row_numbers
from sefa_widget.pictures.frames import to_pixels
from sefa_widget.pictures.starts import Start, Starts, as_starts

Tiles = NDArray[np.uint8]
"""``[R, C, H, W, 3]`` RGB."""

Progress = Callable[[int, int], object]
"""Called with how many pictures are drawn, and how many there are; what it raises ends the work."""

FORMATS = (".png", ".webp", ".npz")
"""Kinds of files a sheet is written as."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A grid of pictures, which shows itself in a notebook; made by `sheet`.

    Attributes
    ----------
    tiles
        ``[R, C, H, W, 3]`` 8-bit RGB: one row for each start, one column for each edit.
    recipe
        How it was made, as plain JSON values: the generator's name and fingerprint, starts and edits.
    """

    tiles: Tiles
    recipe: Mapping[str, Any]

    def image(self) -> Image.Image:
        """Give the whole grid as one picture, tiles side by side."""
        rows, columns, height, width, _ = self.tiles.shape
        grid = self.tiles.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, 3)
        return Image.fromarray(np.ascontiguousarray(grid))

    def save(self, path: str | Path) -> Path:
        """Write the grid; its recipe travels in the file.

        Parameters
        ----------
        path
            Its ending says how: ``.png`` and ``.webp`` are the picture without loss, the recipe under
            ``sefa_widget`` in the text or the XMP metadata; ``.npz`` has the arrays ``tiles`` and ``recipe``
            (JSON). An existing file is replaced.

        Returns
        -------
        Path
            The path written.

        Raises
        ------
        ValueError
            If the ending is another, or there is no such folder.
        """
        path = new_file(path)
        kind = choice(path.suffix.lower(), "The ending of path", FORMATS)
        recipe = json.dumps(self.recipe)
        if kind == ".png":
            text = PngInfo()
            text.add_itxt("sefa_widget", recipe)
            self.image().save(path, pnginfo=text)
        elif kind == ".webp":
            self.image().save(path, lossless=True, exact=True, xmp=recipe.encode())
        else:
            np.savez_compressed(path, tiles=self.tiles, recipe=np.array(recipe))
        return path

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.image().save(buffer, "PNG")
        return buffer.getvalue()

    def __repr__(self) -> str:
        """Say what is on it."""
        rows, columns, height, width, _ = self.tiles.shape
        return f"Sheet({rows} x {columns} pictures of {width}x{height}, {self.recipe['generator']['name']!r})"


def sheet(
    generator: Generator,
    starts: Starts,
    edits: Edit | Sequence[Edit] | None = None,
    *,
    progress: Progress | None = None,
) -> Sheet:
    """Draw every start with every edit.

    >>> from sefa_widget import factorize, load_generator
    >>> heads = load_generator("heads", device="cpu")
    >>> turn = factorize(heads, layers=(0, 3))
    >>> sheet(heads, [31, 88], [Edit(turn, {0: s}) for s in (-0.5, 0.0, 0.5)])
    Sheet(2 x 3 pictures of 64x64, 'heads')

    Parameters
    ----------
    generator
        Draws the pictures.
    starts
        A seed, a `Start`, a `Latent`, or a sequence of these: the R rows.
    edits
        An `Edit` or a sequence of them: the C columns. None is one column without any edit.
    progress
        Called as ``progress(done, R * C)`` after every picture.

    Returns
    -------
    Sheet
        All pictures in memory: R * C * H * W * 3 bytes.

    Raises
    ------
    ValueError
        If there is no start or no edit, or one does not fit the generator.
    """
    check_generator(generator)
    rows = as_starts(starts)
    columns = _columns(edits)
    if progress is not None:
        function(progress, "progress", "how many pictures are drawn and how many there are")
    drawn: Tiles | None = None
    total = len(rows) * len(columns)
    for done, tile in enumerate(draw_tiles(generator, rows, columns), start=1):
        pixels = to_pixels(tile.image)
        if drawn is None:
            drawn = np.empty((len(rows), len(columns), *pixels.shape), np.uint8)
        drawn[tile.row, tile.column] = pixels
        if progress is not None:
            progress(done, total)
    assert drawn is not None  # there is one start and one edit at least
    return Sheet(drawn, recipe(generator, rows, columns))


def _columns(edits: Edit | Sequence[Edit] | None) -> tuple[Edit, ...]:
    given = (UNEDITED,) if edits is None else (edits,) if isinstance(edits, Edit) else tuple(edits)
    if not given:
        raise ValueError("No edit is given; give one Edit or more, or None for unedited pictures.")
    return tuple(instance(edit, "An edit", Edit, "an Edit(directions, strengths)") for edit in given)


def recipe(generator: Generator, starts: Sequence[Start], edits: Sequence[Edit]) -> dict[str, Any]:
    """Say how a sheet is made, as plain JSON values; an edit is the vector that it adds to its code rows."""
    return {
        "generator": {"name": generator.name, "fingerprint": generator.fingerprint},
        "starts": [_start(start) for start in starts],
        "edits": [_edit(generator, edit) for edit in edits],
    }


def _start(start: Start) -> dict[str, Any]:
    truncation = {"truncation_psi": start.truncation_psi, "truncation_cutoff": start.truncation_cutoff}
    if start.latent is not None:
        return {"codes": start.latent.codes[0].tolist(), "noise": start.noise, **truncation}
    return {"seed": start.seed, "label": start.label, "noise": start.noise, **truncation}


def _edit(generator: Generator, edit: Edit) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    part: Edit | None = edit
    while part is not None:
        if part.directions is not None and part.moves:
            found = part.directions
            strengths = {str(key): float(value) for key, value in part.strengths.items()}
            rows = row_numbers(part.rows, generator.num_codes, found)
            parts.append(
                {
                    "method": found.method,
                    "layers": list(found.layers),
                    "strengths": strengths,
                    "rows": rows,
                    "vector": offset(found, part.strengths).tolist(),
                }
            )
        part = part.also
    return {"parts": parts}
