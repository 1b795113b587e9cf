"""Writes directions to files and reads them, those of other projects too. No code of a file is run."""

from __future__ import annotations

import csv
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from tokenize import TokenError
from typing import Any

import torch
from torch import Tensor

from sefa_widget.arguments import flag, new_file
from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint import CheckpointError
from sefa_widget.checkpoint.files import open_file, read_json
from sefa_widget.checkpoint.storage import View, read_view
from sefa_widget.directions.base import Directions, check_directions, check_fit
from sefa_widget.directions.foreign import check_directions_size, read_foreign
from sefa_widget.directions.layers import choose_layers, edit_rows
from sefa_widget.directions.method import plain
from sefa_widget.directions.search import Search
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.saving import replacing, write_tensors

_METADATA = "sefa_widget_directions"
"""The one metadata key of this project's files of directions."""

UNREADABLE = (
    CheckpointError,
    EOFError,
    KeyError,
    MemoryError,
    OSError,
    RuntimeError,  # an encrypted archive; NotImplementedError, its compression
    TokenError,  # the header of a .npy
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a file that holds something else may raise."""

_KNOWN = (
    "Known are this project's .safetensors, InterFaceGAN's .npy [k, d], GANSpace's .npz (lat_comp, "
    "act_stdev), .npz of boundaries [k, d] and values [k], rosinality's factor.pt (eigvec [d, d]), and what "
    "Voynov's deformator_N.pt, LatentCLR's final_model.pt and WarpedGANSpace's support_sets.pt hold."
)


def load_directions(path: str | Path, generator: Generator | None = None) -> Directions:
    """Read directions that this project or others wrote; the content tells which, not the name.

    Parameters
    ----------
    path
        A file of `save_directions`; InterFaceGAN's ``.npy`` ``[k, d]``; GANSpace's ``.npz``; an ``.npz``
        of ``boundaries`` ``[k, d]`` and ``values`` ``[k]`` as the official SeFa gives them (sorted here:
        its own order is that of ``eig``); rosinality's ``factor.pt``, directions in columns. Learned ones:
        Voynov's ``deformator_N.pt`` (linear, projective or ortho: where a unit vector is moved, without the
        bias that moves all alike); LatentCLR's ``final_model.pt`` with global directions; WarpedGANSpace's
        ``support_sets.pt``, whose paths bend: the directions in which they leave the origin.
    generator
        The generator they are for, to be checked.

    Returns
    -------
    Directions
        Unit rows with the signs of the file, without values where the file has none. Where it does not say
        whose the directions are, they are the given generator's, of all layers that read its latent.
        Where it names no code rows, `edit` moves those of the layers; without a generator, all rows.

    Raises
    ------
    ValueError
        If there is no such file, it holds no directions, or they do not fit the generator.

    Warns
    -----
    UserWarning
        If they were found in another generator, or a learned deformator has a bias.
    """
    path = full_path(path)
    if generator is not None:
        check_generator(generator)
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r}.")
    try:
        found = _read_own(path) or read_foreign(path)
    except UNREADABLE as error:
        raise ValueError(f"{path.name!r} holds no directions: {error} {_KNOWN}") from error
    return found if generator is None else _belongs(found, generator, path)


def save_directions(directions: Directions, path: str | Path, *, csv: bool = False) -> Path:
    """Write directions with where they are from; same directions, same bytes.

    Parameters
    ----------
    directions
        Any directions.
    path
        Where to write, by custom ``.safetensors``; an existing file is replaced.
    csv
        Also write a table beside it, the same name with ``.csv``: one row per direction with its number,
        eigenvalue, value and its d entries. Where there are no values, both cells are empty.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ValueError
        If what is given are no directions, or there is no such folder.
    SaveError
        If the disk is full or cannot be written to; an existing file is as it was.
    """
    from sefa_widget import __version__

    check_directions(directions)
    path, csv = new_file(path), flag(csv, "csv")
    about = {
        "method": directions.method,
        "layers": list(directions.layers),
        "normalized": directions.normalized,
        "trace": directions.trace,
        "rows": directions.rows,
        "value": None if directions.value is None else asdict(directions.value),
        "options": {name: value for name, value in directions.options.items() if _is_json(value)},
        "fingerprint": directions.fingerprint,
        "edit_rows": None if directions.edit_rows is None else list(directions.edit_rows),
        "names": list(directions.names),
        "notes": list(directions.notes),
        "versions": {"sefa_widget": __version__, "torch": str(torch.__version__)},
    }
    tensors = {
        "vectors": directions.vectors.detach().cpu().contiguous(),
        "eigenvalues": directions.eigenvalues.detach().cpu().contiguous(),
    }
    write_tensors(tensors, path, {_METADATA: json.dumps(about, sort_keys=True)})
    if csv:
        _write_table(directions, path.with_suffix(".csv"))
    return path


def _write_table(directions: Directions, path: Path) -> None:
    with replacing(path) as part, part.open("w", newline="") as file:
        writer = csv.writer(file)
        entries = [f"v{number}" for number in range(directions.vectors.shape[1])]
        writer.writerow(["direction", "eigenvalue", "value", *entries])
        values = directions.values
        for number, vector in enumerate(directions.vectors.tolist()):
            cells = (
                ["", ""] if values is None else [float(directions.eigenvalues[number]), float(values[number])]
            )
            writer.writerow([number, *cells, *vector])


def _is_json(value: object) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


def _read_own(path: Path) -> Directions | None:
    """Read a file of `save_directions`; None if it is none."""
    with path.open("rb") as file:
        if file.read(9)[8:] != b"{":  # as every safetensors file has it, behind the length of its header
            return None
    with open_file(path) as contents:
        if _METADATA not in contents.metadata:
            return None
        values = contents.value if isinstance(contents.value, Mapping) else {}
        check_directions_size(sum(view.cost for view in values.values() if isinstance(view, View)))
        vectors, eigenvalues = (
            read_view(view)[0].double() if isinstance(view := values.get(key), View) else None
            for key in ("vectors", "eigenvalues")
        )
        about = read_json(contents.metadata[_METADATA])
    if vectors is None or eigenvalues is None:
        raise ValueError("it lacks the tensors 'vectors' and 'eigenvalues'.")
    _check(vectors, eigenvalues)
    options = {str(name): plain(value, "an option") for name, value in about["options"].items()}
    rows = about.get("edit_rows")  # files of earlier versions do not say
    search = Search(
        method=str(about["method"]),
        layers=tuple(int(number) for number in about["layers"]) or None,
        normalize=None if about["normalized"] is None else bool(about["normalized"]),
        options=tuple(sorted(options.items())),
    )
    return Directions(
        vectors=vectors,
        eigenvalues=eigenvalues,
        trace=float(about["trace"]),
        rows=int(about["rows"]),
        search=search,
        fingerprint=str(about["fingerprint"]),
        edit_rows=None if rows is None else tuple(int(row) for row in rows),
        value=None if about["value"] is None else _value(about["value"]),
        notes=tuple(str(note) for note in about.get("notes", ())),  # nor do they have notes
    ).named(about["names"])


def _check(vectors: Tensor, eigenvalues: Tensor) -> None:
    """Refuse tensors that are no directions; they may be in any order."""
    if vectors.ndim != 2 or not vectors.numel() or eigenvalues.shape != vectors.shape[:1]:
        raise ValueError(f"it has vectors {list(vectors.shape)} and eigenvalues {list(eigenvalues.shape)}.")
    lengths = vectors.norm(dim=1)
    if not torch.allclose(lengths, torch.ones_like(lengths)) or not eigenvalues.isfinite().all():
        raise ValueError("its vectors are not of unit length, or its eigenvalues not finite.")


def _value(about: Mapping[str, Any]) -> Value:
    if about["per"] not in ("rows", "trace", "one"):
        raise ValueError(f"its values are eigenvalues divided by {about['per']!r}, which is unknown.")
    return Value(str(about["name"]), str(about["symbol"]), about["per"])


def _belongs(found: Directions, generator: Generator, path: Path) -> Directions:
    """Check that directions fit a generator, and fill in what the file did not say."""
    title = f"The directions in {path.name!r}"
    check_fit(found, generator, title, stacklevel=3)
    for verb, numbers, count in (
        ("are of layer", found.layers, len(generator.layers)),
        ("move code row", found.edit_rows or (), generator.num_codes),
    ):
        outside = [number for number in numbers if not 0 <= number < count]
        if outside:
            raise ValueError(f"{title} {verb} {outside[0]}, outside 0:{count} of {generator.name!r}.")
    layers = found.layers or choose_layers(generator, None)
    rows = edit_rows(generator, layers) if found.edit_rows is None else found.edit_rows
    fingerprint = found.fingerprint or generator.fingerprint
    search = replace(found.search, layers=layers)
    return replace(found, search=search, edit_rows=rows, fingerprint=fingerprint)
