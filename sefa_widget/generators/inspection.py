"""Describes a file of weights for people: format, sizes, tensors, settings, whether it loads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from torch import Tensor

from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint import Checkpoint, CheckpointError
from sefa_widget.checkpoint.folders import weights_files
from sefa_widget.generators.building import build
from sefa_widget.generators.families import format_named
from sefa_widget.generators.reading import find_problem, read_incomplete

_LONGEST = 100


def report(
    path: str | Path,
    format: str | None = None,  # noqa: A002  # as in read_checkpoint
    assume: Mapping[str, Any] | None = None,
) -> str:
    """Describe a file of weights.

    Parameters
    ----------
    path
        A file or folder as for `read_checkpoint`.
    format
        Format to read it as; None recognises it.
    assume
        What the file does not tell, as for `load_generator`.

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
    size = sum(file.stat().st_size for file in weights_files(full_path(path)))
    return "\n".join(_lines(checkpoint, size, assume))


def _lines(checkpoint: Checkpoint, size: int, assume: Mapping[str, Any] | None) -> Iterator[str]:
    tensors, known = checkpoint.tensors, format_named(checkpoint.format)
    pixels = known.resolution(tensors)
    problem, generator = find_problem(checkpoint), None
    if problem is None:
        try:
            generator = build(checkpoint, assume)
        except CheckpointError as error:
            problem = str(error)
    yield f"file        {checkpoint.name!r}, {size:,} bytes"
    yield f"format      {known.name} ({known.title})"
    if generator is not None:
        yield f"resolution  {generator.width} x {generator.resolution}"
    elif pixels is not None:
        yield f"resolution  {pixels} x {pixels}"
    if len(checkpoint.networks) > 1:
        yield f"networks    {_shown(', '.join(checkpoint.networks[:12]))}; the first is described"
    yield f"parameters  {sum(tensor.numel() for tensor in tensors.values()):,} in {len(tensors)} tensors"
    yield f"status      {problem or 'complete: it loads'}"
    if generator is not None:
        yield from (f"assumed     {words}" for words in generator.assumed)
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
