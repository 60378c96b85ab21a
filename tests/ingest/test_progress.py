"""What a run tells while it goes, and its summary."""

from __future__ import annotations

import io
import json
import sys

import pytest

from ingest.pipeline import Done
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
