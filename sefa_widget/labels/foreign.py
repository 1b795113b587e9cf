"""Reads names for directions that other projects gave: GANSpace's named edits, InterFaceGAN's boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sefa_widget.arguments import instance, number, several, whole
from sefa_widget.arguments import path as full_path
from sefa_widget.directions import Directions, load_directions
from sefa_widget.generators.base import Generator
from sefa_widget.labels.directions import of_direction
from sefa_widget.labels.value import Label

_EDIT = "(component, first layer, layer behind the last one, strength)"


def ganspace_labels(
    edits: Mapping[str, Any], components: Directions | str | Path, *, generator: Generator | None = None
) -> list[Label]:
    """Give the labels of GANSpace's named edits: name -> (component, first layer, end, strength).

    This is the form in which edits are passed on, for example ``{"smile": (46, 4, 5, -20)}``: of component 46
    on layer 4 alone (the end is not included), at -20 standard deviations of the component.

    Parameters
    ----------
    edits
        The named edits.
    components
        GANSpace's file of components (``.npz``), or the directions that `load_directions` gives of it.
    generator
        The generator they are of, if it is at hand.

    Returns
    -------
    list of Label
        Named, the sign that of the strength, the range from 0 to the strength (in units of the latent space
        where the components have standard deviations, else as it is).

    Raises
    ------
    ValueError
        If an edit is not of this form, or there is no such component.
    """
    found = components if isinstance(components, Directions) else load_directions(components, generator)
    deviations = found.eigenvalues.sqrt()
    labels = []
    for name, edit in instance(edits, "edits", dict, f"a dict of name -> {_EDIT}").items():
        parts = several(edit, f"The edit {name!r}", _EDIT)
        if len(parts) != 4:
            raise ValueError(f"The edit {name!r} has {len(parts)} numbers; it must be {_EDIT}.")
        component = whole(parts[0], f"The component of {name!r}", 0, len(found) - 1)
        first = whole(parts[1], f"The first layer of {name!r}", 0)
        end = whole(parts[2], f"The end of the layers of {name!r}", first + 1)
        strength = number(parts[3], f"The strength of {name!r}")
        if found.value is not None:
            strength *= float(deviations[component])
        labels.append(
            of_direction(
                found,
                component,
                name,
                generator,
                sign=-1 if strength < 0 else 1,
                layers=range(first, end),
                rows=range(first, end),
                range=(min(strength, 0.0), max(strength, 0.0)) if strength else None,
            )
        )
    return labels


def interfacegan_labels(
    paths: str | Path | Iterable[str | Path], *, generator: Generator | None = None
) -> list[Label]:
    """Give the labels of InterFaceGAN's boundaries, ``.npy`` ``[1, d]``, named by their files.

    ``stylegan_ffhq_smile_w_boundary.npy`` becomes ``"stylegan_ffhq_smile_w"``; `Labels.edit` renames it. The
    positive end has the attribute.

    Raises
    ------
    ValueError
        If a file is none, or holds more than one boundary.
    """
    files = [paths] if isinstance(paths, str | Path) else several(paths, "paths", "paths of .npy files")
    labels = []
    for file in files:
        found = load_directions(file, generator)
        name = full_path(file).stem
        if len(found) != 1:
            raise ValueError(f"{name!r} holds {len(found)} directions; a boundary is one. Use labels.add.")
        labels.append(of_direction(found, 0, name.removesuffix("_boundary"), generator))
    return labels
