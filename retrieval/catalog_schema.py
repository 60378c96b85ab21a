"""The catalogue's tables, and opening a connection to them."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path

from retrieval.errors import CatalogError

OLDEST_SQLITE = (3, 40, 0)

_MIGRATIONS = (
    # 1: the first schema. A passage's id is `articles.key << 20 | ordinal`, so it stays the same from version to version
    # of an article and the vector index is overwritten in place; keys are never used twice.
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE articles (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        identity TEXT NOT NULL CHECK (identity IN ('given', 'url', 'path')),
        origin TEXT NOT NULL,
        text TEXT NOT NULL,
        title TEXT NOT NULL,
        url TEXT,
        published TEXT,
        author TEXT,
        source TEXT,
        language TEXT,
        metadata TEXT NOT NULL,
        hash TEXT NOT NULL,
        record_hash TEXT NOT NULL,
        version INTEGER NOT NULL,
        fetched_at TEXT NOT NULL
    );
    CREATE INDEX articles_by_hash ON articles (hash);
    CREATE INDEX articles_by_origin ON articles (origin);
    CREATE INDEX articles_by_published ON articles (published);
    CREATE INDEX articles_by_language ON articles (language);
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY,
        article INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        terms INTEGER NOT NULL
    );
    CREATE INDEX passages_by_article ON passages (article, terms);
    CREATE TABLE sentences (
        passage INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        PRIMARY KEY (passage, ordinal)
    ) WITHOUT ROWID;
    -- float16, little-endian, row by row
    CREATE TABLE vectors (
        passage INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
        mean BLOB NOT NULL,
        sentences BLOB NOT NULL,
        tokens BLOB
    );
    -- `terms` holds what retrieval/lexical.py made of title and passage, joined by spaces: the tokenizer splits it there
    -- and nowhere else, as the point of 3.5 and every character beyond ASCII count as part of a word
    CREATE VIRTUAL TABLE passages_fts USING fts5 (terms, tokenize = "ascii tokenchars '.'");
    CREATE VIRTUAL TABLE passages_vocabulary USING fts5vocab (passages_fts, 'row');
    -- articles whose passages in the vector index are behind the catalogue, removed ones too
    CREATE TABLE index_queue (article INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
    """,
    # 2: lists of articles are read from an index alone, as in the table each row's text stands before the other columns;
    # versions go on when an article comes back after its removal
    """
    DROP INDEX articles_by_published;
    CREATE INDEX articles_listed ON articles (published, key, id, version, title, url, source, author, language);
    -- SHA-256 of the ids of articles that were removed, and their last versions: when one comes back, its versions go on
    -- from there, so that no version of an id ever stands for two texts
    CREATE TABLE removed (id_hash BLOB PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
    """,
    # 3: token vectors as late_interaction.py packs them, with the counts (uint16, little-endian) of those of the title and
    # of each sentence. They, and the terms of the full-text index, have to be made anew: the empty fingerprint, which no
    # model has, says so
    """
    DROP TABLE vectors;
    CREATE TABLE vectors (
        passage INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
        mean BLOB NOT NULL
    );
    CREATE TABLE token_vectors (  -- apart, as 200 of the others are read for a question and 20 of these, ten times as long
        passage INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
        tokens BLOB NOT NULL,
        counts BLOB NOT NULL
    );
    -- how many of a passage's terms are its title's and each sentence's, as `counts`
    ALTER TABLE passages ADD COLUMN term_counts BLOB NOT NULL DEFAULT x'';
    UPDATE meta SET value = json_set(value, '$.fingerprint', '') WHERE name = 'embedding_model';
    """,
    # 4: where the articles of a question's candidates come from, without reading past their texts
    """
    CREATE INDEX articles_by_key ON articles (key, published, source, author, url);
    """,
)
SCHEMA_VERSION = len(_MIGRATIONS)


def open_connection(path: Path) -> sqlite3.Connection:
    """Open the catalogue file, made or brought to the newest schema first where needed.

    Raises:
        CatalogError: the file is no catalogue, is from a newer Citegram, or cannot be read or written.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise CatalogError(f"Citegram needs SQLite 3.40 or newer, and this Python has {sqlite3.sqlite_version}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise CatalogError(
            f"The data directory {path.parent} cannot be written ({error}); check CITEGRAM_DATA_DIR."
        ) from error
    try:
        _configure(connection)
        _migrate(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise CatalogError(f"{path} cannot be used as a catalogue ({error}); restore it from a backup.") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # what is acknowledged survives a power cut as well
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # removed means gone, from the file too
    connection.execute("PRAGMA cache_size = -32768")  # KiB, as a question reads some hundred rows all over the file
    connection.execute("PRAGMA temp_store = MEMORY")  # and no article in files elsewhere


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # another process may have been first
        if version > SCHEMA_VERSION:
            raise CatalogError(
                f"{path} was made by a newer Citegram; update Citegram, or set another CITEGRAM_DATA_DIR."
            )
        for script in _MIGRATIONS[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        if version == 0:
            connection.execute("INSERT INTO meta VALUES ('id', ?), ('generation', '0')", (uuid.uuid4().hex,))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> list[str]:
    """Split a script into statements: `executescript` would commit the open transaction."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
