"""How long work tells how much of it is done."""

from __future__ import annotations

from collections.abc import Callable

from sefa_widget.arguments import function

Progress = Callable[[int, int], object]
"""Called with how much is done and how much there is; what it raises ends the work."""


def check_progress(value: Progress | None) -> Progress | None:
    """Return what is called with the progress of work, or say what was given instead."""
    return None if value is None else function(value, "progress", "how much is done and how much there is")


def part(progress: Progress | None, number: int, count: int) -> Progress | None:
    """Give the progress of one of `count` equal parts of work as a part of all.

    >>> part(print, 1, 2)(5, 10)
    15 20
    """
    if progress is None:
        return None
    return lambda done, total: progress(number * total + done, count * total)
