"""The panel in a page: one HTML file in which the generator itself runs, without a kernel."""

from sefa_widget.pages.lesson import read_answers
from sefa_widget.pages.making import page

__all__ = ["page", "read_answers"]
