"""The catalogue: articles, passages, sentences, vectors and full-text index in one SQLite file. The truth."""

from __future__ import annotations

import json
import os
import queue
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from retrieval.catalog_rows import (
    PASSAGES_AN_ARTICLE,
    EncodedPassage,
    Known,
    content_hash,
    described,
    drop_article,
    enqueue,
    metadata_json,
    next_version,
    now,
    record_hash,
    replace_passages,
    replace_terms,
    write_article,
)
from retrieval.catalog_schema import open_connection
from retrieval.errors import CatalogError, ModelError
from retrieval.models import Article, CatalogSummary, Identity, IndexEntry, StoredArticle
from retrieval.snapshot import Remembered, Snapshot

FILE_NAME = "catalog.sqlite3"
_EXAMPLES = 3

Outcome = Literal["new", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """The embedding model that a catalogue's vectors come from."""

    name: str
    fingerprint: str
    """Hex SHA-256 over the model's weights and settings."""
    dimensions: int
    knowledge: Mapping[str, float] = field(default_factory=dict)
    """How well it knows each language, 0 to 1, as `retrieval.knowledge` measures it."""


def file_of(origin: str) -> str:
    """Return the file of an origin, which for a line of a JSON Lines file is `path:line`."""
    path, _, line = origin.rpartition(":")
    return path if path and line.isdigit() else origin


class Catalog:
    """The one door to the catalogue file. Safe to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        """Remember the file; it is opened, or made, at first use."""
        self.path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._remembered = Remembered()

    @classmethod
    def in_directory(cls, data_dir: Path) -> Catalog:
        """Open the catalogue of a data directory.

        Raises:
            CatalogError: it cannot be opened.
        """
        catalog = cls(data_dir / FILE_NAME)
        with catalog._connection():
            return catalog

    def close(self) -> None:
        """Close every connection; calling it again does nothing."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = open_connection(self.path)
        try:
            yield connection
        except sqlite3.Error as error:
            raise CatalogError(_told(error, self.path)) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._idle.put(connection)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Give one unchanging view of the catalogue: nothing half written, nothing removed half way."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            yield Snapshot(connection, self._remembered)

    # What the catalogue is

    @property
    def id(self) -> str:
        """The catalogue's own id, 32 hex digits, made with it and never changed."""
        return self._meta("id") or ""

    @property
    def embedding_model(self) -> EmbeddingModel | None:
        """The model that the vectors come from; None before the first article."""
        stored = self._meta("embedding_model")
        return EmbeddingModel(**json.loads(stored)) if stored else None

    def use_embedding_model(self, model: EmbeddingModel) -> None:
        """Bind an empty catalogue to a model, or check that it is the one bound.

        Raises:
            ModelError: the catalogue's vectors come from another model.
        """
        with self._writing() as connection:
            if connection.execute("SELECT EXISTS (SELECT 1 FROM articles)").fetchone()[0]:
                _require(connection, model.name, model.fingerprint)
            else:
                _bind(connection, model)

    def require_embedding_model(self, name: str, fingerprint: str) -> None:
        """Check that a model is the one that the vectors come from; any will do while there are none.

        Raises:
            ModelError: they come from another one.
        """
        with self._connection() as connection:
            if connection.execute("SELECT EXISTS (SELECT 1 FROM articles)").fetchone()[0]:
                _require(connection, name, fingerprint)

    def _meta(self, name: str) -> str | None:
        with self._connection() as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
            return row[0] if row else None

    def summary(self) -> CatalogSummary:
        """Return counts, sources, period and the titles of the latest articles."""
        with self.snapshot() as snapshot:
            return CatalogSummary(
                articles=snapshot.article_count(),
                passages=snapshot.corpus().passages,
                sources=snapshot.sources(),
                period=snapshot.period(),
                data_dir=str(self.path.parent.absolute()),
                examples=snapshot.latest_titles(_EXAMPLES),
            )

    # Articles, for ingest

    def known(self, article_id: str) -> Known | None:
        """Return what is stored under an id, without its text."""
        with self._connection() as connection:
            return _known(connection.execute(_KNOWN + " WHERE id = ?", (article_id,)).fetchone())

    def at_origin(self, origin: str) -> Known | None:
        """Return the article, known by its path alone, that was last found there."""
        with self._connection() as connection:
            return _known(connection.execute(_KNOWN + " WHERE identity = 'path' AND origin = ?", (origin,)).fetchone())

    def moved(self, hash_: str) -> Known | None:
        """Return the article of that content, known by its path alone, whose file is no longer where it was found."""
        with self._connection() as connection:
            rows = connection.execute(
                _KNOWN + " WHERE hash = ? AND identity = 'path' ORDER BY key", (hash_,)
            ).fetchall()
        return next((_known(row) for row in rows if not os.path.exists(file_of(row["origin"]))), None)

    def put(self, article: Article, identity: Identity, origin: str, passages: Sequence[EncodedPassage]) -> Outcome:
        """Store an article with its passages, in place of an older version, and return what that changed.

        Raises:
            CatalogError: it could not be written; the older version is still there.
        """
        if len(passages) >= PASSAGES_AN_ARTICLE:
            raise CatalogError(f"has more than {PASSAGES_AN_ARTICLE:,} passages; split the article.")
        with self._writing() as connection:
            before = _known(connection.execute(_KNOWN + " WHERE id = ?", (article.id,)).fetchone())
            if before is not None and before.record_hash == record_hash(article):
                return "unchanged"
            hash_ = content_hash(article)
            version = next_version(connection, before, article, hash_)
            key = write_article(connection, before, article, identity, origin, hash_, version)
            replace_passages(connection, key, passages)
            enqueue(connection, key)
        return "new" if before is None else "updated"

    def put_metadata(self, article: Article, origin: str) -> None:
        """Store what is new about an article whose title and text are as they were."""
        with self._writing() as connection:
            before = _known(connection.execute(_KNOWN + " WHERE id = ?", (article.id,)).fetchone())
            if before is None or before.hash != content_hash(article):
                raise CatalogError(f"{article.id} changed while it was read; ingest it again.")
            connection.execute(
                "UPDATE articles SET url = ?, published = ?, author = ?, source = ?, language = ?, metadata = ?,"
                " record_hash = ?, origin = ?, fetched_at = ? WHERE key = ?",
                (*described(article), metadata_json(article), record_hash(article), origin, now(), before.key),
            )
            if before.language != article.language:
                replace_terms(connection, before.key, article)
            enqueue(connection, before.key)

    def put_origin(self, article_id: str, origin: str) -> None:
        """Remember where an unchanged article was found this time."""
        with self._writing() as connection:
            connection.execute("UPDATE articles SET origin = ? WHERE id = ?", (origin, article_id))

    def remove(self, article_id: str) -> bool:
        """Remove an article; False when there is none of that id. `forget_removed` then takes away its traces.

        What stays is the SHA-256 of its id with its last version: see `next_version`.
        """
        with self._writing() as connection:
            before = _known(connection.execute(_KNOWN + " WHERE id = ?", (article_id,)).fetchone())
            if before is None:
                return False
            drop_article(connection, before)
            enqueue(connection, before.key)
        return True

    def forget_removed(self) -> None:
        """Leave nothing of removed articles in the file, its full-text index and its write-ahead log.

        SQLite's `secure_delete` alone does not do it: copies stay behind in pages whose rows were moved to others. So
        the file is written anew, by way of memory (measured: 0.6 s and 65 MB, as much as the file has, for 5,000
        passages).

        Raises:
            CatalogError: somebody has been reading for half a minute, so that the log still holds what was removed.
        """
        with self._connection() as connection:
            connection.execute("INSERT INTO passages_fts (passages_fts) VALUES ('optimize')")
            connection.execute("VACUUM")
            if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise CatalogError(
                    f"Another program has {self.path} open for reading, and the file's log keeps what was removed until "
                    "no program has it open any more: stop them all once."
                )

    def article(self, article_id: str) -> StoredArticle | None:
        """Return one article with its text, or None."""
        with self.snapshot() as snapshot:
            return snapshot.article(article_id)

    def articles(self) -> Iterator[StoredArticle]:
        """Yield every article in the order of their ids, read one by one."""
        with self._connection() as connection:
            ids = [row[0] for row in connection.execute("SELECT id FROM articles ORDER BY id")]
        for article_id in ids:
            stored = self.article(article_id)
            if stored is not None:
                yield stored

    def replace_vectors(self, model: EmbeddingModel, encoded: Iterable[tuple[int, list[EncodedPassage]]]) -> int:
        """Give articles, by their keys, new passages and vectors of a model, all in one transaction; return how many.

        A reader sees either all the old vectors or all the new ones.
        """
        count = 0
        with self._writing() as connection:
            _bind(connection, model)
            for key, passages in encoded:
                replace_passages(connection, key, passages)
                enqueue(connection, key)
                count += 1
        return count

    # The vector index's side

    def pending(self, limit: int) -> list[tuple[int, int]]:
        """Return (article key, generation) of articles that the vector index is behind with, oldest first."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT article, generation FROM index_queue ORDER BY generation LIMIT ?", (limit,)
            )
            return [(row[0], row[1]) for row in rows]

    def settle(self, key: int, generation: int) -> None:
        """Take an article off the queue, unless it changed again since `generation`."""
        with self._writing() as connection:
            connection.execute("DELETE FROM index_queue WHERE article = ? AND generation = ?", (key, generation))

    def passage_ids(self) -> set[int]:
        """Return the ids of all passages."""
        with self._connection() as connection:
            return {row[0] for row in connection.execute("SELECT id FROM passages")}

    def index_entries(self, key: int) -> list[IndexEntry]:
        """Return the entries of one article, none if it was removed."""
        with self._connection() as connection:
            return [_entry(row) for row in connection.execute(_ENTRY + " WHERE p.article = ? ORDER BY p.id", (key,))]

    def all_index_entries(self, batch: int = 1000) -> Iterator[list[IndexEntry]]:
        """Yield the entries of all passages in the order of their ids, `batch` at a time."""
        after = -1
        while True:
            with self._connection() as connection:
                rows = connection.execute(_ENTRY + " WHERE p.id > ? ORDER BY p.id LIMIT ?", (after, batch)).fetchall()
            if not rows:
                return
            after = rows[-1]["id"]
            yield [_entry(row) for row in rows]

    def sample_entries(self, n: int) -> list[IndexEntry]:
        """Return at most `n` entries chosen at random."""
        with self._connection() as connection:
            ids = [row[0] for row in connection.execute("SELECT id FROM passages ORDER BY random() LIMIT ?", (n,))]
            marks = ",".join("?" * len(ids))
            return [_entry(row) for row in connection.execute(_ENTRY + f" WHERE p.id IN ({marks})", ids)]


_KNOWN = "SELECT key, id, version, hash, record_hash, identity, origin, language FROM articles"
_ENTRY = (
    'SELECT p.id, p.article, substr(a.text, p.start + 1, p."end" - p.start) AS passage, v.mean, a.id AS article_id,'
    " a.source, a.author, a.published, a.language, a.version"
    " FROM passages p JOIN articles a ON a.key = p.article JOIN vectors v ON v.passage = p.id"
)


def _known(row: sqlite3.Row | None) -> Known | None:
    return None if row is None else Known(**dict(row))


def _entry(row: sqlite3.Row) -> IndexEntry:
    described = {name: row[name] for name in ("article_id", "source", "author", "published", "language", "version")}
    return IndexEntry(
        id=row["id"],
        article=row["article"],
        vector=np.frombuffer(row["mean"], np.float16).astype(np.float32),
        text=row["passage"],
        metadata={name: value for name, value in described.items() if value is not None},
    )


def _bind(connection: sqlite3.Connection, model: EmbeddingModel) -> None:
    stored = json.dumps(asdict(model))
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('embedding_model', ?)", (stored,))


def _require(connection: sqlite3.Connection, name: str, fingerprint: str) -> None:
    row = connection.execute("SELECT value FROM meta WHERE name = 'embedding_model'").fetchone()
    bound = EmbeddingModel(**json.loads(row[0]))
    if not bound.fingerprint:
        raise ModelError(
            "The catalogue was made by an older Citegram; run `citegram-ingest reindex --encode`, which keeps every "
            "article, and start again."
        )
    if bound.fingerprint != fingerprint:
        raise ModelError(
            f"The catalogue was made with the embedding model {bound.name}, and {name} is set; run "
            "`citegram-ingest reindex --encode`, or set CITEGRAM_EMBEDDING_MODEL back."
        )


def _told(error: sqlite3.Error, path: Path) -> str:
    if "disk is full" in str(error) or "disk I/O" in str(error):
        return f"The disk of {path.parent} is full or failing ({error}); free some space and try again."
    return f"The catalogue {path} cannot be used ({error}); check the disk and the file, or restore it from a backup."
