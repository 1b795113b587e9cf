"""Methods that find directions of a generator's latent space; one method per module."""

from sefa_widget.directions.base import Directions, check_fit
from sefa_widget.directions.conv import conv_gram
from sefa_widget.directions.factorization import factorize
from sefa_widget.directions.files import load_directions, save_directions
from sefa_widget.directions.interfacegan import as_directions, separations
from sefa_widget.directions.jacobian import jacobian_gram
from sefa_widget.directions.layers import LayerChoice, choose_layers, format_layers
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.methods import METHODS, method_named, methods_for
from sefa_widget.directions.planes import Plane
from sefa_widget.directions.projection import project
from sefa_widget.directions.search import Search
from sefa_widget.directions.style_channels import style_channels
from sefa_widget.directions.value import Value
from sefa_widget.progress import Progress

__all__ = [
    "METHODS",
    "Directions",
    "LayerChoice",
    "Method",
    "Option",
    "Plane",
    "Progress",
    "Search",
    "Value",
    "as_directions",
    "check_fit",
    "choose_layers",
    "conv_gram",
    "factorize",
    "format_layers",
    "jacobian_gram",
    "load_directions",
    "method_named",
    "methods_for",
    "project",
    "save_directions",
    "separations",
    "style_channels",
]
