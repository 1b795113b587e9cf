"""Reads a file of weights into a `Checkpoint` whose format is known."""

from __future__ import annotations

from pathlib import Path

from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from sefa_widget.generators.families import format_named, recognise


def read_checkpoint(path: str | Path, format: str | None = None) -> Checkpoint:  # noqa: A002  # says it best
    """Read a file of generator weights, recognised by its content; none of its code is run.

    >>> read_checkpoint("stylegan2-ffhq.pkl").format  # doctest: +SKIP
    'nvidia_stylegan2'

    Parameters
    ----------
    path
        A file of weights: safetensors, what ``torch.save`` wrote (zip or older), or one of NVIDIA's
        pickles; or a folder with ``pytorch_model.bin`` and ``config.json``. ``~`` is the home folder.
    format
        Name of a format in `FORMATS` to read it as, whatever it looks like; None recognises it.

    Returns
    -------
    Checkpoint
        The generator's tensors (the smoothed one where there are several), on the CPU, with their format.
        They lie in memory of their own: what happens to the file afterwards does not matter.

    Raises
    ------
    CheckpointError
        If there is no such file, it is damaged, changes while it is read or asks for code to be run, or it
        holds no generator known here or not a whole one.
    ValueError
        If `path` is neither a text nor a path, or there is no such user as its ``~user``.
    """
    checkpoint = read_incomplete(path, format)
    if problem := find_problem(checkpoint):
        raise CheckpointError(f"{full_path(path).name!r} is {problem}")
    return checkpoint


def read_incomplete(path: str | Path, format: str | None = None) -> Checkpoint:  # noqa: A002  # as above
    """Read a file like `read_checkpoint`, but leave it to the caller to `find_problem`."""
    named = None if format is None else format_named(format)
    with open_checkpoint(path) as contents:
        known = named or recognise(contents)
        tensors = contents.read(known.tensors(contents))
        return Checkpoint(known.name, tensors, known.settings(contents), full_path(path).stem)


def find_problem(checkpoint: Checkpoint) -> str | None:
    """Say why a network cannot be built, as far as its keys and settings tell; None if nothing is wrong."""
    known = format_named(checkpoint.format)
    if missing := known.missing(checkpoint.tensors):
        return (
            f"an incomplete {known.title} network: it lacks {', '.join(missing)}. Download it again, or name "
            "its real format with format=."
        )
    contradiction = known.contradiction(checkpoint)
    return None if contradiction is None else f"a {known.title} network {contradiction}"
