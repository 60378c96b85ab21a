"""The tables about evaluation sets: what they say of outcomes, and that what they leave out is what they name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.chunking import MOST_CHARACTERS
from retrieval.bootstrap import Citegram
from retrieval.catalog import Catalog
from retrieval.chroma_server import LocalChroma
from retrieval.errors import IndexUnavailable
from retrieval.evaluating.outcomes import Outcome
from retrieval.evaluating.run import Shelf, Sitting
from retrieval.evaluating.sets import SetQuestion
from retrieval.features import CONFIDENCE, SENTENCE
from retrieval.index import VectorIndex
from retrieval.judging import shipped
from retrieval.models import Question, QuestionVectors
from tests.benchmarks import ablation, passages, vectors
from tests.benchmarks.__main__ import main
from tests.benchmarks.columns import cells
from tests.benchmarks.quantisers import unit
from tests.benchmarks.token_vectors import encoded
from tests.building import BRIDGE, WHALE, CheapEncoder, article, cheap_question, put

OUTCOME = Outcome("set", "q", 1, "en", "", None, True, "answerable", True, False, 0.9, within=(True, True, True))
QUESTION = SetQuestion(1, Question("What was found in the hanger cables?"), True, ("Inspectors had found rust",))


def shown(table: str) -> list[list[str]]:
    """Return the cells of a table's rows, the heading first."""
    lines = [line.strip("|").split("|") for line in table.splitlines()]
    assert len({len(line) for line in lines}) == 1
    return [[cell.strip() for cell in line] for line in [lines[0], *lines[2:]]]


class AskedEncoder(CheapEncoder):
    """An encoder without a model, for questions too."""

    def encode_question(self, text: str) -> QuestionVectors:
        return cheap_question(text)

    def load(self) -> None:
        """There is nothing to load."""


class NoIndex(VectorIndex):
    """An index that is away, so that all is searched exactly."""

    def query(self, vector: object, k: int) -> list[tuple[int, float]]:
        raise IndexUnavailable("It is away.")


@pytest.fixture
def sitting(tmp_path: Path) -> Iterator[Sitting]:
    """Two articles, asked one question."""
    catalog = Catalog.in_directory(tmp_path)
    put(catalog, article("bridge", BRIDGE, "Bridge closed", language="en"))
    put(catalog, article("whale", f"{WHALE} {BRIDGE}", "A whale", language="en"))
    index = NoIndex(LocalChroma(tmp_path, "citegram-none"), "citegram-none")
    with Citegram(catalog, AskedEncoder(), index) as citegram:
        yield Sitting(citegram, Shelf(catalog), "all articles", ((QUESTION, True),))


# Columns


def test_figures_that_differ_by_more_than_chance_are_marked() -> None:
    found = [replace(OUTCOME, passage=1, sentence=n % 2) for n in range(100)]
    worse = [replace(one, passage=n % 3, within=(n != 0, True, True)) for n, one in enumerate(found)]
    headings = ("passage @1", "@5", "within 1,000", "sentence @1")
    assert cells(found, headings) == ["1.000", "1.000", "1.000", ".500"]
    assert cells(worse, headings, found) == [".330*", ".660*", ".990", ".500"]


# Ablation


def test_the_table_of_the_ablation() -> None:
    found = {
        name: [
            ablation.Measured(replace(OUTCOME, passage=1, sentence=rank), confidence and 0.9),
            ablation.Measured(replace(OUTCOME, present=False, topic="off-topic"), confidence and 0.2),
        ]
        for name, rank, confidence in (("dense alone", 0, 0.5), ("both", 3, None), (ablation.SHIPPED, 1, 0.5))
    }
    assert shown(ablation.table(found)) == [
        ["", "passage @1", "@5", "within 1,000", "within 2,000", "sentence @1", "@3", "off-topic AUROC"],
        ["dense alone", "1.000", "1.000", "1.000", "1.000", ".000*", ".000*", "1.000"],
        ["both", "1.000", "1.000", "1.000", "1.000", ".000*", "1.000", "-"],
        [ablation.SHIPPED, "1.000", "1.000", "1.000", "1.000", "1.000", "1.000", "1.000"],
    ]


def test_figures_are_left_out_by_name_and_the_others_stay() -> None:
    judges = ablation.without(shipped(), ["typed", "untyped"])
    typed, untyped = CONFIDENCE.index("typed"), CONFIDENCE.index("untyped")
    for judge, as_it_was in ((judges.by_meaning, shipped().by_meaning), (judges.by_terms, shipped().by_terms)):
        assert judge.sentence.weights[SENTENCE.index("typed")] == 0
        assert judge.confidence.weights[[typed, untyped]].tolist() == [0, 0]
        others = [n for n, name in enumerate(SENTENCE) if name != "typed"]
        assert (judge.sentence.weights[others] == as_it_was.sentence.weights[others]).all()
        assert (judge.passage.weights == as_it_was.passage.weights).all()
    assert shipped().by_meaning.sentence.weights[SENTENCE.index("typed")] != 0


