"""Directions in, scores out, each beside that of random directions; none but `rescore` needs labels."""

from sefa_widget.evaluation.captured import CapturedChange, captured_change, fresh_latents
from sefa_widget.evaluation.compare import Comparison, compare
from sefa_widget.evaluation.effect import Effect, effect
from sefa_widget.evaluation.matching import Nearest, Pair
from sefa_widget.evaluation.regressor import AttributeRegressor, load_regressor, save_regressor
from sefa_widget.evaluation.rescoring import Rescoring, rescore
from sefa_widget.evaluation.spread import latent_spread
from sefa_widget.evaluation.travel import Travel, travel

__all__ = [
    "AttributeRegressor",
    "CapturedChange",
    "Comparison",
    "Effect",
    "Nearest",
    "Pair",
    "Rescoring",
    "Travel",
    "captured_change",
    "compare",
    "effect",
    "fresh_latents",
    "latent_spread",
    "load_regressor",
    "rescore",
    "save_regressor",
    "travel",
]
