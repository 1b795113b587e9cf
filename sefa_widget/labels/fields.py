"""The fields of a label, each described once: what it may hold, and how it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Float, String, Text

from sefa_widget.arguments import MAX_SEED, flag, instance, is_many, number, whole
from sefa_widget.directions.method import plain
from sefa_widget.directions.search import Search
from sefa_widget.labels.kinds import (
    NUMBERS,
    PAIR,
    SIGN,
    TEXT_LENGTH,
    TRUTH,
    VECTOR,
    Kind,
    one_of,
    optional,
    text,
    wholes,
)

LAYERS = 9_999
"""Largest number of a layer or a code row."""


def _search(value: Any, what: str) -> Search:
    return instance(value, what, Search, "a Search, as directions.search gives it")


def search_to_json(search: Search) -> dict[str, Any]:
    """Write a search as plain JSON values; options that JSON cannot hold, such as functions, are left out."""
    options = {name: value for name, value in search.options if _is_json(value)}
    layers = None if search.layers is None else list(search.layers)
    return {"method": search.method, "layers": layers, "normalize": search.normalize, "options": options}


def search_from_json(about: Any) -> Search:
    """Read a search from plain JSON values.

    Raises
    ------
    ValueError
        If they are none.
    """
    known = {"method", "layers", "normalize", "options"}
    if not isinstance(about, Mapping) or set(about) != known or not isinstance(about["options"], Mapping):
        raise ValueError(f"The search is {json.dumps(about)[:80]}; it must have {', '.join(sorted(known))}.")
    method, layers, normalize = about["method"], about["layers"], about["normalize"]
    if layers is not None:
        if not is_many(layers):
            raise ValueError("The layers of the search must be a list of numbers, or null.")
        layers = tuple(whole(one, "A layer of the search", 0, LAYERS) for one in layers)
    return Search(
        method=None
        if method is None
        else instance(method, "The method of the search", str, "a text, or null"),
        layers=layers,
        normalize=None if normalize is None else flag(normalize, "normalize of the search"),
        options=tuple(sorted((str(name), plain(value, name)) for name, value in about["options"].items())),
    )


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


_SEARCH_SCHEMA = {
    "type": "object",
    "properties": {
        "method": {"type": ["string", "null"]},
        "layers": {
            "anyOf": [{"type": "array", "items": {"type": "integer", "minimum": 0}}, {"type": "null"}]
        },
        "normalize": {"type": ["boolean", "null"]},
        "options": {"type": "object"},
    },
    "required": ["method", "layers", "normalize", "options"],
    "additionalProperties": False,
}

_SEARCH = Kind(
    _search,
    _SEARCH_SCHEMA,
    Text(),
    search_to_json,
    search_from_json,
    lambda search: json.dumps(search_to_json(search), sort_keys=True),
    lambda written: search_from_json(json.loads(written)),
)
_INDEX = Kind(
    lambda value, what: whole(value, what, 0, 2**53), {"type": "integer", "minimum": 0}, BigInteger()
)

KINDS: Mapping[str, Kind] = {
    "id": Kind(text(32).check, {"type": "string", "minLength": 1, "maxLength": 32}, String(32)),
    "name": text(),
    "sign": SIGN,
    "layers": optional(wholes(LAYERS)),
    "rows": optional(wholes(LAYERS)),
    "range": optional(PAIR),
    "search": optional(_SEARCH),
    "value": optional(Kind(number, {"type": "number"}, Float(53))),
    "index": optional(_INDEX),
    "generator": text(),
    "family": text(),
    "fingerprint": text(),
    "seeds": wholes(MAX_SEED),
    "rater": text(),
    "time": text(40),
    "obvious": optional(TRUTH),
    "meaningful": optional(TRUTH),
    "note": text(TEXT_LENGTH),
    "confirmed": TRUTH,
    "study": text(),
    "space": one_of(("", "z", "w", "s")),
    "sketch": NUMBERS,
    "vector": VECTOR,
}
"""Kinds of all fields of a label, by name, in the order in which they are written; the long ones last."""
