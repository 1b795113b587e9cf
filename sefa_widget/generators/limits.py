"""How large a generator of a file may be: ``limits={...}`` of `load_generator` raises that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sefa_widget.arguments import instance, known_names, whole
from sefa_widget.checkpoint import CheckpointError
from sefa_widget.generators.base import Generator

LIMITS = {"pixels": 8192, "latent": 16_384, "parameters": 2**30}
"""Height and width of pictures, numbers of a latent, and numbers of all weights that are allowed unless the
user says otherwise."""

_WORDS = {
    "pixels": "makes pictures of {0:,} px",
    "latent": "has latents of {0:,} numbers",
    "parameters": "has {0:,} parameters",
}


def checked_limits(limits: Any) -> dict[str, int]:
    """Give all limits, those of the user in place of the usual ones.

    >>> checked_limits({"pixels": 16384})["pixels"]
    16384

    Raises
    ------
    ValueError
        If a limit is unknown or no whole number above 0.
    """
    if limits is None:
        return LIMITS
    wanted = "a dict such as {'pixels': 16384}"
    given: Mapping[Any, Any] = instance(limits, "limits", Mapping, wanted)  # type: ignore[type-abstract]
    known_names(given, "Limit", list(LIMITS))
    return LIMITS | {name: whole(value, f"limits[{name!r}]", 1) for name, value in given.items()}


def check_size(what: str, size: int, limit: str, limits: Mapping[str, int]) -> None:
    """Refuse a file whose network is larger than a limit; `what` begins the sentence."""
    if size > limits[limit]:
        raise CheckpointError(
            f"{what}{_WORDS[limit].format(size)}; the limit is {limits[limit]:,}, because a file made to "
            f"attack may say so. If it is right and fits into memory, give limits={{{limit!r}: {size}}}."
        )


def check_generator_size(generator: Generator, name: str, limits: Mapping[str, int]) -> None:
    """Refuse a generator, on the meta device still, that is larger than a limit or makes no pictures.

    Raises
    ------
    CheckpointError
        With the way to allow it.
    """
    what = f"{name!r} "
    check_size(what, max(generator.resolution, generator.width), "pixels", limits)
    check_size(what, max(generator.latent_dim, generator.z_dim), "latent", limits)
    smallest = min(generator.resolution, generator.width)
    if smallest < 1 or generator.latent_dim < 1:
        raise ValueError(f"they make pictures of {smallest} px of latents of {generator.latent_dim} numbers")
