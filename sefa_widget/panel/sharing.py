"""Generators that panels share: the same model is loaded once as long as a panel has it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import torch

from sefa_widget.arguments import path as full_path
from sefa_widget.generators import BUNDLED, Generator

Key = tuple[object, ...]
"""What makes a model the same: its name or its file (size, time of change), the device and the dtype."""

_known: dict[Key, tuple[weakref.ref[Generator], object]] = {}
_lock = threading.RLock()


def model_key(source: str | Path, device: torch.device, dtype: torch.dtype) -> Key | None:
    """Say which model a bundled name or a file is; None if it is neither, or cannot be told by its file."""
    if isinstance(source, str) and source in BUNDLED:
        return source, device, dtype
    path = full_path(source, "source")
    if not path.is_file():
        return None
    path = path.resolve()
    about = path.stat()
    return path, about.st_size, about.st_mtime_ns, device, dtype


def shared(key: Key | None, load: Callable[[], Generator]) -> Generator:
    """Give the generator of a model that a panel has already, or load it.

    One whose weights, device or type were changed since is left to those who have it.
    """
    with _lock:
        reference, version = _known.get(key, (None, None)) if key is not None else (None, None)
        known = None if reference is None else reference()
        if known is not None and _version(known) == version:
            return known
    generator = load()
    if key is not None:
        with _lock:
            for other in [other for other, (reference, _) in _known.items() if reference() is None]:
                del _known[other]
            _known[key] = weakref.ref(generator), _version(generator)
    return generator


def _version(generator: Generator) -> object:
    """Give a value that changes when the generator is changed in place."""
    return getattr(generator, "weights_version", None), generator.device, generator.dtype, generator.training
