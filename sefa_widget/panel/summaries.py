"""Plain dicts of what the panel shows of a generator and of its directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sefa_widget.generators import Generator
from sefa_widget.panel.messages import sendable
from sefa_widget.panel.session import Found
from sefa_widget.panel.state import State


def about(generator: Generator, methods: Sequence[str]) -> dict[str, Any]:
    """Describe a generator: name, sizes, layers, and the methods that can be chosen."""
    return {
        "name": sendable(generator.name),
        "family": generator.family,
        "latent_space": generator.latent_space,
        "latent_dim": generator.latent_dim,
        "resolution": generator.resolution,
        "num_classes": generator.num_classes,
        "num_codes": generator.num_codes,
        "methods": list(methods),
        "layers": [
            {"name": sendable(layer.name), "resolution": layer.resolution, "row": layer.row}
            for layer in generator.layers
        ],
    }


def spectrum(state: State, found: Found) -> dict[str, Any]:
    """Describe the eigenvalues of the directions found for a state, their sliders, and those beside them."""
    directions, beside = found.directions, None
    if found.beside is not None:
        pairs = zip(found.beside.indices, found.beside.cosines.tolist(), strict=True)
        matches = [[index, float(f"{cosine:.3g}")] for index, cosine in pairs]
        beside = {"method": state.beside, "matches": matches}
    values = None if directions.values is None else directions.values.tolist()
    return {
        "method": state.method or directions.method,
        "layers": list(state.layers),
        "normalized": directions.normalized is True,
        "rows": 0 if directions.normalized is None else directions.rows,
        "value_name": "" if directions.value is None else directions.value.name,
        "value_symbol": "" if directions.value is None else directions.value.symbol,
        "values": None if values is None else [float(f"{value:.5g}") for value in values],
        "ends": found.range.rounded(),
        "stops": list(found.range.stops),
        "change": None if found.range.change is None else float(f"{found.range.change:.3g}"),
        "beside": beside,
    }