def test_every_variant_ranks_and_the_shipped_one_as_answers_do(sitting: Sitting) -> None:
    made = ablation._Variants(sitting).of(QUESTION)
    assert list(made)[:2] == ["dense alone", "BM25 alone"]
    assert len(made) == 12
    assert all(ranking.passages and ranking.sentences for ranking in made.values())
    answer = sitting.citegram.answer_now(QUESTION.asked)
    assert made[ablation.SHIPPED] == ablation.Ranking(answer.passages, answer.sentences, answer.confidence)
    by_terms = made["BM25 alone"].passages[0]
    assert "rust" in by_terms.text
    assert made["both, by knowledge of the language"].passages == made["BM25 alone"].passages, "it is not known"
    assert made["+ what the question names"].passages == made["+ neighbours' terms, likewise"].passages, "nothing"


# Token vectors


def test_ways_to_keep_vectors_keep_products() -> None:
    lengths = np.linspace(2, 0.1, 256, dtype=np.float32)
    tokens = unit(np.random.default_rng(3).standard_normal((300, 256), np.float32) * lengths)
    exact = tokens @ tokens[:20].T
    errors = {}
    for scheme in vectors.schemes([tokens[:150], tokens[150:]]):
        errors[scheme.name] = float(np.abs(scheme.keep(tokens) @ scheme.ask(tokens[:20]).T - exact).mean())
        assert errors[scheme.name] < 0.08, scheme.name
    names = list(errors)
    assert (names[0], names[-1]) == ("float32", "random rotation, 256 x 1 bit (shipped)")
    assert errors["float32"] == 0 < errors["float16"] < errors["PCA, 128 x 8 bits"] < errors["PCA, 64 x 4 bits"]
    assert [scheme.bytes_a_token for scheme in vectors.schemes([tokens])] == [
        1024, 512, 130, 66, 98, 50, 66, 34, 50, 32
    ]  # fmt: skip


def test_vectors_of_passages_and_of_their_sentences_apart(sitting: Sitting) -> None:
    catalog = sitting.citegram.catalog
    replaced = passages.encode_anew(catalog, AskedEncoder(), MOST_CHARACTERS)
    assert replaced == 2
    in_passages, apart = encoded(catalog, AskedEncoder())
    assert in_passages.tokens.keys() == apart.tokens.keys() == catalog.passage_ids()
    for n, one in in_passages.tokens.items():
        assert one.vectors.dtype == np.float32
        assert int(one.counts.sum()) == len(one.vectors)
        assert len(apart.tokens[n].counts) == len(one.counts)


def test_the_table_of_token_vectors() -> None:
    found = {"passage @1": 0.9, "passage @5": 1.0, "sentence @1": 0.8, "sentence @3": 0.85}
    heading, row = shown(vectors.table([vectors.Row("float32", 1536, 200_000.4, found, 1.0)]))
    assert heading == ["token vectors", *vectors.HEADINGS]
    assert row == ["float32", "1,536", "200,000", ".900", "1.000", ".800", ".850", "1.0"]


# Sizes of passages


def test_articles_are_cut_anew_in_a_copy(tmp_path: Path) -> None:
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        put(catalog, article("bridge", "The bridge is closed. Buses take the tunnel. " * 9, "Bridge", language="en"))
        before = catalog.passage_ids()
    with passages.recut(tmp_path, CheapEncoder(), 60) as copy, closing(Catalog.in_directory(copy)) as catalog:
        assert len(catalog.passage_ids()) > len(before)
        stored = catalog.article("bridge")
        assert stored is not None
        assert stored.article.language == "en"
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        assert catalog.passage_ids() == before


def test_the_table_of_sizes() -> None:
    outcomes = tuple(replace(OUTCOME, passage=1, sentence=1, line=n) for n in range(9))
    found = {250: passages.Measured(2000, outcomes), MOST_CHARACTERS: passages.Measured(900, outcomes)}
    heading, small, ours = shown(passages.table(found))
    assert heading == ["characters", "passages", *passages.HEADINGS]
    assert small == ["250", "2,000", *["1.000"] * 7]
    assert ours[:2] == [f"{MOST_CHARACTERS} (shipped)", "900"]


# The command


@pytest.mark.parametrize("name", ["ablation", "vectors", "passages", "follow-ups"])
def test_no_set_is_wrong_usage(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", name])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert f"{name} needs --set FOLDER" in capsys.readouterr().err
