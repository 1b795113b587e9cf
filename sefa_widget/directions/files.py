"""Reads directions from files, of this project and of others, and writes them. No code of a file is run."""

from __future__ import annotations

import csv
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from sefa_widget.arguments import flag, new_file
from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint import CheckpointError
from sefa_widget.checkpoint.files import open_file, read_json
from sefa_widget.checkpoint.storage import View, read_view
from sefa_widget.directions.base import (
    Directions,
    Value,
    check_directions,
    check_fit,
    choose_layers,
    edit_rows,
)
from sefa_widget.directions.pca import SHARE as SHARE_OF_VARIANCE
from sefa_widget.generators.base import Generator, check_generator

_METADATA = "sefa_widget_directions"
"""The one metadata key of this project's files of directions."""

_MOST_BYTES = 1 << 30
"""Of one array in a compressed file."""

GANSPACE = Value("share of the variance of these components", "λ/Σλ")
FILE = Value("share of the sum of the eigenvalues in the file", "λ/Σλ")

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
    "act_stdev), .npz of boundaries [k, d] and values [k], and rosinality's factor.pt (eigvec [d, d])."
)


def load_directions(path: str | Path, generator: Generator | None = None) -> Directions:
    """Read directions that this project or others wrote; the content tells which, not the name.

    Parameters
    ----------
    path
        A file of `save_directions`; InterFaceGAN's ``.npy`` ``[k, d]``; GANSpace's ``.npz``; an ``.npz``
        of ``boundaries`` ``[k, d]`` and ``values`` ``[k]`` as the official SeFa gives them (sorted here:
        its own order is that of ``eig``); rosinality's ``factor.pt``, directions in columns.
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
        If they were found in another generator.
    """
    path = full_path(path)
    if generator is not None:
        check_generator(generator)
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r}.")
    try:
        found = _read(path)
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
        "versions": {"sefa_widget": __version__, "torch": str(torch.__version__)},
    }
    tensors = {
        "vectors": directions.vectors.detach().cpu().contiguous(),
        "eigenvalues": directions.eigenvalues.detach().cpu().contiguous(),
    }
    save_file(tensors, path, {_METADATA: json.dumps(about, sort_keys=True)})  # one key: reproducible bytes
    if csv:
        _write_table(directions, path.with_suffix(".csv"))
    return path


def _write_table(directions: Directions, path: Path) -> None:
    with path.open("w", newline="") as file:
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


def _read(path: Path) -> Directions:
    with path.open("rb") as file:
        head = file.read(9)
    if head.startswith(b"\x93NUMPY"):
        array = np.load(path, allow_pickle=False)
        method = "interfacegan" if array.ndim == 2 and len(array) == 1 else "imported"
        return _directions(array, None, method)
    if head.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        if sizes and all(name.endswith(".npy") for name in sizes):
            return _arrays(path, sizes)
    with open_file(path) as holding:
        values = holding.value if isinstance(holding.value, Mapping) else {}
        vectors, eigenvalues, eigvec = (
            read_view(view)[0] if isinstance(view := values.get(key), View) else None
            for key in ("vectors", "eigenvalues", "eigvec")
        )
    if _METADATA in holding.metadata:
        return _own(vectors, eigenvalues, read_json(holding.metadata[_METADATA]))
    if eigvec is None or eigvec.ndim != 2:
        raise ValueError(f"it has {_shown(values)}, but no matrix 'eigvec'.")
    return replace(_directions(eigvec.T, None, "sefa (rosinality)"), normalized=False)


def _arrays(path: Path, sizes: Mapping[str, int]) -> Directions:
    keys = [name.removesuffix(".npy") for name in sizes]

    def load(key: str) -> np.ndarray[Any, Any]:
        if sizes[f"{key}.npy"] > _MOST_BYTES:
            raise ValueError(f"its {key!r} is {sizes[f'{key}.npy']} bytes large.")
        return np.asarray(arrays[key])

    with np.load(path, allow_pickle=False) as arrays:
        if "lat_comp" in keys:
            spread = load("act_stdev").astype(np.float64)
            ratio = load("var_ratio").astype(np.float64) if "var_ratio" in keys else None
            variances = spread**2
            total = None if ratio is None or not ratio[0] > 0 else float(variances[0] / ratio[0])
            value = GANSPACE if total is None else SHARE_OF_VARIANCE
            return _directions(load("lat_comp"), variances, "pca (GANSpace)", total, value)
        found = [key for key in keys if key.endswith("boundaries")]
        if len(found) != 1:
            which = f"several boundaries ({', '.join(found)}); keep one." if found else f"{_shown(keys)}."
            raise ValueError(f"it has {which}")
        values = found[0].removesuffix("boundaries") + "values"
        eigenvalues = load(values) if values in keys else None
        return replace(_directions(load(found[0]), eigenvalues, "sefa (genforce)"), normalized=True)


