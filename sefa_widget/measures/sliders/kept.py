"""What a session has measured of its directions, so that going back costs nothing."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.measures.acting import Acting, Acts
from sefa_widget.measures.sliders.measuring import Measuring
from sefa_widget.measures.sliders.range import SliderRange, first_range
from sefa_widget.measures.sliders.unedited import Setting, Unedited

NOTHING: Mapping[int, Acts] = {}
"""Where no direction is measured."""
KEPT_RANGES = 64
"""How many slider ranges are kept."""
KEPT_SETTINGS = 4
"""For how many settings the unedited pictures are kept."""


class KeptRanges:
    """Slider ranges by what they depend on; one measuring each, which goes on where it stopped.

    Parameters
    ----------
    generator
        Whose sliders they are.
    """

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._measurings: dict[Hashable, Measuring] = {}
        self._unedited: dict[Hashable, Unedited] = {}
        self._acting: dict[Hashable, Acting] = {}
        self._latest: dict[Hashable, SliderRange] = {}

    def range(self, moved: Hashable, setting: Setting, directions: Directions) -> SliderRange:
        """Give the slider range that is known; the same object until more is known. Draws nothing.

        Parameters
        ----------
        moved
            A name for the directions and the code rows that they move.
        setting
            Class and truncation of the pictures. What was known for another setting is the estimate for one
            that is new, so that sliders stand still while the truncation is changed.
        directions
            The directions of that name.
        """
        measuring = self._measurings.get((moved, setting))
        if measuring is not None and measuring.range.measured:
            known = measuring.range
        elif moved in self._latest:
            known = self._latest[moved].as_estimate()
        else:
            known = first_range(self._generator, directions)
        _keep(self._latest, moved, known, KEPT_RANGES)
        return known

    def measuring(
        self, moved: Hashable, setting: Setting, directions: Directions, rows: Collection[int]
    ) -> Measuring:
        """Give the measuring of a slider range, begun or not; see `range` and `Measuring`."""
        known = self._measurings.get((moved, setting))
        if known is None:
            known = Measuring(self._generator, directions, rows, self.unedited(setting))
        _keep(self._measurings, (moved, setting), known, KEPT_RANGES)
        return known

    def acting(
        self, moved: Hashable, setting: Setting, directions: Directions, rows: Collection[int]
    ) -> Acting:
        """Give the measuring of what directions do, begun or not; see `measuring`."""
        known = self._acting.get((moved, setting))
        if known is None:
            known = Acting(self._generator, directions, rows, self.unedited(setting))
        _keep(self._acting, (moved, setting), known, KEPT_RANGES)
        return known

    def acts(self, moved: Hashable, setting: Setting) -> Mapping[int, Acts]:
        """Give what is known of what directions do; the same object until more is known."""
        known = self._acting.get((moved, setting))
        return NOTHING if known is None else known.found

    def unedited(self, setting: Setting) -> Unedited:
        """Give the unedited pictures of a setting, drawn or not."""
        drawn = (setting, self._generator.weights_version)
        unedited = self._unedited.get(drawn) or Unedited(self._generator, setting)
        _keep(self._unedited, drawn, unedited, KEPT_SETTINGS)
        return unedited


Key = TypeVar("Key")
Value = TypeVar("Value")


def _keep(kept: dict[Key, Value], key: Key, value: Value, count: int) -> None:
    """Put a value in last place, and forget the first where there are too many."""
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > count:
        del kept[next(iter(kept))]
