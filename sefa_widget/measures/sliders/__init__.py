"""Where the sliders end: guessed at once, measured while nothing else is wanted, and kept."""

from sefa_widget.measures.sliders.kept import KeptRanges
from sefa_widget.measures.sliders.measuring import Measuring, measured_range
from sefa_widget.measures.sliders.range import SliderRange, first_range
from sefa_widget.measures.sliders.unedited import Setting, Unedited

__all__ = ["KeptRanges", "Measuring", "Setting", "SliderRange", "Unedited", "first_range", "measured_range"]
