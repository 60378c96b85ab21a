"""One writer at a time, and a word on who it is."""

from __future__ import annotations

import json
import os
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.lock import writing
from retrieval.errors import BusyError, CatalogError


def test_a_second_writer_is_told_since_when_and_by_whom(tmp_path: Path) -> None:
    with writing(tmp_path, wait=False):
        with pytest.raises(BusyError) as caught, writing(tmp_path, wait=False):
            pytest.fail("two writers at once")
        message = str(caught.value)
        start, _, rest = message.partition("since ")
        assert start == "Another ingest is running "
        since, _, rest = rest.partition(", ")
        assert abs(datetime.now().astimezone() - datetime.fromisoformat(since)) < timedelta(seconds=60)
        assert rest == f"process {os.getpid()}; try again later, or add --wait."
    with writing(tmp_path, wait=False):
        """Free again."""


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing(tmp_path, wait=False):
        raise ZeroDivisionError
    with writing(tmp_path, wait=False):
        assert (tmp_path / "ingest.lock").exists()


def test_who_waits_comes_in_when_the_other_is_done(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with writing(tmp_path, wait=True):
            order.append("second")

    thread = threading.Thread(target=second)
    with writing(tmp_path, wait=False):
        thread.start()
        waiting.wait(5)
        time.sleep(0.2)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


@pytest.mark.parametrize("written", ["", "nonsense", "[]", '{"since": "x"}', None])
def test_a_holder_who_has_not_written_who_it_is(tmp_path: Path, written: str | None) -> None:
    with writing(tmp_path, wait=False):
        if written is None:
            (tmp_path / "ingest.json").unlink()
        else:
            (tmp_path / "ingest.json").write_text(written, encoding="utf-8")
        with pytest.raises(BusyError, match="running since a moment ago; try"), writing(tmp_path, wait=False):
            pytest.fail("two writers at once")


def test_the_data_directory_is_made(tmp_path: Path) -> None:
    with writing(tmp_path / "a" / "b", wait=False):
        assert json.loads((tmp_path / "a" / "b" / "ingest.json").read_text())["process"] == os.getpid()


def test_a_data_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "ingest.json").mkdir()
    for directory in (Path("/dev/null/data"), tmp_path):
        with pytest.raises(CatalogError, match="cannot be written") as caught, writing(directory, wait=False):
            pytest.fail("it cannot be written")
        assert str(caught.value).endswith("check CITEGRAM_DATA_DIR.")
    (tmp_path / "ingest.json").rmdir()
    with writing(tmp_path, wait=False):
        assert (tmp_path / "ingest.json").exists(), "and the lock was given back"
