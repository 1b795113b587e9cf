"""Reads a file of weights into a `Checkpoint` whose format is known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint import Checkpoint, CheckpointError, open_checkpoint, outline
from sefa_widget.checkpoint.search import find_networks
from sefa_widget.generators.families import format_named
from sefa_widget.generators.finding import choice_in_words, choose, find_generators
from sefa_widget.generators.limits import check_size, checked_limits
from sefa_widget.progress import Progress


def read_checkpoint(
    path: str | Path,
    format: str | None = None,  # noqa: A002  # says it best
    network: str | None = None,
    limits: Mapping[str, int] | None = None,
    progress: Progress | None = None,
) -> Checkpoint:
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
    network
        Which generator of the file, by its name there, for example ``"netG_B"``; None takes the averaged one.
    limits
        What is allowed beyond the usual: ``{"parameters": ...}`` numbers that are read; see `load_generator`.
    progress
        Called with the bytes of tensors that are read, and of all; what it raises ends the reading.

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
    checkpoint = read_incomplete(path, format, network, limits, progress)
    if problem := find_problem(checkpoint):
        raise CheckpointError(f"{full_path(path).name!r} is {problem}")
    return checkpoint


def read_incomplete(
    path: str | Path,
    format: str | None = None,  # noqa: A002  # as above
    network: str | None = None,
    limits: Mapping[str, int] | None = None,
    progress: Progress | None = None,
) -> Checkpoint:
    """Read a file like `read_checkpoint`, but leave it to the caller to `find_problem`."""
    named = None if format is None else format_named(format)
    with open_checkpoint(path) as networks:
        found = find_generators(networks, named)
        chosen = choose(found, network)
        known, contents = chosen.known, chosen.contents
        leaves = known.tensors(contents)
        count = sum(math.prod(leaf.shape) for leaf in leaves.values())
        check_size("", count, "parameters", checked_limits(limits))
        tensors = contents.read(leaves, progress)
        return Checkpoint(
            known.name,
            tensors,
            known.settings(contents),
            full_path(path).stem,
            choices=choice_in_words(chosen, found) if network is None else (),
            networks=tuple(one.name for one in found),
        )


def checkpoint_of(
    tensors: Mapping[str, Any],
    format: str | None = None,  # noqa: A002  # as above
    network: str | None = None,
) -> Checkpoint:
    """Make a checkpoint of a state dict, or of the dict that a program saved, in memory; tensors are copied.

    Raises
    ------
    CheckpointError
        If there is no generator known here in it.
    """
    try:
        networks = find_networks(dict(tensors))
        if not networks:
            raise CheckpointError(f"holds no state dict of a generator, but {outline(tensors)}.")
        found = find_generators(networks, None if format is None else format_named(format))
        chosen = choose(found, network)
    except CheckpointError as error:
        raise CheckpointError(f"The dict {error}") from None
    known, contents = chosen.known, chosen.contents
    copies = {
        k: t.detach().cpu().clone() for k, t in known.tensors(contents).items() if isinstance(t, Tensor)
    }
    checkpoint = Checkpoint(
        known.name, copies, known.settings(contents), choices=choice_in_words(chosen, found)
    )
    if problem := find_problem(checkpoint):
        raise CheckpointError(f"The dict is {problem}")
    return checkpoint


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
