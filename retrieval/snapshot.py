"""Reading the catalogue at one moment: what a question, a listing or an export sees."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from retrieval.catalog_lists import ArticleLists, in_focus
from retrieval.models import Article, Focus, NearArticle, Period, Span, StoredArticle
from retrieval.remarks import is_guessed

_COUNT = np.dtype("<u2")
_MOST_REMEMBERED = 20_000  # facts, most of them how many passages have a term: 3 MB

T = TypeVar("T")


class Remembered:
    """What was read of one generation of the catalogue, for all threads: to count 100,000 passages takes 5 ms."""

    def __init__(self) -> None:
        """Hold nothing until something is read."""
        self._lock = threading.Lock()
        self._generation = -1
        self._facts: dict[str, object] = {}

    def get(self, generation: int, name: str, read: Callable[[], T]) -> T:
        """Return what `read` returned for this name and generation, or what it returns now."""
        with self._lock:
            if generation > self._generation or len(self._facts) >= _MOST_REMEMBERED:
                self._generation = max(generation, self._generation)
                self._facts = {}
            if generation == self._generation and name in self._facts:
                return self._facts[name]  # type: ignore[return-value]  # a name always stands for the same kind of fact
        fact = read()
        with self._lock:
            if generation == self._generation:
                self._facts[name] = fact
        return fact


@dataclass(frozen=True, slots=True)
class Corpus:
    """Size of the full-text index: `mean_terms` is the mean number of terms of a passage."""

    passages: int
    mean_terms: float


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an article comes from, as far as is known."""

    published: str | None
    source: str | None
    author: str | None
    url: str | None


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
    terms: tuple[tuple[str, ...], ...]
    """Those of the title, then those of each sentence."""
    tokens: npt.NDArray[np.uint8] = field(compare=False)
    """Token vectors as `late_interaction.pack` makes them: shape (tokens, bytes)."""
    counts: npt.NDArray[np.uint16] = field(compare=False)
    """How many tokens are the title's and each sentence's: shape (1 + sentences,)."""


