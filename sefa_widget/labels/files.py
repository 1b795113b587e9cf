"""Labels in files: JSON after a published schema, tables, and each direction as NumPy reads it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sefa_widget.arguments import instance, new_file
from sefa_widget.arguments import path as full_path
from sefa_widget.labels.fields import KINDS
from sefa_widget.labels.labels import Labels
from sefa_widget.labels.value import Label
from sefa_widget.saving import replacing

FORMAT, VERSION = "sefa_widget labels", 1
_NO_FILE = re.compile(r"[^\w-]+")
_FORMULA = tuple("=+-@'\t\r")
"""A text that begins so is a formula to some spreadsheets, and gets a ' in front."""


def schema() -> dict[str, Any]:
    """Give the JSON schema of files of labels, version 1; `labels.schema.json` holds the same."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Labels of sefa_widget: names for directions of a generator's latent space",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "version": {"const": VERSION},
            "labels": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {name: dict(kind.schema) for name, kind in KINDS.items()},
                    "required": list(KINDS),
                    "additionalProperties": False,
                },
            },
        },
        "required": ["format", "version", "labels"],
        "additionalProperties": False,
    }


def save_labels(labels: Iterable[Label], path: str | Path) -> Path:
    """Write labels to a file, as a whole or not at all; an existing file is replaced.

    Parameters
    ----------
    labels
        `Labels`, or any labels.
    path
        A name that ends in ``.csv`` gives a table, one row each, lists as JSON in their cells; any other
        name gives JSON, as `schema` describes it.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ValueError
        If there is no such folder.
    """
    target = new_file(path)
    given = (instance(label, "A label", Label, "a Label") for label in labels)
    with replacing(target) as part, part.open("w", newline="", encoding="utf-8") as file:
        if target.suffix.lower() == ".csv":
            writer = csv.writer(file)
            writer.writerow(KINDS)
            writer.writerows([_cell(value) for value in label.to_json().values()] for label in given)
        else:
            file.write(f'{{"format": "{FORMAT}", "version": {VERSION}, "labels": [')
            for number, label in enumerate(given):
                file.write(",\n" if number else "\n")
                file.write(json.dumps(label.to_json(), allow_nan=False))
            file.write("\n]}\n")
    return target


def load_labels(path: str | Path) -> Labels:
    """Read labels from a file of `save_labels`, JSON or a table; the content tells which.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = save_labels([Label(name="smile", vector=[0.6, 0.8])], f"{folder.name}/labels.json")
    >>> load_labels(path)["smile"].vector
    tensor([0.6000, 0.8000], dtype=torch.float64)

    Returns
    -------
    Labels
        In memory; ``Labels("my.db").merge(load_labels(path))`` keeps them.

    Raises
    ------
    ValueError
        If there is no such file, or it holds something else; the message names the label and the field.
    """
    source = full_path(path)
    if not source.is_file():
        raise ValueError(f"There is no file {str(source)!r}.")
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            written = file.read()
        read = _json(written) if written.lstrip().startswith("{") else _table(written)
        found = list(read)
        if len({label.id for label in found}) < len(found):
            raise ValueError("two of its labels have the same id.")
    except (ValueError, RecursionError, OSError, csv.Error) as error:
        raise ValueError(f"{source.name!r} holds no labels: {error}") from error
    labels = Labels()
    if found:
        labels.extend(found)
    return labels


def save_arrays(labels: Iterable[Label], folder: str | Path) -> list[Path]:
    """Write the direction of each name as ``<name>.npy`` ``[1, d]``, as InterFaceGAN does.

    The end that the name says is the positive one. Of labels of one name the last one is written. Characters
    that a file's name cannot have become ``_``.

    Raises
    ------
    ValueError
        If there is no such folder, or two names give the same file.
    """
    target = full_path(folder, "folder")
    if not target.is_dir():
        raise ValueError(f"There is no folder {str(target)!r}; make it first.")
    named = {label.name: label for label in labels if label.name}
    files = {name: target / (_NO_FILE.sub("_", name) + ".npy") for name in named}
    if len({str(file).lower() for file in files.values()}) < len(files):
        raise ValueError(f"Two of the names {', '.join(named)} give the same file; rename one.")
    for name, file in files.items():
        np.save(file, (named[name].sign * named[name].vector)[None].numpy())
    return list(files.values())


def _json(written: str) -> Iterator[Label]:
    about = json.loads(written, parse_constant=_no_number)
    if about.get("format") != FORMAT:
        raise ValueError(f"its format is {about.get('format')!r}, not {FORMAT!r}.")
    if about.get("version") != VERSION:
        raise ValueError(
            f"its version is {about.get('version')!r}; this sefa_widget reads version {VERSION}."
        )
    unknown = set(about) - {"format", "version", "labels"}
    if unknown or not isinstance(about.get("labels"), list):
        raise ValueError("it must have 'format', 'version' and a list 'labels', and nothing else.")
    for number, one in enumerate(about["labels"]):
        yield _label(one, f"label {number}")


def _table(written: str) -> Iterator[Label]:
    rows = csv.DictReader(io.StringIO(written, newline=""), restkey="", restval=None)
    if set(rows.fieldnames or ()) != set(KINDS):
        raise ValueError(f"its columns are not {', '.join(KINDS)}.")
    for number, row in enumerate(rows):
        yield _label({name: _value(name, cell) for name, cell in row.items()}, f"row {number + 1}")


def _label(about: Any, which: str) -> Label:
    try:
        return Label.from_json(about)
    except ValueError as error:
        raise ValueError(f"{which}: {error}") from error


def _cell(value: Any) -> str:
    if not isinstance(value, str):
        return "" if value is None else json.dumps(value, allow_nan=False)
    return f"'{value}" if value.startswith(_FORMULA) else value


def _value(name: str, cell: str | None) -> Any:
    kind = KINDS.get(name)
    if kind is None or cell is None:
        raise ValueError("a row has more or fewer cells than there are columns.")
    if kind.schema.get("type") == "string" or name == "space":
        return cell[1:] if cell.startswith("'") else cell
    return json.loads(cell, parse_constant=_no_number) if cell else None


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON.")
