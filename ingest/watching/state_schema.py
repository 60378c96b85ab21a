"""The tables of what is remembered of sources, and opening the file they are in."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from retrieval.errors import CatalogError

SCHEMA_VERSION = 1

_TABLES = """
-- `catalogue`: the id of the catalogue whose articles are meant
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    config TEXT NOT NULL,  -- the file that named it last
    about TEXT NOT NULL,  -- what its listing was read from
    etag TEXT,
    modified TEXT,
    last_try REAL,
    last_success REAL,
    failures INTEGER NOT NULL DEFAULT 0,  -- in a row
    error TEXT NOT NULL DEFAULT '',
    next_due REAL NOT NULL DEFAULT 0,
    UNIQUE (kind, name)
);
CREATE TABLE items (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL REFERENCES sources (number) ON DELETE CASCADE,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    public_only INTEGER NOT NULL,
    etag TEXT,
    modified TEXT,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    listed TEXT NOT NULL,
    entry TEXT NOT NULL,
    from_feed INTEGER NOT NULL,
    visit TEXT NOT NULL,
    wait REAL NOT NULL,
    next_check REAL NOT NULL,
    misled INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    error TEXT NOT NULL,
    UNIQUE (source, key)
);
-- which item has which article; `lost`: it had it, and was then read whole without it; `settled`: the day on which what
-- becomes of gone articles was done with it
CREATE TABLE held (
    item INTEGER NOT NULL REFERENCES items (number) ON DELETE CASCADE,
    article TEXT NOT NULL,
    lost INTEGER NOT NULL DEFAULT 0,
    settled TEXT,
    PRIMARY KEY (item, article)
) WITHOUT ROWID;
CREATE INDEX held_by_article ON held (article);
"""


def open_state(path: Path) -> sqlite3.Connection:
    """Open the file, made first where there is none.

    Raises:
        CatalogError: it is damaged, no such file, from a newer Citegram, or cannot be read or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise CatalogError(f"{path} cannot be written ({error}); check CITEGRAM_DATA_DIR.") from error
    try:
        _configure(connection)
        _make(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise told(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection


def copied(path: Path) -> sqlite3.Connection:
    """Return a copy in memory, empty where there is no file, in which anything may be written and nothing stays.

    Raises:
        CatalogError: as `open_state`.
    """
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    if path.exists():
        original = open_state(path)
        try:
            original.backup(memory)
        except sqlite3.Error as error:
            raise told(error, path) from error
        finally:
            original.close()
    memory.row_factory = sqlite3.Row
    memory.execute("PRAGMA foreign_keys = ON")
    _make(memory, path)
    return memory


def told(error: sqlite3.Error, path: Path) -> CatalogError:
    """Return the error for people: what is the matter with the file, and what to do."""
    if "disk is full" in str(error) or "disk I/O" in str(error):
        return CatalogError(f"The disk of {path.parent} is full or failing ({error}); free some space and try again.")
    return CatalogError(
        f"{path}, which remembers what was read when, cannot be used ({error}); restore it from a backup together with "
        "the catalogue, or delete it: then every source is read anew."
    )


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # what is remembered as read survives a power cut as well
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")


def _make(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise CatalogError(f"{path} was made by a newer Citegram; update Citegram, or set another CITEGRAM_DATA_DIR.")
    script = f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    try:
        connection.executescript(script)
    except sqlite3.Error:
        if _version(connection) != SCHEMA_VERSION:  # else another process was first
            raise
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
