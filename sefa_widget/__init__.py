"""See what a GAN has learnt: factorise a pre-trained generator and edit its pictures live in Jupyter."""

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.directions import Directions, factorize, load_directions, save_directions
from sefa_widget.generators import Latent, load_generator, save_generator
from sefa_widget.labels import Label, Labels, load_labels
from sefa_widget.measures.strips import strip, wall
from sefa_widget.panel.opening import explore
from sefa_widget.panel.widget import SefaWidget
from sefa_widget.pictures.editing import Edit, edit
from sefa_widget.pictures.export import save_pictures
from sefa_widget.pictures.sheet import Sheet, sheet
from sefa_widget.pictures.starts import Start

__all__ = [
    "CheckpointError",
    "Directions",
    "Edit",
    "Label",
    "Labels",
    "Latent",
    "SefaWidget",
    "Sheet",
    "Start",
    "edit",
    "explore",
    "factorize",
    "load_directions",
    "load_generator",
    "load_labels",
    "save_directions",
    "save_generator",
    "save_pictures",
    "sheet",
    "strip",
    "wall",
]
__version__ = "0.1.0"
