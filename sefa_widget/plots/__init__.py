"""Draws plotly figures of directions and their scores; one idea per module."""

from sefa_widget.plots.comparison import comparison_figure, cosine_figure
from sefa_widget.plots.rescoring import rescoring_figure
from sefa_widget.plots.scores import captured_figure, effect_figure, heat_figure
from sefa_widget.plots.spectrum import MAX_CONTROL_ROWS, spectrum_figure

__all__ = [
    "MAX_CONTROL_ROWS",
    "captured_figure",
    "comparison_figure",
    "cosine_figure",
    "effect_figure",
    "heat_figure",
    "rescoring_figure",
    "spectrum_figure",
]
