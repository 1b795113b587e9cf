"""The parts of a report, one per module: each gives its HTML."""

from sefa_widget.reports.sections.agreement import agreement
from sefa_widget.reports.sections.effect import effect
from sefa_widget.reports.sections.films import films
from sefa_widget.reports.sections.made import made
from sefa_widget.reports.sections.short import short
from sefa_widget.reports.sections.spectrum import spectrum
from sefa_widget.reports.sections.wall import wall

__all__ = ["agreement", "effect", "films", "made", "short", "spectrum", "wall"]
