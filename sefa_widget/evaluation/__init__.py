"""Scores of directions, each beside those of many random ones; none but `rescore` needs labels."""

from sefa_widget.evaluation.bias import FrechetCurve, frechet_curve
from sefa_widget.evaluation.captured import CapturedChange, captured_change
from sefa_widget.evaluation.channels import channel_effects
from sefa_widget.evaluation.compare import Comparison, compare
from sefa_widget.evaluation.distances import Distance, frechet_distance, kernel_distance
from sefa_widget.evaluation.effect import Effect, effect
from sefa_widget.evaluation.extractors import Extractor, extractor
from sefa_widget.evaluation.features import Features, draw_features, read_features
from sefa_widget.evaluation.proposing import Proposal
from sefa_widget.evaluation.regressor import AttributeRegressor, load_regressor, save_regressor
from sefa_widget.evaluation.rescore import rescore
from sefa_widget.evaluation.rescoring import Controls, Rescoring
from sefa_widget.evaluation.scorers import NamedScorer, scorer
from sefa_widget.evaluation.strengths import MatchedStrengths, matched_strengths
from sefa_widget.measures.basis import chance
from sefa_widget.measures.fresh import fresh_latents
from sefa_widget.measures.matching import Nearest, Pair
from sefa_widget.measures.spread import latent_spread

__all__ = [
    "AttributeRegressor",
    "CapturedChange",
    "Comparison",
    "Controls",
    "Distance",
    "Effect",
    "Extractor",
    "Features",
    "FrechetCurve",
    "MatchedStrengths",
    "NamedScorer",
    "Nearest",
    "Pair",
    "Proposal",
    "Rescoring",
    "captured_change",
    "chance",
    "channel_effects",
    "compare",
    "draw_features",
    "effect",
    "extractor",
    "frechet_curve",
    "frechet_distance",
    "fresh_latents",
    "kernel_distance",
    "latent_spread",
    "load_regressor",
    "matched_strengths",
    "read_features",
    "rescore",
    "save_regressor",
    "scorer",
]
