"""A sheet is a grid of pictures: every start with every edit. All that is shown or written is a sheet."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sefa_widget.arguments import choice, flag, instance, new_file, positive
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.pictures.animation import ANIMATED, frames_of, write_animation
from sefa_widget.pictures.drawing import tiles as draw_tiles
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.pictures.files import STILL, Tiles, grid_image, write
from sefa_widget.pictures.frames import to_pixels
from sefa_widget.pictures.recipe import recipe
from sefa_widget.pictures.starts import Starts, as_starts
from sefa_widget.progress import Progress, check_progress


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
        return grid_image(self.tiles)

    def save(self, path: str | Path) -> Path:
        """Write the grid; its recipe travels in the file, which is replaced as a whole or not at all.

        Parameters
        ----------
        path
            Its ending says how: ``.png`` and ``.webp`` are the picture without loss, the recipe under
            ``sefa_widget`` in the text or the XMP metadata; ``.npz`` has the arrays ``tiles`` and ``recipe``
            (JSON); ``.gif`` and ``.mp4`` are what `animate` writes. An existing file is replaced.

        Returns
        -------
        Path
            The path written.

        Raises
        ------
        ValueError
            If the ending is another, or there is no such folder; for animations see `animate`.
        """
        path = new_file(path)
        kind = choice(path.suffix.lower(), "The ending of path", (*STILL, *ANIMATED))
        if kind not in STILL:
            return self.animate(path)
        write(path, self.tiles, self.recipe)
        return path

    def animate(
        self,
        path: str | Path,
        *,
        fps: float = 12.5,
        seconds: float | None = None,
        stacked: bool = False,
        back: bool = True,
    ) -> Path:
        """Write the grid as an animation: its columns follow each other in time.

        >>> import tempfile
        >>> from sefa_widget import factorize, load_generator
        >>> heads = load_generator("heads", device="cpu")
        >>> turn = factorize(heads, layers=(0, 3))
        >>> film = sheet(heads, [31, 88], [Edit(turn, {0: s / 4}) for s in range(-2, 3)])
        >>> film.animate(Path(tempfile.mkdtemp()) / "turn.webp", seconds=2).name
        'turn.webp'

        Parameters
        ----------
        path
            Its ending says how: ``.gif`` (256 colours a frame), ``.webp`` (without loss) or ``.mp4`` (H.264;
            needs PyAV: ``pip install 'sefa_widget[video]'``). The first two repeat for ever. The recipe is in
            the GIF's comment, the XMP metadata of WebP, the MP4's comment. An existing file is replaced.
        fps
            Frames per second. GIF counts time in hundredths of a second, WebP in thousandths: the times of
            single frames are rounded so that the whole takes as long as asked for.
        seconds
            How long the whole takes, there and back, in the place of `fps`.
        stacked
            Whether the rows stand on top of each other; else they stand side by side.
        back
            Whether the columns are shown there and back, so that no jump is seen where it repeats.

        Returns
        -------
        Path
            The path written.

        Raises
        ------
        ValueError
            If the ending is another, there is no such folder, the sheet has one column only, or the times
            are no positive numbers, or too short for GIF (0.02 s a frame) or WebP (0.001 s).
        ImportError
            If an MP4 is wanted and PyAV is missing.
        """
        path = new_file(path)
        choice(path.suffix.lower(), "The ending of path", ANIMATED)
        frames = frames_of(self.tiles, stacked=flag(stacked, "stacked"), back=flag(back, "back"))
        if seconds is None:
            seconds = len(frames) / positive(fps, "fps")
        write_animation(path, frames, positive(seconds, "seconds"), self.recipe)
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
    columns = as_edits(edits)
    check_progress(progress)
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


def as_edits(edits: Edit | Sequence[Edit] | None) -> tuple[Edit, ...]:
    """Take one edit, many, or None for unedited pictures, as the columns of a sheet."""
    given = (UNEDITED,) if edits is None else (edits,) if isinstance(edits, Edit) else tuple(edits)
    if not given:
        raise ValueError("No edit is given; give one Edit or more, or None for unedited pictures.")
    return tuple(instance(edit, "An edit", Edit, "an Edit(directions, strengths)") for edit in given)
