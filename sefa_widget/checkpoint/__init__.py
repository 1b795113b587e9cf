"""Reads files of weights: tensors and settings, whatever the container. No code of a file is run.

Which generator the tensors make is not known here; `sefa_widget.generators` knows the formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint.base import OWN_FORMAT, Checkpoint, CheckpointError
from sefa_widget.checkpoint.contents import Contents, Leaf
from sefa_widget.checkpoint.files import OpenFile, open_file, weights_file
from sefa_widget.checkpoint.search import find_generator

__all__ = ["OWN_FORMAT", "Checkpoint", "CheckpointError", "Contents", "Leaf", "open_checkpoint", "outline"]


@contextmanager
def open_checkpoint(path: str | Path) -> Iterator[Contents]:
    """Open a file of weights and find the network in it; its tensors can be read as long as it is open.

    >>> with open_checkpoint("stylegan2-ffhq.pkl") as contents:  # doctest: +SKIP
    ...     tensors = contents.read(contents.tensors)

    Parameters
    ----------
    path
        A file of weights: safetensors, what ``torch.save`` wrote (zip or older), or one of NVIDIA's
        pickles; or a folder with ``pytorch_model.bin`` and ``config.json``. ``~`` is the home folder.

    Yields
    ------
    Contents
        The generator (the smoothed one where there are several), and what the file says besides.

    Raises
    ------
    CheckpointError
        If there is no such file, it is damaged, changes while it is open or asks for code to be run, or it
        holds no network. One that is raised while the file is open gets the file's name in front.
    ValueError
        If `path` is neither a text nor a path, or there is no such user as its ``~user``.
    """
    path = full_path(path).absolute()
    try:
        file = weights_file(path)
        with open_file(file) as opened:
            yield replace(_find(opened), metadata=opened.metadata, file=file, size=opened.size)
    except CheckpointError as error:
        raise CheckpointError(f"{path.name!r} {error}") from None
    except OSError as error:
        raise CheckpointError(f"{path.name!r} cannot be read: {error.strerror or error}.") from error


def _find(opened: OpenFile) -> Contents:
    if OWN_FORMAT in opened.metadata and isinstance(opened.value, dict):
        return Contents(opened.value)
    contents = find_generator(opened.value)
    if contents is None:
        raise CheckpointError(f"holds no state dict of a generator, but {outline(opened.value)}.")
    return contents


def outline(value: object) -> str:
    """Say in a few words what a file holds, for messages."""
    if not isinstance(value, dict):
        return f"a {type(value).__name__}"
    keys = ", ".join(repr(key)[:60] for key in islice(value, 5))
    return f"{len(value)} entries: {keys}" if keys else "nothing"
