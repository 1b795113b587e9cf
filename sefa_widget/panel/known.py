"""What is known of single directions, by labels of these very directions or of others like them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sefa_widget.directions import Directions, format_layers
from sefa_widget.labels import Label
from sefa_widget.panel.messages import sendable


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one direction."""

    label: Label
    """What a person said."""
    sign: int
    """Which end of this direction has what the name says."""
    similarity: float = 1.0
    """|cos| with the direction that the label was given to."""


def said(labels: Iterable[Label], directions: Directions, rater: str) -> dict[int, Known]:
    """Give what was said of these very directions by number, what `rater` said before all else."""
    found: dict[int, Known] = {}
    for label in labels:
        if label.index is not None and is_of(label, directions):
            before = found.get(label.index)
            if before is None or before.label.rater != rater or label.rater == rater:
                found[label.index] = Known(label, label.sign)
    return found


def is_of(label: Label, directions: Directions) -> bool:
    """Tell whether a label was given to one of these very directions."""
    same = label.search == directions.search and label.fingerprint == directions.fingerprint
    return same and label.index is not None and label.index < len(directions)


def progress(labels: Iterable[Label], directions: Directions) -> str:
    """Say how many directions of this generator have a name, for each group of layers; empty for none.

    A direction that two raters named counts once.
    """
    named: dict[tuple[int, ...], set[object]] = {}
    for label in labels:
        if label.name and label.search is not None and label.fingerprint == directions.fingerprint:
            named.setdefault(label.search.layers or (), set()).add((label.search, label.index))
    groups = [
        f"{len(some)} in layers {format_layers(layers)}" for layers, some in sorted(named.items()) if layers
    ]
    return f"Named so far: {', '.join(groups)}." if groups else ""


def shown_name(known: Known | None) -> dict[str, Any]:
    """Give the name that a direction shows, with its end and range, as fields of another label."""
    if known is None or not known.label.name:
        return {}
    about = described(known)
    return {name: about[name] for name in ("name", "sign", "range")}


def described(known: Known) -> dict[str, Any]:
    """Describe what is known of a direction for the panel, with plain JSON values."""
    label = known.label
    turned = known.sign != label.sign
    low, high = label.range or (0.0, 0.0)
    ends = None if label.range is None else [-high, -low] if turned else [low, high]
    return {
        "name": sendable(label.name),
        "sign": known.sign,
        "range": ends,
        "note": sendable(label.note),
        "obvious": label.obvious,
        "meaningful": label.meaningful,
        "confirmed": label.confirmed,
        "similarity": round(known.similarity, 3),
        "rater": sendable(label.rater),
    }
