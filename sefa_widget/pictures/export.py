"""Writes any number of pictures to a folder, a file each, and goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from sefa_widget.arguments import choice, function
from sefa_widget.arguments import path as as_path
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.pictures.drawing import tiles
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.files import STILL, write
from sefa_widget.pictures.frames import to_pixels
from sefa_widget.pictures.recipe import of_edit, of_generator, of_start
from sefa_widget.pictures.sheet import as_edits
from sefa_widget.pictures.starts import Start, Starts, as_starts
from sefa_widget.progress import Progress
from sefa_widget.saving import PART, replacing

RECIPE = "recipe.json"
"""The file that says how the pictures of a folder are made."""


def save_pictures(
    generator: Generator,
    starts: Starts,
    folder: str | Path,
    edits: Edit | Sequence[Edit] | None = None,
    *,
    format: str = "png",  # noqa: A002 - the word that Pillow and load_generator use
    progress: Progress | None = None,
) -> Path:
    """Draw every start with every edit into a folder, a file for each picture; in little memory.

    Called again with the same arguments it draws what is missing, so that a long export can be stopped at
    any time. A file is written as a whole or not at all.

    >>> import tempfile
    >>> from sefa_widget import load_generator, save_pictures
    >>> folder = Path(tempfile.mkdtemp()) / "people"
    >>> written = save_pictures(load_generator("heads", device="cpu"), range(3), folder)
    >>> sorted(file.name for file in written.iterdir())
    ['000000.png', '000001.png', '000002.png', 'recipe.json']

    Parameters
    ----------
    generator
        Draws the pictures.
    starts
        A seed, a `Start`, a `Latent`, or a sequence of these, for example ``range(10_000)``.
    folder
        Is made if it is missing; the folder it is in must exist. One process may write to it at a time.
    edits
        An `Edit` or a sequence of them. None is each start without any edit.
    format
        ``"png"``, ``"webp"`` (both without loss) or ``"npz"``: each file is a sheet of one picture, as
        `Sheet.save` writes it, with its recipe. Files are called after the number of the start, with several
        edits ``000000-00.png`` after that of the edit too. ``recipe.json`` says what the folder holds.
    progress
        Called as ``progress(done, total)`` after every picture, those of earlier calls counted; what it
        raises ends the work, and what is written stays.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError
        If the folder holds other files, or pictures by another recipe (other weights, starts, edits or
        format), or an argument is wrong.
    """
    check_generator(generator)
    rows, columns = as_starts(starts), as_edits(edits)
    kind = choice(format, "format", [ending[1:] for ending in STILL])
    if progress is not None:
        function(progress, "progress", "how many pictures are written and how many there are")
    about, edited = of_generator(generator), [of_edit(generator, edit) for edit in columns]
    target = _prepared(
        as_path(folder, "folder"),
        {
            "generator": about,
            "starts": {"count": len(rows), "sha256": _digest(rows)},
            "edits": edited,
            "format": kind,
        },
    )
    many = len(columns) > 1
    names = [
        [f"{row:06d}-{column:02d}" if many else f"{row:06d}" for column in range(len(columns))]
        for row in range(len(rows))
    ]
    written = {file.name for file in target.iterdir()}
    missing = [row for row in range(len(rows)) if any(f"{name}.{kind}" not in written for name in names[row])]
    total = len(rows) * len(columns)
    done = total - sum(f"{name}.{kind}" not in written for row in missing for name in names[row])
    if progress is not None and not missing:
        progress(done, total)
    for tile in tiles(generator, [rows[row] for row in missing], columns) if missing else ():
        row = missing[tile.row]
        file = target / f"{names[row][tile.column]}.{kind}"
        if file.name in written:
            continue
        recipe = {"generator": about, "starts": [of_start(rows[row])], "edits": [edited[tile.column]]}
        write(file, to_pixels(tile.image)[None, None], recipe)
        done += 1
        if progress is not None:
            progress(done, total)
    return target


def _prepared(folder: Path, recipe: dict[str, Any]) -> Path:
    """Make the folder with its recipe, or check that it is one of the same; take half files away."""
    if not folder.exists():
        if not folder.parent.is_dir():
            raise ValueError(
                f"folder is {str(folder)!r}, but there is no folder {str(folder.parent)!r}; make it first."
            )
        folder.mkdir()
    elif not folder.is_dir():
        raise ValueError(f"folder is {str(folder)!r}, a file; give the name of a folder.")
    known = folder / RECIPE
    if known.exists():
        _check_same(folder, known, recipe)
        for part in folder.glob(f"*{PART}"):
            part.unlink()
    elif any(not fnmatch(file.name, f"{RECIPE}*{PART}") for file in folder.iterdir()):
        raise ValueError(
            f"folder is {str(folder)!r}, which holds other files and no {RECIPE}; give a new or an empty one."
        )
    else:
        with replacing(known) as part:
            part.write_text(json.dumps(recipe, indent=1), "utf-8")
    return folder


def _check_same(folder: Path, known: Path, recipe: dict[str, Any]) -> None:
    try:
        found = json.loads(known.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{str(known)!r} is not a recipe of save_pictures: {error}") from error
    words = {"generator": "generator, its weights or its dtype"}
    other = [
        words.get(part, part)
        for part in recipe
        if not isinstance(found, dict) or found.get(part) != recipe[part]
    ]
    if other:
        raise ValueError(
            f"folder is {str(folder)!r}, whose pictures are made by another recipe: other "
            f"{', '.join(other)}. Give another folder, or the arguments of the first call to go on with it."
        )


def _digest(starts: Sequence[Start]) -> str:
    digest = hashlib.sha256()
    for start in starts:
        digest.update(json.dumps(of_start(start)).encode() + b"\n")
    return digest.hexdigest()
