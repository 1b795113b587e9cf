"""The strength at which a rising curve reaches 1, from a few measurements of it."""

from __future__ import annotations

import math

TOLERANCE = 0.05
"""A measured value within this of 1 ends the search; the last step goes where the curve's slope says."""
CORRECTION = 1.25
"""The last step changes the strength by at most this factor."""
LEAP = 4.0
"""One step goes at most so many times as far, or as near."""
FLAT = 0.05
"""A curve that grows by less than this share over twice the strength is flat."""
SLOPED = 4
"""So many steps follow the slope of the curve, later ones halve the bracket."""


class Crossing:
    """A search for the strength at which a curve through (0, 0) reaches 1.

    Measure the curve at `at`, call `measured` with what it is there, and again until `end` is known.
    Between two measurements the curve is taken for a power of the strength; with one, for a straight line.
    About three measurements are needed.

    >>> search = Crossing(1.0)
    >>> while search.end is None:
    ...     search.measured(0.2 * search.at)
    >>> search.end
    5.0

    Parameters
    ----------
    guess
        Where to begin; above 0.
    """

    def __init__(self, guess: float) -> None:
        self.at = guess
        """The strength to measure next."""
        self.end: float | None = None
        """The strength at which the curve is 1, once it is known."""
        self.flat = False
        """Whether the curve becomes flat below 1; `end` is where it does."""
        self._low: tuple[float, float] | None = None
        self._high: tuple[float, float] | None = None
        self._steps = 0

    def measured(self, value: float) -> None:
        """Take the curve's value at `at`; infinite or NaN counts as too far."""
        value = math.inf if math.isnan(value) else value
        point, low, high = (self.at, value), self._low, self._high
        self._steps += 1
        if abs(value - 1) <= TOLERANCE:
            end = _through(low if low and low[1] < value else high, point)
            self.end = end if self.at / CORRECTION <= end <= CORRECTION * self.at else self.at
        elif value < 1 and low and self.at >= 2 * low[0] and value <= low[1] * (1 + FLAT):
            self.end, self.flat = low[0], True
        else:
            self._low, self._high = (point, high) if value < 1 else (low, point)
            self._go_on(low, point)

    def _go_on(self, before: tuple[float, float] | None, point: tuple[float, float]) -> None:
        """Choose the next strength, or end where the curve jumps over 1."""
        low, high = self._low, self._high
        if high is None:
            self.at = min(max(_through(before, point), 1.1 * point[0]), LEAP * point[0])
        elif low is None:
            self.at = min(max(_through(None, high), high[0] / LEAP), 0.9 * high[0])
        elif high[0] <= low[0] * (1 + TOLERANCE):
            self.end = low[0]
        elif self._steps <= SLOPED and math.isfinite(high[1]):
            margin = (high[0] / low[0]) ** 0.1
            self.at = min(max(_through(low, high), low[0] * margin), high[0] / margin)
        else:
            self.at = math.sqrt(low[0] * high[0])
        if self.at < 1e-12:
            self.end = self.at  # a curve that is above 1 everywhere


def _through(other: tuple[float, float] | None, point: tuple[float, float]) -> float:
    """Give where the power law through two points is 1; with one point, the line through (0, 0)."""
    at, value = point
    if value <= 0:
        return math.inf
    if math.isinf(value):
        return 0.0
    if other is None or other[1] <= 0 or math.isinf(other[1]) or other[0] == at:
        return at / value
    power = math.log(value / other[1]) / math.log(at / other[0])
    if power <= 0.1:  # falls, or is nearly flat
        return math.inf if value < 1 else at / value
    return at * math.exp(-math.log(value) / power)
