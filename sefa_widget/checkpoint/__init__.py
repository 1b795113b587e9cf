"""Reads files of weights into a `Checkpoint`: format, tensors, configuration. No code of a file is run."""

from __future__ import annotations

import re
import warnings
from itertools import islice
from pathlib import Path
from typing import Any

from torch import Tensor

from sefa_widget.checkpoint.base import OWN_FORMAT, Checkpoint, CheckpointError
from sefa_widget.checkpoint.contents import Contents, find_generator
from sefa_widget.checkpoint.files import MOST_JSON, Holding, open_file, read_json, weights_file
from sefa_widget.checkpoint.formats import FORMATS, missing_keys, recognise, resolution
from sefa_widget.checkpoint.span import expanded
from sefa_widget.checkpoint.standins import Array
from sefa_widget.checkpoint.storage import View, is_finite, read_view

__all__ = [
    "FORMATS",
    "OWN_FORMAT",
    "Checkpoint",
    "CheckpointError",
    "find_problem",
    "read_checkpoint",
    "read_incomplete",
]


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
    """
    checkpoint = read_incomplete(path, format)
    if problem := find_problem(checkpoint):
        raise CheckpointError(f"{Path(path).name!r} is {problem}")
    return checkpoint


def find_problem(checkpoint: Checkpoint) -> str | None:
    """Say why a network cannot be built, as far as its keys and settings tell; None if nothing is wrong."""
    title = FORMATS[checkpoint.format].title
    if missing := missing_keys(checkpoint.format, checkpoint.tensors):
        return (
            f"an incomplete {title} network: it lacks {', '.join(missing)}. Download it again, or name its "
            "real format with format=."
        )
    size = resolution(checkpoint.tensors)
    stated = checkpoint.config.get("init_kwargs", {}) if checkpoint.format.startswith("nvidia_") else {}
    said = stated.get("img_resolution")
    if said is not None and size is not None and said != size:
        return (
            f"a {title} network of {size} pixels whose settings say {said!r:.40}. It is damaged or made to "
            "attack: get it from its author's original source."
        )
    return None


def read_incomplete(path: str | Path, format: str | None = None) -> Checkpoint:  # noqa: A002  # as above
    """Read a file like `read_checkpoint`, but leave it to the caller to `find_problem`."""
    path = expanded(path).absolute()
    if format is not None and format not in FORMATS:
        raise CheckpointError(f"Format {format!r} is unknown; known are {', '.join(FORMATS)}.")
    try:
        file = weights_file(path)
        with open_file(file) as holding:
            found, contents = _recognised(holding, format)
            tensors = _read(contents, found, holding.size)
            return Checkpoint(found, tensors, _config(contents, found, file), path.stem)
    except CheckpointError as error:
        raise CheckpointError(f"{path.name!r} {error}") from None
    except OSError as error:
        raise CheckpointError(f"{path.name!r} cannot be read: {error.strerror or error}.") from error


def _recognised(holding: Holding, format: str | None) -> tuple[str, Contents]:  # noqa: A002  # as above
    """Find the generator in a file, and tell its format unless it is given."""
    if format == OWN_FORMAT or (format is None and OWN_FORMAT in holding.metadata):
        return OWN_FORMAT, _own(holding)
    contents = find_generator(holding.value)
    if contents is None:
        raise CheckpointError(f"holds no state dict of a generator, but {_outline(holding.value)}.")
    found = format or recognise(contents.tensors) or contents.format
    if found is None:
        raise CheckpointError(f"holds no generator known here, but {_outline(contents.tensors)}.")
    return found, contents


def _own(holding: Holding) -> Contents:
    about = read_json(holding.metadata.get(OWN_FORMAT, "{}"))
    family, config = about.get("family"), about.get("config")
    if not isinstance(holding.value, dict) or not isinstance(family, str) or not isinstance(config, dict):
        raise CheckpointError("has no readable metadata of this project.")
    return Contents(holding.value, {"family": family, "config": config})


def _read(contents: Contents, found: str, file_size: int) -> dict[str, Tensor]:
    """Copy the generator's tensors out of the file, under the keys of the format."""
    leaves = dict(contents.tensors)
    if found == "rosinality" and contents.average is not None:
        leaves["latent_avg"] = contents.average
    cost = sum(leaf.cost for leaf in leaves.values() if not isinstance(leaf, Tensor))
    if cost > 2 * file_size:
        raise CheckpointError(
            f"describes tensors of {cost} bytes in a file of {file_size}. It is damaged or made to attack."
        )
    try:
        read = {_official_key(key, found): _tensor(leaf) for key, leaf in leaves.items()}
    except (MemoryError, RuntimeError) as error:  # torch raises RuntimeError where memory is short
        raise CheckpointError(f"needs {cost} bytes of memory, which are not free here.") from error
    if broken := [key for key, (_, finite) in read.items() if not finite]:
        more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
        warnings.warn(
            f"NaN or infinite numbers in {', '.join(map(repr, broken[:3]))}{more}: pictures may be blank. "
            "Download the file again, or take an earlier snapshot.",
            stacklevel=4,
        )
    return {key: tensor for key, (tensor, _) in read.items()}


def _official_key(key: str, found: str) -> str:
    """Bring the keys of older GAN-zoo files to the layout of newer ones."""
    if found == "ganzoo_pgan":
        return re.sub(r"(\.module)?\.(weight|bias)$", r".module.\2", key)
    return key.replace(".module.", ".") if found == "ganzoo_dcgan" else key


def _tensor(leaf: Tensor | View | Array) -> tuple[Tensor, bool]:
    """Read a tensor, and say whether it is finite."""
    if isinstance(leaf, View):
        return read_view(leaf)
    tensor = leaf.tensor() if isinstance(leaf, Array) else leaf
    return tensor, is_finite(tensor)


def _config(contents: Contents, found: str, file: Path) -> dict[str, Any]:
    """Keep of what the file says besides what belongs to the format."""
    if found.startswith(("nvidia_", "tf_")) or found == OWN_FORMAT:
        return contents.network
    if found.startswith("ganzoo_"):
        return contents.settings
    if found == "rosinality":
        return {"args": contents.args} if contents.args else {}
    beside = file.parent / "config.json"
    if found == "huggingface_biggan_deep" and beside.is_file():
        with beside.open("rb") as settings:
            return read_json(settings.read(MOST_JSON + 1))
    return {}


def _outline(value: object) -> str:
    """Say in a few words what there is instead."""
    if not isinstance(value, dict):
        return f"a {type(value).__name__}"
    keys = ", ".join(repr(key)[:60] for key in islice(value, 5))
    return f"{len(value)} entries: {keys}" if keys else "nothing"
