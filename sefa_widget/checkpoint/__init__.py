"""Reads files of weights: tensors and settings, whatever the container. No code of a file is run.

Which generator the tensors make is not known here; `sefa_widget.generators` knows the formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint.base import OWN_FORMAT, Checkpoint, CheckpointError
from sefa_widget.checkpoint.contents import Contents, Leaf
from sefa_widget.checkpoint.files import OpenFile, open_file
from sefa_widget.checkpoint.folders import weights_files
from sefa_widget.checkpoint.foreign import address, missing
from sefa_widget.checkpoint.inert import InertStub
from sefa_widget.checkpoint.search import find_networks

__all__ = ["OWN_FORMAT", "Checkpoint", "CheckpointError", "Contents", "Leaf", "open_checkpoint", "outline"]


@contextmanager
def open_checkpoint(path: str | Path) -> Iterator[list[Contents]]:
    """Open a file of weights and find the networks in it; tensors can be read as long as it is open.

    >>> with open_checkpoint("stylegan2-ffhq.pkl") as (contents, *others):  # doctest: +SKIP
    ...     tensors = contents.read(contents.tensors)

    Parameters
    ----------
    path
        A file of weights: safetensors, what ``torch.save`` wrote (zip or older), or one of NVIDIA's
        pickles; a folder with one, perhaps in shards; or the index of shards. ``~`` is the home folder.

    Yields
    ------
    list of Contents
        The networks, the one most likely wanted first (the smoothed generator where there are several), and
        what the file says besides.

    Raises
    ------
    CheckpointError
        If there is no such file, it is damaged, changes while it is open or asks for code to be run, or it
        holds no network. One that is raised while the file is open gets the file's name in front.
    ValueError
        If `path` is neither a text nor a path, or there is no such user as its ``~user``.
    """
    given = str(path) if isinstance(path, (str, Path)) else ""
    if reason := address(given):
        raise CheckpointError(f"{given[-200:]!r} {reason}")
    path = full_path(path).absolute()
    try:
        if not path.exists():
            raise CheckpointError(missing(path, given))
        files = weights_files(path)
        with ExitStack() as stack:
            opened = _joined([stack.enter_context(open_file(file)) for file in files])
            found = _find(opened)
            yield [replace(c, metadata=opened.metadata, file=files[0], size=opened.size) for c in found]
    except CheckpointError as error:
        raise CheckpointError(f"{path.name!r} {error}") from None
    except OSError as error:
        raise CheckpointError(f"{path.name!r} cannot be read: {error.strerror or error}.") from error


def _joined(shards: list[OpenFile]) -> OpenFile:
    """Make one file of the shards of one."""
    first = shards[0]
    if len(shards) == 1:
        return first
    value: dict[object, object] = {}
    for shard in shards:
        if not isinstance(shard.value, dict) or value.keys() & shard.value.keys():
            raise CheckpointError("has shards that do not belong together. Download all of them again.")
        value |= shard.value
    return OpenFile(value, sum(shard.size for shard in shards), first.metadata)


def _find(opened: OpenFile) -> list[Contents]:
    if OWN_FORMAT in opened.metadata and isinstance(opened.value, dict):
        return [Contents(opened.value)]
    found = find_networks(opened.value)
    if not found:
        more = ""
        if isinstance(opened.value, list):
            more = (
                " A list of parameters has no names: build the class, copy them with "
                "zip(module.parameters(), torch.load(path)), and pass the module: load_generator(module)."
            )
        raise CheckpointError(f"holds no state dict of a generator, but {outline(opened.value)}.{more}")
    return found


def outline(value: object) -> str:
    """Say in a few words what a file holds, for messages."""
    if isinstance(value, InertStub):
        return f"an object of the class {value.kind[:80]!r}"
    if not isinstance(value, dict):
        return f"a {type(value).__name__}"
    keys = ", ".join(repr(key)[:60] for key in islice(value, 5))
    return f"{len(value)} entries: {keys}" if keys else "nothing"
