"""Draws plotly figures of directions and their scores; one idea per module.

Needs plotly: ``pip install 'sefa_widget[plots]'``.
"""

from importlib.util import find_spec

if find_spec("plotly") is None:
    raise ImportError(
        "Figures need plotly, which is not installed: pip install 'sefa_widget[plots]'.", name="plotly"
    )

from sefa_widget.plots.bias import bias_figure
from sefa_widget.plots.comparison import comparison_figure, cosine_figure
from sefa_widget.plots.rescoring import rescoring_figure
from sefa_widget.plots.scores import captured_figure, effect_figure, heat_figure
from sefa_widget.plots.spectrum import MAX_CONTROL_ROWS, spectrum_figure

__all__ = [
    "MAX_CONTROL_ROWS",
    "bias_figure",
    "captured_figure",
    "comparison_figure",
    "cosine_figure",
    "effect_figure",
    "heat_figure",
    "rescoring_figure",
    "spectrum_figure",
]
