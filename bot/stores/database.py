"""The bot's own database: one SQLite file for updates in hand, conversations and members."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from bot.stores.database_schema import MIGRATIONS, SCHEMA_VERSION
from retrieval.errors import DatabaseError

FILE_NAME = "bot.sqlite3"
BUSY_SECONDS = 5.0
"""How long a write waits for another program that has locked the file."""
MOST_BUSY = 12
"""How many times `run` waits that long."""

_FIRST_MOMENT = 1_735_689_600
"""2025-01-01 in seconds since 1970. Ids of answers and views start at the seconds since then: those of a database begun
anew lie above all earlier ones, so that the buttons under old messages find nothing instead of another's answer."""
_SET_ASIDE = ".damaged-"
_CHUNK = 1 << 20
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


class LockedError(DatabaseError):
    """Another program keeps the file locked; nothing was changed, so that the same can be tried again."""


class Database:
    """The one door to the file. Safe to share between threads, which it lets in one after the other."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, made or brought to the newest schema first; None keeps everything in memory.

        A damaged file is put aside under another name, with a warning in the log, and a new one begun.

        Raises:
            DatabaseError: it cannot be opened, or was made by a newer Citegram.
        """
        self.path = path
        self._lock = threading.RLock()
        self._worker = ThreadPoolExecutor(1, "bot-database")
        self._connection = _opened(path)

    @classmethod
    def in_directory(cls, data_dir: Path) -> Database:
        """Open the database of a data directory; see `__init__`."""
        return cls(data_dir / FILE_NAME)

    def close(self) -> None:
        """Finish the work in hand and close the file; calling it again does nothing."""
        self._worker.shutdown()
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for reads and writes that count together, on the disk when the block ends, or not at all.

        Raises:
            DatabaseError: the file cannot be read or written; nothing was changed.
        """
        with self._translated() as connection:
            try:
                self._begin(connection)
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    async def run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Call `work` in the database's own thread, in the order of these calls: answers occupy the other threads.

        While another program keeps the file locked, it is tried for about a minute, so that nobody's question fails.
        """
        loop = asyncio.get_running_loop()
        for _ in range(MOST_BUSY - 1):
            with suppress(LockedError):
                return await loop.run_in_executor(self._worker, work, *arguments)
            await asyncio.sleep(0.1)
        return await loop.run_in_executor(self._worker, work, *arguments)

    def overwrite_deleted(self) -> None:
        """Leave nothing of deleted rows in the data directory; takes a second for 50 MB.

        SQLite's `secure_delete` alone does not do it: copies stay behind in pages whose rows were moved to others. So
        the file is written anew and its log emptied.

        Raises:
            DatabaseError: it could not be done, because the disk is full or another program reads the file.
        """
        with self._translated() as connection:
            connection.execute("VACUUM")
            if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise DatabaseError(_locked(self.path))

    def remove_set_aside(self, before: float = math.inf) -> None:
        """Overwrite and delete the damaged files put aside, in which nothing can be deleted, last written `before`.

        Raises:
            DatabaseError: one cannot be deleted.
        """
        if self.path is None:
            return
        try:
            for file in self.path.parent.glob(f"{self.path.name}{_SET_ASIDE}*"):
                if file.stat().st_mtime < before:
                    _overwrite(file)
                    logger.warning("%s was deleted: it may have held words that must not be kept.", file)
        except OSError as error:
            raise DatabaseError(_unwritable(self.path, error)) from error

    def _begin(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if _code(error) not in _LOCKED:
                raise
            raise LockedError(_locked(self.path)) from error

    @contextmanager
    def _translated(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise DatabaseError(_told(error, self.path)) from error


class _Damaged(Exception):
    pass


def _opened(path: Path | None) -> sqlite3.Connection:
    try:
        try:
            return _connect(path)
        except _Damaged:
            if path is None:
                raise
            _set_aside(path)
            return _connect(path)
    except _Damaged as error:
        raise DatabaseError(f"A new {path} is damaged at once; check its disk.") from error
    except OSError as error:
        raise DatabaseError(_unwritable(path, error)) from error
    except sqlite3.Error as error:
        raise DatabaseError(_told(error, path)) from error


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        _make_private(path)
    connection = sqlite3.connect(
        path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _configure(connection)
        _migrate(connection, path)
        if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise _Damaged
    except sqlite3.Error as error:
        connection.close()
        if _code(error) in _DAMAGED:
            raise _Damaged from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # what is acknowledged survives a power cut as well
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # no reader's words in files elsewhere


def _migrate(connection: sqlite3.Connection, path: Path | None) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise DatabaseError(f"{path} was made by a newer Citegram; update Citegram, or set another CITEGRAM_DATA_DIR.")
    script = "".join(MIGRATIONS[version:])
    first = max(int(time.time()) - _FIRST_MOMENT, 0)
    if version == 0:
        script += f"INSERT INTO sqlite_sequence (name, seq) VALUES ('answers', {first}), ('views', {first});"
    try:
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _make_private(path: Path) -> None:
    """Make the file, where there is none, for its owner's eyes only; SQLite gives its log the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    for file in (path, *map(Path, _companions(path))):
        with suppress(FileNotFoundError):
            file.chmod(0o600)


def _set_aside(path: Path) -> None:
    # The log goes along under the same name, so that SQLite's own tools find it there when they recover what they can.
    aside = f"{path}{_SET_ASIDE}{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    for file, end in zip((str(path), *_companions(path)), ("", "-wal", "-shm"), strict=True):
        with suppress(FileNotFoundError):
            os.replace(file, aside + end)
    logger.warning(
        "%s was damaged: it is now %s, and a new one was begun without members, settings, conversations and updates in"
        " hand. Take from it soon what you want to recover: /forget, whoever sends it, deletes it.",
        path,
        aside,
    )


def _overwrite(file: Path) -> None:
    with file.open("r+b", buffering=0) as stream:
        for _ in range(0, file.stat().st_size, _CHUNK):
            stream.write(bytes(_CHUNK))
        os.fsync(stream.fileno())
    file.unlink()


def _companions(path: Path) -> tuple[str, str]:
    return f"{path}-wal", f"{path}-shm"


def _code(error: sqlite3.Error) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF  # without the details in the higher bits


def _told(error: sqlite3.Error, path: Path | None) -> str:
    code = _code(error)
    if code in _DISK:
        where = path.parent if path is not None else "the memory"
        return f"The disk of {where} is full or failing ({error}); free some space and try again."
    if code in _LOCKED:
        return _locked(path)
    if code in _DAMAGED:
        return f"{path} is damaged; start the bot again: it puts the file aside and begins a new one."
    return _unwritable(path, error)


def _locked(path: Path | None) -> str:
    return f"Another program has {path} open and keeps it locked; close that program and try again."


def _unwritable(path: Path | None, error: Exception) -> str:
    return f"{path} cannot be used ({error}); check CITEGRAM_DATA_DIR, its owner and its permissions."
