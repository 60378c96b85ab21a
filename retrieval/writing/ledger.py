"""What written answers have cost today, and those that need not be written again."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from retrieval.writing.ledger_file import NewerError, is_damaged, open_file, transaction

FILE_NAME = "writing.sqlite3"

_MOST_DRAFTS = 500
_KEPT = timedelta(days=2)  # how long it stays known what was spent on a day
_NOBODY = b""

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


class Ledger:
    """The one door to the file. Safe between threads and processes; it never raises.

    A reader gets an answer whatever becomes of the file: what cannot be written is counted in memory until it can be,
    and what cannot be read was not kept. The log says so once.
    """

    def __init__(self, path: Path) -> None:
        """Take the place of the file, which is made at its first use."""
        self.path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._secret = b""
        self._unwritten: dict[tuple[str, date], int] = {}
        self._failing = False

    @classmethod
    def in_directory(cls, data_dir: Path) -> Ledger:
        """Return the ledger of a data directory."""
        return cls(data_dir / FILE_NAME)

    def close(self) -> None:
        """Close the file; using it again opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    # What was spent

    def spent(self, asker: str, day: date) -> tuple[int, int]:
        """Return how many tokens were spent on a day: by `asker`, and by all together."""
        with self._lock:
            own, everyone = self._tried(lambda file: self._read_spent(file, asker, day)) or (0, 0)
            waiting = {who: tokens for (who, when), tokens in self._unwritten.items() if when == day}
            return own + waiting.get(asker, 0), everyone + sum(waiting.values())

    def record(self, asker: str, day: date, tokens: int) -> None:
        """Add to what was spent on a day, and forget the days that are more than two days before it.

        Whoever asked is kept as a keyed hash; the empty name stands for nobody in particular.
        """
        with self._lock:
            kept = {of: tokens for of, tokens in self._unwritten.items() if of[1] >= day - _KEPT}
            self._unwritten = {**kept, (asker, day): kept.get((asker, day), 0) + tokens}
            if self._tried(lambda file: self._write_spent(file, day)):
                self._unwritten.clear()

    def _read_spent(self, file: sqlite3.Connection, asker: str, day: date) -> tuple[int, int]:
        own, everyone = file.execute(
            "SELECT coalesce(sum(tokens) FILTER (WHERE asker = ?), 0), coalesce(sum(tokens), 0) FROM spent WHERE day = ?",
            (self._asker(asker), day.isoformat()),
        ).fetchone()
        return own, everyone

    def _write_spent(self, file: sqlite3.Connection, day: date) -> bool:
        with transaction(file):
            file.executemany(
                "INSERT INTO spent VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens",
                [(when.isoformat(), self._asker(who), tokens) for (who, when), tokens in self._unwritten.items()],
            )
            file.execute("DELETE FROM spent WHERE day < ?", ((day - _KEPT).isoformat(),))
        self._failing = False
        return True

    # What was written

    def cached(self, key: str, generation: int) -> str | None:
        """Return the draft that was kept under a key at this generation of the catalogue, or None.

        Drafts of other generations are deleted and overwritten: they may tell of articles that were removed.
        """
        with self._lock:
            return self._tried(lambda file: self._read_draft(file, key, generation))

    def keep(self, key: str, generation: int, draft: str) -> None:
        """Keep a draft under a key, of which a keyed hash is written down; the oldest of more than 500 drafts goes."""
        with self._lock:
            self._tried(lambda file: self._write_draft(file, key, generation, draft))

    def _read_draft(self, file: sqlite3.Connection, key: str, generation: int) -> str | None:
        _drop_others(file, generation)
        row = file.execute("SELECT draft FROM drafts WHERE key = ?", (self._hash(key),)).fetchone()
        return None if row is None else str(row[0])

    def _write_draft(self, file: sqlite3.Connection, key: str, generation: int, draft: str) -> None:
        _drop_others(file, generation)
        with transaction(file):
            file.execute(
                "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, (SELECT coalesce(max(n), 0) + 1 FROM drafts))",
                (self._hash(key), generation, draft),
            )
            file.execute(
                "DELETE FROM drafts WHERE n <= (SELECT n FROM drafts ORDER BY n DESC LIMIT 1 OFFSET ?)", (_MOST_DRAFTS,)
            )
        self._failing = False

    # The file

    def _tried(self, work: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """Return what `work` returns, or None where the file cannot be used."""
        try:
            return self._done(work)
        except (sqlite3.Error, OSError, NewerError) as error:
            self.close()
            if not self._failing:
                logger.warning(
                    "%s cannot be used (%s): what written answers cost is counted in memory, and none is kept.",
                    self.path,
                    error,
                )
            self._failing = True
            return None

    def _done(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            return work(self._opened())
        except sqlite3.DatabaseError as error:
            if not is_damaged(error):
                raise
        self.close()
        return work(self._opened())

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_file(self.path)
            self._secret = self._connection.execute("SELECT value FROM secrets").fetchone()[0]
        return self._connection

    def _asker(self, asker: str) -> bytes:
        return self._hash(asker) if asker else _NOBODY

    def _hash(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._secret).digest()


def _drop_others(file: sqlite3.Connection, generation: int) -> None:
    """Leave nothing of the drafts of other generations: the file is written anew and its log emptied."""
    if file.execute("DELETE FROM drafts WHERE generation <> ?", (generation,)).rowcount:
        file.execute("VACUUM")  # `secure_delete` leaves copies in pages whose rows were moved to others
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _today() -> date:
    return datetime.now().astimezone().date()


class Budget:
    """How much may be spent a day. Without a limit nothing is counted."""

    def __init__(
        self, ledger: Ledger, a_day: int | None, each: int | None, *, today: Callable[[], date] = _today
    ) -> None:
        """Take the limits.

        Args:
            ledger: where it is counted; stays the caller's to close.
            a_day: tokens that all together may spend on a day, None without a limit.
            each: tokens that one who asks may spend on a day, None without a limit; nobody in particular has none.
            today: returns the day; the days are those of this computer's time zone.
        """
        self._ledger = ledger
        self._a_day = a_day
        self._each = each
        self._today = today

    def left(self, asker: str) -> bool:
        """Tell whether one more call may be made. The last one may go over the limit: its length is not known before."""
        if self._a_day is None and self._each is None:
            return True
        own, everyone = self._ledger.spent(asker, self._today())
        return (self._a_day is None or everyone < self._a_day) and (self._each is None or not asker or own < self._each)

    def count(self, asker: str, tokens: int) -> None:
        """Count what a call has cost."""
        if self._a_day is not None or self._each is not None:
            self._ledger.record(asker, self._today(), tokens)
