"""What written answers cost and what was written: kept, limited, forgotten, whatever becomes of the file."""

from __future__ import annotations

import logging
import multiprocessing
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from retrieval.writing.ledger import FILE_NAME, Budget, Ledger

TODAY = date(2026, 3, 5)
DAY = timedelta(days=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with closing(Ledger.in_directory(tmp_path)) as opened:
        yield opened


def rows(ledger: Ledger, table: str) -> int:
    """Count what is in the file."""
    with closing(sqlite3.connect(ledger.path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def bytes_of(ledger: Ledger) -> bytes:
    """Return all that is on the disk."""
    return b"".join(file.read_bytes() for file in ledger.path.parent.iterdir())


# What was spent


def test_tokens_are_counted_by_day_and_by_asker(ledger: Ledger) -> None:
    assert ledger.spent("17", TODAY) == (0, 0)
    ledger.record("17", TODAY, 100)
    ledger.record("17", TODAY, 20)
    ledger.record("18", TODAY, 3)
    ledger.record("", TODAY, 1000)
    assert ledger.spent("17", TODAY) == (120, 1123)
    assert ledger.spent("18", TODAY) == (3, 1123)
    assert ledger.spent("", TODAY) == (1000, 1123)
    assert ledger.spent("17", TODAY + DAY) == (0, 0)


def test_what_was_spent_outlives_the_process(ledger: Ledger) -> None:
    ledger.record("17", TODAY, 100)
    with closing(Ledger(ledger.path)) as other:
        assert other.spent("17", TODAY) == (100, 100)


def test_days_are_forgotten_after_two(ledger: Ledger) -> None:
    ledger.record("17", TODAY, 100)
    ledger.record("18", TODAY + 2 * DAY, 1)
    assert ledger.spent("17", TODAY) == (100, 100)
    ledger.record("18", TODAY + 3 * DAY, 1)
    assert ledger.spent("17", TODAY) == (0, 0)
    assert rows(ledger, "spent") == 2


def test_neither_askers_nor_keys_stand_in_the_file(ledger: Ledger) -> None:
    ledger.record("4815162342", TODAY, 100)
    ledger.keep("who closed the bridge", 1, "draft")
    ledger.close()
    assert b"draft" in bytes_of(ledger)
    assert b"4815162342" not in bytes_of(ledger)
    assert b"bridge" not in bytes_of(ledger)


def test_the_file_is_for_its_owner_alone(ledger: Ledger) -> None:
    ledger.record("17", TODAY, 1)
    for file in ledger.path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_threads_lose_no_count(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: ledger.record(str(n % 3), TODAY, 1), range(200)))
    assert ledger.spent("0", TODAY) == (67, 200)


def _spend(path: Path) -> None:
    with closing(Ledger(path)) as ledger:
        for _ in range(50):
            ledger.record("17", TODAY, 1)


def test_processes_lose_no_count_not_even_when_both_make_the_file(ledger: Ledger) -> None:
    children = [multiprocessing.get_context("fork").Process(target=_spend, args=(ledger.path,)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert ledger.spent("17", TODAY) == (150, 150)


# What was written


def test_a_draft_is_kept_for_its_key_and_generation(ledger: Ledger) -> None:
    assert ledger.cached("key", 7) is None
    ledger.keep("key", 7, "draft")
    assert ledger.cached("key", 7) == "draft"
    assert ledger.cached("other", 7) is None
    ledger.keep("key", 7, "better")
    assert ledger.cached("key", 7) == "better"
    assert rows(ledger, "drafts") == 1


@pytest.mark.parametrize("generation", [pytest.param(8, id="later"), pytest.param(3, id="of a catalogue begun anew")])
@pytest.mark.parametrize("asks", [True, False], ids=["asked for a draft", "given a draft"])
def test_nothing_of_other_generations_stays_in_the_file(ledger: Ledger, generation: int, asks: bool) -> None:
    """What is removed is gone: a draft may tell of an article that was."""
    for n in range(50):
        ledger.keep(f"key {n}", 7, f"the mayor of Westmere {n} " * 40)
    if asks:
        assert ledger.cached("key 1", generation) is None
    else:
        ledger.keep("key", generation, "new")
    assert b"mayor of Westmere" not in bytes_of(ledger)
    assert ledger.cached("key 1", 7) is None


def test_the_oldest_of_many_drafts_goes(ledger: Ledger) -> None:
    for n in range(501):
        ledger.keep(f"key {n}", 1, f"draft {n}")
    ledger.keep("key 1", 1, "draft 1 again")
    ledger.keep("key 501", 1, "draft 501")
    assert rows(ledger, "drafts") == 500
    assert [n for n in range(502) if ledger.cached(f"key {n}", 1) is None] == [0, 2]


# The file


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b"no database at all " * 300, id="another file"),
        pytest.param(b"", id="an empty file"),
        pytest.param(None, id="pages overwritten"),
    ],
)
def test_a_damaged_file_is_begun_anew(ledger: Ledger, damage: bytes | None, caplog: pytest.LogCaptureFixture) -> None:
    for n in range(100):
        ledger.keep(f"key {n}", 1, "the mayor of Westmere " * 20)
    ledger.close()
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole[:100] + b"\x07" * (len(whole) - 100) if damage is None else damage)
    assert ledger.cached("key 1", 1) is None
    ledger.record("17", TODAY, 5)
    assert ledger.spent("17", TODAY) == (5, 5)
    assert b"Westmere" not in bytes_of(ledger)
    assert len(caplog.messages) == (damage != b"")
    assert all("is begun anew" in message for message in caplog.messages)


