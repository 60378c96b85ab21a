"""How often the right passage, sentence and quote come back, and how often a question is refused, rightly and wrongly."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from ingest.cli import main as ingest
from retrieval.bootstrap import open_citegram
from retrieval.models import Answer, Located, Question
from retrieval.settings import load_settings
from tests.benchmarks.corpus import SAMPLES
from tests.benchmarks.environment import data_directory

SAMPLE_QUESTIONS = Path(__file__).parents[1] / "data" / "questions.jsonl"


@dataclass(slots=True)
class Tally:
    """Counts over answerable and other questions."""

    found: dict[str, list[bool]] = field(default_factory=dict)
    characters: list[int] = field(default_factory=list)

    def add(self, name: str, *values: bool) -> None:
        """Count outcomes under a name."""
        self.found.setdefault(name, []).extend(values)

    def rows(self) -> Iterator[tuple[str, float, int]]:
        """Yield (name, share, how many)."""
        for name, values in self.found.items():
            yield name, sum(values) / max(len(values), 1), len(values)


def measure(articles: str | None, questions: Path, most: int | None) -> Tally:
    """Ingest articles, ask the questions and count; the samples where no articles are named."""
    tally = Tally()
    with TemporaryDirectory() as folder, data_directory(Path(folder)):
        if ingest([articles or str(SAMPLES)]) != 0:
            raise SystemExit("the articles could not all be ingested")
        with open_citegram(load_settings(None)) as citegram:
            citegram.warm()
            for line in questions.read_text(encoding="utf-8").splitlines()[:most]:
                question = json.loads(line)
                _count(tally, question, citegram.answer_now(Question(question["question"])))
    return tally


def _count(tally: Tally, question: dict[str, Any], answer: Answer) -> None:
    answered = answer.status == "answered"
    if not question["answerable"]:
        tally.add("refused, of questions without an answer", not answered)
        tally.add(f"refused, of those of kind {question.get('kind', 'unknown')}", not answered)
        return
    tally.add("refused, of questions with an answer", not answered)
    for k in (1, 5):
        tally.add(f"evidence passage among the first {k}", _holds(answer.passages[:k], question))
    for k in (1, 3, 5):
        tally.add(f"evidence sentence among the first {k}", _holds(answer.sentences[:k], question))
    if answered:
        tally.add("evidence in the quotes, of answered questions", _holds(answer.quotes, question))
        tally.add("quotes that are evidence", *(_holds([quote], question) for quote in answer.quotes))
        tally.characters.append(sum(len(quote.text) for quote in answer.quotes))


def _holds(places: Iterable[Located], question: dict[str, Any]) -> bool:
    return any(_same(place.text, evidence) for place in places for evidence in question["evidence"])


def _same(text: str, evidence: str) -> bool:
    one, other = " ".join(text.split()), " ".join(evidence.split())
    return one in other or other in one


def report(tally: Tally) -> None:
    """Print the tally as a table."""
    for name, share, count in tally.rows():
        print(f"  {name:50} {share:6.3f}  of {count}")
    if tally.characters:
        print(f"  {'characters of quotes in an answer, median':50} {median(tally.characters):6.0f}")
