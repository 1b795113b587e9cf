"""Directions in, scores that need no labels out, each beside that of random directions."""

from sefa_widget.evaluation.captured import CapturedChange, captured_change, fresh_latents
from sefa_widget.evaluation.compare import Comparison, compare
from sefa_widget.evaluation.effect import Effect, effect
from sefa_widget.evaluation.matching import Nearest, Pair
from sefa_widget.evaluation.travel import Travel, travel

__all__ = [
    "CapturedChange",
    "Comparison",
    "Effect",
    "Nearest",
    "Pair",
    "Travel",
    "captured_change",
    "compare",
    "effect",
    "fresh_latents",
    "travel",
]
