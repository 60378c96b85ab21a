"""Candidate passages to figures, of a catalogue that is small enough to tell each figure by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from retrieval.asked import Asked, asked
from retrieval.catalog import Catalog
from retrieval.features import CONFIDENCE, PASSAGE, SENTENCE, Reading, of_answer, read
from retrieval.snapshot import PassageSentences
from tests.building import article, put_by_words, question_by_words

FERRY = (
    "Ferry opens\n\n"
    "The electric ferry to Lindholm opened on 4 May 2021. Captain Ines Varga steered it. "
    "It was not cheap, and it carries 180 people."
)
WHALE = "The museum has bought a whale. Nobody paid for the skeleton."


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path_factory.mktemp("catalog"))
    put_by_words(catalog, article("ferry", FERRY, "Ferry opens", language="en"))
    put_by_words(catalog, article("whale", WHALE, "A purchase", language="en"))
    yield catalog
    catalog.close()


@dataclass
class Read:
    """A question with all that was read for it."""

    asked: Asked
    passages: list[PassageSentences]
    reading: Reading

    def of(self, sentence: str, name: str) -> float:
        return float(self.reading.sentences[self.number(sentence), SENTENCE.index(name)])

    def of_passage(self, n: int, name: str) -> float:
        return float(self.reading.passages[n, PASSAGE.index(name)])

    def number(self, sentence: str) -> int:
        (n,) = (n for n in range(len(self.reading.of)) if self.text(n).startswith(sentence))
        return n

    def text(self, n: int) -> str:
        passage = self.passages[int(self.reading.of[n])]
        span = passage.sentences[int(self.reading.ordinal[n])]
        return passage.article.text[span.start : span.end]

    def confidence(self, sentence: str, name: str, *, bm25: float = 4.0, scores: list[float] | None = None) -> float:
        best = self.number(sentence)
        told = np.array(scores or [0.0] * len(self.reading.of))
        figures = of_answer(self.asked, self.reading, told, best, self.text(best), bm25=bm25, similarity=0.7)
        assert figures.shape == (len(CONFIDENCE),)
        assert np.isfinite(figures).all()
        return float(figures[CONFIDENCE.index(name)])


def reading(catalog: Catalog, question: str) -> Read:
    """Read both passages, the ferry's first with a fused score of 3, the whale's with 2."""
    with catalog.snapshot() as snapshot:
        passages = snapshot.passage_sentences(sorted(catalog.passage_ids()))
        assert [passage.article.id for passage in passages] == ["ferry", "whale"]
        what = asked(question, snapshot)
        vectors = question_by_words(question)
        return Read(what, passages, read(what, vectors, passages, np.array([3.0, 2.0]), snapshot.languages()))


def test_each_passage_and_each_of_its_sentences_is_told(catalog: Catalog) -> None:
    found = reading(catalog, "When did the ferry open?").reading
    assert found.passages.shape == (2, len(PASSAGE))
    assert found.sentences.shape == (6, len(SENTENCE))
    assert found.of.tolist() == [0, 0, 0, 0, 1, 1]
    assert found.ordinal.tolist() == [0, 1, 2, 3, 0, 1]
    assert np.isfinite(found.sentences).all()


def test_a_passage_is_told_as_if_it_were_alone(catalog: Catalog) -> None:
    question = "When did the ferry open, and who paid for the whale?"
    together = reading(catalog, question)
    for n, passage in enumerate(together.passages):
        with catalog.snapshot() as snapshot:
            languages = snapshot.languages()
        alone = read(together.asked, question_by_words(question), [passage], np.array([3.0 - n]), languages)
        own = together.reading.of == n
        columns = [name != "fused" for name in SENTENCE]
        np.testing.assert_allclose(
            together.reading.sentences[own][:, columns], alone.sentences[:, columns], rtol=0, atol=1e-6
        )
        np.testing.assert_allclose(together.reading.weakest[own], alone.weakest, atol=1e-6)
        np.testing.assert_allclose(together.reading.passages[n], alone.passages[0], atol=1e-6)
        assert together.reading.ordinal[own].tolist() == alone.ordinal.tolist()
        assert together.reading.held[n] == alone.held[0]


def test_maxsim_is_high_where_the_words_stand(catalog: Catalog) -> None:
    found = reading(catalog, "Which museum bought the whale?")
    assert found.of("The museum", "maxsim") > 0.8
    assert found.of("Captain", "maxsim") < 0.5
    assert found.of_passage(1, "maxsim") > found.of_passage(0, "maxsim")
    assert found.of_passage(1, "best_sentence") > found.of_passage(0, "best_sentence")
    assert found.of("The museum", "late_pooled") > found.of("Captain", "late_pooled")


def test_with_the_title_its_words_count_for_every_sentence(catalog: Catalog) -> None:
    found = reading(catalog, "Who steered the ferry?")
    assert found.of("Captain", "maxsim_titled") > found.of("Captain", "maxsim") + 0.1
    assert found.of("The electric", "maxsim_titled") == pytest.approx(found.of("The electric", "maxsim"), abs=0.05)


def test_terms_are_the_share_of_idf_that_a_sentence_holds(catalog: Catalog) -> None:
    found = reading(catalog, "Which museum bought the whale?")
    assert found.of("The museum", "terms") == pytest.approx(1)
    assert 0 < found.of("Nobody", "terms") < 1, "its neighbour has them"
    assert found.of("Captain", "terms") == 0


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        pytest.param("When did the ferry open?", "The electric", 1, id="a date where a date is asked for"),
        pytest.param("When did the ferry open?", "Captain", -1, id="none"),
        pytest.param("How many people does the ferry carry?", "It was", 1, id="a number"),
        pytest.param("Who steered the ferry?", "Captain", 1, id="a name"),
        pytest.param("Why did the ferry open?", "Captain", 0, id="nothing that could be found is asked for"),
        pytest.param("The ferry", "The electric", 0, id="nothing is asked for"),
    ],
)
def test_a_sentence_is_typed_by_the_kind_of_answer(
    catalog: Catalog, question: str, sentence: str, expected: float
) -> None:
    found = reading(catalog, question)
    assert found.of(sentence, "typed") == expected
    assert found.confidence(sentence, "typed") == (expected > 0)
    assert found.confidence(sentence, "untyped") == (expected < 0)


def test_length_place_and_a_repeated_title(catalog: Catalog) -> None:
    found = reading(catalog, "When did the ferry open?")
    assert found.of("Captain", "length") == pytest.approx(np.log1p(len("Captain Ines Varga steered it.")))
    assert found.of("Captain", "fused") == 0
    assert found.of("Nobody", "fused") == -1
    assert [n for n in range(6) if found.reading.sentences[n, SENTENCE.index("repeats_title")]] == [0]


def test_what_the_catalogue_has_of_the_question(catalog: Catalog) -> None:
    found = reading(catalog, "Which whale has a periwinkle?")
    unseen = found.confidence("The museum", "unseen")
    assert 0.5 < unseen < 1, "the rarer word is the one that is nowhere"
    assert found.confidence("The museum", "passage_terms") == pytest.approx(1 - unseen)
    assert found.confidence("Captain", "passage_terms") == 0
    assert found.confidence("The museum", "weakest") < 0.5
    assert reading(catalog, "Which museum, which whale?").confidence("The museum", "weakest") > 0.7


def test_the_margin_is_to_the_best_sentence_of_another_passage(catalog: Catalog) -> None:
    found = reading(catalog, "When did the ferry open?")
    assert found.confidence("The electric", "margin", scores=[0, 5, 4.9, 0, 2, 3]) == 2
    assert found.confidence("The electric", "margin", scores=[0, 500, 0, 0, 0, 0]) == 6, "never more"


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        pytest.param("Was the ferry cheap?", "It was not", 1, id="the sentence alone"),
        pytest.param("Was the ferry not cheap?", "It was not", 0, id="both"),
        pytest.param("Was the ferry cheap?", "Captain", 0, id="neither"),
    ],
)
def test_a_negation_on_one_side_is_told(catalog: Catalog, question: str, sentence: str, expected: float) -> None:
    assert reading(catalog, question).confidence(sentence, "negated") == expected


def test_bm25_counts_for_each_unit_of_idf(catalog: Catalog) -> None:
    found = reading(catalog, "Which museum bought the whale?")
    assert found.confidence("The museum", "bm25", bm25=6) == pytest.approx(6 / found.asked.idf.sum())
    assert found.confidence("The museum", "similarity") == 0.7
    assert found.confidence("The museum", "question_terms") == pytest.approx(np.log1p(len(found.asked.groups)))


@pytest.mark.parametrize("question", ["", "?", "What is it?", "什么", "a" * 3000])
def test_any_question_can_be_read(catalog: Catalog, question: str) -> None:
    if not question_by_words(question).spans:
        return
    found = reading(catalog, question)
    for name in CONFIDENCE:
        found.confidence("The museum", name)
