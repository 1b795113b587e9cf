"""What one view of a panel waits for."""

from __future__ import annotations

import contextvars
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """One view's wish for the pictures of the state as it is when its turn comes."""

    view: str
    """Name of the view."""
    seq: int
    """Number of the request."""
    unedited: bool
    """Whether strengths are left out."""
    padded: bool
    """Whether answers are padded."""
    moving: bool
    """Whether a control is held."""
    drawn: bool
    """Whether the page draws by itself as long as a control is held."""
    context: contextvars.Context
    """Of the message handler: ipykernel sends answers through the channel that it names."""
