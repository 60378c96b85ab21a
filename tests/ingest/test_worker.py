import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ingest.sources.decode import decode_page
from ingest.sources.html import read_html
from ingest.worker import Limits, Worker
from ingest.workers import Workers
from retrieval.errors import ArticleError
from tests.conftest import ROOT
from tests.ingest.hostile_readers import START


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setattr("ingest.worker._START", START)
    with Worker() as worker:
        yield worker


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setattr("ingest.worker._START", START)
    with Worker(Limits(seconds=1)) as worker:
        yield worker


def said(worker: Worker, kind: str = "pid", data: bytes = b"") -> str:
    [part] = worker.read(kind, data)
    return part.found.text


def test_one_process_reads_many_documents(hostile: Worker) -> None:
    assert said(hostile) == said(hostile) == said(hostile) != str(os.getpid())


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        pytest.param("crash", "makes the program that reads it crash", id="a crash"),
        pytest.param("leave", "makes the program that reads it crash", id="an exit"),
        pytest.param("hang", "takes more than 1 s to read", id="an endless loop"),
        pytest.param("sleep", "takes more than 1 s to read", id="waiting for nothing"),
        pytest.param("swell", "takes more memory to read than it may", id="too much memory"),
        pytest.param("fail", r"cannot be read \(KeyError\)", id="an error of the parser"),
    ],
)
def test_whatever_goes_wrong_is_one_reason_and_the_next_document_is_read(hasty: Worker, kind: str, reason: str) -> None:
    before = said(hasty)
    began = time.monotonic()
    with pytest.raises(ArticleError, match=reason) as caught:
        hasty.read(kind, b"x" * 100_000)
    assert time.monotonic() - began < 10
    assert "secret" not in str(caught.value)
    assert said(hasty) != before


def test_an_article_before_an_error_does_not_stand_alone(hostile: Worker) -> None:
    with pytest.raises(ArticleError, match="KeyError"):
        hostile.read("half", b"")


def test_what_a_library_prints_is_no_part_of_the_answer(hostile: Worker, capfd: pytest.CaptureFixture[str]) -> None:
    assert said(hostile, "say", "Größe \ud83d".encode("utf-8", "replace")) == "Größe ?"
    assert capfd.readouterr() == ("", "")


def test_nothing_is_written_to_the_disk(hostile: Worker, tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="OSError"):
        hostile.read("write", os.fsencode(tmp_path / "a"))
    assert not (tmp_path / "a").exists() or (tmp_path / "a").stat().st_size == 0


def test_a_process_that_has_grown_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.worker._START", START)
    with Worker(Limits(tired=100_000_000)) as worker:
        [part] = worker.read("big", b"")
        assert said(worker) != str(part.found.fields["id"])


def test_a_large_document_and_a_large_answer_pass(hostile: Worker) -> None:
    assert len(said(hostile, "say", b"word " * 1_000_000)) == 5_000_000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_that_reaches_the_whole_group_costs_no_document(hostile: Worker, number: int) -> None:
    process = said(hostile)
    os.kill(int(process), number)
    assert said(hostile) == process


def test_closing_ends_the_process(hostile: Worker) -> None:
    process = psutil.Process(int(said(hostile)))
    hostile.close()
    assert not process.is_running()


def test_a_process_ends_with_the_program_that_started_it() -> None:
    program = (
        "import os, sys, ingest.worker as w; w._START = sys.argv[1]; worker = w.Worker(); "
        "print(worker.read('pid', b'')[0].found.text, flush=True); os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", program, START], capture_output=True, text=True, check=True, cwd=ROOT)
    deadline = time.monotonic() + 5
    while psutil.pid_exists(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not psutil.pid_exists(int(done.stdout))


def test_several_workers_give_each_document_its_own_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.worker._START", START)
    with Workers(2) as workers:
        jobs = [workers.submit(*one) for one in (("say", b"a"), ("crash", b""), ("say", b"c"), ("say", b"d"))]
        assert [jobs[n].result()[0].found.text for n in (3, 2, 0)] == ["d", "c", "a"]
        with pytest.raises(ArticleError, match="crash"):
            jobs[1].result()


def test_closing_waits_for_nothing_that_nobody_will_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.worker._START", START)
    workers = Workers(1)
    workers.submit("say", b"a").result()
    jobs = [workers.submit("sleep", b""), workers.submit("sleep", b"")]
    began = time.monotonic()
    workers.close()
    assert time.monotonic() - began < 10
    assert all(job.done for job in jobs)


def test_a_page_comes_back_as_it_is_read_without_a_worker() -> None:
    page = (
        b"<html lang=ru><title>T\xeb</title><meta name=author content='A B'><p>\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0"
    )
    with Worker() as worker:
        [part] = worker.read("html", page)
    assert part.found == read_html(decode_page(page))


def test_that_no_process_can_be_started_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Workers(1) as workers, pytest.raises(ArticleError, match="no process can be started"):
        workers.submit("html", b"<p>x").result()
