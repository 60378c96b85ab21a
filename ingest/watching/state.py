"""What is remembered of every source between rounds, in one SQLite file beside the catalogue."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from ingest.watching.items import Item
from ingest.watching.remembered import Counts, Missing, Standing
from ingest.watching.sources import Source
from ingest.watching.state_schema import copied, open_state, told

FILE_NAME = "sources.sqlite3"

_GONE = 2
_COLUMNS = tuple(field.name for field in fields(Item) if field.name != "articles")
_ITEM = f"SELECT number, {', '.join(_COLUMNS)} FROM items"
_WRITE_ITEM = (
    f"INSERT INTO items (source, {', '.join(_COLUMNS)}) VALUES (?, {', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT (source, key) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
    " RETURNING number"
)
_DEAD = f"(h.lost OR i.gone >= {_GONE})"
_HELD_ELSEWHERE = (
    "EXISTS (SELECT 1 FROM held o JOIN items j ON j.number = o.item"
    f" WHERE o.article = h.article AND NOT o.lost AND j.gone < {_GONE})"
)
_OF_SOURCE = " FROM held h JOIN items i ON i.number = h.item WHERE i.source = ? AND h.settled IS NULL"


class State:
    """The one door to the file. Safe to share between threads, which it lets in one after the other."""

    def __init__(self, connection: sqlite3.Connection, path: Path, catalogue: str) -> None:
        """Take a connection to it; all is forgotten that was remembered of another catalogue."""
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        with self._writing() as db:
            row = db.execute("SELECT value FROM about WHERE name = 'catalogue'").fetchone()
            if row is not None and row[0] != catalogue:
                db.execute("DELETE FROM sources")
            db.execute("INSERT OR REPLACE INTO about VALUES ('catalogue', ?)", (catalogue,))

    @classmethod
    def in_directory(cls, data_dir: Path, catalogue: str) -> State:
        """Open the file of a data directory whose catalogue has the id `catalogue`.

        Raises:
            CatalogError: it cannot be used.
        """
        return cls(open_state(data_dir / FILE_NAME), data_dir / FILE_NAME, catalogue)

    @classmethod
    def copy_of(cls, data_dir: Path, catalogue: str) -> State:
        """Return what is remembered as a copy in memory, of which nothing stays."""
        return cls(copied(data_dir / FILE_NAME), data_dir / FILE_NAME, catalogue)

    def close(self) -> None:
        """Close the file; calling it again does nothing."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise told(error, self.path) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._using() as db:
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    # Sources

    def know(self, sources: Iterable[Source], config: Path) -> None:
        """Remember which sources there are, and forget those that the same configuration named before and does not now.

        Their articles stay. What was remembered of a listing that is read from elsewhere now is forgotten as well.
        """
        given = {(source.kind, source.name): source for source in sources}
        with self._writing() as db:
            for kind, name in db.execute("SELECT kind, name FROM sources WHERE config = ?", (str(config),)).fetchall():
                if (kind, name) not in given:
                    db.execute("DELETE FROM sources WHERE kind = ? AND name = ?", (kind, name))
            for source in given.values():
                db.execute(
                    "INSERT INTO sources (kind, name, config, about) VALUES (:kind, :name, :config, :about)"
                    " ON CONFLICT (kind, name) DO UPDATE SET config = :config, about = :about,"
                    " etag = iif(about = :about, etag, NULL), modified = iif(about = :about, modified, NULL)",
                    {"kind": source.kind, "name": source.name, "config": str(config), "about": source.about},
                )

    def standing(self, source: Source) -> Standing:
        """Return how a source stands that is known."""
        with self._using() as db:
            row = db.execute(
                "SELECT number, kind, name, about, etag, modified, last_try, last_success, failures, error, next_due"
                " FROM sources WHERE kind = ? AND name = ?",
                (source.kind, source.name),
            ).fetchone()
        return Standing(**dict(row))

    def counts(self, number: int) -> Counts:
        """Return how much is remembered of a source."""
        with self._using() as db:
            items = db.execute("SELECT count(*), coalesce(sum(error <> ''), 0) FROM items WHERE source = ?", (number,))
            of_items = items.fetchone()
            held = db.execute(
                f"SELECT count(DISTINCT iif({_DEAD}, NULL, h.article)), count(DISTINCT iif({_DEAD}, h.article, NULL))"
                " FROM held h JOIN items i ON i.number = h.item WHERE i.source = ?",
                (number,),
            ).fetchone()
        return Counts(items=of_items[0], failing=of_items[1], articles=held[0], gone=held[1])

    def tried(self, number: int, now: float) -> None:
        """Remember that a source is being read."""
        with self._writing() as db:
            db.execute("UPDATE sources SET last_try = ? WHERE number = ?", (now, number))

    def succeeded(self, number: int, now: float, next_due: float) -> None:
        """Remember that a source was read, and when it is to be read again."""
        with self._writing() as db:
            db.execute(
                "UPDATE sources SET last_success = ?, failures = 0, error = '', next_due = ? WHERE number = ?",
                (now, next_due, number),
            )

    def failed(self, number: int, error: str, next_due: float) -> None:
        """Remember that a source could not be read, and when it is to be tried again."""
        with self._writing() as db:
            db.execute(
                "UPDATE sources SET failures = failures + 1, error = ?, next_due = ? WHERE number = ?",
                (error, next_due, number),
            )

    def listed(self, number: int, etag: str | None, modified: str | None) -> None:
        """Remember what to ask a listing with, once all that it lists is remembered."""
        with self._writing() as db:
            db.execute("UPDATE sources SET etag = ?, modified = ? WHERE number = ?", (etag, modified, number))

    # Items

    def items(self, number: int) -> dict[str, Item]:
        """Return the items of a source by their keys."""
        with self._using() as db:
            rows = db.execute(f"{_ITEM} WHERE source = ?", (number,)).fetchall()
            held = db.execute(
                "SELECT h.item, h.article FROM held h JOIN items i ON i.number = h.item"
                " WHERE i.source = ? AND NOT h.lost",
                (number,),
            ).fetchall()
        articles: dict[int, set[str]] = {}
        for item, article in held:
            articles.setdefault(item, set()).add(article)
        return {row["key"]: _item(row, articles.get(row["number"], ())) for row in rows}

    def record(self, number: int, item: Item, articles: Set[str], *, whole: bool) -> None:
        """Remember an item, and that it has `articles`; `whole`: and no others that it had before."""
        with self._writing() as db:
            values = [getattr(item, name) for name in _COLUMNS]
            [row] = db.execute(_WRITE_ITEM, (number, *values)).fetchall()
            if whole:
                db.execute("UPDATE held SET lost = 1 WHERE item = ?", (row[0],))
            db.executemany(
                "INSERT INTO held (item, article) VALUES (?, ?) ON CONFLICT (item, article) DO UPDATE SET lost = 0,"
                " settled = NULL",
                [(row[0], article) for article in articles],
            )

    def forget(self, number: int, keys: Iterable[str]) -> None:
        """Forget items of a source."""
        with self._writing() as db:
            db.executemany("DELETE FROM items WHERE source = ? AND key = ?", [(number, key) for key in keys])

    def is_of_another(self, number: int, key: str, article: str) -> bool:
        """Return whether an article is that of another page, which was first with it and still has it."""
        with self._using() as db:
            row = db.execute(
                "SELECT i.source, i.key FROM held h JOIN items i ON i.number = h.item"
                " JOIN sources s ON s.number = i.source WHERE h.article = ? AND NOT h.lost AND h.settled IS NULL"
                " AND i.url <> '' AND i.gone = 0 AND i.error = '' AND s.failures = 0 ORDER BY i.number LIMIT 1",
                (article,),
            ).fetchone()
        return row is not None and tuple(row) != (number, key)

    # What is gone

    def missing(self, number: int) -> Missing:
        """Return what is gone of a source and is held by no other item or source, and has not been dealt with."""
        with self._using() as db:
            gone = db.execute(
                f"SELECT DISTINCT h.article {_OF_SOURCE} AND {_DEAD} AND NOT {_HELD_ELSEWHERE} ORDER BY 1", (number,)
            ).fetchall()
            items = db.execute(
                f"SELECT count(DISTINCT h.item) {_OF_SOURCE} AND {_DEAD} AND NOT {_HELD_ELSEWHERE}", (number,)
            ).fetchone()
            everything = db.execute(
                f"SELECT count(DISTINCT h.article), count(DISTINCT h.item) {_OF_SOURCE}"
                f" AND NOT ({_DEAD} AND {_HELD_ELSEWHERE})",
                (number,),
            ).fetchone()
        return Missing(tuple(row[0] for row in gone), items[0], everything[0], everything[1])

    def settle(self, number: int, articles: Iterable[str], day: str) -> None:
        """Remember that gone articles of a source have been dealt with, and forget the files that they were in."""
        with self._writing() as db:
            db.executemany(
                f"UPDATE held SET settled = ? WHERE article = ? AND settled IS NULL AND item IN (SELECT i.number FROM"
                f" items i WHERE i.source = ? AND (held.lost OR i.gone >= {_GONE}))",
                [(day, article, number) for article in articles],
            )
            db.execute(
                "DELETE FROM items AS i WHERE i.source = ? AND i.gone >= ? AND i.mtime >= 0 AND NOT EXISTS"
                f" (SELECT 1 FROM held h WHERE h.item = i.number AND h.settled IS NULL AND NOT {_HELD_ELSEWHERE})",
                (number, _GONE),
            )


def _item(row: sqlite3.Row, articles: Iterable[str]) -> Item:
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    values |= {"public_only": bool(row["public_only"]), "from_feed": bool(row["from_feed"])}
    return Item(**values, articles=frozenset(articles))
