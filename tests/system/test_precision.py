"""The same answers whatever the processor computes in: bfloat16 where it has it, float32 elsewhere."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from ingest.pipeline import Pipeline
from ingest.sources.walk import read_articles
from retrieval.bootstrap import open_citegram
from retrieval.catalog import Catalog
from retrieval.encoder import Encoder, Precision
from retrieval.judging import probability, shipped
from retrieval.models import Answer, Question
from tests.conftest import ROOT, SAMPLES
from tests.system.wholeness import settings_of

QUESTIONS = [
    json.loads(line)["question"] for line in (ROOT / "tests/data/questions.jsonl").read_text("utf-8").splitlines()
]
CLOSE = 0.02
"""Of the threshold: so near to it a question may be answered with one precision and refused with the other."""


def answers(data_dir: Path, precision: Precision) -> list[Answer]:
    encoder = Encoder(precision=precision)
    with closing(Catalog.in_directory(data_dir)) as catalog:
        pipeline = Pipeline(catalog, encoder, on_loading=lambda: None)
        done = list(pipeline.run(read_articles([str(SAMPLES)], lambda problem: None)))
        assert {item.kind for item in done} == {"new"}
    # no server: the index is not read from before it is complete, and an exact search stands in for it
    with open_citegram(settings_of(data_dir), encoder=encoder) as citegram:
        return [citegram.answer_now(Question(question)) for question in QUESTIONS]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_both_precisions_make_the_same_decisions_and_quote_the_same(tmp_path: Path) -> None:
    halves, whole = answers(tmp_path / "bfloat16", "bfloat16"), answers(tmp_path / "float32", "float32")
    thresholds = [probability(judge.answered) for judge in (shipped().by_meaning, shipped().by_terms)]
    assert {answer.status for answer in halves} == {"answered", "not_found"}
    differing = [
        (one.question, one.confidence, other.confidence)
        for one, other in zip(halves, whole, strict=True)
        if one.status != other.status
        and min(abs(answer.confidence - threshold) for answer in (one, other) for threshold in thresholds) > CLOSE
    ]
    assert differing == []
    both = [(one, other) for one, other in zip(halves, whole, strict=True) if one.quotes and other.quotes]
    same = sum(one.quotes[0].text == other.quotes[0].text for one, other in both)
    assert same >= 0.98 * len(both) > 0
