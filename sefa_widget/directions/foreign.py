"""Reads directions from files of other projects; `learned` knows those that were trained."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sefa_widget.checkpoint.contents import check_cost
from sefa_widget.checkpoint.files import open_file
from sefa_widget.checkpoint.storage import View, read_view
from sefa_widget.directions.base import Directions
from sefa_widget.directions.learned import learned_rows, learned_views
from sefa_widget.directions.pca import SHARE as SHARE_OF_VARIANCE
from sefa_widget.directions.search import Search
from sefa_widget.directions.value import Value

_MOST_BYTES = 1 << 30
"""Of all arrays of a file together: as many as 8,192 directions of 16,384 numbers of float64."""

GANSPACE = Value("share of the variance of these components", "λ/Σλ")
FILE = Value("share of the sum of the eigenvalues in the file", "λ/Σλ")


def read_foreign(path: Path) -> Directions:
    """Read a ``.npy``, ``.npz`` or PyTorch file of directions; the content tells which, not the name.

    Raises
    ------
    Exception
        One of `files.UNREADABLE` if it holds something else.
    """
    with path.open("rb") as file:
        head = file.read(9)
    if head.startswith(b"\x93NUMPY"):
        check_directions_size(path.stat().st_size)
        array = np.load(path, allow_pickle=False)
        alone = array.ndim == 2 and len(array) == 1
        return _directions(array, None, Search("interfacegan" if alone else "imported", None, None))
    if head.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        if sizes and all(name.endswith(".npy") for name in sizes):
            return _arrays(path, sizes)
    with open_file(path) as contents:
        values = contents.value if isinstance(contents.value, Mapping) else {}
        if views := learned_views(values):
            check_directions_size(check_cost(list(views.values()), contents.size))
            rows, method = learned_rows(views)
            return _directions(rows, None, Search(method, None, None))
        view = values.get("eigvec")
        if isinstance(view, View):
            check_directions_size(check_cost([view], contents.size))
        eigvec = read_view(view)[0] if isinstance(view, View) else None
    if eigvec is None or eigvec.ndim != 2:
        raise ValueError(f"it has {_shown(values)}, but no matrix 'eigvec'.")
    return _directions(eigvec.T, None, Search("sefa (rosinality)", None, False))


def check_directions_size(size: int) -> None:
    """Refuse a file whose arrays have more bytes together than directions ever have, before any is read."""
    if size > _MOST_BYTES:
        raise ValueError(f"its arrays have {size:,} bytes; directions have at most {_MOST_BYTES:,}.")


def _arrays(path: Path, sizes: Mapping[str, int]) -> Directions:
    keys = [name.removesuffix(".npy") for name in sizes]

    def load(key: str) -> np.ndarray[Any, Any]:
        return np.asarray(arrays[key])

    check_directions_size(sum(sizes.values()))
    with np.load(path, allow_pickle=False) as arrays:
        if "lat_comp" in keys:
            spread = load("act_stdev").astype(np.float64)
            ratio = load("var_ratio").astype(np.float64) if "var_ratio" in keys else None
            variances = spread**2
            total = None if ratio is None or not ratio[0] > 0 else float(variances[0] / ratio[0])
            value = GANSPACE if total is None else SHARE_OF_VARIANCE
            search = Search("pca (GANSpace)", None, None)
            return _directions(load("lat_comp"), variances, search, total, value)
        found = [key for key in keys if key.endswith("boundaries")]
        if len(found) != 1:
            which = f"several boundaries ({', '.join(found)}); keep one." if found else f"{_shown(keys)}."
            raise ValueError(f"it has {which}")
        values = found[0].removesuffix("boundaries") + "values"
        eigenvalues = load(values) if values in keys else None
        return _directions(load(found[0]), eigenvalues, Search("sefa (genforce)", None, True))


def _directions(
    vectors: object, values: object, search: Search, total: float | None = None, value: Value | None = None
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
        search=search,
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


def _shown(keys: Iterable[object]) -> str:
    return ", ".join(str(key)[:40] for key in list(keys)[:6]) or "nothing"
