"""Labels of directions: a sequence that keeps what is put into it, and what is done to it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sefa_widget.arguments import instance, whole
from sefa_widget.directions import Directions
from sefa_widget.generators.base import Generator
from sefa_widget.labels.directions import of_direction
from sefa_widget.labels.fields import KINDS
from sefa_widget.labels.kept import Kept
from sefa_widget.labels.merging import Merge, merged
from sefa_widget.labels.sequence import LabelSequence
from sefa_widget.labels.store import Change
from sefa_widget.labels.value import Label, differences, still_there


class Labels(LabelSequence):
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

    def merge(self, other: Iterable[Label]) -> Merge:
        """Put the labels of somebody else in, and list where the two sides disagree; nothing is decided.

        >>> labels = Labels()
        >>> labels.extend([Label(name="smile", vector=[1.0, 0.0], index=0, rater="Ada")])
        >>> print(labels.merge([Label(name="age", vector=[1.0, 0.0], index=0, rater="Bo")]))
        1 added, 0 the same, 1 disagreements
        direction 0 is 'smile' for Ada and 'age' for Bo

        Parameters
        ----------
        other
            `Labels`, or any labels, for example of `load_labels`.

        Returns
        -------
        Merge
            What was added, and the disagreements. A label that was edited on both sides stays as it is here;
            all others are kept side by side.
        """
        added, merge = merged(list(self), other)
        if added:
            self.extend(added)
        return merge

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
        if not still_there(before, after, now):
            self._done.pop()
            raise ValueError("The label was changed by somebody else since; their change stays.")
        self._done.pop()
        self._write(before, after)
        return None if before is None else self._kept.get(before.id)

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
