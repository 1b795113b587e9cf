"""Describes a file of weights for people: format, sizes, tensors, settings. No network is built."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from torch import Tensor

from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint import Checkpoint
from sefa_widget.checkpoint.files import weights_file
from sefa_widget.generators.families import format_named
from sefa_widget.generators.reading import find_problem, read_incomplete

_LONGEST = 100


def report(path: str | Path, format: str | None = None) -> str:  # noqa: A002  # as in read_checkpoint
    """Describe a file of weights.

    Parameters
    ----------
    path
        A file or folder as for `read_checkpoint`.
    format
        Format to read it as; None recognises it.

    Returns
    -------
    str
        Several lines for people.

    Raises
    ------
    CheckpointError
        If the file is refused. An incomplete network is not: the report says what it lacks.
    ValueError
        If `path` is neither a text nor a path, or there is no such user as its ``~user``.
    """
    checkpoint = read_incomplete(path, format)
    size = weights_file(full_path(path)).stat().st_size
    return "\n".join(_lines(checkpoint, size))


def _lines(checkpoint: Checkpoint, size: int) -> Iterator[str]:
    tensors, known = checkpoint.tensors, format_named(checkpoint.format)
    problem, pixels = find_problem(checkpoint), known.resolution(tensors)
    yield f"file        {checkpoint.name!r}, {size:,} bytes"
    yield f"format      {known.name} ({known.title})"
    if pixels is not None:
        yield f"resolution  {pixels} x {pixels}"
    yield f"parameters  {sum(tensor.numel() for tensor in tensors.values()):,} in {len(tensors)} tensors"
    yield f"status      {problem or 'complete, as far as its keys tell'}"
    for key, instead in known.replaced(tensors).items():
        yield f"without     {key}: {instead}"
    if known.latent:
        yield ""
        yield "weights that read the latent"
        for key in known.latent_keys(tensors):
            yield f"  {_shown(key)}  {_shape(tensors[key])}"
    yield ""
    yield "tensors"
    for part, keys in groupby(tensors, _part):
        group = list(keys)
        yield f"  {_shown(part)}  ({sum(tensors[key].numel() for key in group):,})"
        for key in group:
            dtype = str(tensors[key].dtype).removeprefix("torch.")
            yield f"    {_shown(key)}  {_shape(tensors[key])}  {dtype}"
    yield ""
    yield "settings"
    if not checkpoint.config:
        yield "  none in the file"
    for name, value in checkpoint.config.items():
        if isinstance(value, dict):
            yield f"  {_shown(name)}"
            yield from (f"    {_shown(key)}: {_value(item)}" for key, item in value.items())
        else:
            yield f"  {_shown(name)}: {_value(value)}"


def _part(key: str) -> str:
    """Give the part of the network a key belongs to: all but the last names, two at most."""
    names = key.replace("/", ".").split(".")
    return ".".join(names[: min(2, len(names) - 1)]) or key


def _shape(tensor: Tensor) -> str:
    return str(list(tensor.shape))


def _value(value: object) -> str:
    text = json.dumps(value)  # escapes what could steer a terminal
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _shown(text: str) -> str:
    return text if text.isprintable() else repr(text)
