"""The growth benchmark's text: the same for the same seed, and laid out as real articles are."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.lexical import terms
from tests.benchmarks.growth import Vectors
from tests.benchmarks.synthetic import PASSAGES_AN_ARTICLE, Writer


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer()


def test_the_same_seed_writes_the_same_articles_in_any_order(writer: Writer) -> None:
    again = Writer()
    assert [again.article(n) for n in (3, 1)] == [writer.article(3), writer.article(1)]
    assert Writer(seed=8).article(1) != writer.article(1)


def test_passages_tile_the_text_and_hold_whole_sentences(writer: Writer) -> None:
    written = writer.article(5)
    text = written.article.text
    assert "".join(text[p.start : p.end] for p in written.passages) == text
    assert len(written.passages) == PASSAGES_AN_ARTICLE
    for passage in written.passages:
        for span in passage.sentences:
            assert passage.start <= span.start < span.end <= passage.end
            assert text[span.start].isupper()
            assert text[span.end - 1] == "."


def test_as_many_passages_come_as_are_asked_for(writer: Writer) -> None:
    assert sum(len(written.passages) for written in writer.articles(50)) == 50


def test_a_question_is_made_of_words_of_one_article(writer: Writer) -> None:
    question = writer.question(2, articles=10)
    assert question == Writer().question(2, articles=10)
    asked = set(terms(question.removeprefix("What was the "), "en"))
    assert any(asked <= set(terms(writer.article(n).article.text, "en")) for n in range(10))


def test_common_words_stand_in_many_passages_and_most_words_in_few(writer: Writer) -> None:
    held = [
        set(terms(written.article.text[p.start : p.end], "en"))
        for written in writer.articles(200)
        for p in written.passages
    ]
    frequencies = np.unique([term for passage in held for term in passage], return_counts=True)[1]
    assert frequencies.max() > 0.9 * len(held)
    assert np.median(frequencies) <= 2


def test_passages_of_one_topic_are_nearer_to_each_other_than_to_another(writer: Writer) -> None:
    vectors = Vectors(dimensions=384)
    one, other = writer.article(0), writer.article(1)
    assert one.topic != other.topic
    here, there = vectors.of(one), vectors.of(other)
    assert np.allclose([np.linalg.norm(made.passage) for made in here], 1.0, atol=1e-5)
    assert here[0].passage @ here[1].passage > here[0].passage @ there[0].passage
    assert [len(made.counts) for made in here] == [1 + len(p.sentences) for p in one.passages]
    assert [len(made.tokens) for made in here] == [made.counts.sum() for made in here]