def _own(vectors: Tensor | None, eigenvalues: Tensor | None, about: Mapping[str, Any]) -> Directions:
    if vectors is None or eigenvalues is None:
        raise ValueError("it lacks the tensors 'vectors' and 'eigenvalues'.")
    read = _directions(vectors, eigenvalues, str(about["method"]), about["trace"])
    if vectors.shape != read.vectors.shape or not torch.allclose(vectors.double(), read.vectors):
        raise ValueError("its rows are not of unit length, largest eigenvalue first.")
    rows = about.get("edit_rows")  # files of earlier versions do not say
    return replace(
        read,
        vectors=vectors.double(),
        rows=int(about["rows"]),
        layers=tuple(int(number) for number in about["layers"]),
        normalized=None if about["normalized"] is None else bool(about["normalized"]),
        fingerprint=str(about["fingerprint"]),
        edit_rows=None if rows is None else tuple(int(row) for row in rows),
        value=None if about["value"] is None else _value(about["value"]),
        options=dict(about["options"]),
    ).named(about["names"])


def _value(about: Mapping[str, Any]) -> Value:
    if about["per"] not in ("rows", "trace", "one"):
        raise ValueError(f"its values are eigenvalues divided by {about['per']!r}, which is unknown.")
    return Value(str(about["name"]), str(about["symbol"]), about["per"])


def _directions(
    vectors: object, values: object, method: str, total: float | None = None, value: Value | None = None
) -> Directions:
    """Check rows and eigenvalues, sort them and scale the rows to unit length."""
    rows = _real(vectors)
    if rows.ndim > 2 and rows.shape[0] * rows.shape[-1] == rows.numel():
        rows = rows.reshape(rows.shape[0], rows.shape[-1])  # GANSpace's [k, 1, d]
    if rows.ndim != 2 or not rows.numel():
        raise ValueError(f"its directions have shape {list(rows.shape)}, not [k, d].")
    norms = rows.norm(dim=1)
    if not rows.isfinite().all() or not (norms > 0).all():
        raise ValueError("some of its directions are zero, NaN or infinite.")
    order = torch.ones(len(rows), dtype=torch.float64)
    if values is not None:
        order = _real(values).reshape(-1)
        if len(order) != len(rows):
            raise ValueError(f"it has {len(rows)} directions and {len(order)} eigenvalues.")
        if not order.isfinite().all():
            raise ValueError("some of its eigenvalues are NaN or infinite.")
    eigenvalues, places = order.clamp_min(0).sort(descending=True, stable=True)
    trace = float(eigenvalues.sum()) if total is None else float(total)
    return Directions(
        vectors=(rows / norms[:, None])[places],
        eigenvalues=eigenvalues,
        trace=trace,
        rows=0,
        method=method,
        layers=(),
        normalized=None,
        fingerprint="",
        value=None if values is None else value or FILE,
    )


def _real(values: object) -> Tensor:
    """Give numbers as float64, also those that `eig` made complex though they are real."""
    if isinstance(values, np.ndarray):
        values = torch.tensor(values)
    numbers = torch.as_tensor(values).to("cpu")
    if numbers.is_complex():
        if numbers.imag.abs().max() > 1e-6 * numbers.abs().max():
            raise ValueError("its numbers are complex.")
        numbers = numbers.real
    return numbers.to(torch.float64)


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
    return replace(found, layers=layers, edit_rows=rows, fingerprint=fingerprint)


def _shown(keys: Iterable[object]) -> str:
    return ", ".join(str(key)[:40] for key in list(keys)[:6]) or "nothing"
