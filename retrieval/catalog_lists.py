"""Reading which articles there are, without their texts, and in which of them words may stand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from retrieval.catalog_rows import PASSAGES_AN_ARTICLE
from retrieval.models import ArticleEntry, Focus, Period, SourceSummary, Span
from retrieval.remarks import gone_since, is_guessed

if TYPE_CHECKING:
    import sqlite3

_EVERY_ARTICLE = Focus()
_COLUMNS = "key, id, version, title, url, source, author, published, language"
_ENTRY = f"SELECT {_COLUMNS} FROM articles"
_ENTRY_FOR_READERS = f"SELECT {_COLUMNS}, metadata FROM articles"
_NEWEST_FIRST = " ORDER BY published DESC, key DESC"  # those without a date come last


class ArticleLists:
    """The part of a snapshot that lists articles: lists are read from an index that holds neither text nor metadata."""

    _connection: sqlite3.Connection

    def entries(self, focus: Focus = _EVERY_ARTICLE) -> list[ArticleEntry]:
        """Return the articles in a focus, newest first."""
        named, values = in_focus(focus)
        rows = self._connection.execute(f"{_ENTRY} WHERE {named}{_NEWEST_FIRST}", values)
        return [ArticleEntry(*row) for row in rows]

    def newest_entries(self, offset: int, limit: int) -> list[ArticleEntry]:
        """Return `limit` of all articles, newest first, from `offset` on."""
        rows = self._connection.execute(f"{_ENTRY}{_NEWEST_FIRST} LIMIT ? OFFSET ?", (limit, offset))
        return [ArticleEntry(*row) for row in rows]

    def for_readers(self, entries: Sequence[ArticleEntry]) -> list[ArticleEntry]:
        """Return the few entries of a list that are shown, with what their metadata remark: see `remarks`."""
        rows = self._connection.execute(
            "SELECT key, metadata FROM articles WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps([entry.key for entry in entries]),),
        )
        metadata = {row["key"]: row["metadata"] for row in rows}
        return [_remarked(entry, metadata[entry.key]) for entry in entries]

    def entry(self, key: int) -> ArticleEntry | None:
        """Return the article of a key, or None."""
        return self._entry_for_readers("key = ?", key)

    def entry_of(self, article_id: str) -> ArticleEntry | None:
        """Return the article of an id, or None."""
        return self._entry_for_readers("id = ?", article_id)

    def _entry_for_readers(self, condition: str, value: int | str) -> ArticleEntry | None:
        row = self._connection.execute(f"{_ENTRY_FOR_READERS} WHERE {condition}", (value,)).fetchone()
        if row is None:
            return None
        *columns, metadata = row
        return _remarked(ArticleEntry(*columns), metadata)

    def source_summaries(self) -> list[SourceSummary]:
        """Return every source with the number and the period of its articles; those that name none as one of None."""
        rows = self._connection.execute(
            "SELECT source, count(*), min(published), max(published) FROM articles GROUP BY source"
        )
        return [
            SourceSummary(name, articles, Period(first and first[:10], last and last[:10]))
            for name, articles, first, last in rows
        ]

    # Where words may stand

    def articles_with(self, terms: Sequence[str]) -> set[int]:
        """Return the keys of the articles that hold any of the terms, in title or text."""
        rows = self._connection.execute(
            f"SELECT DISTINCT rowid / {PASSAGES_AN_ARTICLE} FROM passages_fts WHERE passages_fts MATCH ?",
            (" OR ".join(f'"{term}"' for term in terms),),  # terms hold no quotes: see lexical.py
        )
        return {row[0] for row in rows}

    def articles_with_character(self, characters: str) -> set[int]:
        """Return the keys of the articles whose texts hold any of the characters; this reads every text."""
        held = " OR ".join(["instr(text, ?)"] * len(characters))
        return {row[0] for row in self._connection.execute(f"SELECT key FROM articles WHERE {held}", [*characters])}

    def text(self, key: int) -> str:
        """Return the text of an article that is there."""
        return str(self._connection.execute("SELECT text FROM articles WHERE key = ?", (key,)).fetchone()[0])

    def sentences_meeting(self, key: int, span: Span) -> list[Span]:
        """Return the sentences of an article that share a character with a span, in order."""
        rows = self._connection.execute(
            'SELECT s.start, s."end" FROM passages p JOIN sentences s ON s.passage = p.id'
            ' WHERE p.article = ? AND p.start < ? AND p."end" > ? AND s.start < ? AND s."end" > ? ORDER BY s.start',
            (key, span.end, span.start, span.end, span.start),
        )
        return [Span(start, end) for start, end in rows]


def _remarked(entry: ArticleEntry, stored: str) -> ArticleEntry:
    metadata = json.loads(stored)
    return replace(entry, published_guessed=is_guessed(metadata), gone_since=gone_since(metadata))


def in_focus(focus: Focus) -> tuple[str, dict[str, str | int | None]]:
    """Return the condition that a row of `articles` is in a focus, and its named values.

    Days are compared as far as both are given: an article of `2025` may be of March 2025, one of 4 March 2025 is of `2025`.
    """
    conditions = {
        "article_id": "id = :article_id",
        "source": "source = :source",
        "from_": _AS_FAR_AS_GIVEN.format(sign=">=", day=":from_"),
        "to": _AS_FAR_AS_GIVEN.format(sign="<=", day=":to"),
    }
    values = {name: value for name, value in asdict(focus).items() if value is not None}
    return " AND ".join(conditions[name] for name in values) or "1", values


_AS_FAR_AS_GIVEN = (
    "substr(published, 1, min(length(published), length({day}), 10))"
    " {sign} substr({day}, 1, min(length(published), length({day}), 10))"
)
