"""All that a report says, before it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sefa_widget.generators.base import Generator
from sefa_widget.reports.agreement import Agreement
from sefa_widget.reports.effects import Measured
from sefa_widget.reports.groups import Group
from sefa_widget.reports.packing import Packed
from sefa_widget.reports.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """All that a report says.

    Attributes
    ----------
    generator, settings
        What it is about, and what it is made with.
    file
        Name of its file.
    groups, measured
        The directions of each group of layers, and what they do.
    agreement
        Methods side by side.
    packed
        The pictures; `strip` and `wall` say where each is.
    attributes
        None where a scorer was given, else whether the bundled one was used.
    """

    generator: Generator
    settings: Settings
    file: str
    groups: tuple[Group, ...]
    measured: tuple[Measured, ...]
    agreement: Agreement
    packed: Packed
    attributes: bool | None

    def strip(self, group: int, direction: int, person: int) -> str:
        """Give the address of a filmstrip."""
        people, k = len(self.settings.seeds), self.settings.k
        return self.packed.addresses[(group * k + direction) * people + person]

    def wall(self, group: int, direction: int) -> str:
        """Give the address of the two ends of a direction."""
        films = len(self.groups) * self.settings.k * len(self.settings.seeds)
        return self.packed.addresses[films + group * self.settings.wall + direction]

    def each(self) -> Iterator[tuple[int, Group, Measured]]:
        """Give each group with its number and what its directions do."""
        for number, (group, measured) in enumerate(zip(self.groups, self.measured, strict=True)):
            yield number, group, measured
