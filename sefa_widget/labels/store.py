"""Keeps labels in a database: what is written there survives the end of the program at any moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, or_, select, update

from sefa_widget.labels import engine, tables
from sefa_widget.labels.engine import StoreError, words
from sefa_widget.labels.fields import KINDS
from sefa_widget.labels.tables import ABOUT, LABELS
from sefa_widget.labels.value import Label

__all__ = ["Change", "Store", "StoreError", "matches"]

_CHUNK = 500
"""Rows that one statement names."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What is to be written of one label.

    Attributes
    ----------
    label
        The label as it is to be.
    removed
        Whether it is no more.
    changed
        Names of the fields that are written where the store has the label already, so that two people who
        change different fields of one label both keep their change.
    """

    label: Label
    removed: bool = False
    changed: tuple[str, ...] = tuple(KINDS)


Where = Mapping[str, Any]
"""Which labels: values of fields, all of which must be equal; and `text`, a part of the name or the note."""


class Store:
    """Labels in a database; every method gives the present state, or raises `StoreError`.

    Parameters
    ----------
    store
        Path of a file, URL of a database, or None for one in memory.
    """

    def __init__(self, store: Any = None) -> None:
        self.url = engine.store_url(store)
        self.engine = engine.make_engine(self.url)
        self._file = engine.file_of(self.url)
        self._ready = False

    @property
    def place(self) -> str:
        """Where it is: a path, or a URL without its password; ``"in memory"``."""
        return engine.where(self.url)

    @property
    def lasting(self) -> bool:
        """Whether it outlives this program."""
        return self.place != engine.IN_MEMORY

    def write(self, changes: Sequence[Change]) -> int:
        """Write changes, all or none of them; they are durable when this returns. Gives the new revision."""
        ready = self._ready and (self._file is None or self._file.exists())
        self._ready = False  # looked at again after anything went wrong
        with words(self.url), self._connected(writes=True) as connection:
            if ready:
                tables.check_version(tables.present(connection))
            else:
                tables.migrate(connection)
            # The update locks this row until the end, so that revisions are given in the order of commits.
            revised = update(ABOUT).where(ABOUT.c.name == "revision").values(number=ABOUT.c.number + 1)
            connection.execute(revised)
            revision = tables.revision(connection)
            there = self._there(connection, [change.label.id for change in changes])
            fresh = [change for change in changes if change.label.id not in there]
            for change in changes:
                if change.label.id in there:
                    row = tables.to_row(change.label)
                    values = {name: row[name] for name in change.changed}
                    own = LABELS.c.id == change.label.id
                    connection.execute(
                        update(LABELS).where(own).values(**values, removed=change.removed, revision=revision)
                    )
            if fresh:
                rows = [
                    {**tables.to_row(change.label), "removed": change.removed, "revision": revision}
                    for change in fresh
                ]
                connection.execute(insert(LABELS), rows)
        self._ready = True
        return revision

    def revision(self) -> int:
        """Give how many changes were written; 0 for a store that does not exist yet."""
        with self._reading() as connection:
            return 0 if connection is None else tables.revision(connection)

    def count(self, where: Where, without: Sequence[str] = ()) -> int:
        """Give how many labels there are, those with the ids `without` left out."""
        with self._reading() as connection:
            if connection is None:
                return 0
            query = select(func.count()).select_from(LABELS).where(_condition(where, without))
            return int(connection.execute(query).scalar_one())

    def page(
        self, where: Where, offset: int, limit: int | None, without: Sequence[str] = (), last: bool = False
    ) -> list[Label]:
        """Give labels in the order in which they were written, or, if `last`, the other way round."""
        with self._reading() as connection:
            if connection is None:
                return []
            order = LABELS.c.place.desc() if last else LABELS.c.place
            query = select(LABELS).where(_condition(where, without)).order_by(order).offset(offset)
            return _labels(connection.execute(query.limit(limit)).mappings().all())

    def pages(self, where: Where, without: Sequence[str] = (), size: int = _CHUNK) -> Iterator[list[Label]]:
        """Give all labels, `size` at a time, so that any number of them fits memory."""
        place = -1
        while True:
            with self._reading() as connection:
                if connection is None:
                    return
                query = select(LABELS).where(_condition(where, without), LABELS.c.place > place)
                rows = connection.execute(query.order_by(LABELS.c.place).limit(size)).mappings().all()
            yield _labels(rows)
            if len(rows) < size:
                return
            place = rows[-1]["place"]

    def get(self, key: str) -> Label | None:
        """Give the label with an id; None where there is none."""
        found = self.page({"id": key}, 0, 1)
        return found[0] if found else None

    def names(self, where: Where, without: Sequence[str], limit: int) -> list[tuple[str, int]]:
        """Give the names in use and how often, most used first."""
        with self._reading() as connection:
            if connection is None:
                return []
            query = select(LABELS.c.name, func.count().label("uses")).where(
                _condition(where, without), LABELS.c.name != ""
            )
            query = query.group_by(LABELS.c.name).order_by(func.count().desc(), LABELS.c.name).limit(limit)
            return [(str(name), int(uses)) for name, uses in connection.execute(query)]

    def close(self) -> None:
        """Give back its connections."""
        self.engine.dispose()

    @contextmanager
    def _connected(self, writes: bool) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            connection = connection.execution_options(writes=writes)
            with connection.begin():
                yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection | None]:
        """Give a connection to read from; None where there is no store yet: reading makes none."""
        with words(self.url):
            if self._file is not None and not self._file.exists():
                self._ready = False
                yield None
                return
            with self._connected(writes=False) as connection:
                if not self._ready:
                    present = tables.version(connection)
                    tables.check_version(present)
                    self._ready = present == len(tables.STEPS)
                if self._ready:
                    yield connection
                    return
            if present:
                with self._connected(writes=True) as connection:
                    tables.migrate(connection)
                with self._connected(writes=False) as connection:
                    yield connection
            else:
                yield None

    def _there(self, connection: Connection, keys: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(keys), _CHUNK):
            query = select(LABELS.c.id).where(LABELS.c.id.in_(keys[start : start + _CHUNK]))
            found |= set(connection.execute(query).scalars())
        return found


def _labels(rows: Sequence[RowMapping]) -> list[Label]:
    return [tables.from_row({str(name): value for name, value in row.items()}) for row in rows]


def _condition(where: Where, without: Sequence[str] = ()) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [LABELS.c.removed.is_(False)]
    for name, value in where.items():
        if name == "text":
            part = str(value).lower()
            columns = (func.lower(LABELS.c.name), func.lower(LABELS.c.note))
            parts.append(or_(*(column.contains(part, autoescape=True) for column in columns)))
        else:
            parts.append(LABELS.c[name] == KINDS[name].to_row(value))
    if without:
        parts.append(LABELS.c.id.not_in(without))
    return and_(*parts)


def matches(label: Label, where: Where) -> bool:
    """Tell whether a label is one of those that are asked for, as the database would."""
    for name, value in where.items():
        if name == "text":
            if str(value).lower() not in f"{label.name}\n{label.note}".lower():
                return False
        elif KINDS[name].to_row(getattr(label, name)) != KINDS[name].to_row(value):
            return False
    return True
