"""Names for directions: what they mean, kept, counted, found again and shared."""

from sefa_widget.labels.files import load_labels, save_arrays, save_labels
from sefa_widget.labels.labels import Labels
from sefa_widget.labels.value import Label

__all__ = ["Label", "Labels", "load_labels", "save_arrays", "save_labels"]
