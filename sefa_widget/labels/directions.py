"""The label of a direction, and the directions of labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import torch

from sefa_widget.arguments import known_names
from sefa_widget.directions import Directions, Search
from sefa_widget.directions.base import check_directions
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.labels.space import sketch
from sefa_widget.labels.value import CHANGEABLE, Label


def of_direction(
    directions: Directions,
    index: int | str,
    name: str = "",
    generator: Generator | str | None = None,
    **fields: Any,
) -> Label:
    """Make the label of one direction; what is not given is what the directions and the generator say.

    Raises
    ------
    ValueError
        If there is no such direction or field, or the directions are of another generator.
    """
    found = check_directions(directions)
    place, values = found.index(index), found.values
    about: dict[str, Any] = {
        "vector": found.vectors[place],
        "layers": found.search.layers,
        "rows": found.edit_rows,
        "search": found.search,
        "value": None if values is None else float(values[place]),
        "index": place,
        "fingerprint": found.fingerprint,
    }
    if isinstance(generator, str):
        about["generator"] = generator
    elif generator is not None:
        about |= _about_generator(found, check_generator(generator))
    known_names(fields, "The field", [name for name in CHANGEABLE if name != "generator"])
    return Label(name=name, **{**about, **fields})


def _about_generator(found: Directions, generator: Generator) -> dict[str, Any]:
    if found.fingerprint and found.fingerprint != generator.fingerprint:
        raise ValueError(
            f"The directions were found in another generator (fingerprint {found.fingerprint}) than "
            f"{generator.name!r} ({generator.fingerprint}); give the one they were found in, or none."
        )
    return {
        "generator": generator.name,
        "family": generator.family,
        "fingerprint": generator.fingerprint,
        "space": generator.latent_space,
        "sketch": sketch(generator),
    }


def joined(labels: Iterable[Label]) -> Directions:
    """Give the named directions of labels, their plus ends positive; of labels of one name, that of the last.

    Raises
    ------
    ValueError
        If there is none with a name, or they are of different generators or sizes.
    """
    named = {label.name: label for label in labels if label.name}
    if not named:
        raise ValueError("There is no label with a name, so there are no directions.")
    owners = {(label.fingerprint, len(label.vector)): label for label in named.values()}
    if len(owners) > 1:
        one, other = [f"{label.name!r} of {label.generator or 'unknown'}" for label in owners.values()][:2]
        raise ValueError(
            f"The labels are of different generators ({one}, {other}); choose those of one with fields, for "
            "example fingerprint=generator.fingerprint."
        )
    parts = [label.directions() for label in named.values()]
    rows = {part.edit_rows for part in parts}
    searches = {part.search for part in parts}
    return replace(
        parts[0],
        vectors=torch.cat([part.vectors for part in parts]),
        eigenvalues=torch.ones(len(parts), dtype=torch.float64),
        trace=float(len(parts)),
        names=tuple(named),
        search=searches.pop() if len(searches) == 1 else Search("labels", None, None),
        edit_rows=rows.pop() if len(rows) == 1 else None,
    )
