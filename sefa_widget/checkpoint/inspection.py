"""Describes a file of weights for people: format, sizes, tensors, settings. No network is built."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from torch import Tensor

from sefa_widget.checkpoint import FORMATS, OWN_FORMAT, Checkpoint, find_problem, read_incomplete
from sefa_widget.checkpoint.files import weights_file
from sefa_widget.checkpoint.formats import latent_keys
from sefa_widget.checkpoint.span import expanded

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
    """
    checkpoint = read_incomplete(path, format)
    size = weights_file(expanded(path)).stat().st_size
    return "\n".join(_lines(checkpoint, size))


def _lines(checkpoint: Checkpoint, size: int) -> Iterator[str]:
    tensors = checkpoint.tensors
    problem = find_problem(checkpoint)
    yield f"file        {checkpoint.name!r}, {size:,} bytes"
    yield f"format      {checkpoint.format} ({FORMATS[checkpoint.format].title})"
    yield f"parameters  {sum(tensor.numel() for tensor in tensors.values()):,} in {len(tensors)} tensors"
    yield f"status      {problem or 'complete, as far as its keys tell'}"
    if checkpoint.format != OWN_FORMAT:
        yield ""
        yield "weights that read the latent"
        for key in latent_keys(checkpoint.format, tensors):
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
