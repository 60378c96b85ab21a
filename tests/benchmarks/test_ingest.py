"""The pages of the benchmark of ingest are articles as sites serve them, and the tables say what was measured."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.request import urlopen

from ingest.documents.readers import reader_of
from tests.benchmarks import ingest_size, ingest_speed
from tests.benchmarks.ingest_size import Outcome
from tests.benchmarks.ingest_speed import Timing
from tests.benchmarks.web_pages import served, write_pages


def test_each_page_is_one_article_without_what_stands_around_it(tmp_path: Path) -> None:
    read = reader_of("html")
    for path in write_pages(tmp_path, 2):
        (part,) = read(path.read_bytes())
        assert part.problem == ""
        assert part.found.fields["source"] == "The Lorrow Gazette"
        assert part.found.fields["author"]
        assert part.found.fields["published"]
        assert 300 < len(part.found.text.split()) < 700
        for other in ("Section 3", "cookies", "Share this", "Most read", "All rights reserved"):
            assert other not in part.found.text


def test_they_are_the_same_each_time_and_are_served(tmp_path: Path) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    first.mkdir()
    again.mkdir()
    assert [path.read_bytes() for path in write_pages(first, 1)] == [
        path.read_bytes() for path in write_pages(again, 1)
    ]
    with served(first) as address, urlopen(f"{address}page-0.html") as answer:
        assert answer.read() == (first / "page-0.html").read_bytes()
    assert sorted(os.listdir(first)) == ["page-0.html"]


def test_rates_are_told_as_the_median_of_the_ratios_in_each_block() -> None:
    alone, served_, folder = ingest_speed._WAYS
    timings = {
        alone: [Timing(10.0, 18.0), Timing(20.0, 18.0), Timing(10.0, 18.0)],
        served_: [Timing(12.5, 24.0), Timing(40.0, 24.0), Timing(20.0, 24.0)],
        folder: [Timing(10.0, 20.0), Timing(20.0, 20.0), Timing(10.0, 20.0)],
    }
    lines = ingest_speed.table(timings, passages=900).splitlines()
    assert [cell.strip() for cell in lines[3].split("|")[1:-1]] == [
        "pages from a local server", "15.0", "0.50 (0.50 to 0.80)", "0.75 (0.75 to 0.75)"
    ]  # fmt: skip


def test_runs_with_large_files_are_told_with_their_memory() -> None:
    told = ingest_size.table(
        iter([Outcome("one line", 1, 4.0, 120_400_000, "is longer than 50 MB; split the article")])
    )
    assert [cell.strip() for cell in told.splitlines()[2].split("|")[1:-1]] == [
        "one line", "1", "4", "0", "120", "is longer than 50 MB; split the article"
    ]  # fmt: skip


def test_a_run_of_the_command_is_followed(tmp_path: Path) -> None:
    file = tmp_path / "two.jsonl"
    file.write_text('{"text": "The boat is in."}\n{"text": "The boat is out."}\nno JSON\n')
    outcome = ingest_size._ingested("two", file, tmp_path / "data", "--dry-run")
    assert (outcome.articles, outcome.name) == (2, "two")
    assert outcome.peak > 10_000_000
    assert "not valid JSON" in outcome.said
