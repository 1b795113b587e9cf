"""See what a GAN has learnt: factorise a pre-trained generator and edit its pictures live in Jupyter.

The names of the panel, of labels and of reports are imported when they are first used, so that a program
which only draws pictures waits for neither Jupyter nor a database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.directions import Directions, factorize, load_directions, save_directions
from sefa_widget.generators import Latent, load_generator, save_generator
from sefa_widget.generators.exporting import save_onnx
from sefa_widget.measures.strips import strip, wall
from sefa_widget.pictures.editing import Edit, edit
from sefa_widget.pictures.export import save_pictures
from sefa_widget.pictures.sheet import Sheet, sheet
from sefa_widget.pictures.starts import Start

if TYPE_CHECKING:
    from sefa_widget.labels import Label, Labels, load_labels
    from sefa_widget.pages import page, read_answers
    from sefa_widget.panel.opening import explore
    from sefa_widget.panel.widget import SefaWidget
    from sefa_widget.reports import report

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
    "page",
    "read_answers",
    "report",
    "save_directions",
    "save_generator",
    "save_onnx",
    "save_pictures",
    "sheet",
    "strip",
    "wall",
]
__version__ = "1.0.0rc1"
_LATER = {
    "Label": "sefa_widget.labels",
    "Labels": "sefa_widget.labels",
    "SefaWidget": "sefa_widget.panel.widget",
    "explore": "sefa_widget.panel.opening",
    "load_labels": "sefa_widget.labels",
    "page": "sefa_widget.pages",
    "read_answers": "sefa_widget.pages",
    "report": "sefa_widget.reports",
}


def __getattr__(name: str) -> Any:
    """Import a name, or the part that it is in, when it is first used."""
    if name in ("labels", "panel"):
        return import_module(f"sefa_widget.{name}")
    if name not in _LATER:
        raise AttributeError(f"module 'sefa_widget' has no attribute {name!r}")
    if name in ("SefaWidget", "explore"):
        import_module("sefa_widget.pages")  # so that panels save pages
    value = globals()[name] = getattr(import_module(_LATER[name]), name)
    return value


def __dir__() -> list[str]:
    """List the names that are imported later too."""
    return sorted({*globals(), *_LATER, "labels", "panel"})
