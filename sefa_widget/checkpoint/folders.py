"""Finds the files of weights that a path means: one file, the shards of one, or the weights in a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.search import rank

_ENDINGS = (".safetensors", ".pkl", ".pt", ".pth", ".ckpt", ".bin", ".model")
"""Of files of weights, the safest first."""
_SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})(\.\w+)")
_NO_GENERATOR = re.compile(
    r"optim|sched|training_args|scaler|random_states|rng|discriminator|encoder|_avg_fid", re.I
)
_MOST_SHARDS = 200
_MOST_JSON = 1 << 22


def weights_files(path: Path) -> list[Path]:
    """Give the file at a path, all shards of it, or the file of weights in a folder.

    Raises
    ------
    CheckpointError
        If there is none, if shards are missing, or if a folder has several and it is unclear which is meant.
    """
    if path.is_dir():
        return _in_folder(path)
    if not path.is_file():
        raise CheckpointError("is no file.")
    if path.name.endswith(".index.json"):
        return _indexed(path)
    if shard := _SHARD.fullmatch(path.name):
        return _shards(path.parent, shard[1], int(shard[3]), shard[4], path.name)
    return [path]


def _shards(folder: Path, stem: str, count: int, ending: str, given: str) -> list[Path]:
    if not 0 < count <= _MOST_SHARDS:
        raise CheckpointError(f"is one of {count} shards; at most {_MOST_SHARDS} are read.")
    names = [f"{stem}-{number:05}-of-{count:05}{ending}" for number in range(1, count + 1)]
    if missing := [name for name in names if not (folder / name).is_file()]:
        raise CheckpointError(
            f"is only one shard of a network in {count} files: {missing[0]!r} is missing beside it. Download "
            "all shards to one folder and give the folder."
        )
    return [folder / name for name in names]


def _indexed(path: Path) -> list[Path]:
    """Give the shards that an index names, or those that lie beside it."""
    try:
        with path.open("rb") as file:
            index = json.loads(file.read(_MOST_JSON))
        named = set(index["weight_map"].values())
        plain = all(isinstance(name, str) and Path(name).name == name for name in named)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CheckpointError("is no index of shards: it has no readable weight_map.") from None
    if not plain or len(named) > _MOST_SHARDS:
        raise CheckpointError("is an index that names files elsewhere. Put the shards beside it.")
    if not named:
        named = {item.name for item in _files(path.parent) if _SHARD.fullmatch(item.name)}
    missing = [name for name in sorted(named) if not (path.parent / name).is_file()]
    if missing or not named:
        what = repr(missing[0]) if missing else "every one of them"
        raise CheckpointError(f"is an index of shards, but {what} is missing beside it. Download all shards.")
    return [path.parent / name for name in sorted(named)]


def _in_folder(folder: Path) -> list[Path]:
    files = _files(folder)
    names = {item.name for item in files}
    indices = sorted(item for item in files if item.name.endswith(".index.json"))
    if indices:
        return _indexed(next((i for i in indices if ".safetensors" in i.name), indices[0]))
    if "saved_model.pb" in names:
        raise CheckpointError(
            "is a TensorFlow SavedModel, which is not read here. Rebuild the network in PyTorch and pass the "
            "module: load_generator(module)."
        )
    if any(name.endswith(".distcp") for name in names):
        raise CheckpointError(
            "is a checkpoint of torch.distributed. Convert it: python -m "
            "torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pt, and load model.pt."
        )
    if any((place / "data.pkl").is_file() for place in [folder, folder / "archive"]):
        raise CheckpointError(
            "is a file of torch.save that was unzipped. Load the file as it was before; or zip the folder "
            "again without compression: zip -r -0 model.pth FOLDER."
        )
    found = _weights(files)
    if not found:
        found = _weights(item for place in _folders(folder) for item in _files(place))
    if not found:
        raise CheckpointError(
            f"is a folder without a file of weights ({', '.join(_ENDINGS)}). Give the file of weights."
        )
    best = [item for item in found if _order(item) == _order(found[0])]
    if shard := _SHARD.fullmatch(best[0].name):
        return _shards(best[0].parent, shard[1], int(shard[3]), shard[4], best[0].name)
    if len(best) > 1:
        listed = ", ".join(repr(item.name) for item in best[:6])
        raise CheckpointError(f"is a folder with several files of weights: {listed}. Give one of them.")
    return best


def _files(folder: Path) -> list[Path]:
    return sorted(item for item in folder.iterdir() if item.is_file())


def _folders(folder: Path) -> list[Path]:
    return sorted(item for item in folder.iterdir() if item.is_dir() and not item.name.startswith("."))[:50]


def _weights(files: Iterable[Path]) -> list[Path]:
    """List files of weights, those of a generator and in safetensors first."""
    found = [item for item in files if item.suffix in _ENDINGS and not _NO_GENERATOR.search(item.name)]
    return sorted(found, key=_order)


def _order(file: Path) -> tuple[int, int, int]:
    usual = ("model.safetensors", "diffusion_pytorch_model.safetensors", "pytorch_model.bin")
    named = rank(re.sub(r"[=\-_]", ".", file.stem))
    shard = _SHARD.fullmatch(file.name) is not None
    return (file.suffix != ".safetensors", min(named, 2) if not shard else 2, file.name not in usual)
