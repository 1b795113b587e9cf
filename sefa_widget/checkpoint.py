"""A file of weights in, a `Checkpoint` out: format, tensors, configuration; no code of the file is run."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

OWN_FORMAT = "sefa_widget"
"""Name of this project's own format, and the one metadata key of its safetensors files."""


class CheckpointError(Exception):
    """A file that cannot be loaded; the text says what was found and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What a file of weights holds."""

    format: str
    """Whose layout the tensors have, for example ``"dcgan"``; see `sefa_widget.generators.FORMATS`."""
    tensors: dict[str, Tensor]
    """The generator's tensors under their keys in the file, without ``module.`` prefixes, on the CPU."""
    config: dict[str, Any] = field(default_factory=dict)
    """What the file says about the network besides its tensors."""
    name: str = "generator"
    """Stem of the file name."""


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Read a file of generator weights, recognised by its content.

    Parameters
    ----------
    path
        A safetensors file, or a file written by ``torch.save`` that holds nothing but tensors.

    Returns
    -------
    Checkpoint
        Tensors on the CPU, with the format they were recognised as.

    Raises
    ------
    CheckpointError
        If there is no such file, it is damaged, or its tensors are no generator known here.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"There is no file {str(path)!r}.")
    with path.open("rb") as file:
        head = file.read(9)
    if len(head) == 9 and head[8:9] == b"{":
        return _read_safetensors(path)
    return _read_torch(path)


def _read_safetensors(path: Path) -> Checkpoint:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  # not a dict
    except SafetensorError as error:
        raise CheckpointError(f"{path.name!r} is a damaged safetensors file: {error}.") from error
    if OWN_FORMAT not in metadata:
        return Checkpoint(_recognise(tensors, path), tensors, name=path.stem)
    try:
        about = json.loads(metadata[OWN_FORMAT])
        config = {"family": str(about["family"]), "config": dict(about["config"])}
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path.name!r} has unreadable metadata: {error}.") from error
    return Checkpoint(OWN_FORMAT, tensors, config, path.stem)


def _read_torch(path: Path) -> Checkpoint:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise CheckpointError(f"{path.name!r} cannot be read as a file of tensors: {reason}") from error
    tensors = _state_dict(content)
    if tensors is None:
        raise CheckpointError(f"{path.name!r} holds no state dict of a generator.")
    return Checkpoint(_recognise(tensors, path), tensors, name=path.stem)


def _state_dict(content: object) -> dict[str, Tensor] | None:
    """Find the generator's state dict in what `torch.load` gave; strip ``module.`` from its keys."""
    if not isinstance(content, Mapping):
        return None
    if content and all(isinstance(value, Tensor) for value in content.values()):
        return {re.sub(r"^module\.", "", str(key)): value for key, value in content.items()}
    for name in ("g_ema", "netG_state_dict", "generator", "netG", "g"):
        if name in content:
            return _state_dict(content[name])
    return None


def _recognise(tensors: Mapping[str, Tensor], path: Path) -> str:
    """Tell the format from the keys."""
    first = tensors.get("main.0.weight")
    if first is not None and first.ndim == 4 and first.shape[2:] == (4, 4):
        return "dcgan"
    shown = ", ".join(list(tensors)[:5])
    raise CheckpointError(
        f"{path.name!r} holds no generator known here. Its first tensors are: {shown or 'none'}."
    )
