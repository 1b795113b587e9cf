"""The tables of a store of labels, their version, and the steps from one version to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)

from sefa_widget.labels.fields import KINDS
from sefa_widget.labels.value import Label

TABLES = MetaData()

ABOUT = Table(
    "sefa_labels_about",
    TABLES,
    Column("name", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False),
)
"""The version of the tables, and the revision: how many changes were written."""

LABELS = Table(
    "sefa_labels",
    TABLES,
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("revision", BigInteger, nullable=False),
    Column("removed", Boolean, nullable=False, index=True),
    *(
        Column(
            name,
            kind.column,
            nullable="anyOf" in kind.schema,
            unique=name == "id",
            index=name in ("name", "fingerprint", "rater", "study"),
        )
        for name, kind in KINDS.items()
    ),
)
"""One row for each label that ever was; removed ones keep their row."""

_LOCK = 0x5EFA_1ABE
"""Number of PostgreSQL's advisory lock that one migration at a time holds."""


def _first(connection: Connection) -> None:
    TABLES.create_all(connection)
    connection.execute(insert(ABOUT), [{"name": "version", "number": 0}, {"name": "revision", "number": 0}])


STEPS: list[Callable[[Connection], None]] = [_first]
"""Step n takes tables of version n to version n + 1. A change of the tables adds a step, and changes none."""


def version(connection: Connection) -> int:
    """Give the version of the tables; 0 where there are none."""
    return present(connection) if inspect(connection).has_table(ABOUT.name) else 0


def present(connection: Connection) -> int:
    """Give the version of tables that are there."""
    return _number(connection, "version")


def revision(connection: Connection) -> int:
    """Give how many changes were written."""
    return _number(connection, "revision")


def migrate(connection: Connection) -> None:
    """Bring the tables to the present version, in the transaction of the connection.

    Raises
    ------
    ValueError
        If they are of a later version than this program knows.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    before = version(connection)
    check_version(before)
    for step in STEPS[before:]:
        step(connection)
    if before < len(STEPS):
        connection.execute(update(ABOUT).where(ABOUT.c.name == "version").values(number=len(STEPS)))


def check_version(number: int) -> None:
    """Refuse tables of a later version than this program knows."""
    if number > len(STEPS):
        raise ValueError(
            f"its tables are of version {number}; this sefa_widget knows versions up to {len(STEPS)}. "
            "Install a newer sefa_widget."
        )


def to_row(label: Label) -> dict[str, Any]:
    """Give a label as a row of the table."""
    return {name: kind.to_row(getattr(label, name)) for name, kind in KINDS.items()}


def from_row(row: Mapping[str, Any]) -> Label:
    """Give the label of a row.

    Raises
    ------
    ValueError
        If the row holds what no label can hold.
    """
    return Label(**{name: kind.from_row(row[name]) for name, kind in KINDS.items()})


def _number(connection: Connection, name: str) -> int:
    return int(connection.execute(select(ABOUT.c.number).where(ABOUT.c.name == name)).scalar_one())
