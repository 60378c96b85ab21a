"""An article's rows in the catalogue: written, replaced and dropped, all inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.lexical import passage_terms
from retrieval.models import Article, Identity, Passage, PassageVectors, Span

PASSAGES_AN_ARTICLE = 1 << 20
"""A passage's id is its article's key times this, and its place in the article."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue has under an article's id."""

    key: int
    id: str
    version: int
    hash: str
    record_hash: str
    identity: Identity
    origin: str
    language: str | None


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """A passage with all that is stored for it."""

    passage: Passage
    terms: Sequence[Sequence[str]]
    """Those of the title and of each sentence, for the full-text index."""
    vectors: PassageVectors


def content_hash(article: Article) -> str:
    """Return the hex SHA-256 of title and text: what, when changed, makes a new version."""
    return _sha256([article.title, article.text])


def record_hash(article: Article) -> str:
    """Return the hex SHA-256 of all fields of an article."""
    return _sha256([article.id, article.text, article.title, *described(article), metadata_json(article)])


def write_article(
    connection: sqlite3.Connection,
    before: Known | None,
    article: Article,
    identity: Identity,
    origin: str,
    hash_: str,
    version: int,
) -> int:
    """Insert an article, or overwrite the one that is there, and return its key."""
    values: dict[str, Any] = {
        "id": article.id, "identity": identity, "origin": origin, "text": article.text, "title": article.title,
        "url": article.url, "published": article.published, "author": article.author, "source": article.source,
        "language": article.language, "metadata": metadata_json(article), "hash": hash_,
        "record_hash": record_hash(article), "version": version, "fetched_at": now(),
    }  # fmt: skip
    if before is None:
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        key = connection.execute(f"INSERT INTO articles ({names}) VALUES ({marks})", values).lastrowid
        assert key is not None
        return key
    changes = ", ".join(f"{name} = :{name}" for name in values)
    connection.execute(f"UPDATE articles SET {changes} WHERE key = :key", {**values, "key": before.key})
    return before.key


def replace_passages(connection: sqlite3.Connection, key: int, passages: Sequence[EncodedPassage]) -> None:
    """Put passages in the place of those that an article has."""
    drop_passages(connection, key)
    first = key * PASSAGES_AN_ARTICLE
    numbered = list(enumerate(passages, first))
    connection.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
        [
            (n, key, item.passage.start, item.passage.end, sum(map(len, item.terms)), _term_counts(item.terms))
            for n, item in numbered
        ],
    )
    connection.executemany(
        "INSERT INTO sentences VALUES (?, ?, ?, ?)",
        [(n, i, s.start, s.end) for n, item in numbered for i, s in enumerate(item.passage.sentences)],
    )
    connection.executemany(
        "INSERT INTO vectors VALUES (?, ?)", [(n, _halves(item.vectors.passage)) for n, item in numbered]
    )
    connection.executemany(
        "INSERT INTO token_vectors VALUES (?, ?, ?)",
        [(n, item.vectors.tokens.tobytes(), item.vectors.counts.astype("<u2").tobytes()) for n, item in numbered],
    )
    connection.executemany(
        "INSERT INTO passages_fts (rowid, terms) VALUES (?, ?)", [(n, _joined(item.terms)) for n, item in numbered]
    )


def replace_terms(connection: sqlite3.Connection, key: int, article: Article) -> None:
    """Write the terms of an article anew, whose language is now known to be another one."""
    for (passage,) in connection.execute("SELECT id FROM passages WHERE article = ?", (key,)).fetchall():
        spans = connection.execute('SELECT start, "end" FROM sentences WHERE passage = ? ORDER BY ordinal', (passage,))
        found = passage_terms(article, [Span(start, end) for start, end in spans])
        connection.execute("UPDATE passages_fts SET terms = ? WHERE rowid = ?", (_joined(found), passage))
        connection.execute(
            "UPDATE passages SET terms = ?, term_counts = ? WHERE id = ?",
            (sum(map(len, found)), _term_counts(found), passage),
        )


def drop_passages(connection: sqlite3.Connection, key: int) -> None:
    """Delete an article's passages with all that hangs on them."""
    first = key * PASSAGES_AN_ARTICLE
    connection.execute("DELETE FROM passages_fts WHERE rowid BETWEEN ? AND ?", (first, first + PASSAGES_AN_ARTICLE - 1))
    connection.execute("DELETE FROM passages WHERE article = ?", (key,))


def drop_article(connection: sqlite3.Connection, known: Known) -> None:
    """Delete an article with all that hangs on it, and remember its last version under the hash of its id."""
    drop_passages(connection, known.key)
    connection.execute("DELETE FROM articles WHERE key = ?", (known.key,))
    connection.execute("INSERT OR REPLACE INTO removed VALUES (?, ?)", (_id_hash(known.id), known.version))


def next_version(connection: sqlite3.Connection, before: Known | None, article: Article, hash_: str) -> int:
    """Return the version of an article to be stored: the next one when its content is not that of the one before.

    A place in an article is kept with its version, so a version of an id is never used for another text: an article
    that comes back after its removal goes on counting.
    """
    if before is not None:
        return before.version + (before.hash != hash_)
    found = connection.execute("SELECT version FROM removed WHERE id_hash = ?", (_id_hash(article.id),)).fetchone()
    return 1 if found is None else int(found["version"]) + 1


def enqueue(connection: sqlite3.Connection, key: int) -> None:
    """Note that the vector index is behind with an article, and count the change."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
    connection.execute(
        "INSERT OR REPLACE INTO index_queue SELECT ?, CAST(value AS INTEGER) FROM meta WHERE name = 'generation'",
        (key,),
    )


def described(article: Article) -> tuple[str | None, ...]:
    """Return what is known of an article besides title, text and metadata, in the order of the columns."""
    return (article.url, article.published, article.author, article.source, article.language)


def metadata_json(article: Article) -> str:
    """Return the metadata as it is stored: JSON with its keys in their order."""
    return json.dumps(dict(article.metadata), ensure_ascii=False, separators=(",", ":"))


def now() -> str:
    """Return the time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _joined(terms: Sequence[Sequence[str]]) -> str:
    return " ".join(chain.from_iterable(terms))


def _term_counts(terms: Sequence[Sequence[str]]) -> bytes:
    return np.array([len(some) for some in terms], "<u2").tobytes()


def _halves(vector: npt.NDArray[np.float32]) -> bytes:
    return vector.astype("<f2").tobytes()


def _id_hash(article_id: str) -> bytes:
    return hashlib.sha256(article_id.encode()).digest()


def _sha256(parts: Sequence[str | None]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