def test_damage_that_shows_while_it_is_open_is_survived(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    for n in range(300):
        ledger.keep(f"key {n}", 1, "draft " * 100)
    ledger.close()
    ledger.record("17", TODAY, 1)
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("UPDATE drafts SET draft = draft || '.'")  # or the ledger would read what it has in memory
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        whole = ledger.path.read_bytes()
        ledger.path.write_bytes(whole[:8192] + b"\x07" * (len(whole) - 8192))
        assert ledger.cached("key 1", 1) is None
    ledger.keep("key", 1, "new")
    assert ledger.cached("key", 1) == "new"
    assert len(caplog.messages) == 1


def test_without_a_file_it_is_counted_in_memory_and_written_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "data"
    blocked.write_text("a file where the directory should be")
    with closing(Ledger.in_directory(blocked)) as ledger:
        ledger.record("17", TODAY, 5)
        ledger.keep("key", 1, "draft")
        assert ledger.cached("key", 1) is None
        assert ledger.spent("17", TODAY) == (5, 5)
        assert ledger.spent("18", TODAY) == (0, 5)
        assert [record.levelno for record in caplog.records] == [logging.WARNING], "said once"
        blocked.unlink()
        ledger.record("17", TODAY, 5)
        assert ledger.spent("17", TODAY) == (10, 10)
        with closing(Ledger(ledger.path)) as other:
            assert other.spent("17", TODAY) == (10, 10)


def test_a_file_of_a_newer_version_is_left_alone(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    ledger.record("17", TODAY, 5)
    ledger.close()
    with closing(sqlite3.connect(ledger.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    ledger.record("17", TODAY, 7)
    assert ledger.spent("17", TODAY) == (7, 7)
    assert rows(ledger, "spent") == 1
    assert "newer Citegram" in caplog.text


def test_a_file_kept_locked_delays_a_question_by_no_more_than_a_second(ledger: Ledger) -> None:
    ledger.record("17", TODAY, 5)
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ledger.record("17", TODAY, 7)
        assert ledger.spent("17", TODAY) == (12, 12)
        other.execute("ROLLBACK")
    ledger.record("17", TODAY, 1)
    assert ledger.spent("17", TODAY) == (13, 13)


# The budget


@pytest.mark.parametrize(
    ("a_day", "each", "asker", "left"),
    [
        pytest.param(None, None, "17", True, id="no limit"),
        pytest.param(150, None, "17", True, id="less was spent than all may"),
        pytest.param(110, None, "17", False, id="all was spent that all may"),
        pytest.param(110, None, "new", False, id="by others"),
        pytest.param(None, 101, "17", True, id="less was spent than one may"),
        pytest.param(None, 100, "17", False, id="all was spent that one may"),
        pytest.param(None, 100, "18", True, id="by somebody else"),
        pytest.param(None, 5, "", True, id="nobody in particular is under no limit of one"),
        pytest.param(110, 1000, "", False, id="but under that of all"),
        pytest.param(1000, 100, "17", False, id="both limits, one's reached"),
    ],
)
def test_who_may_spend_more(ledger: Ledger, a_day: int | None, each: int | None, asker: str, left: bool) -> None:
    ledger.record("17", TODAY, 100)
    ledger.record("", TODAY, 10)
    assert Budget(ledger, a_day, each, today=lambda: TODAY).left(asker) is left


def test_a_new_day_brings_a_new_budget(ledger: Ledger) -> None:
    days = [TODAY]
    budget = Budget(ledger, None, 100, today=lambda: days[0])
    budget.count("17", 60)
    assert budget.left("17")
    budget.count("17", 60)
    assert not budget.left("17")
    days[0] += DAY
    assert budget.left("17")


def test_without_limits_nothing_is_written_down(ledger: Ledger) -> None:
    budget = Budget(ledger, None, None)
    budget.count("17", 60)
    assert budget.left("17")
    assert not (ledger.path.parent / FILE_NAME).exists()
