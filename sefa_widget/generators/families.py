"""The families and file formats there are; each family is a module with `NETWORKS` and `FORMATS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sefa_widget.checkpoint import OWN_FORMAT, Checkpoint, CheckpointError, Contents
from sefa_widget.checkpoint.files import read_json
from sefa_widget.generators import biggan, dcgan, fastgan, lucidrains, pggan, stylegan, stylegan2, stylegan3
from sefa_widget.generators.base import Generator
from sefa_widget.generators.formats import Converted, Format

_FAMILIES = (stylegan3, stylegan2, lucidrains, stylegan, pggan, biggan, fastgan, dcgan)

FAMILIES: dict[str, type[Generator]] = {
    network.family: network for family in _FAMILIES for network in family.NETWORKS
}
"""Architectures by name."""


def _about(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Read what is said of a generator; the first versions said it in several entries."""
    if metadata.get("format") == OWN_FORMAT and "config" in metadata:
        return {"family": metadata.get("family"), "config": read_json(metadata["config"])}
    return read_json(metadata.get(OWN_FORMAT, "{}"))


def _is_own(contents: Contents) -> bool:
    return OWN_FORMAT in contents.metadata or contents.metadata.get("format") == OWN_FORMAT


def _own_settings(contents: Contents) -> dict[str, Any]:
    about = _about(contents.metadata)
    family, config = about.get("family"), about.get("config")
    if not isinstance(family, str) or not isinstance(config, dict):
        raise CheckpointError("has no readable metadata of this project.")
    assumed = about.get("assumed", [])
    if not isinstance(assumed, list) or not all(isinstance(word, str) for word in assumed):
        raise CheckpointError("has no readable metadata of this project.")
    return {"family": family, "config": config, **({"assumed": assumed} if assumed else {})}


def _convert_own(checkpoint: Checkpoint) -> Converted:
    family = checkpoint.config["family"]
    if family not in FAMILIES:
        raise CheckpointError(
            f"{checkpoint.name!r} holds a {family!r} generator; known here are {', '.join(FAMILIES)}."
        )
    network = FAMILIES[family]
    return network, network.upgraded(checkpoint.config["config"]), checkpoint.tensors


def _own_assumptions(_generator: Generator, checkpoint: Checkpoint) -> tuple[str, ...]:
    assumed = checkpoint.config.get("assumed")
    return tuple(assumed) if isinstance(assumed, list) else ()


OWN = Format(
    OWN_FORMAT,
    "sefa_widget",
    "what `save_generator` wrote (safetensors)",
    signature=(),
    required=(),
    latent="",
    convert=_convert_own,
    told=_is_own,
    settings=_own_settings,
    settled=_own_assumptions,
)

FORMATS: dict[str, Format] = {
    known.name: known for known in (OWN, *(known for family in _FAMILIES for known in family.FORMATS))
}
"""File formats by name. A file has the first one that matches it."""


def format_named(name: str) -> Format:
    """Give the format of a name, or say which there are."""
    if not isinstance(name, str) or name not in FORMATS:
        raise CheckpointError(f"Format {name!r} is unknown; known are {', '.join(FORMATS)}.")
    return FORMATS[name]
