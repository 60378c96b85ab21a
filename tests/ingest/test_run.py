"""One run over paths: signals, the index behind it, and what it starts when there is nothing to do."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.progress import Reporter
from ingest.run import finish_index, ingest_paths, opened_index
from retrieval.catalog import Catalog
from retrieval.errors import IndexUnavailable
from retrieval.index_sync import bring_up_to_date
from retrieval.settings import Settings, load_settings
from tests.building import BRIDGE, WHALE, article, put, write_jsonl
from tests.retrieval.chroma_doubles import servers_below


@pytest.fixture
def settings(command_line: Path) -> Settings:
    return load_settings()


@pytest.fixture
def catalog(command_line: Path) -> Iterator[Catalog]:
    with closing(Catalog.in_directory(command_line)) as catalog:
        yield catalog


def test_articles_are_in_the_catalogue_and_in_the_index(settings: Settings, catalog: Catalog, tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "in.jsonl", {"id": "a", "text": BRIDGE}, {"id": "b", "text": WHALE})
    reporter = Reporter(0)
    assert ingest_paths(settings, catalog, [str(file)], reporter) == 0
    assert (reporter.summary.new, reporter.summary.index) == (2, "up to date")
    assert catalog.pending(1) == []
    with opened_index(settings, catalog) as index:
        assert index.all_ids() == catalog.passage_ids()


def test_an_index_that_is_away_costs_no_article(
    settings: Settings, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITEGRAM_CHROMA_URL", "http://127.0.0.1:9")
    file = write_jsonl(tmp_path / "in.jsonl", {"id": "a", "text": BRIDGE})
    reporter = Reporter(0)
    assert ingest_paths(load_settings(), catalog, [str(file)], reporter) == 0
    assert reporter.summary.new == 1
    assert reporter.summary.index.startswith("No Chroma server answers at CITEGRAM_CHROMA_URL (")
    assert "The articles are safe" in reporter.summary.index
    assert len(catalog.pending(10)) == 1
    again = Reporter(0)
    assert ingest_paths(settings, catalog, [str(file)], again) == 0
    assert again.summary.unchanged == 1
    assert catalog.pending(10) == [], "the next run brings the index up to date"


def test_with_nothing_queued_the_index_is_not_looked_for(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CITEGRAM_CHROMA_URL")
    with opened_index(load_settings(), catalog) as index:
        assert finish_index(catalog, index) == "up to date"
        assert servers_below(catalog.path.parent) == []
        assert not (catalog.path.parent / "chroma.json").exists()


def test_failures_are_told_and_the_rest_goes_on(settings: Settings, catalog: Catalog, tmp_path: Path) -> None:
    put_aside = tmp_path / "in.jsonl"
    put_aside.write_text(
        f'{json.dumps({"id": "a", "text": BRIDGE})}\nnonsense\n{{"id": "c"}}\n{json.dumps({"text": WHALE})}\n'
    )
    (tmp_path / "empty.txt").write_text("")
    reporter = Reporter(0)
    code = ingest_paths(
        settings, catalog, [str(put_aside), str(tmp_path / "empty.txt"), str(tmp_path / "no")], reporter
    )
    assert code == 1
    assert reporter.summary.new == 2
    assert [Path(failed["name"]).name for failed in reporter.summary.failed] == [
        "in.jsonl:2",
        "in.jsonl:3",
        "empty.txt",
        "no",
    ]
    assert all(failed["reason"] for failed in reporter.summary.failed)


class StoppingReporter(Reporter):
    """A reporter that sends this process a signal when the first article is done."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(0)
        self.number = number
        self.stopped_at = 0.0
        self.done_names: list[str] = []

    def line(self, text: str) -> None:
        super().line(text)
        name, _, outcome = text.partition(": ")
        if outcome.startswith("new"):
            self.done_names.append(name)
            if not self.stopped_at:
                self.stopped_at = time.monotonic()
                os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_the_run_after_its_batch(
    settings: Settings, catalog: Catalog, tmp_path: Path, number: signal.Signals
) -> None:
    file = write_jsonl(tmp_path / "in.jsonl", *({"id": f"a{n}", "text": f"{BRIDGE} {n}"} for n in range(3000)))
    reporter = StoppingReporter(number)
    before = signal.getsignal(number)
    assert ingest_paths(settings, catalog, [str(file)], reporter) == 128 + number
    assert time.monotonic() - reporter.stopped_at < 5
    assert signal.getsignal(number) is before, "a later signal does what it did before"
    assert reporter.summary.stopped
    stored = {item.article.id for item in catalog.articles()}
    assert len(stored) == reporter.summary.new == len(reporter.done_names)
    assert 1 <= len(stored) < 3000
    assert reporter.summary.index != "up to date" or catalog.pending(1) == [], "what is queued is not called up to date"


def test_a_second_signal_ends_at_once(settings: Settings, catalog: Catalog, tmp_path: Path) -> None:
    """After the first, the signals do what they did before: here, raise KeyboardInterrupt."""
    file = write_jsonl(tmp_path / "in.jsonl", *({"id": f"a{n}", "text": f"{BRIDGE} {n}"} for n in range(3000)))

    class Twice(StoppingReporter):
        def line(self, text: str) -> None:
            super().line(text)
            if self.stopped_at:
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        ingest_paths(settings, catalog, [str(file)], Twice(signal.SIGINT))
    deadline = time.monotonic() + 30
    while any(thread.name == "ahead" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_another_run_left_queued_is_brought_along(settings: Settings, catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("a", BRIDGE))
    assert len(catalog.pending(10)) == 1
    assert (
        ingest_paths(
            settings,
            catalog,
            [str(write_jsonl(tmp_path / "in.jsonl", {"id": "a", "text": BRIDGE, "title": "A title"}))],
            Reporter(0),
        )
        == 0
    )
    assert catalog.pending(10) == []


@pytest.mark.parametrize(("failures", "left"), [pytest.param(1, 0, id="once"), pytest.param(2, 1, id="twice")])
def test_an_index_that_fails_in_the_middle_is_tried_once_more(
    settings: Settings, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, failures: int, left: int
) -> None:
    put(catalog, article("a", BRIDGE))
    calls: list[int] = []

    def failing(*given: object) -> None:
        calls.append(1)
        if len(calls) <= failures:
            raise IndexUnavailable("The vector index does not answer (Nothing found on disk).")
        bring_up_to_date(catalog, index)

    monkeypatch.setattr("ingest.run.bring_up_to_date", failing)
    with opened_index(settings, catalog) as index:
        told = finish_index(catalog, index)
    assert len(catalog.pending(10)) == left
    assert told.startswith("The vector index does not answer" if left else "up to date")
