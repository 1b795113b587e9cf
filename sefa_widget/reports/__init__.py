"""A report on a generator's directions: one HTML file with pictures, measures and their controls."""

from sefa_widget.reports.making import report

__all__ = ["report"]
