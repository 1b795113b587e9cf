"""Writes the Python code that draws the same sheet as a panel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import torch

from sefa_widget.directions import Directions, Search
from sefa_widget.generators.base import Generator
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.session import Contents
from sefa_widget.pictures.editing import Edit, row_numbers
from sefa_widget.pictures.starts import Start

_PLAIN = (bool, int, float, str, tuple, type(None))
"""Types of options that can be written as code."""


def python_code(generator: Generator, contents: Contents) -> str:
    """Write code that draws what a panel shows, from the generator's file on.

    Parameters
    ----------
    generator
        The generator of the panel. One that came from no file is named in a comment; its code expects it
        under the name `generator`.
    contents
        Of the panel's sheet. Directions that were given to the panel are loaded from a file of their name,
        and a comment says how that file is written.

    Returns
    -------
    str
        Lines of Python; the last one is the sheet.
    """
    return _Writer(generator, contents).text()


class _Writer:
    """Collects lines of code and the names that they import."""

    def __init__(self, generator: Generator, contents: Contents) -> None:
        self._generator = generator
        self._contents = contents
        self._lines: list[str] = []
        self._imports = {"sefa_widget": {"Edit", "Start", "sheet"}}
        self._named: list[tuple[Directions, str]] = []
        self._written = 0

    def text(self) -> str:
        """Give the whole code."""
        contents = self._contents
        self._load()
        if any(edit is not None for column in contents.edits for edit in _parts(column)):
            self._find(contents.found.directions, contents.state.search, "directions")
            if contents.found.second is not None and contents.state.second is not None:
                self._find_second(contents.state.second)
        if any(start.latent is not None for start in contents.starts):
            self._import("sefa_widget.inversion", "latent_of_text")
        starts = ",\n    ".join(
            _start(start, pin) for start, pin in zip(contents.starts, contents.state.starts, strict=True)
        )
        columns = ",\n    ".join(self._edit(edit) for edit in contents.edits)
        self._add(f"starts = [\n    {starts},\n]", f"edits = [\n    {columns},\n]")
        self._add("pictures = sheet(generator, starts, edits)", "pictures", "")
        imports = [
            f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(self._imports.items())
        ]
        return "\n".join([*imports, "", *self._lines])

    def _add(self, *lines: str) -> None:
        self._lines += lines

    def _import(self, module: str, name: str) -> None:
        self._imports.setdefault(module, set()).add(name)

    def _load(self) -> None:
        """Load the generator, or say which one is expected."""
        generator = self._generator
        if generator.source is None:
            about = f"{generator.name!r}, fingerprint {generator.fingerprint}"
            self._add(f"# `generator` must be there: {about}")
            return
        self._import("sefa_widget", "load_generator")
        dtype = generator.synthesis_dtype
        drawn_in = "" if dtype == torch.float32 else f", dtype={str(dtype).removeprefix('torch.')!r}"
        self._add(f"generator = load_generator({generator.source!r}{drawn_in})")

    def _find(self, found: Directions, search: Search, variable: str) -> None:
        """Find directions by their search, or load those that were given to the panel."""
        self._named.append((found, variable))
        if search.method is not None and search.described is None:
            path = "".join(c if c.isalnum() else "-" for c in search.method) + ".safetensors"
            self._import("sefa_widget", "load_directions")
            self._add(f"# Write this file once: save_directions(the directions {search.method!r}, {path!r})")
            self._add(f"{variable} = load_directions({path!r}, generator)")
            return
        self._import("sefa_widget", "factorize")
        self._add(f"{variable} = factorize(generator, {_arguments(found.search)})")

    def _find_second(self, search: Search) -> None:
        """Find the second directions, in the order and with the signs of the first."""
        second = self._contents.found.second
        assert second is not None
        self._find(second.aligned.directions, search, "second")
        self._import("sefa_widget.measures.aligned", "align")
        self._add("second = align(directions, second).directions")

    def _edit(self, edit: Edit) -> str:
        text = ""
        for part in reversed(list(_parts(edit))):
            text = self._part(part, text)
        return text or "Edit()"

    def _part(self, edit: Edit, also: str) -> str:
        found = edit.directions
        assert found is not None
        strengths = {found.index(key): value for key, value in edit.strengths.items()}
        known = self._variable(found)
        rows = row_numbers(edit.rows, self._generator.num_codes, found)
        if known is None:
            known = self._vectors(found, list(strengths))
            strengths = dict(enumerate(strengths.values()))
        elif tuple(rows) == found.edit_rows:
            rows = []
        arguments = [known, repr(strengths)]
        if rows:
            arguments.append(f"rows={rows!r}")
        if also:
            arguments.append(f"also={also}")
        return f"Edit({', '.join(arguments)})"

    def _variable(self, found: Directions) -> str | None:
        """Give the variable of directions, found again if need be; None where they cannot be found again."""
        for known, variable in self._named:
            if known is found:
                return variable
        options = dict(found.search.options).values()
        if found.search.described is None or not all(isinstance(value, _PLAIN) for value in options):
            return None
        if found.fingerprint != self._generator.fingerprint:
            return None
        variable = f"earlier_{len(self._named)}"
        self._find(found, found.search, variable)
        return variable

    def _vectors(self, found: Directions, indices: list[int]) -> str:
        """Write some directions as the vectors they are."""
        self._import("sefa_widget", "Directions")
        self._written += 1
        variable = f"vectors_{self._written}"
        self._add(f"{variable} = Directions.from_vectors({found.vectors[indices].tolist()!r})")
        return variable


def _parts(edit: Edit | None) -> Iterator[Edit]:
    """Give an edit and those that are done too, without those that do nothing."""
    while edit is not None:
        if edit.directions is not None and edit.moves:
            yield edit
        edit = edit.also


def _arguments(search: Search) -> str:
    """Write the arguments of `factorize` for a search."""
    arguments = [f"method={search.method!r}"]
    if search.layers is not None:
        first, last = search.layers[0], search.layers[-1]
        whole = search.layers == tuple(range(first, last + 1))
        arguments.append(f"layers={(first, last + 1) if whole else list(search.layers)!r}")
    if search.normalize is False:
        arguments.append("normalize=False")
    arguments += [f"{name}={value!r}" for name, value in search.options]
    return ", ".join(arguments)


def _start(start: Start, pin: Pin) -> str:
    """Write a start with what differs from the defaults."""
    given = {field.name: getattr(start, field.name) for field in fields(Start)}
    differs = [
        f"{field.name}={given[field.name]!r}"
        for field in fields(Start)
        if field.name not in ("seed", "latent") and given[field.name] != field.default
    ]
    if pin.latent is not None:
        label = "" if pin.label is None else f", {pin.label}"
        differs.insert(0, f"latent=latent_of_text(generator, {pin.latent!r}{label})")
        return f"Start({', '.join(differs)})"
    return f"Start({', '.join([repr(start.seed), *differs])})"
