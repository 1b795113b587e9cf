"""Writes latents to files and reads them, those of other projects too. No code of a file is run."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sefa_widget.arguments import new_file
from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint.files import open_file
from sefa_widget.checkpoint.storage import View, read_view
from sefa_widget.directions.files import UNREADABLE
from sefa_widget.generators.base import Generator, Latent, check_generator, check_latents
from sefa_widget.saving import replacing

_NAMES = ("codes", "w", "latents", "latent", "latent_code", "z")
"""Names of the array of codes: this project's, NVIDIA's projector's, and other programs'."""
MOST_BYTES = 1 << 30
"""Bytes of the arrays that a file may unpack to."""


def save_latent(latent: Latent, path: str | Path) -> Path:
    """Write a latent as ``.npz``: its codes ``[N, L, d]``, class vectors and truncation.

    >>> import tempfile
    >>> from sefa_widget import load_generator
    >>> from sefa_widget.inversion import load_latent, save_latent
    >>> generator = load_generator("faces")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load_latent(save_latent(generator.sample(3), f"{folder}/three.npz"), generator).codes.shape
    torch.Size([1, 1, 100])

    Parameters
    ----------
    latent
        Any latent.
    path
        Where to write; an existing file is replaced. The name must end with ``.npz``, or with ``.npy`` for
        the codes alone.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ValueError
        If no latent is given, there is no such folder, the name ends otherwise, or a ``.npy`` would lose
        the classes or the truncation.
    """
    check_latents(latent, "latent")
    path = new_file(path)
    codes = latent.codes.detach().cpu().float().numpy()
    psi = np.float64(latent.truncation_psi)
    if path.suffix not in (".npz", ".npy"):
        raise ValueError(f"path is {path.name!r}; its name must end with .npz or .npy.")
    if path.suffix == ".npy" and (latent.labels is not None or psi != 1):
        raise ValueError("A .npy holds codes only; this latent has classes or truncation. Write a .npz.")
    arrays = {"codes": codes, "truncation_psi": psi}
    if latent.labels is not None:
        arrays["labels"] = latent.labels.detach().cpu().float().numpy()
    with replacing(path) as part, part.open("wb") as file:
        if path.suffix == ".npy":
            np.save(file, codes)
        else:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # a name could be allow_pickle, and is none
    return path


def load_latent(path: str | Path, generator: Generator) -> Latent:
    """Read latents that this project or others wrote; see `save_latent` for an example.

    Parameters
    ----------
    path
        An ``.npz`` of `save_latent`; NVIDIA's ``projected_w.npz`` (``w``); a ``.npy``; or a ``.pt`` that
        holds a tensor or a dict of tensors. Codes are ``[N, L, d]``, ``[L, d]``, ``[N, d]`` or ``[d]``; one
        vector for a picture stands for all rows.
    generator
        The generator that they are for.

    Returns
    -------
    Latent
        Codes ``[N, L, d]`` on the generator's device; of class 0 where the file names none.

    Raises
    ------
    ValueError
        If there is no such file, it holds no latents, or they do not fit the generator.
    """
    path, generator = full_path(path), check_generator(generator)
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r}.")
    try:
        arrays = _read(path)
    except UNREADABLE as error:
        raise ValueError(f"{path.name!r} holds no latents: {error} Known are .npz, .npy and .pt.") from error
    named = next((arrays[name] for name in _NAMES if name in arrays), None)
    if named is None and len(arrays) != 1:
        held = ", ".join(arrays) or "nothing"
        raise ValueError(f"{path.name!r} holds {held}; the codes must be named {_NAMES[0]!r}.")
    codes = _codes(generator, next(iter(arrays.values())) if named is None else named, path.name)
    labels = generator.label_vectors(arrays.get("labels"), len(codes))
    psi = arrays.get("truncation_psi", torch.tensor(1.0))
    if psi.numel() != 1 or not psi.isfinite().all():
        raise ValueError(
            f"{path.name!r} holds a truncation_psi {list(psi.shape)}; it must be one finite number."
        )
    return Latent(codes, labels, float(psi))


def _read(path: Path) -> dict[str, Tensor]:
    with path.open("rb") as file:
        head = file.read(6)
    if head == b"\x93NUMPY":
        return {"codes": torch.from_numpy(np.load(path, allow_pickle=False))}
    if path.suffix == ".npz":
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise ValueError("its arrays have more than 1 GiB.")
        with np.load(path, allow_pickle=False) as arrays:
            read = {name: np.array(arrays[name]) for name in arrays.files}
        return {name: torch.from_numpy(array) for name, array in read.items() if array.dtype.kind in "fiub"}
    with open_file(path) as opened:
        value = opened.value
        entries = value if isinstance(value, dict) else {"codes": value}
        leaves = {str(name): leaf for name, leaf in entries.items() if isinstance(leaf, Tensor | View)}
        return {
            name: leaf if isinstance(leaf, Tensor) else read_view(leaf)[0] for name, leaf in leaves.items()
        }


def _codes(generator: Generator, given: Tensor, name: str) -> Tensor:
    rows, d = generator.num_codes, generator.latent_dim
    codes = given
    if given.ndim in (1, 2) and given.shape[-1:] == (d,):
        as_rows = given.ndim == 2 and len(given) == rows
        codes = given[None] if as_rows else given.reshape(-1, 1, d)
    if codes.ndim == 3 and codes.shape[1] == 1:
        codes = codes.repeat(1, rows, 1)
    if codes.ndim != 3 or codes.shape[1:] != (rows, d) or not len(codes):
        raise ValueError(
            f"{name!r} holds codes {list(given.shape)}; {generator.name!r} takes [N, {rows}, {d}]. "
            "They are of another generator, or of another size of it."
        )
    if not codes.is_floating_point() or not codes.isfinite().all():
        raise ValueError(f"{name!r} holds codes that are not finite numbers.")
    return codes.to(generator.device, generator.dtype)
