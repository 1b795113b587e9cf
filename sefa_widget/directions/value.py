"""What the number beside a direction is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Value:
    """What the number beside a direction is."""

    name: str
    """In words, for example ``"share of the rows"``."""
    symbol: str
    """As on an axis, for example ``"λ/m"``."""
    per: Literal["rows", "trace", "one"] = "trace"
    """What an eigenvalue is divided by: `Directions.rows`, `Directions.trace`, or nothing."""


SHARE_OF_ROWS = Value("share of the rows", "λ/m", "rows")
"""Of SeFa with rows of unit length: all d values add up to 1."""
SHARE_OF_WEIGHT = Value("share of the squared weight", "λ/Σλ")
"""Of SeFa with rows as they are."""