class Snapshot(ArticleLists):
    """One moment of the catalogue; only valid inside `Catalog.snapshot()`."""

    def __init__(self, connection: sqlite3.Connection, remembered: Remembered) -> None:
        """Read through a connection on which a transaction has begun, what was remembered at this generation not again."""
        self._connection = connection
        self._remembered = remembered
        self._generation: int | None = None

    def generation(self) -> int:
        """Return the number of changes so far: the same number means the same contents."""
        if self._generation is None:
            row = self._connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()
            self._generation = int(row[0])
        return self._generation

    def _once(self, name: str, read: Callable[[], T]) -> T:
        return self._remembered.get(self.generation(), name, read)

    def article_count(self) -> int:
        """Return the number of articles."""
        return int(self._connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def sources(self) -> tuple[str, ...]:
        """Return the names of all sources, sorted."""
        rows = self._connection.execute("SELECT DISTINCT source FROM articles WHERE source IS NOT NULL ORDER BY source")
        return tuple(row[0] for row in rows)

    def period(self) -> Period:
        """Return the first and last day of publication."""
        return self._once("period", self._period)

    def _period(self) -> Period:
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
        return self._once("languages", self._languages)

    def _languages(self) -> tuple[str, ...]:
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
            "SELECT a.id, a.title, a.published, a.url, a.metadata FROM articles a JOIN passages p ON p.article = a.key"
            " WHERE p.id = ?",
            (passage_id,),
        ).fetchone()
        if row is None:
            return None
        guessed = is_guessed(json.loads(row["metadata"]))
        return NearArticle(row["id"], row["title"], row["published"], row["url"], guessed)

    def passages_of(self, key: int, limit: int) -> list[PassageSentences]:
        """Return the first `limit` passages of an article, in order, with their sentences and token vectors."""
        rows = self._connection.execute("SELECT id FROM passages WHERE article = ? ORDER BY id LIMIT ?", (key, limit))
        return self.passage_sentences([row[0] for row in rows])

    # Full text

    def corpus(self) -> Corpus:
        """Return the size of the full-text index."""
        return self._once("corpus", self._corpus)

    def _corpus(self) -> Corpus:
        count, mean = self._connection.execute("SELECT count(*), avg(terms) FROM passages").fetchone()
        return Corpus(count, mean or 0.0)

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each term stands, 0 for a term that stands in none."""
        return {term: self._once(f"term {term}", partial(self._document_frequency, term)) for term in terms}

    def _document_frequency(self, term: str) -> int:
        row = self._connection.execute("SELECT doc FROM passages_vocabulary WHERE term = ?", (term,)).fetchone()
        return 0 if row is None else int(row[0])

    def passages_with(self, terms: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the ids of the passages that hold any of the terms, ascending: 0.1 ms for each 1,000."""
        if not terms:
            return np.zeros(0, np.int64)
        (joined,) = self._connection.execute(  # as one text: a row for each would take three times as long
            "SELECT group_concat(rowid) FROM passages_fts WHERE passages_fts MATCH ?", (_any_of(terms),)
        ).fetchone()
        return np.fromstring(joined or "", np.int64, sep=",")

    def best_with(self, terms: Sequence[str], limit: int) -> list[int]:
        """Return the ids of the best passages with any of the terms by FTS5's BM25, ascending: 1 ms for each 1,000."""
        rows = self._connection.execute(
            "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ? ORDER BY rank LIMIT ?", (_any_of(terms), limit)
        )
        return sorted(row[0] for row in rows)

    def passage_terms(self, ids: Sequence[int]) -> dict[int, str]:
        """Return the terms of title and passages, in order and joined by single spaces, by the passages' ids.

        Ids that are not there (any more) are left out. They are read from the table in which FTS5 keeps them: by way of
        FTS5 it takes twice as long.
        """
        return dict(self._in("SELECT id, c0 FROM passages_fts_content WHERE id IN ({})", ids))

    # Vectors

    def vectors(self, ids: Sequence[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]:
        """Return ids and vectors of passages, shaped as those of `all_vectors`; ids that are not there are left out."""
        return _stacked(self._in("SELECT passage, mean FROM vectors WHERE passage IN ({}) ORDER BY passage", ids))

    def origins(self, keys: Sequence[int]) -> dict[int, Origin]:
        """Return where articles come from, by key."""
        rows = self._in(
            "SELECT key, published, source, author, url FROM articles INDEXED BY articles_by_key WHERE key IN ({})",
            keys,
        )
        return {key: Origin(*rest) for key, *rest in rows}

    def passage_texts(self, ids: Sequence[int]) -> list[PassageText]:
        """Return the texts of passages, in the order of `ids`; ids that are not there are left out."""
        found = {
            id_: PassageText(*rest)
            for id_, *rest in self._in(
                'SELECT p.id, a.id, p.start, p."end", substr(a.text, p.start + 1, p."end" - p.start)'
                " FROM passages p JOIN articles a ON a.key = p.article WHERE p.id IN ({})",
                ids,
            )
        }
        return [found[n] for n in ids if n in found]

    def passage_sentences(self, ids: Sequence[int]) -> list[PassageSentences]:
        """Return passages with article, sentences and token vectors, in the order of `ids`."""
        rows = self._in(
            'SELECT p.id, p.article, p.start, p."end", p.term_counts, f.c0, t.tokens, t.counts FROM passages p'
            " JOIN passages_fts_content f ON f.id = p.id JOIN token_vectors t ON t.passage = p.id WHERE p.id IN ({})",
            ids,
        )
        articles = self._articles({row[1] for row in rows})
        sentences = self._sentences(ids)
        found: dict[int, PassageSentences] = {}
        for id_, key, start, end, term_counts, terms, tokens, token_counts in rows:
            counts = np.frombuffer(token_counts, _COUNT)
            article, version = articles[key]
            found[id_] = PassageSentences(
                id=id_,
                article=article,
                version=version,
                span=Span(start, end),
                sentences=tuple(sentences[id_]),
                terms=_by_sentence(terms, np.frombuffer(term_counts, _COUNT)),
                tokens=_codes(tokens, counts),
                counts=counts,
            )
        return [found[n] for n in ids if n in found]

    def _articles(self, keys: Iterable[int]) -> dict[int, tuple[Article, int]]:
        """Return articles and their versions by key."""
        rows = self._connection.execute(
            "SELECT * FROM articles WHERE key IN (SELECT value FROM json_each(?))", (json.dumps([*keys]),)
        )
        return {row["key"]: (article_from_row(row), row["version"]) for row in rows}

    def _sentences(self, ids: Sequence[int]) -> defaultdict[int, list[Span]]:
        """Return the sentences of passages, in order, by the passages' ids."""
        found = defaultdict(list)
        for passage, start, end in self._in(
            'SELECT passage, start, "end" FROM sentences WHERE passage IN ({}) ORDER BY passage, ordinal', ids
        ):
            found[passage].append(Span(start, end))
        return found

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

    def _in(self, statement: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        """Read rows of these ids as plain tuples, by a statement that is the same for any number: it is parsed once."""
        cursor = self._connection.cursor()
        cursor.row_factory = None
        return cursor.execute(statement.format("SELECT value FROM json_each(?)"), (json.dumps(ids),)).fetchall()


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


def _by_sentence(joined: str, counts: npt.NDArray[np.uint16]) -> tuple[tuple[str, ...], ...]:
    words = iter(joined.split(" "))
    return tuple([tuple(islice(words, count)) for count in counts.tolist()])


def _codes(blob: bytes, counts: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint8]:
    tokens = int(counts.sum())
    return np.frombuffer(blob, np.uint8).reshape(tokens, len(blob) // max(1, tokens))


def _stacked(rows: Sequence[tuple[int, bytes]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]:
    ids = np.array([row[0] for row in rows], np.int64)
    flat = np.frombuffer(b"".join(row[1] for row in rows), np.float16)
    return ids, flat.reshape(len(ids), len(flat) // max(1, len(ids)))


def _any_of(terms: Sequence[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)  # terms hold no quotes: see lexical.py
