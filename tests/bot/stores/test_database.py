"""The bot's own database: what is written stays, what is deleted is gone, and nothing keeps the bot from starting."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.stores.database import FILE_NAME, Database
from bot.stores.database_schema import MIGRATIONS, SCHEMA_VERSION
from retrieval.errors import DatabaseError

ADD = "INSERT INTO views (user_id, kind, query, at) VALUES (?, 'find', ?, 0)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with closing(Database(path)) as database:
        yield database


def add(database: Database, query: str, user: int = 1) -> int:
    with database.transaction() as connection:
        return connection.execute(ADD, (user, query)).lastrowid or 0


def fill(database: Database) -> None:
    with database.transaction() as connection:
        connection.executemany(ADD, [(n % 20, f"pears {n} " * 20) for n in range(300)])


def queries(database: Database) -> list[str]:
    with database.transaction() as connection:
        return [row["query"] for row in connection.execute("SELECT query FROM views ORDER BY id")]


def files(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


# What it holds


def test_what_was_written_is_there_after_closing(path: Path) -> None:
    with closing(Database.in_directory(path.parent)) as database:
        add(database, "pears")
    with closing(Database(path)) as database:
        assert queries(database) == ["pears"]


def test_it_is_made_with_its_directory(path: Path) -> None:
    with closing(Database(path.parent / "new" / "data" / FILE_NAME)) as database:
        add(database, "pears")
    assert files(path.parent / "new" / "data" / FILE_NAME) == [FILE_NAME]


def test_closing_twice_does_nothing(path: Path) -> None:
    database = Database(path)
    database.close()
    database.close()


def test_after_closing_there_is_one_clear_error(database: Database) -> None:
    database.close()
    with pytest.raises(DatabaseError):
        add(database, "pears")


def test_without_a_path_it_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(Database(None)) as database:
        add(database, "pears")
        database.overwrite_deleted()
        database.remove_set_aside()
        assert queries(database) == ["pears"]
    assert list(tmp_path.iterdir()) == []


def test_only_its_owner_may_read_it_and_its_log(path: Path) -> None:
    before = os.umask(0)
    try:
        path.touch(0o666)
        with closing(Database(path)) as database:
            add(database, "pears")
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {FILE_NAME: 0o600, f"{FILE_NAME}-wal": 0o600, f"{FILE_NAME}-shm": 0o600}


def test_what_fails_half_way_changes_nothing(database: Database) -> None:
    def half() -> None:
        with database.transaction() as connection:
            connection.execute(ADD, (1, "pears"))
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        half()
    assert queries(database) == []


def test_a_transaction_within_another_is_refused_and_changes_nothing(database: Database) -> None:
    def nested() -> None:
        with database.transaction() as connection:
            connection.execute(ADD, (1, "pears"))
            add(database, "plums")

    with pytest.raises(DatabaseError):
        nested()
    assert queries(database) == []


def test_threads_take_turns(database: Database) -> None:
    def count() -> None:
        for _ in range(25):
            with database.transaction() as connection:
                (before,) = connection.execute("SELECT coalesce(max(user_id), 0) FROM views").fetchone()
                connection.execute(ADD, (before + 1, ""))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as connection:
        assert connection.execute("SELECT max(user_id), count(*) FROM views").fetchone()[:] == (100, 100)


def test_it_works_while_all_other_threads_are_occupied(database: Database) -> None:
    async def scene() -> list[str]:
        free = threading.Event()
        occupied = [asyncio.create_task(asyncio.to_thread(free.wait)) for _ in range(40)]
        try:
            async with asyncio.timeout(10):
                await asyncio.gather(*(database.run(add, database, f"{n:02}") for n in range(20)))
        finally:
            free.set()
            await asyncio.gather(*occupied)
        return queries(database)

    assert asyncio.run(scene()) == [f"{n:02}" for n in range(20)]


def test_ids_of_a_database_begun_anew_lie_above_earlier_ones(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def first_id(now: float) -> int:
        monkeypatch.setattr("bot.stores.database.time.time", lambda: now)
        with closing(Database(path)) as database:
            ids = [add(database, "pears") for _ in range(50)]
        path.unlink()
        return ids[0]

    assert first_id(1_800_000_000) + 50 < first_id(1_800_003_600)


def test_a_database_of_an_older_citegram_is_brought_to_the_newest_schema_with_all_it_holds(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1;")
        connection.execute("INSERT INTO preferences (user_id, language, quotes) VALUES (1, 'ru', 5)")
        connection.execute("INSERT INTO updates (update_id, user_id, payload, arrived_at) VALUES (7, 1, '{}', 1.0)")
        connection.commit()
    with closing(Database(path)) as database, database.transaction() as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        assert tuple(connection.execute("SELECT * FROM preferences").fetchone()) == (1, "ru", 5, 1, 1)
        assert connection.execute("SELECT preview FROM updates").fetchone()["preview"] is None
    assert files(path) == [FILE_NAME]


# Errors


def test_a_database_of_a_newer_citegram_is_refused_and_left_alone(path: Path) -> None:
    with closing(Database(path)) as database, database.transaction() as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(DatabaseError, match="made by a newer Citegram; update"):
        Database(path)
    assert files(path) == [FILE_NAME]


def test_a_locked_database_is_told(path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.transaction() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match=rf"Another program has {path} open .* close that program"):
            add(database, "pears")
        other.execute("ROLLBACK")
    add(database, "plums")
    assert queries(database) == ["plums"]


def test_a_database_locked_at_the_start_is_not_taken_for_damaged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.stores.database.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseError, match="keeps it locked"):
            Database(path)
        other.execute("ROLLBACK")
    assert files(path) == [FILE_NAME]


def test_a_full_disk_is_told_and_costs_nothing_written_before(database: Database) -> None:
    add(database, "pears")
    with database.transaction() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseError, match=r"is full or failing .* free some space and try again"):
        add(database, "plums" * 10_000)
    assert queries(database) == ["pears"]
    with database.transaction() as connection:
        connection.execute(f"PRAGMA max_page_count = {pages * 10}")
    add(database, "plums")
    assert queries(database) == ["pears", "plums"]


_WITH_LITTLE_SPACE = """
import resource, signal, sys
from pathlib import Path
from bot.stores.database import Database
from retrieval.errors import DatabaseError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if sys.argv[2] == "writing":
    database = Database(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    if sys.argv[2] == "starting":
        database = Database(Path(sys.argv[1]))
    with database.transaction() as connection:
        connection.execute("INSERT INTO views (user_id, kind, query, at) VALUES (1, '', ?, 0)", ("plums" * 10_000,))
except DatabaseError as error:
    print(error)
"""


@pytest.mark.parametrize("when", ["starting", "writing"])
def test_a_disk_that_refuses_to_write_is_told_and_the_file_is_left_alone(path: Path, when: str) -> None:
    if when == "writing":
        with closing(Database(path)) as database:
            add(database, "pears")
    child = subprocess.run(
        [sys.executable, "-c", _WITH_LITTLE_SPACE, path, when], capture_output=True, text=True, check=True
    )
    assert child.stderr == ""
    assert "is full or failing" in child.stdout
    assert not [name for name in files(path) if "damaged" in name]
    with closing(Database(path)) as database:
        assert queries(database) == (["pears"] if when == "writing" else [])


def _a_file_above(path: Path) -> Path:
    path.write_text("no directory")
    return path / "data" / FILE_NAME


def _a_directory_in_its_place(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize("place", [_a_file_above, _a_directory_in_its_place])
def test_a_place_that_cannot_hold_a_database_is_told(path: Path, place: Callable[[Path], Path]) -> None:
    with pytest.raises(DatabaseError, match=r"cannot be used .* check CITEGRAM_DATA_DIR"):
        Database(place(path))


# Damage


def _other_kind(content: bytearray) -> bytes | bytearray:
    return b"This was never a database. " * 500


def _no_header(content: bytearray) -> bytes | bytearray:
    content[:16] = bytes(16)
    return content


def _cut(content: bytearray) -> bytes | bytearray:
    return content[: len(content) // 2]


def _cut_within_a_page(content: bytearray) -> bytes | bytearray:
    return content[: 4096 * 3 + 100]


def _garbage_in_the_middle(content: bytearray) -> bytes | bytearray:
    content[4096 * 4 : -4096] = random.Random(7).randbytes(len(content) - 4096 * 5)
    return content


def _broken_schema(content: bytearray) -> bytes | bytearray:
    content[100:2000] = random.Random(7).randbytes(1900)
    return content


@pytest.mark.parametrize(
    "damage", [_other_kind, _no_header, _cut, _cut_within_a_page, _garbage_in_the_middle, _broken_schema]
)
def test_a_damaged_file_is_put_aside_with_one_warning_and_a_new_one_begun(
    path: Path, damage: Callable[[bytearray], bytes | bytearray], caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Database(path)) as database:
        fill(database)
    damaged = bytes(damage(bytearray(path.read_bytes())))
    path.write_bytes(damaged)
    with closing(Database(path)) as database:
        assert queries(database) == []
        add(database, "plums")
    [aside] = [file for file in path.parent.iterdir() if ".damaged-" in file.name]
    assert aside.read_bytes() == damaged
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"{path} was damaged: it is now {aside}" in caplog.text
    with closing(Database(path)) as database:
        assert queries(database) == ["plums"]


def test_what_only_the_log_of_a_damaged_file_holds_is_put_aside_with_it(path: Path, tmp_path: Path) -> None:
    killed = tmp_path / "killed" / FILE_NAME
    killed.parent.mkdir()
    with closing(Database(path)) as database:
        fill(database)
        database.overwrite_deleted()
        add(database, "plums")
        killed.write_bytes(_garbage_in_the_middle(bytearray(path.read_bytes())))
        Path(f"{killed}-wal").write_bytes(Path(f"{path}-wal").read_bytes())
    with closing(Database(killed)) as database:
        assert queries(database) == []
    aside = [file for file in killed.parent.iterdir() if ".damaged-" in file.name]
    assert any(b"plums" in file.read_bytes() for file in aside)


def test_damage_found_while_it_runs_is_told_and_mended_by_a_start(path: Path) -> None:
    with closing(Database(path)) as database:
        fill(database)
        database.overwrite_deleted()
        path.write_bytes(_garbage_in_the_middle(bytearray(path.read_bytes())))
        with database.transaction() as connection:
            connection.execute("PRAGMA shrink_memory")
        with pytest.raises(DatabaseError, match="is damaged; start the bot again"):
            queries(database)
    with closing(Database(path)) as database:
        assert queries(database) == []


def test_an_empty_file_is_begun_without_a_word(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.touch()
    with closing(Database(path)) as database:
        add(database, "pears")
    assert files(path) == [FILE_NAME]
    assert caplog.messages == []


# Deleted means gone


def _traces(path: Path, word: str) -> dict[str, int]:
    counts = {file.name: file.read_bytes().count(word.encode()) for file in path.parent.iterdir()}
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("seed", range(3))
def test_nothing_deleted_is_left_in_any_file(path: Path, database: Database, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(10):
        with database.transaction() as connection:
            for _ in range(200):
                user = chance.randrange(20)
                connection.execute(ADD, (user, f"word-of-{user:02} " * chance.randrange(1, 60)))
                if chance.random() < 0.3:
                    connection.execute("DELETE FROM views WHERE id % 1000 = ?", (chance.randrange(1000),))
    with database.transaction() as connection:
        connection.execute("DELETE FROM views WHERE user_id = 7")
    assert _traces(path, "word-of-07"), "or this test shows nothing"
    database.overwrite_deleted()
    assert _traces(path, "word-of-07") == {}
    assert _traces(path, "word-of-08")


def test_what_cannot_be_overwritten_is_told(path: Path, database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    add(database, "pears")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM views").fetchall()
        with pytest.raises(DatabaseError, match="close that program and try again"):
            database.overwrite_deleted()
        other.execute("ROLLBACK")
    database.overwrite_deleted()
    assert queries(database) == ["pears"]


def test_files_put_aside_are_deleted_by_their_age(path: Path, database: Database) -> None:
    for name, at in (("old", 1000), ("new", 2000)):
        for end in ("", "-wal"):
            file = Path(f"{path}.damaged-{name}{end}")
            file.write_bytes(b"words")
            os.utime(file, (at, at))
    database.remove_set_aside(before=1500)
    assert [name for name in files(path) if "damaged" in name] == [
        f"{FILE_NAME}.damaged-new",
        f"{FILE_NAME}.damaged-new-wal",
    ]
    database.remove_set_aside()
    assert not [name for name in files(path) if "damaged" in name]
