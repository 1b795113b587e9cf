"""From a picture to the latent that draws it: the way back through a generator."""

from sefa_widget.inversion.comparing import compared
from sefa_widget.inversion.crop import Crop
from sefa_widget.inversion.framing import suggested_crop
from sefa_widget.inversion.latents import load_latent, save_latent
from sefa_widget.inversion.picture import Picture, read_picture
from sefa_widget.inversion.result import Inversion, Step
from sefa_widget.inversion.search import invert
from sefa_widget.inversion.text import latent_of_text, latent_text

__all__ = [
    "Crop",
    "Inversion",
    "Picture",
    "Step",
    "compared",
    "invert",
    "latent_of_text",
    "latent_text",
    "load_latent",
    "read_picture",
    "save_latent",
    "suggested_crop",
]
