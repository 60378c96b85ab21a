"""The file of the ledger: opened, made where there is none, begun anew where it is damaged."""

from __future__ import annotations

import logging
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_VERSION = 1  # of the tables
_TABLES = (
    "CREATE TABLE secrets (value BLOB NOT NULL)",
    "CREATE TABLE spent (day TEXT, asker BLOB, tokens INTEGER NOT NULL, PRIMARY KEY (day, asker)) WITHOUT ROWID",
    "CREATE TABLE drafts (key BLOB PRIMARY KEY, generation INTEGER NOT NULL, draft TEXT NOT NULL, n INTEGER NOT NULL)",
    "CREATE INDEX drafts_by_age ON drafts (n)",
)
_BUSY_SECONDS = 1.0  # that a question waits for another process, whose writes take a millisecond each
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

logger = logging.getLogger(__name__)


class NewerError(Exception):
    """The file was made by a newer Citegram."""


def open_file(path: Path) -> sqlite3.Connection:
    """Open the file, made first where there is none; a damaged one is deleted and begun anew, with a warning in the log.

    Nothing in it is worth mending, and what was written from an article since removed must not stay in a copy.

    Raises:
        sqlite3.Error: it cannot be opened.
        OSError: likewise.
        NewerError: its tables are not those that are known here.
    """
    try:
        return _checked(path)
    except sqlite3.DatabaseError as error:
        if not is_damaged(error):
            raise
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.remove(f"{path}{end}")
    logger.warning("%s was damaged and is begun anew: what was spent on written answers is counted from now on.", path)
    return _checked(path)


def is_damaged(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the file itself is broken."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in _DAMAGED  # without the details in the higher bits


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Let the writes of the block count together or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _checked(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # for its owner's eyes; SQLite gives its log the same mode
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last counts, never the file
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        _make_tables(connection)
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _corrupt()
    except BaseException:
        connection.close()
        raise
    return connection


def _make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables and the secret of a new file, unless another process is first."""
    if _version(connection) == 0:
        with transaction(connection):
            if _version(connection) == 0:
                for statement in _TABLES:
                    connection.execute(statement)
                connection.execute("INSERT INTO secrets VALUES (?)", (secrets.token_bytes(32),))
                connection.execute(f"PRAGMA user_version = {_VERSION}")
    if _version(connection) != _VERSION:
        raise NewerError("it was made by a newer Citegram")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _corrupt() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("its pages do not fit together")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
