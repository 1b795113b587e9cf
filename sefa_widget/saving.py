"""Writes a file as a whole or not at all: it gets its name when every byte of it is on the disk."""

from __future__ import annotations

import errno
import glob
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from sefa_widget.checkpoint import CheckpointError

PART = ".part"
"""Ending of a file that is being written."""


_numbers = count()
_open: set[Path] = set()
"""What this process is writing."""


class SaveError(CheckpointError, OSError):
    """A file that cannot be written; what was there before is as it was."""


@contextmanager
def replacing(path: Path, *, alone: bool = True) -> Iterator[Path]:
    """Give a path beside `path` to write to, which takes its place when all went well.

    What killed writers of the same file left is removed, unless it is not `alone`: who writes thousands of
    files into a folder looks through it once, and not for each of them.

    Raises
    ------
    SaveError
        If the disk is full, or nothing can be written there.
    """
    path = path.resolve()  # a link stays one
    part = path.with_name(f"{path.name}.{os.getpid()}-{next(_numbers)}{PART}")
    _open.add(part)
    try:
        if alone:
            _remove_left(path)
        yield part
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)
    except SaveError:
        raise
    except (OSError, SafetensorError) as error:
        raise SaveError(_reason(error, path)) from error
    finally:
        _open.discard(part)
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_tensors(tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str]) -> None:
    """Write a safetensors file. With one entry of metadata its bytes are the same every time."""
    with replacing(path) as part:
        save_file(dict(tensors), part, dict(metadata))
        with part.open("rb+") as written:
            os.fsync(written.fileno())  # some disks tell only then that they are full


def _remove_left(path: Path) -> None:
    """Remove what killed writers of this file left; what a living one writes is left alone."""
    for left in path.parent.glob(f"{glob.escape(path.name)}.*-*{PART}"):
        writer = left.name.removeprefix(f"{path.name}.").split("-")[0]
        if writer.isdigit() and left not in _open and not _lives(int(writer)):
            with suppress(OSError):
                left.unlink()


def _lives(process: int) -> bool:
    """Tell whether another process of this number runs; this one knows its files itself."""
    if process == os.getpid() or sys.platform == "win32":  # which does not remove a file in use
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _reason(error: Exception, path: Path) -> str:
    """Say in plain words why a file was not written."""
    code = error.errno if isinstance(error, OSError) else None
    if code is None and (found := re.search(r"(?:os error |code: )(\d+)", str(error))):
        code = int(found[1])
    why = str(error) if code is None else os.strerror(code)
    todo = {
        errno.ENOSPC: f"Free some space, or save to another disk; {_free(path)} are free on this one.",
        errno.EFBIG: "Save to another disk, or ask for a larger limit of file sizes.",
        errno.EDQUOT: "Free some of your quota, or save to another disk.",
    }.get(code or 0, "Save to a folder that you may write to.")
    kept = " The file of this name is as it was." if path.exists() else ""
    return f"{path.name!r} was not written to {str(path.parent)!r}: {why}. {todo}{kept}"


def _free(path: Path) -> str:
    with suppress(OSError):
        return f"{shutil.disk_usage(path.parent).free:,} bytes"
    return "few bytes"
