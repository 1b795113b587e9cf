"""The panel in a page: one HTML file in which the generator itself runs, or which is drawn beforehand."""

from sefa_widget.pages import lending as lending  # so that panels lend their networks
from sefa_widget.pages.beforehand import Drawn
from sefa_widget.pages.lesson import read_answers
from sefa_widget.pages.making import page

__all__ = ["Drawn", "page", "read_answers"]
