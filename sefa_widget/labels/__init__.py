"""Names for directions: what they mean, kept, counted, found again and shared."""

from sefa_widget.labels.agreement import Agreement, Share
from sefa_widget.labels.counts import GroupCount, StudyResult
from sefa_widget.labels.engine import StoreError
from sefa_widget.labels.files import load_labels, save_arrays, save_labels
from sefa_widget.labels.foreign import ganspace_labels, interfacegan_labels
from sefa_widget.labels.labels import Labels
from sefa_widget.labels.merging import Disagreement, Merge
from sefa_widget.labels.study import Item, Study
from sefa_widget.labels.transfer import Match, Matches, Refused, match_labels
from sefa_widget.labels.value import Label

__all__ = [
    "Agreement",
    "Disagreement",
    "GroupCount",
    "Item",
    "Label",
    "Labels",
    "Match",
    "Matches",
    "Merge",
    "Refused",
    "Share",
    "StoreError",
    "Study",
    "StudyResult",
    "ganspace_labels",
    "interfacegan_labels",
    "load_labels",
    "match_labels",
    "save_arrays",
    "save_labels",
]
