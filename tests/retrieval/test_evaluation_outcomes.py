"""What became of a question: which words of a quote are in bold, and whether they are the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.evaluating.outcomes import Outcome, outcome_of
from retrieval.evaluating.sets import SetQuestion
from retrieval.evaluation import figures
from retrieval.models import Answer, Question, Quote, Span

SENTENCE = "The bridge was opened in May 1911 by a crowd of 40,000."
START = 100  # of the quote in its article
OPENED = "in May 1911"
CROWD = "40,000"


def quote(*marked: str) -> Quote:
    marks = tuple(Span(START + SENTENCE.index(words), START + SENTENCE.index(words) + len(words)) for words in marked)
    end = START + len(SENTENCE)
    return Quote(SENTENCE, "bridge", "A bridge", None, None, None, None, START, end, 0.9, 1, 1, marks)


def outcome(quotes: tuple[Quote, ...], answers: tuple[str, ...], *, answerable: bool = True) -> Outcome:
    question = SetQuestion(1, Question("When was it opened?"), answerable, (SENTENCE,), answers, ("bridge",))
    answer = Answer("answered" if quotes else "not_found", "", "When was it opened?", quotes=quotes)
    return outcome_of("set", question, answer, present=True)


@pytest.mark.parametrize(
    ("marked", "answers", "expected"),
    [
        pytest.param([OPENED], ["May 1911"], True, id="the answer"),
        pytest.param([OPENED], ["1911 by"], True, id="a part of it"),
        pytest.param([OPENED], ["may 1911"], True, id="in another case"),
        pytest.param([CROWD], ["May 1911"], False, id="something else"),
        pytest.param([CROWD], ["May 1911", "40,000"], True, id="one of several answers"),
        pytest.param([OPENED], ["in spring"], None, id="an answer that the quote does not have"),
        pytest.param([OPENED], [], None, id="no answer given"),
        pytest.param([], ["May 1911"], None, id="nothing in bold"),
    ],
)
def test_words_in_bold_are_held_against_the_answers(
    marked: list[str], answers: list[str], expected: bool | None
) -> None:
    found = outcome((quote(*marked),), tuple(answers))
    assert found.marked is bool(marked)
    assert found.answer_marked is expected


def test_shares_are_of_what_was_answered() -> None:
    outcomes = [
        outcome((quote(OPENED),), ("May 1911",)),
        outcome((quote(CROWD),), ("May 1911",)),
        outcome((quote(),), ("May 1911",)),
        outcome((), ("May 1911",)),
        outcome((quote(OPENED),), ("May 1911",), answerable=False),
    ]
    found = figures([replace(one, line=n) for n, one in enumerate(outcomes)])
    assert found["marked"].value == pytest.approx(2 / 3)
    assert found["marked"].n == 3
    assert (found["answer_marked"].value, found["answer_marked"].n) == (0.5, 2)
