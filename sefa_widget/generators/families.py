"""The families and file formats there are; each family is a module with `NETWORKS` and `FORMATS`."""

from __future__ import annotations

from typing import Any

from sefa_widget.checkpoint import OWN_FORMAT, Checkpoint, CheckpointError, Contents, outline
from sefa_widget.checkpoint.files import read_json
from sefa_widget.generators import biggan, dcgan, fastgan, pggan, stylegan, stylegan2, stylegan3
from sefa_widget.generators.base import Generator
from sefa_widget.generators.formats import Converted, Format

_FAMILIES = (stylegan3, stylegan2, stylegan, pggan, biggan, fastgan, dcgan)

FAMILIES: dict[str, type[Generator]] = {
    network.family: network for family in _FAMILIES for network in family.NETWORKS
}
"""Architectures by name."""


def _own_settings(contents: Contents) -> dict[str, Any]:
    about = read_json(contents.metadata.get(OWN_FORMAT, "{}"))
    family, config = about.get("family"), about.get("config")
    if not isinstance(family, str) or not isinstance(config, dict):
        raise CheckpointError("has no readable metadata of this project.")
    return {"family": family, "config": config}


def _convert_own(checkpoint: Checkpoint) -> Converted:
    family = checkpoint.config["family"]
    if family not in FAMILIES:
        raise CheckpointError(
            f"{checkpoint.name!r} holds a {family!r} generator; known here are {', '.join(FAMILIES)}."
        )
    return FAMILIES[family], checkpoint.config["config"], checkpoint.tensors


OWN = Format(
    OWN_FORMAT,
    "sefa_widget",
    "what `save_generator` wrote (safetensors)",
    signature=(),
    required=(),
    latent="",
    convert=_convert_own,
    told=lambda contents: OWN_FORMAT in contents.metadata,
    settings=_own_settings,
)

FORMATS: dict[str, Format] = {
    known.name: known for known in (OWN, *(known for family in _FAMILIES for known in family.FORMATS))
}
"""File formats by name. A file has the first one that matches it."""


def recognise(contents: Contents) -> Format:
    """Tell the format of a file by its content.

    Raises
    ------
    CheckpointError
        If it is none of those known here.
    """
    for known in FORMATS.values():
        if known.matches(contents):
            return known
    for known in FORMATS.values():
        if known.partly(contents):
            return known
    raise CheckpointError(f"holds no generator known here, but {outline(contents.tensors)}.")


def format_named(name: str) -> Format:
    """Give the format of a name, or say which there are."""
    if not isinstance(name, str) or name not in FORMATS:
        raise CheckpointError(f"Format {name!r} is unknown; known are {', '.join(FORMATS)}.")
    return FORMATS[name]
