"""When a question is asked back, and the questions to choose from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.clarifying import LONGEST_CHOICE, MOST_CHOICES, about, choices
from retrieval.condense import stand_alone
from retrieval.evidence import Weighed
from retrieval.models import ArticleEntry, Focus, Located, Question, Turn
from retrieval.tasks import task_of
from tests.retrieval.test_tasks import TODAY

NEWEST = [
    ArticleEntry(n, str(n), 1, title, None, None, None, None, None)
    for n, title in enumerate(["Ferry sails again", "A moth from the bogs", "Pears halved"])
]
WESTMERE = ("Westmere counts its votes", "The mayor is Ada Brook, a former teacher.")
NORTHAM = ("Northam builds a quay", "The mayor is Tom Hale, who was a pilot.")


def found(*sentences: tuple[str, str], scores: tuple[float, ...] = (0.8, 0.75, 0.7), answered: bool = True) -> Weighed:
    """What was weighed: sentences of as many articles, by title and text."""
    places = tuple(
        Located(text, f"article {n}", title, None, None, None, None, 0, len(text), score, 1)
        for n, ((title, text), score) in enumerate(zip(sentences, scores, strict=False))
    )
    return Weighed(sentences=places, confidence=0.9, answered=answered)


def asked_back(text: str, weighed: Weighed | None = None, question: Question | None = None) -> tuple[str, ...]:
    return choices(question or Question(text), text, weighed or Weighed(), NEWEST)


def test_one_description_of_two_people_is_asked_back() -> None:
    assert asked_back("Who is the mayor?", found(WESTMERE, NORTHAM)) == (
        "In “Westmere counts its votes”: Who is the mayor?",
        "In “Northam builds a quay”: Who is the mayor?",
    )


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        pytest.param(
            "Wer ist der neue Bürgermeister?",
            "Der neue Bürgermeister ist Ada Brook.",
            "Der neue Bürgermeister heißt Tom Hale.",
            id="German",
        ),
        pytest.param("Кто мэр?", "Мэр города — Ада Брук, учительница.", "Мэр — Том Хейл, лоцман.", id="Russian"),
        pytest.param(
            "when was the bridge closed",
            "The bridge was closed on 3 May 2025.",
            "The bridge was closed on 9 June 2024 for repairs.",
            id="a day",
        ),
    ],
)
def test_other_descriptions_of_two_things(question: str, one: str, other: str) -> None:
    assert len(asked_back(question, found(("Westmere", one), ("Northam", other)))) == 2


@pytest.mark.parametrize(
    ("text", "weighed"),
    [
        pytest.param("Who is the mayor of Westmere?", found(WESTMERE, NORTHAM), id="a name in the question"),
        pytest.param("who is brook?", found(("A", "Ada Brook sings."), ("B", "Tom Brook dives.")), id="a small name"),
        pytest.param("Wer ist Brook?", found(("A", "Ada Brook singt."), ("B", "Tom Brook taucht.")), id="German name"),
        pytest.param("Who is the mayor?", found(WESTMERE), id="one article"),
        pytest.param("Who is the mayor?", found(WESTMERE, NORTHAM, scores=(0.8, 0.4)), id="one is far likelier"),
        pytest.param("Who is the mayor?", found(WESTMERE, NORTHAM, scores=(0.2, 0.2)), id="both unlikely"),
        pytest.param("Who is the mayor?", found(WESTMERE, NORTHAM, answered=False), id="not answered at all"),
        pytest.param("Who is the mayor?", found(), id="nothing found"),
        pytest.param(
            "Who is the mayor?", found(WESTMERE, ("A former teacher", "The mayor is Ada Brook.")), id="the same answer"
        ),
        pytest.param(
            "Who is the mayor?",
            found(WESTMERE, ("A recount in Westmere", "The mayor is Tom Hale.")),
            id="two articles on one town",
        ),
        pytest.param("Who is the mayor?", found(WESTMERE, ("Boats", "The pilot is Tom Hale.")), id="no mayor there"),
        pytest.param("Why did the mayor resign?", found(WESTMERE, NORTHAM), id="a reason, which may be one of several"),
        pytest.param(
            "Who is the mayor who opened the new quay beside the old one?", found(WESTMERE, NORTHAM), id="long"
        ),
        pytest.param("Who won in 2024?", found(WESTMERE, NORTHAM), id="a number"),
        pytest.param("Why?", found(), id="one word"),
        pytest.param("Where am I?", found(), id="nothing that points back"),
        pytest.param("", found(), id="nothing"),
    ],
)
def test_what_is_clear_or_hopeless_is_not_asked_back(text: str, weighed: Weighed) -> None:
    assert asked_back(text, weighed) == ()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("What about him?", "What is “Ferry sails again” about?", id="English"),
        pytest.param("And the second one?", "What is “Ferry sails again” about?", id="opening"),
        pytest.param("Und was ist mit ihm?", "Worum geht es in „Ferry sails again“?", id="German"),
        pytest.param("А он?", "О чём «Ferry sails again»?", id="Russian"),
    ],
)
def test_what_leans_on_nothing_is_asked_back_with_what_there_is(text: str, first: str) -> None:
    offered = asked_back(text)
    assert offered[0] == first
    assert len(offered) == len(NEWEST)


def test_what_leans_on_a_conversation_is_not_asked_back() -> None:
    asked = Question("What about him?", history=(Turn("user", "Who is the mayor of Westmere?"),))
    assert asked_back("What about him?", question=asked) == ()


def test_within_one_article_nothing_is_asked_back() -> None:
    asked = Question("What about him?", focus=Focus(article_id="a"))
    assert asked_back("What about him?", found(WESTMERE, NORTHAM), asked) == ()


def test_where_there_is_one_article_there_is_no_choice() -> None:
    assert choices(Question("What about him?"), "What about him?", Weighed(), NEWEST[:1]) == ()


@given(st.text(min_size=1, max_size=300), st.sampled_from(["Who is the mayor?", "Кто мэр?", "Wer ist Bürgermeister?"]))
def test_a_choice_is_short_and_asks_for_an_article(title: str, question: str) -> None:
    choice = about(title, question)
    assert len(choice) <= LONGEST_CHOICE
    if title.strip() and not set(title) & set("«»“”„\"'‘’") and title.isprintable():
        assert task_of(choice, focus=Focus(), today=TODAY).kind == "summary"


@pytest.mark.parametrize("title", ["Ferry", "Der doppelte Boden", "A pier", "Жара"])
def test_a_choice_stands_alone_after_the_question_that_it_clears_up(title: str) -> None:
    (choice, _) = asked_back("Who is the mayor?", found((title, WESTMERE[1]), NORTHAM))
    assert stand_alone(choice, (Turn("user", "Who is the mayor?"),)) == choice


@given(st.integers(2, 9))
def test_choices_are_few_and_clear(articles: int) -> None:
    sentences = [(f"{'Town' * 40} {n}", f"The mayor is Ada {'ABCDEFGHI'[n]}oy.") for n in range(articles)]
    titles = [(title.replace("Town", "abcdefghi"[n] * 4), text) for n, (title, text) in enumerate(sentences)]
    offered = asked_back("Who is the mayor?", found(*titles, scores=(0.8,) * articles))
    assert len(offered) == min(articles, MOST_CHOICES)
    for choice in offered:
        assert len(choice) <= LONGEST_CHOICE
        assert asked_back(choice, found(*titles, scores=(0.8,) * articles)) == ()
        assert task_of(choice, focus=Focus(), today=TODAY).kind == "answer"
        assert stand_alone(choice, (Turn("user", "Who is the mayor?"),)) == choice
