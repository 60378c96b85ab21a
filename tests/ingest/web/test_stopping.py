"""Ctrl-C, and what waits for its turn when reading ends: nobody waits for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from ingest.fetching.failing import FetchError
from ingest.fetching.pace import Pace
from ingest.intake import Intake
from ingest.progress import Reporter
from ingest.rehearsal import rehearse
from ingest.sources.draft import Draft
from ingest.web.gathering import WebSources
from ingest.web.stopping import StoppableClock
from ingest.workers import Workers
from retrieval.catalog import Catalog
from tests.building import BRIDGE, article
from tests.conftest import ROOT
from tests.ingest.web.reading import page
from tests.web_server import Reply, WebServer, silence


def test_a_stopped_clock_lets_go_of_whoever_waits() -> None:
    clock = StoppableClock()
    pace, reasons = Pace(clock, 3600), []

    def wait() -> None:
        try:
            pace.wait("news.example")
        except FetchError as error:
            reasons.append(str(error))

    assert pace.wait("news.example") == 0
    waiting = [threading.Thread(target=wait) for _ in range(3)]
    for thread in waiting:
        thread.start()
    clock.stop()
    for thread in waiting:
        thread.join(5)
    assert reasons == ["was not asked for, as reading was stopped; try again"] * 3


def test_reading_that_is_broken_off_leaves_nobody_waiting(
    site: WebServer, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.intake.Workers", lambda: nullcontext(workers))
    site.robots("User-agent: *\nCrawl-delay: 30")
    site.pages |= {f"/{n}": Reply(page(f"Title {n}", (f"{n} " + "harbour words " * 40,))) for n in range(5)}
    sources = WebSources(pages=tuple(site.url(f"/{n}") for n in range(5)))
    drafts = Intake((), sources, Reporter(0), allow_private=True, interval=0).drafts()
    next(drafts)
    fetching = [thread for thread in threading.enumerate() if thread.name.startswith("fetching")]
    began = time.monotonic()
    drafts.close()  # type: ignore[attr-defined]
    for thread in fetching:
        thread.join(10)
    assert fetching
    assert time.monotonic() - began < 5
    assert len(site.paths()) == 1


def test_ctrl_c_while_a_site_is_silent(site: WebServer, tmp_path: Path) -> None:
    site.pages |= {"/silent": silence(site), "/a": Reply(page())}
    running = subprocess.Popen(
        [sys.executable, "-m", "ingest", "--allow-private", "--interval", "0", site.url("/silent"), site.url("/a")],
        env={**os.environ, "CITEGRAM_DATA_DIR": str(tmp_path / "data")}, cwd=ROOT, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while "/silent" not in site.paths() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.1)
    began = time.monotonic()
    os.killpg(running.pid, signal.SIGINT)
    told = running.communicate(timeout=30)[1]
    assert time.monotonic() - began < 5  # 2 s where nothing else runs
    assert running.returncode == 128 + signal.SIGINT
    assert told.startswith("Stopped: 0 new, 0 updated, 0 unchanged, 0 failed")
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("stop", "code"), [(KeyboardInterrupt(), 128 + signal.SIGINT), (SystemExit(143), 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_dry_run_that_is_stopped_tells_what_it_has_seen(tmp_path: Path, stop: BaseException, code: int) -> None:
    def drafts() -> Iterator[Draft]:
        yield Draft(article("a", BRIDGE), "a.txt", "/a.txt", "path")
        raise stop

    reporter = Reporter(0)
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        assert rehearse(catalog, drafts(), reporter) == code
    assert (reporter.summary.new, reporter.summary.stopped) == (1, True)
