"""The directions of each group of layers: found, measured, and held against networks before training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from sefa_widget.directions import Directions, Search, factorize
from sefa_widget.directions.control import several_spectra
from sefa_widget.directions.layers import format_layers
from sefa_widget.directions.presets import pixels_of
from sefa_widget.generators.base import Generator
from sefa_widget.labels import Labels
from sefa_widget.measures.basis import chance
from sefa_widget.measures.sliders import Setting, SliderRange, Unedited, measured_range
from sefa_widget.pictures.editing import row_numbers
from sefa_widget.progress import Progress, shares
from sefa_widget.reports.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The directions of a group of layers, and what is known of them without their pictures.

    Attributes
    ----------
    name
        The layers in words.
    directions
        All of them.
    reach
        Where the sliders of the first ones end.
    spectra
        ``[n, d]``: the values of n networks before training; None if there is no such control.
    missing
        Why there is none.
    names
        What somebody called directions, by number.
    """

    name: str
    directions: Directions
    reach: SliderRange
    spectra: Tensor | None
    missing: str = ""
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def above(self) -> int | None:
        """How many of the first values stand above 95 % of the control, up to the first that does not."""
        values = self.directions.values
        if self.spectra is None or values is None:
            return None
        beyond = (values > chance(self.spectra)[2]).tolist()
        return next((place for place, above in enumerate(beyond) if not above), len(beyond))

    def end(self, direction: int) -> float:
        """Give the strength at which the slider of a direction ends, with the three digits that are shown."""
        return self.reach.rounded()[direction]

    def value(self, direction: int) -> str:
        """Write the value of a direction as a share in percent; "" where the method gives none."""
        values = self.directions.values
        return "" if values is None else f"{100 * float(values[direction]):.1f} %"


def find_groups(
    generator: Generator,
    settings: Settings,
    progress: Progress | None = None,
    labels: Labels | None = None,
) -> list[Group]:
    """Find the directions of each group of layers with their names, and measure where their sliders end."""
    finding, controlling, measuring = shares(progress, [1, 2, 4])
    found = _found(generator, settings)
    if finding is not None:
        finding(1, 1)
    spectra = _spectra(generator, found, settings.controls, controlling)
    unedited = Unedited(generator, Setting(settings.label, settings.truncation_psi))
    groups = []
    for one, (control, missing), telling in zip(
        found, spectra, shares(measuring, [1] * len(found)), strict=True
    ):
        few = one.first(settings.wall)
        moved = row_numbers(None, generator.num_codes, few)
        reach = measured_range(generator, few, moved, unedited, telling)
        names = {} if labels is None else _names(generator, one, labels)
        groups.append(Group(_name(generator, one), one, reach, control, missing, names))
    return groups


def _names(generator: Generator, found: Directions, labels: Labels) -> dict[int, str]:
    """Find labels again among directions; a name of the minus end says so."""
    names: dict[int, list[str]] = {}
    for match in labels.match(found, generator=generator).found:
        end = "" if match.sign > 0 else " (minus end)"
        names.setdefault(match.index, []).append(f"{match.label.name}{end}")
    return {index: ", ".join(dict.fromkeys(several)) for index, several in names.items()}


def _found(generator: Generator, settings: Settings) -> list[Directions]:
    found: dict[Search, Directions] = {}
    for layers in settings.layers:
        try:
            one = factorize(generator, layers=layers)
        except ValueError:
            if settings.chosen:
                raise
            continue
        found.setdefault(one.search, one)
    return list(found.values()) or [factorize(generator)]


def _spectra(
    generator: Generator, found: Sequence[Directions], count: int, progress: Progress | None
) -> list[tuple[Tensor | None, str]]:
    """Give the control of each spectrum, or None and why there is none."""
    try:
        return [(one, "") for one in several_spectra(generator, found, count, progress=progress)]
    except ValueError as error:  # a module of somebody else's that cannot be copied
        return [(None, str(error))] * len(found)


def _name(generator: Generator, found: Directions) -> str:
    """Say which layers directions are of."""
    layers = found.layers
    words = "Layer" if len(layers) == 1 else "Layers"
    sizes = pixels_of(generator, (min(layers), max(layers) + 1))
    every = ", all" if len(layers) == len(generator.layers) > 1 else ""
    return f"{words} {format_layers(layers)} ({sizes}{every})"
