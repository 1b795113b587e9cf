"""Plain dicts of what the panel shows of a generator and of its directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sefa_widget.directions import METHODS, Option
from sefa_widget.generators import Generator
from sefa_widget.measures.acting import Acts
from sefa_widget.measures.aligned import matched_by_chance
from sefa_widget.panel.contents import Found
from sefa_widget.panel.messages import sendable
from sefa_widget.panel.state import State


def about(generator: Generator, methods: Sequence[str], class_names: Sequence[str] = ()) -> dict[str, Any]:
    """Describe a generator: name, sizes, layers, classes, and the methods that can be chosen."""
    return {
        "name": sendable(generator.name),
        "family": generator.family,
        "latent_space": generator.latent_space,
        "latent_dim": generator.latent_dim,
        "resolution": generator.resolution,
        "width": generator.width,
        "num_classes": generator.num_classes,
        "num_codes": generator.num_codes,
        "noisy": generator.noisy,
        "assumed": [sendable(text) for text in generator.assumed],
        "class_names": [sendable(name) for name in class_names],
        "methods": [_method(name) for name in methods],
        "layers": [
            {"name": sendable(layer.name), "resolution": layer.resolution, "row": layer.row}
            for layer in generator.layers
        ],
    }


def directions_info(state: State, found: Found) -> dict[str, Any]:
    """Describe the directions found for a state: their values, sliders, and matches in the second search."""
    second: dict[str, Any] | None = None
    directions, notes = found.directions, found.directions.notes
    if found.second is not None and state.second is not None:
        aligned = found.second.aligned
        pairs = zip(aligned.indices, aligned.cosines.tolist(), strict=True)
        matches = [[index, float(f"{cosine:.3g}")] for index, cosine in pairs]
        name = state.second.method or aligned.directions.method
        layers = state.second.layers or range(*state.layers)
        second = {
            "method": name,
            "title": _method(name)["title"],
            "layers": [layers[0], layers[-1] + 1],
            "matches": matches,
            "ends": found.second.range.rounded(),
        }
        sizes = len(directions), len(aligned.directions), directions.vectors.shape[1]
        second["chance"] = float(f"{matched_by_chance(*sizes):.3g}")
        notes += tuple(f"Second search: {note}" for note in aligned.directions.notes)
    values = None if directions.values is None else directions.values.tolist()
    method = state.method or directions.method
    return {
        "method": method,
        "title": _method(method)["title"],
        "layers": list(state.layers),
        "normalized": directions.normalized is True,
        "rows": 0 if directions.normalized is None else directions.rows,
        "value_name": "" if directions.value is None else directions.value.name,
        "value_symbol": "" if directions.value is None else directions.value.symbol,
        "values": None if values is None else [float(f"{value:.5g}") for value in values],
        "ends": found.range.rounded(),
        "stops": list(found.range.stops),
        "change": None if found.range.change is None else float(f"{found.range.change:.3g}"),
        "second": second,
        "acts": {str(index): _acts(acts) for index, acts in found.acts.items()},
        "only": None,
        "notes": [sendable(note) for note in notes],
    }


def _acts(acts: Acts) -> dict[str, Any]:
    """Describe what a direction does; the shares of cells are in thousandths."""
    where = (1000 * acts.where.flatten()).round().int().tolist()
    return {"alike": round(acts.alike, 3), "where": where}


def _method(name: str) -> dict[str, Any]:
    """Describe a method for the menu; given directions are offered like a method without options."""
    about: dict[str, Any] = {
        "name": name,
        "title": sendable(name),
        "options": [],
        "value_name": "",
        "value_symbol": "",
        "takes": "",
        "layers": "edited",
    }
    for method in METHODS:
        if method.name == name:
            about |= {"title": method.title, "takes": method.takes, "layers": method.layers}
            about["options"] = [_option(option) for option in method.options if option.offered]
            if method.value is not None:
                about["value_name"], about["value_symbol"] = method.value.name, method.value.symbol
    return about


def _option(option: Option) -> dict[str, Any]:
    about = {name: value for name, value in asdict(option).items() if name not in ("needed", "offered")}
    return {**about, "choices": list(option.choices)}
