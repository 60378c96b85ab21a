"""How much of a question's terms a sentence holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.term_evidence import sentence_scores

GROUPS = [("bridg", "bridge"), ("harbour",)]
IDF = [3.0, 1.0]
WORDS = st.lists(st.sampled_from(["bridg", "bridge", "bridges", "harbour", "hafen", "3.5", "2024", "桥梁"]), max_size=6)


@pytest.mark.parametrize(
    ("sentences", "title", "expected"),
    [
        pytest.param([["bridg", "harbour"]], [], [1.0], id="all of it"),
        pytest.param([["bridge"]], [], [0.75], id="by another stem, as much as it weighs"),
        pytest.param([["other"]], [], [0.0], id="nothing"),
        pytest.param([["harbours"]], [], [0.25 * 7 / 8], id="a word that begins alike counts in part"),
        pytest.param([["harmonic"]], [], [0.0], id="but not one that only begins so"),
        pytest.param([["bridg"], ["harbour"]], [], [0.875, 0.625], id="what stands beside counts half"),
        pytest.param([["bridg"], ["x"], ["harbour"]], [], [0.75, 0.5, 0.25], id="and no further"),
        pytest.param([["bridg"]], ["harbour"], [0.85], id="the title counts less"),
        pytest.param([["bridg"], []], ["bridg"], [0.75, 0.375], id="and nothing counts twice"),
        pytest.param([], ["bridg"], [], id="no sentences"),
    ],
)
def test_scores(sentences: list[list[str]], title: list[str], expected: list[float]) -> None:
    assert sentence_scores(GROUPS, IDF, sentences, title) == pytest.approx(expected)


def test_numbers_are_the_same_or_they_are_not() -> None:
    assert sentence_scores([("2024",)], [1.0], [["2023"], ["20245"]]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("groups", "idf"), [([], []), ([("bridg",)], [0.0])])
def test_a_question_that_says_nothing_is_answered_by_no_sentence(
    groups: list[tuple[str, ...]], idf: list[float]
) -> None:
    assert sentence_scores(groups, idf, [["bridg"], []]).tolist() == [0.0, 0.0]


@given(
    st.lists(
        st.lists(st.sampled_from(["bridg", "harbour", "hafen", "2024", "桥梁"]), min_size=1, max_size=3).map(tuple)
    ),
    st.lists(WORDS, max_size=5),
    WORDS,
)
def test_scores_are_bounded_and_never_fall_with_more_to_go_by(
    groups: list[tuple[str, ...]], sentences: list[list[str]], title: list[str]
) -> None:
    idf = np.ones(len(groups))
    bare = sentence_scores(groups, idf, sentences)
    scores = sentence_scores(groups, idf, sentences, title)
    assert scores.shape == (len(sentences),)
    assert ((scores >= bare) & (bare >= 0) & (scores <= 1 + 1e-9)).all()
