"""Labels as a sequence: how they are read, chosen, compared and given away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from sefa_widget.arguments import instance, known_names, whole
from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.labels.directions import joined
from sefa_widget.labels.fields import KINDS
from sefa_widget.labels.kept import Kept
from sefa_widget.labels.store import Where
from sefa_widget.labels.transfer import THRESHOLD, Matches, match_labels
from sefa_widget.labels.value import CHANGEABLE, Label

if TYPE_CHECKING:
    import pandas


class LabelSequence(Sequence[Label]):
    """What can be read of labels, in the order in which they were given; `Labels` is one."""

    _kept: Kept

    def select(
        self, text: str = "", *, offset: int = 0, limit: int | None = None, **fields: Any
    ) -> tuple[Label, ...]:
        """Give some labels, in order: those whose name or note holds a text and whose fields are equal.

        >>> from sefa_widget import Labels
        >>> Labels().select("smi", rater="Ada", limit=50)
        ()

        Parameters
        ----------
        text
            Part of the name or the note, in small or capital letters; empty for all.
        offset, limit
            How many are left out, and how many are given at most.
        fields
            Values of fields that must be equal, for example ``fingerprint=generator.fingerprint``.
        """
        most = None if limit is None else whole(limit, "limit", 0)
        return tuple(self._kept.page(_where(text, fields), whole(offset, "offset", 0), most))

    def count(self, text: str = "", **fields: Any) -> int:
        """Give how many labels there are of those that `select` gives."""
        return self._kept.count(_where(text, fields))

    def names(self, limit: int = 1000, **fields: Any) -> dict[str, int]:
        """Give the names in use and how often each is, most used first; `fields` as in `select`."""
        return dict(self._kept.names(_where("", fields), whole(limit, "limit", 1)))

    def __len__(self) -> int:
        """Give how many labels there are."""
        return self.count()

    @overload
    def __getitem__(self, key: int | str) -> Label: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Label, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Label | tuple[Label, ...]:
        """Give a label by number, the last one of a name, or a slice.

        Raises
        ------
        IndexError
            If there is no such number.
        ValueError
            If there is no such name.
        """
        if isinstance(key, str):
            found = self._kept.newest({"name": key})
            if found is None:
                known = ", ".join(self.names(20)) or "there are none yet"
                raise ValueError(f"There is no label {key!r}; known names: {known}.")
            return found
        if isinstance(key, slice):
            chosen = range(len(self))[key]
            return tuple(self[place] for place in chosen)
        count = len(self)
        place = whole(key, "A label")
        if not -count <= place < count:
            raise IndexError(f"Label {place} is outside 0:{count}.")
        return self._kept.page({}, place % count, 1)[0]

    def __iter__(self) -> Iterator[Label]:
        """Give all labels, a few hundred in memory at a time."""
        return self._kept.every({})

    def __contains__(self, label: object) -> bool:
        """Tell whether there is a label of this name, or this label with its id."""
        if isinstance(label, Label):
            return self._kept.get(label.id) is not None
        return isinstance(label, str) and self._kept.newest({"name": label}) is not None

    def directions(self, **fields: Any) -> Directions:
        """Give the named directions as `Directions`, their plus ends positive; `fields` as in `select`.

        Of labels of one name the last one is taken. `save_directions` writes them, `edit` takes their names.

        Raises
        ------
        ValueError
            If there is none with a name, or they are of different generators or sizes: choose with `fields`.
        """
        return joined(self._kept.every(_where("", fields)))

    def match(
        self, directions: Directions, *, threshold: float = THRESHOLD, generator: Generator | None = None
    ) -> Matches:
        """Find the labels again among directions of another search or other weights; see `match_labels`."""
        return match_labels(self, directions, threshold=threshold, generator=generator)

    def save(self, path: str | Path) -> Path:
        """Write all labels to a file: JSON, or a table if the name ends in ``.csv``; see `save_labels`."""
        from sefa_widget.labels.files import save_labels

        return save_labels(self, path)

    def to_frame(self) -> pandas.DataFrame:
        """Give all labels as a table of pandas, one row each, indexed by id.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError(
                "to_frame() needs pandas, which is not installed: pip install 'sefa_widget[tables]'."
            ) from error
        rows = [{name: getattr(label, name) for name in KINDS} for label in self]
        for row in rows:
            row["vector"] = row["vector"].numpy()
        return pandas.DataFrame(rows, columns=list(KINDS)).set_index("id")


def _where(text: str, fields: dict[str, Any]) -> Where:
    known_names(fields, "The field", [name for name in CHANGEABLE if name not in ("vector", "sketch")])
    part = instance(text, "text", str, "a text")
    checked = {name: KINDS[name].check(value, name) for name, value in fields.items()}
    return {**checked, **({"text": part} if part else {})}
