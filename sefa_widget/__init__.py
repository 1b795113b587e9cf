"""See what a GAN has learnt: factorise a pre-trained generator and edit its pictures live in Jupyter."""

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.directions import Directions, factorize, load_directions, save_directions
from sefa_widget.editing import edit
from sefa_widget.generators import load_generator, save_generator
from sefa_widget.opening import explore
from sefa_widget.widget import SefaWidget

__all__ = [
    "CheckpointError",
    "Directions",
    "SefaWidget",
    "edit",
    "explore",
    "factorize",
    "load_directions",
    "load_generator",
    "save_directions",
    "save_generator",
]
__version__ = "0.1.0"
