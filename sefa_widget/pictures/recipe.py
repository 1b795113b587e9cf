"""Says how pictures were made, as plain JSON values: the recipe that travels in their file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sefa_widget.generators.base import Generator
from sefa_widget.pictures.editing import Edit, offset, row_numbers
from sefa_widget.pictures.starts import Start


def recipe(generator: Generator, starts: Sequence[Start], edits: Sequence[Edit]) -> dict[str, Any]:
    """Say how a sheet is made, as plain JSON values; an edit is the vector that it adds to its code rows."""
    return {
        "generator": of_generator(generator),
        "starts": [of_start(start) for start in starts],
        "edits": [of_edit(generator, edit) for edit in edits],
    }


def of_generator(generator: Generator) -> dict[str, Any]:
    """Say which generator, with which weights, and in which type of number it draws."""
    dtype = str(generator.synthesis_dtype).removeprefix("torch.")
    return {"name": generator.name, "fingerprint": generator.fingerprint, "dtype": dtype}


def of_start(start: Start) -> dict[str, Any]:
    """Say where a picture begins; a pinned latent by its codes."""
    cutoff = None if start.truncation_cutoff is None else int(start.truncation_cutoff)
    common = {
        "noise": start.noise,
        "truncation_psi": float(start.truncation_psi),
        "truncation_cutoff": cutoff,
    }
    if start.latent is not None:
        return {"codes": start.latent.codes[0].tolist(), **common}
    return {"seed": start.seed, "label": None if start.label is None else int(start.label), **common}


def of_edit(generator: Generator, edit: Edit) -> dict[str, Any]:
    """Say what is added to which code rows, and how that was chosen."""
    parts: list[dict[str, Any]] = []
    part: Edit | None = edit
    while part is not None:
        if part.directions is not None and part.moves:
            found = part.directions
            strengths = {str(key): float(value) for key, value in part.strengths.items()}
            rows = row_numbers(part.rows, generator.num_codes, found)
            parts.append(
                {
                    "method": found.method,
                    "layers": list(found.layers),
                    "strengths": strengths,
                    "rows": rows,
                    "vector": offset(found, part.strengths).tolist(),
                }
            )
        part = part.also
    return {"parts": parts}
