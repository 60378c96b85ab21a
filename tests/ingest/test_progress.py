"""What a run tells while it goes, and its summary."""

from __future__ import annotations

import io
import json
import sys

import pytest

from ingest.pipeline import Done, Kind
from ingest.progress import Reporter, Summary
from ingest.sources.draft import Problem

Capture = pytest.CaptureFixture[str]


class Terminal(io.StringIO):
    """Standard error as a terminal has it."""

    def isatty(self) -> bool:
        return True


def test_plain_lines_where_there_is_no_terminal(capsys: Capture) -> None:
    reporter = Reporter(1000)
    reporter.done(Done("new", "a.txt", "a", 3, ("2 places are not valid UTF-8",)))
    reporter.done(Done("updated", "b.txt", "b"))
    reporter.done(Done("unchanged", "c.txt", "c"))
    reporter.done(Done("failed", "d.txt", "d", reason="cannot be written."))
    reporter.problem(Problem("e.txt", "has no text; add some or remove it"))
    reporter.skipped("f.png")
    reporter.close()
    output, error = capsys.readouterr()
    assert output == ""
    assert error.splitlines() == [
        "a.txt: new, 3 passages",
        "a.txt: 2 places are not valid UTF-8",
        "b.txt: updated",
        "c.txt: unchanged",
        "d.txt: failed: cannot be written.",
        "e.txt: failed: has no text; add some or remove it",
    ]


def test_thousands_of_unchanged_articles_are_not_named_one_by_one(capsys: Capture) -> None:
    reporter = Reporter(0)
    for n in range(1000):
        reporter.done(Done("unchanged", f"{n}.txt", str(n)))
    reporter.done(Done("new", "last.txt", "last", 1))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) < 50
    assert lines[-1] == "last.txt: new, 1 passages"
    assert reporter.summary.unchanged == 1000


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    reporter = Reporter(100)
    reporter.done(Done("new", "a.txt", "a", 3, size=60))
    reporter.problem(Problem("b.txt", "has no text", size=40))
    reporter.line("loading the embedding model ...")
    reporter.close()
    shown = terminal.getvalue()
    assert "100%" in shown
    assert "1 articles" in shown
    assert "b.txt: failed: has no text\n" in shown
    assert "loading the embedding model ...\n" in shown
    assert "a.txt" not in shown, "what goes well is the bar's matter"


class Clock:
    """Seconds that a test decides."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ingest(reporter: Reporter, clock: Clock, kind: Kind, count: int, *, seconds: float, size: int = 0) -> None:
    """Tell of `count` articles, one each `seconds`."""
    for n in range(count):
        clock.now += seconds
        reporter.done(Done(kind, f"{n}.txt", str(n), 4 if kind == "new" else 0, size=size))


def test_a_bar_tells_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = Terminal(), Clock()
    monkeypatch.setattr(sys, "stderr", terminal)
    reporter = Reporter(100_000, clock=clock)
    ingest(reporter, clock, "new", 50, seconds=0.5, size=1000)
    reporter.close()
    assert " 50%|" in terminal.getvalue()
    assert terminal.getvalue().rstrip().endswith("50 articles, 2.0 articles/s, 8.0 passages/s, 25 s left")


def test_the_time_left_is_not_guessed_from_unchanged_articles_long_past(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = Terminal(), Clock()
    monkeypatch.setattr(sys, "stderr", terminal)
    reporter = Reporter(20_000, clock=clock)
    ingest(reporter, clock, "unchanged", 10_000, seconds=0.001, size=1)
    ingest(reporter, clock, "new", 100, seconds=1.0, size=1)
    reporter.close()
    assert terminal.getvalue().rstrip().endswith("1.0 articles/s, 4.0 passages/s, 2 h 40 min left")


def test_what_is_on_the_web_is_counted_in_pages_as_they_become_known(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = Terminal(), Clock()
    monkeypatch.setattr(sys, "stderr", terminal)
    reporter = Reporter(0, clock=clock)
    reporter.expect(20)
    ingest(reporter, clock, "new", 10, seconds=2.0, size=5000)
    reporter.expect(100)
    reporter.problem(Problem("x", "is no page", size=300))
    reporter.close()
    assert "  9%|" in terminal.getvalue()
    assert (
        terminal.getvalue()
        .rstrip()
        .endswith("11 of 120 pages known so far, 0.5 articles/s, 2.0 passages/s, 3 min left")
    )


def test_a_bar_without_an_end_where_nothing_is_known_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = Terminal(), Clock()
    monkeypatch.setattr(sys, "stderr", terminal)
    reporter = Reporter(0, clock=clock)
    ingest(reporter, clock, "new", 10, seconds=2.0)
    reporter.close()
    assert "%" not in terminal.getvalue()
    assert terminal.getvalue().rstrip().endswith("10 articles, 0.5 articles/s, 2.0 passages/s")


def test_a_long_run_without_a_terminal_tells_now_and_then_how_far_it_is(capsys: Capture) -> None:
    clock = Clock()
    reporter = Reporter(2_000_000, clock=clock)
    ingest(reporter, clock, "new", 400, seconds=0.25, size=1000)
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("so far: ")]
    assert told == [
        "so far: 6 % of 2.0 MB, 120 articles, 4.0 articles/s, 16 passages/s, 8 min left",
        "so far: 12 % of 2.0 MB, 240 articles, 4.0 articles/s, 16 passages/s, 7 min left",
        "so far: 18 % of 2.0 MB, 360 articles, 4.0 articles/s, 16 passages/s, 7 min left",
    ]


def test_a_short_run_and_its_log_are_the_same_as_ever(capsys: Capture) -> None:
    clock = Clock()
    reporter = Reporter(1000, clock=clock)
    ingest(reporter, clock, "unchanged", 500, seconds=0.05)
    assert "so far" not in capsys.readouterr().err


def test_summary() -> None:
    reporter = Reporter(0)
    for done in (
        Done("new", "a", "a", 3), Done("new", "b", "b", 4), Done("updated", "c", "c", 1), Done("unchanged", "d", "d"),
        Done("failed", "e", "e", reason="why"),
    ):  # fmt: skip
        reporter.done(done)
    reporter.problem(Problem("f", "not text"))
    reporter.skipped("g.png")
    summary = reporter.summary
    fields = json.loads(json.dumps(summary.as_json("/data", 1.23456)))
    assert fields == {
        "new": 2, "updated": 1, "unchanged": 1, "skipped": 1, "passages": 8, "stopped": False, "index": "up to date",
        "failed": [{"name": "e", "reason": "why"}, {"name": "f", "reason": "not text"}],
        "data_dir": "/data", "seconds": 1.23,
    }  # fmt: skip
    assert summary.sentence("/data", 1.23456) == (
        "2 new, 1 updated, 1 unchanged, 2 failed; 1 files of other kinds skipped; 8 passages in 1.2 s, in /data"
    )


def test_a_stopped_run_and_an_index_that_is_behind_are_told() -> None:
    summary = Summary(new=1, stopped=True, index="The vector index is away.")
    assert summary.sentence("/data", 0.0).startswith("Stopped: 1 new, ")
    assert summary.sentence("/data", 0.0).endswith(", in /data\nThe vector index is away.")
