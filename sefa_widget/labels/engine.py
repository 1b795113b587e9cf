"""Connections to a store of labels: a file of SQLite, or any database that has a URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool, StaticPool

from sefa_widget.arguments import path as full_path

BUSY_SECONDS = 30
"""How long SQLite waits for another writer."""
CONNECT_SECONDS = 5
"""How long a server may take to answer."""


IN_MEMORY = "in memory"


class StoreError(Exception):
    """The store of labels cannot be read or written now; the text says why and what to do."""


def store_url(store: Any) -> URL:
    """Give the URL of a store: of a path, of a URL as text, or of a database in memory for None.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if store is None:
        return URL.create("sqlite")
    if isinstance(store, str) and "://" in store:
        try:
            url = make_url(store)
        except (ArgumentError, ValueError) as error:
            raise ValueError(f"store is no URL of a database: {error}") from error
        return (
            url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url
        )
    path = full_path(store, "store")
    if path.is_dir():
        raise ValueError(f"store is {str(path)!r}, a folder; give the name of a file in it.")
    return URL.create("sqlite", database=str(path.absolute()))


def file_of(url: URL) -> Path | None:
    """Give the file of a SQLite store; None for one in memory, and for servers."""
    plain = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if plain and not str(url.database).startswith("file:") else None


def make_engine(url: URL) -> Engine:
    """Make the engine of a store; nothing is opened yet.

    Raises
    ------
    ImportError
        If the driver of that database is not installed.
    ValueError
        If SQLAlchemy knows no such database.
    """
    try:
        if url.get_backend_name() != "sqlite":
            timeout = {"connect_timeout": CONNECT_SECONDS} if url.get_backend_name() == "postgresql" else {}
            return create_engine(url, pool_pre_ping=True, connect_args=timeout)
        kept = url.database in (None, "", ":memory:")
        # A file is opened for each use: one that was moved or came back is seen at once.
        options = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        engine = create_engine(url, poolclass=StaticPool if kept else NullPool, connect_args=options)
    except NoSuchModuleError as error:
        raise ValueError(
            f"store is a URL of {url.drivername!r}, a database that SQLAlchemy does not know."
        ) from error
    except ModuleNotFoundError as error:
        extra = "'sefa_widget[postgres]'" if url.get_backend_name() == "postgresql" else str(error.name)
        raise ImportError(
            f"The store needs {error.name!r}, which is not installed: pip install {extra}."
        ) from error
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin in _begin, not where the driver wants
    connection.execute(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        with suppress(
            sqlite3.OperationalError
        ):  # read-only, or just being set by another: as durable without
            connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def words(url: URL) -> Iterator[None]:
    """Turn the errors of a database into a `StoreError` that says what to do."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        raise StoreError(
            f"The store of labels {where(url)!r} {_reason(' '.join(str(cause).split()))}"
        ) from error
    except ValueError as error:
        raise StoreError(f"The store of labels {where(url)!r} cannot be used: {error}") from error


def where(url: URL) -> str:
    """Say where a store is, without its password."""
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        return IN_MEMORY
    file = file_of(url)
    return url.render_as_string(hide_password=True) if file is None else str(file)


_REASONS = (
    ("not a database", "is damaged, or is no store of labels: move it away, or restore a copy of it."),
    ("malformed", "is damaged: move it away, or restore a copy of it."),
    ("readonly", "can be read but not written: change its permissions, or take another store."),
    ("read-only", "can be read but not written: change its permissions, or take another store."),
    ("full", "cannot be written, because the disk is full: make room."),
    ("i/o error", "cannot be written or read: the disk may be full or away."),
    ("unable to open", "cannot be opened: its folder must exist and let you write."),
    ("locked", "is in use by another program that does not let it go."),
    ("password", "does not let this user in: check user and password."),
    ("connection", "cannot be reached: is the server running, and are host and port right?"),
)


def _reason(text: str) -> str:
    """Say in words what a database complains of."""
    reason = next(
        (words for sign, words in _REASONS if sign in text.lower()), "cannot be reached or used now."
    )
    return f"{reason} ({text[:300]})"
