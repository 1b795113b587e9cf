"""Labels of directions: a sequence that keeps what is put into it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from sefa_widget.arguments import instance, known_names, whole
from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.labels.fields import KINDS
from sefa_widget.labels.kept import Kept
from sefa_widget.labels.store import Change, Where
from sefa_widget.labels.value import CHANGEABLE, Label, differences, of_direction

if TYPE_CHECKING:
    import pandas


class Labels(Sequence[Label]):
    """Names for directions, kept in a file or a database, or in memory only.

    A label is durable when `add`, `edit` or `remove` have returned without a warning: a program that is
    killed afterwards loses nothing, and other programs that use the same store see it at once (`changed`).
    Where the store cannot be written, a warning says why, the label stays in memory (`unsaved`, `problem`),
    and it is written when the store is back (`retry`; later calls try too).

    Labels are a sequence in the order in which they were given: ``len(labels)``, ``labels[0]``, a loop, and
    ``labels["smile"]``, the last one of that name.

    >>> from sefa_widget import factorize, load_generator
    >>> faces = load_generator("faces")
    >>> labels = Labels()
    >>> label = labels.add(factorize(faces, k=8), 3, "smile", generator=faces, rater="Ada")
    >>> labels["smile"].index, len(labels)
    (3, 1)

    Parameters
    ----------
    store
        Path of a file (SQLite; made at the first label), or URL of a database, for example
        ``"postgresql://user:password@host/class"`` (``pip install 'sefa_widget[postgres]'``). None keeps
        labels in memory.

    Raises
    ------
    ValueError
        If `store` is neither.
    ImportError
        If the driver of the database is not installed.

    Warns
    -----
    UserWarning
        If the store cannot be read.
    """

    def __init__(self, store: str | Path | None = None) -> None:
        self._kept = Kept(store)
        self._done: list[tuple[Label | None, Label | None]] = []
        if self.problem is not None:
            warnings.warn(f"{self.problem} Labels are kept in memory until it is back.", stacklevel=2)

    def add(
        self,
        directions: Directions,
        index: int | str,
        name: str = "",
        *,
        generator: Generator | str | None = None,
        **fields: Any,
    ) -> Label:
        """Give a direction a name.

        Parameters
        ----------
        directions, index
            Which direction, by number or name. Its vector, search, layers, value and fingerprint are kept.
        name
            What it does; empty where it means nothing.
        generator
            The generator, whose name, family and latent space are kept too, so that the label can be found
            again in other generators; or only its name.
        fields
            Other fields of `Label`, for example ``sign=-1, range=(-3, 3), rater="Ada", meaningful=True``.

        Raises
        ------
        ValueError
            If there is no such direction or field, or one is not what it may be.

        Warns
        -----
        UserWarning
            If it could not be saved.
        """
        label = of_direction(directions, index, name, generator, **fields)
        self._do("add", None, label)
        return label

    def extend(self, labels: Iterable[Label]) -> None:
        """Put labels in as they are, all in one step; those that are here already are written again."""
        given = [instance(label, "A label", Label, "a Label") for label in labels]
        self._warned(self._kept.put([Change(label) for label in given]))

    def edit(self, label: Label | str | int, **fields: Any) -> Label:
        """Change fields of a label, given itself or by id, number or name; the others stay as they are.

        Raises
        ------
        ValueError
            If there is no such label or field, or a field is not what it may be.
        """
        before = self._find(label)
        after = before.replaced(**fields)
        if differences(before, after):
            self._do("edit", before, after)
        return after

    def remove(self, label: Label | str | int) -> None:
        """Take a label out, given itself or by id, number or name.

        Raises
        ------
        ValueError
            If there is no such label.
        """
        self._do("remove", self._find(label), None)

    def undo(self) -> Label | None:
        """Take back the last `add`, `edit` or `remove` of this object that is not taken back yet.

        Returns
        -------
        Label or None
            The label as it is now; None where it is no more, or where there was nothing to take back.

        Raises
        ------
        ValueError
            If somebody else has changed the label since; their change stays.
        """
        if not self._done:
            return None
        before, after = self._done[-1]
        label = after or before
        now = None if label is None else self._kept.get(label.id)
        if not _as_left(before, after, now):
            self._done.pop()
            raise ValueError("The label was changed by somebody else since; their change stays.")
        self._done.pop()
        self._write(before, after)
        return None if before is None else self._kept.get(before.id)

    def select(
        self, text: str = "", *, offset: int = 0, limit: int | None = None, **fields: Any
    ) -> tuple[Label, ...]:
        """Give some labels, in order: those whose name or note holds a text and whose fields are equal.

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

    @property
    def place(self) -> str:
        """Where the labels are kept: a path, or a URL without its password; ``"in memory"``."""
        return self._kept.store.place

    @property
    def problem(self) -> str | None:
        """Why the store cannot be read or written; None where all is well."""
        return self._kept.problem

    @property
    def unsaved(self) -> tuple[Label, ...]:
        """The labels that are only in memory, because the store could not be written."""
        return tuple(change.label for change in self._kept.unsaved.values())

    def saved(self, label: Label) -> bool:
        """Tell whether the last change of a label is in the store."""
        return label.id not in self._kept.unsaved

    def retry(self) -> bool:
        """Try again to write what is unsaved; tell whether nothing is."""
        return self._kept.flush()

    @property
    def revision(self) -> int:
        """How many changes the store has seen, those of other programs too."""
        return self._kept.revision()

    def changed(self) -> bool:
        """Tell whether the store has changed since this was asked last; cheap, to be asked every second.

        Also tries to write what is unsaved.
        """
        before = getattr(self, "_asked", None)
        self._asked = self.revision
        return before != self._asked

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
                "to_frame() needs pandas, which is not installed: pip install pandas."
            ) from error
        rows = [{name: getattr(label, name) for name in KINDS} for label in self]
        for row in rows:
            row["vector"] = row["vector"].numpy()
        return pandas.DataFrame(rows, columns=list(KINDS)).set_index("id")

    def close(self) -> None:
        """Give back the connections to the store; the labels can be used again all the same."""
        self._kept.store.close()

    def __repr__(self) -> str:
        """Say how many there are, and where."""
        waiting = len(self.unsaved)
        return f"Labels({len(self)} in {self.place}" + (f", {waiting} not saved)" if waiting else ")")

    def _find(self, given: Label | str | int) -> Label:
        if isinstance(given, Label):
            found = self._kept.get(given.id)
        elif isinstance(given, str):
            found = self._kept.get(given) or self[given]
        else:
            if not -len(self) <= whole(given, "A label") < len(self):
                raise ValueError(f"Label {given} is outside 0:{len(self)}.")
            return self[given]
        if found is None:
            raise ValueError(f"The label {given.name!r} is not here, or was removed.")  # type: ignore[union-attr]
        return found

    def _do(self, what: str, before: Label | None, after: Label | None) -> None:
        self._write(after, before)
        self._done.append((before, after))

    def _write(self, after: Label | None, before: Label | None) -> None:
        label = after or before
        assert label is not None
        fields = tuple(KINDS) if after is None or before is None else differences(before, after)
        self._warned(self._kept.put([Change(label, after is None, fields)]))

    def _warned(self, written: bool) -> None:
        if not written:
            count = len(self.unsaved)
            warnings.warn(
                f"{self.problem} {count} {'label is' if count == 1 else 'labels are'} in memory only; "
                "labels.save('labels.json') writes a file, and labels.retry() tries the store again.",
                stacklevel=4,
            )


def _as_left(before: Label | None, after: Label | None, now: Label | None) -> bool:
    """Tell whether what a change has written is still there."""
    if after is None or now is None:
        return after is None and now is None
    changed = differences(after, now)
    return not (set(changed) & set(differences(before, after)) if before else changed)


def _where(text: str, fields: dict[str, Any]) -> Where:
    known_names(fields, "The field", [name for name in CHANGEABLE if name not in ("vector", "sketch")])
    part = instance(text, "text", str, "a text")
    checked = {name: KINDS[name].check(value, name) for name, value in fields.items()}
    return {**checked, **({"text": part} if part else {})}
