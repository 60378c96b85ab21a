"""What the peers write is read back, and the tables say what was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.benchmarks.growth import Asked as AskedAtSize
from tests.benchmarks.growth import Size, growth, rates, table
from tests.benchmarks.peers.compare import ENTRANTS, quality_table, speed_table
from tests.benchmarks.peers.protocol import Asked, Ingested, Run, measure, read_run, write_run
from tests.benchmarks.tables import markdown

QUESTION = {"id": "q1", "question": "How high was the water?", "evidence": ["It stood at 3.2 metres."]}


class Echo:
    """A system whose chunks are the articles' texts."""

    def load(self, folder: Path, threads: int) -> None:
        self.asked: list[str] = []

    def ingest(self, articles: Path) -> int:
        self.texts = [json.loads(line)["text"] for line in articles.read_text().splitlines()]
        return len(self.texts)

    def ask(self, question: str, k: int) -> tuple[list[str], Mapping[str, float]]:
        self.asked.append(question)
        return self.texts[:k], {"search": 1.0}

    def close(self) -> None:
        self.closed = True


def _run(seconds: float, milliseconds: float, chunks: tuple[str, ...]) -> Run:
    return Run(Ingested(articles=10, chunks=20, seconds=seconds), (Asked("q1", chunks, milliseconds),))


def _size(passages: int, scale: float) -> Size:
    times = [scale * n for n in range(1, 101)]
    asked = AskedAtSize({"search": times, "total": times}, process_mb=300.0, server_mb=120.0)
    return Size(passages, asked, (900.0,) * 10, (700.0,) * 10, 50.0, passages * 14_000, passages * 9_000)


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    articles, questions, out = tmp_path / "a.jsonl", tmp_path / "q.jsonl", tmp_path / "out.jsonl"
    articles.write_text("".join(json.dumps({"text": text}) + "\n" for text in ("één", "zwei", "drei")))
    questions.write_text(json.dumps(QUESTION) + "\n")
    system = Echo()
    run = measure(system, articles, questions, tmp_path, threads=1, k=2)
    with out.open("w") as file:
        write_run(file, run)
    assert read_run(out) == run
    assert run.asked[0].chunks == ("één", "zwei")
    assert run.ingested.articles == run.ingested.chunks == 3
    assert system.closed
    assert system.asked[-1] == QUESTION["question"]
    assert len(system.asked) > 1, "it is warmed up first"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param('{"id": "q1", "chunks": []}\n', id="no ingest"),
        pytest.param('{"articles": 1, "chunks": 2, "seconds": 3}\n{"id": "q1"}\n', id="half a question"),
    ],
)
def test_what_is_no_whole_run_is_refused(tmp_path: Path, written: str) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text(written)
    with pytest.raises(ValueError, match="not a whole run"):
        read_run(path)


def test_speed_is_told_by_the_ratio_to_stock_langchain_round_by_round() -> None:
    runs = {name: [_run(2.0, 10.0, ("x",)), _run(4.0, 20.0, ("x",))] for name in ENTRANTS}
    runs["Citegram"] = [_run(1.0, 15.0, ("x",)), _run(2.0, 30.0, ("x",))]
    ours, stock = (_cells(speed_table(runs), name) for name in ("Citegram", "LangChain"))
    assert (ours[3], ours[6]) == ("2.00", "1.50")
    assert (stock[3], stock[6]) == ("1.00", "1.00")


def test_quality_is_told_with_how_far_citegram_is_ahead() -> None:
    hit, miss = ("Before.", "It stood at 3.2 metres."), ("x" * 1500, "It stood at 3.2 metres.")
    runs = {name: _run(1.0, 1.0, hit if name.startswith("Citegram") else miss) for name in ENTRANTS}
    told = quality_table(runs, [QUESTION])
    assert _cells(told, "Citegram")[1:] == ["1.000", "1.000", "1.000", "0.000", "1.000"]
    assert _cells(told, "txtai")[1:3] == ["0.000 (+1.000 to +1.000)", "1.000 (+0.000 to +0.000)"]


def test_growth_is_the_medians_ratio_and_its_tables_have_a_column_a_size() -> None:
    sizes = [_size(1_000, 1.0), _size(10_000, 2.5)]
    assert growth(sizes) == pytest.approx(2.5)
    told = table(sizes)
    assert _cells(told, "total, p50 / p95, ms") == ["total, p50 / p95, ms", "50.5 / 95.0", "126.2 / 237.6"]
    assert _cells(told, "catalogue, KB a passage")[1:] == ["14.0", "14.0"]
    assert "10,000: into the vector index" in rates(sizes)


def test_a_table_lines_up() -> None:
    lines = markdown(("name", "ms"), [("a", "1.0"), ("longer", "10.0")]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1] == "| ------ | ---: |"


def _cells(told: str, name: str) -> list[str]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in told.splitlines()]
    return next(row for row in rows if row[0] == name)
