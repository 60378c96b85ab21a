"""Reading the catalogue at one moment: what a question, a listing or an export sees."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.catalog_lists import ArticleLists, in_focus
from retrieval.models import Article, Focus, NearArticle, Period, Span, StoredArticle

_MOST_PARAMETERS = 500


@dataclass(frozen=True, slots=True)
class Corpus:
    """Size of the full-text index: `mean_terms` is the mean number of terms of a passage."""

    passages: int
    mean_terms: float


@dataclass(frozen=True, slots=True)
class PassageTerms:
    """What a candidate passage is scored by."""

    id: int
    terms: str
    """The terms of title and passage in order, joined by single spaces."""
    length: int
    """How many they are."""
    vector: npt.NDArray[np.float32]
    """Shape (dimensions,), unit length."""


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage's text and where it stands: `text` is the slice `start:end` of the article's text."""

    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PassageSentences:
    """A candidate passage with its article and its sentences."""

    id: int
    article: Article
    """As stored, with its whole text."""
    version: int
    span: Span
    sentences: tuple[Span, ...]
    vectors: npt.NDArray[np.float32]
    """Shape (sentences, dimensions)."""


class Snapshot(ArticleLists):
    """One moment of the catalogue; only valid inside `Catalog.snapshot()`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read through a connection on which a transaction has begun."""
        self._connection = connection

    def generation(self) -> int:
        """Return the number of changes so far: the same number means the same contents."""
        return int(self._connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()[0])

    def article_count(self) -> int:
        """Return the number of articles."""
        return int(self._connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def sources(self) -> tuple[str, ...]:
        """Return the names of all sources, sorted."""
        rows = self._connection.execute("SELECT DISTINCT source FROM articles WHERE source IS NOT NULL ORDER BY source")
        return tuple(row[0] for row in rows)

    def period(self) -> Period:
        """Return the first and last day of publication."""
        first, last = self._connection.execute(
            "SELECT (SELECT min(published) FROM articles), (SELECT max(published) FROM articles)"
        ).fetchone()
        return Period(first and first[:10], last and last[:10])

    def latest_titles(self, n: int) -> tuple[str, ...]:
        """Return the titles of the `n` articles published last."""
        rows = self._connection.execute("SELECT title FROM articles ORDER BY published DESC, key DESC LIMIT ?", (n,))
        return tuple(row[0] for row in rows)

    def languages(self) -> tuple[str, ...]:
        """Return the languages of the articles as given, sorted."""
        rows = self._connection.execute("SELECT DISTINCT language FROM articles WHERE language IS NOT NULL ORDER BY 1")
        return tuple(row[0] for row in rows)

    def article(self, article_id: str) -> StoredArticle | None:
        """Return one article, or None."""
        row = self._connection.execute(
            "SELECT *, (SELECT count(*) FROM passages WHERE article = key) AS passages FROM articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        if row is None:
            return None
        return StoredArticle(article_from_row(row), row["key"], row["version"], row["hash"], row["passages"])

    def near_article(self, passage_id: int) -> NearArticle | None:
        """Return the article that a passage belongs to, without its text."""
        row = self._connection.execute(
            "SELECT a.id, a.title, a.published, a.url FROM articles a JOIN passages p ON p.article = a.key WHERE p.id = ?",
            (passage_id,),
        ).fetchone()
        return None if row is None else NearArticle(row["id"], row["title"], row["published"], row["url"])

    def passages_of(self, key: int, limit: int) -> list[PassageSentences]:
        """Return the first `limit` passages of an article, in order, with their sentences and vectors."""
        rows = self._connection.execute("SELECT id FROM passages WHERE article = ? ORDER BY id LIMIT ?", (key, limit))
        return self.passage_sentences([row[0] for row in rows])

    # Full text

    def corpus(self) -> Corpus:
        """Return the size of the full-text index."""
        count, mean = self._connection.execute("SELECT count(*), avg(terms) FROM passages").fetchone()
        return Corpus(count, mean or 0.0)

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each term stands, 0 for a term that stands in none."""
        found = dict.fromkeys(terms, 0)
        for term in found:
            row = self._connection.execute("SELECT doc FROM passages_vocabulary WHERE term = ?", (term,)).fetchone()
            if row is not None:
                found[term] = row[0]
        return found

    def best_by_terms(self, terms: Sequence[str], limit: int) -> list[int]:
        """Return the ids of the passages that hold any of the terms, best by FTS5's BM25 first."""
        match = _any_of(terms)
        if not match:
            return []
        rows = self._connection.execute(
            "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ? ORDER BY rank LIMIT ?", (match, limit)
        )
        return [row[0] for row in rows]

    # Vectors

    def passage_terms(self, ids: Sequence[int]) -> list[PassageTerms]:
        """Return terms and vector of passages; ids that are not there (any more) are left out."""
        return [
            PassageTerms(row["id"], row["held"], row["length"], _vectors(row["mean"])[0])
            for row in self._in(
                "SELECT p.id, f.terms AS held, p.terms AS length, v.mean FROM passages p"
                " JOIN passages_fts f ON f.rowid = p.id JOIN vectors v ON v.passage = p.id WHERE p.id IN ({})",
                ids,
            )
        ]

    def passage_texts(self, ids: Sequence[int]) -> list[PassageText]:
        """Return the texts of passages, in the order of `ids`; ids that are not there are left out."""
        found = {
            row["id"]: PassageText(row["article_id"], row["start"], row["end"], row["text"])
            for row in self._in(
                'SELECT p.id, a.id AS article_id, p.start, p."end",'
                ' substr(a.text, p.start + 1, p."end" - p.start) AS text'
                " FROM passages p JOIN articles a ON a.key = p.article WHERE p.id IN ({})",
                ids,
            )
        }
        return [found[n] for n in ids if n in found]

    def passage_sentences(self, ids: Sequence[int]) -> list[PassageSentences]:
        """Return passages with article, sentences and sentence vectors, in the order of `ids`."""
        articles: dict[int, Article] = {}
        versions: dict[int, int] = {}
        found: dict[int, PassageSentences] = {}
        for row in self._in(
            'SELECT p.id AS passage, p.article AS article_key, p.start, p."end", v.mean, v.sentences FROM passages p'
            " JOIN vectors v ON v.passage = p.id WHERE p.id IN ({})",
            ids,
        ):
            key = row["article_key"]
            if key not in articles:
                stored = self._connection.execute("SELECT * FROM articles WHERE key = ?", (key,)).fetchone()
                articles[key] = article_from_row(stored)
                versions[key] = stored["version"]
            spans = self._connection.execute(
                'SELECT start, "end" FROM sentences WHERE passage = ? ORDER BY ordinal', (row["passage"],)
            )
            found[row["passage"]] = PassageSentences(
                id=row["passage"],
                article=articles[key],
                version=versions[key],
                span=Span(row["start"], row["end"]),
                sentences=tuple(Span(start, end) for start, end in spans),
                vectors=_vectors(row["sentences"], len(row["mean"]) // 2),
            )
        return [found[n] for n in ids if n in found]

    def all_vectors(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]:
        """Return the ids, shape (passages,), and vectors, shape (passages, dimensions), of all passages."""
        return _stacked(self._connection.execute("SELECT passage, mean FROM vectors ORDER BY passage").fetchall())

    # Focus

    def period_of(self, focus: Focus) -> Period:
        """Return the first and last day of publication of the articles in a focus."""
        named, values = in_focus(focus)
        if not values:
            return self.period()
        first, last = self._connection.execute(
            f"SELECT min(published), max(published) FROM articles WHERE {named}", values
        ).fetchone()
        return Period(first and first[:10], last and last[:10])

    def vectors_of(self, focus: Focus) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]:
        """Return ids and vectors of the passages in a focus, shaped as those of `all_vectors`."""
        named, values = in_focus(focus)
        rows = self._connection.execute(
            "SELECT passage, mean FROM vectors WHERE passage IN (SELECT id FROM passages WHERE article IN"
            f" (SELECT key FROM articles WHERE {named})) ORDER BY passage",
            values,
        )
        return _stacked(rows.fetchall())

    def best_by_terms_of(self, focus: Focus, terms: Sequence[str], limit: int) -> list[int]:
        """Return what `best_by_terms` does, of the passages in a focus only."""
        match = _any_of(terms)
        if not match:
            return []
        named, values = in_focus(focus)
        # the plus keeps SQLite from looking the words up anew for every passage of the focus
        rows = self._connection.execute(
            "SELECT rowid FROM passages_fts WHERE passages_fts MATCH :match AND +rowid IN (SELECT id FROM passages WHERE"
            f" article IN (SELECT key FROM articles WHERE {named})) ORDER BY rank LIMIT :limit",
            {**values, "match": match, "limit": limit},
        )
        return [row[0] for row in rows]

    def _in(self, statement: str, ids: Sequence[int]) -> Iterator[sqlite3.Row]:
        for i in range(0, len(ids), _MOST_PARAMETERS):
            some = ids[i : i + _MOST_PARAMETERS]
            yield from self._connection.execute(statement.format(",".join("?" * len(some))), some).fetchall()


def article_from_row(row: sqlite3.Row) -> Article:
    """Make an article of a row of the table `articles`."""
    return Article(
        id=row["id"],
        text=row["text"],
        title=row["title"],
        url=row["url"],
        published=row["published"],
        author=row["author"],
        source=row["source"],
        language=row["language"],
        metadata=json.loads(row["metadata"]),
    )


def _vectors(blob: bytes, dimensions: int | None = None) -> npt.NDArray[np.float32]:
    flat = np.frombuffer(blob, np.float16).astype(np.float32)
    return flat.reshape(-1, dimensions or len(flat))


def _stacked(rows: Sequence[tuple[int, bytes]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]:
    ids = np.array([row[0] for row in rows], np.int64)
    flat = np.frombuffer(b"".join(row[1] for row in rows), np.float16)
    return ids, flat.reshape(len(ids), len(flat) // max(1, len(ids)))


def _any_of(terms: Sequence[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)  # terms hold no quotes: see lexical.py
