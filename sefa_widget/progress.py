"""How long work tells how much of it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def shares(progress: Progress | None, weights: Sequence[int]) -> list[Progress | None]:
    """Give the progress of parts of work that follow each other, each as much of all as its weight says.

    >>> first, second = shares(print, [1, 3])
    >>> second(1, 2)
    5 8
    """
    if progress is None:
        return [None for _ in weights]
    told, whole = progress, sum(weights)

    def one(before: int, weight: int) -> Progress:
        return lambda done, total: told(before * total + weight * done, whole * total)

    return [one(sum(weights[:place]), weight) for place, weight in enumerate(weights)]
