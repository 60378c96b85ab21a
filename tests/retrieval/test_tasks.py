"""What kind of answer a question asks for, in the four languages, and what else is an ordinary question."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.models import Focus
from retrieval.tasks import Task, task_of

TODAY = date(2025, 6, 1)


def told(question: str, focus: Focus | None = None) -> Task:
    return task_of(question, focus=focus or Focus(), today=TODAY)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        pytest.param("How do the sources differ on the Torrenby flood?", "the Torrenby flood", id="sources differ"),
        pytest.param("And how do the papers disagree about the strike?", "the strike", id="joined to the one before"),
        pytest.param("Please compare what the papers say about the tram strike", "the tram strike", id="courtesy"),
        pytest.param("Compare the coverage of the coin theft", "the coin theft", id="coverage"),
        pytest.param("compare tram and ferry", "tram and ferry", id="two things"),
        pytest.param("What do the newspapers say about the Ferry?", "the Ferry", id="capitals kept"),
        pytest.param("Do the sources agree on the number of drivers?", "the number of drivers", id="agree"),
        pytest.param("Who says what about the flood", "the flood", id="who says what"),
        pytest.param("How do the sources differ?", "", id="no topic"),
        pytest.param("torrenby flood: And how do the sources differ?", "torrenby flood", id="carried subject"),
        pytest.param("Who fled the flood? And how do the papers differ?", "Who fled the flood?", id="carried question"),
        pytest.param("Wie unterscheiden sich die Quellen zum Hochwasser?", "Hochwasser", id="German"),
        pytest.param("Was schreiben die Zeitungen über den Streik?", "den Streik", id="German, papers"),
        pytest.param("Чем отличаются источники по поводу наводнения?", "наводнения", id="Russian"),
        pytest.param("Что пишут газеты о забастовке?", "забастовке", id="Russian, papers"),
        pytest.param("Сравни сообщения о пожаре", "пожаре", id="Russian, compare"),
        pytest.param("¿En qué difieren las fuentes sobre la inundación?", "la inundación", id="Spanish"),
        pytest.param("Compara lo que dicen los periódicos sobre la huelga", "la huelga", id="Spanish, compare"),
    ],
)
def test_comparisons(question: str, topic: str) -> None:
    assert told(question) == Task("compare", topic)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param(
            "What happened between 3 March and 9 April 2025?",
            Task("timeline", "", date(2025, 3, 3), date(2025, 4, 9)),
            id="between",
        ),
        pytest.param(
            "what happened to the bridge in March 2025?",
            Task("timeline", "the bridge", date(2025, 3, 1), date(2025, 3, 31)),
            id="to something",
        ),
        pytest.param(
            "What happened in Westmere last week?",
            Task("timeline", "Westmere", date(2025, 5, 19), date(2025, 5, 25)),
            id="told from today",
        ),
        pytest.param(
            "What has happened since 3 May?", Task("timeline", "", date(2025, 5, 3), date(2025, 6, 1)), id="since"
        ),
        pytest.param(
            "What happened before 2024?", Task("timeline", "", None, date(2023, 12, 31)), id="without a beginning"
        ),
        pytest.param("timeline of the flood", Task("timeline", "the flood"), id="no period"),
        pytest.param(
            "Give me a timeline of the tram strike in 2024",
            Task("timeline", "the tram strike", date(2024, 1, 1), date(2024, 12, 31)),
            id="both",
        ),
        pytest.param("How did the flood unfold over time?", Task("timeline", "the flood"), id="unfold"),
        pytest.param(
            "Was geschah zwischen dem 3. und dem 9. März 2025?",
            Task("timeline", "", date(2025, 3, 3), date(2025, 3, 9)),
            id="German, first day of two",
        ),
        pytest.param(
            "Was ist im März 2025 passiert?",
            Task("timeline", "", date(2025, 3, 1), date(2025, 3, 31)),
            id="German, verb last",
        ),
        pytest.param("Chronologie der Überschwemmung", Task("timeline", "Überschwemmung"), id="German, chronology"),
        pytest.param(
            "Что произошло с мостом между 3 и 9 марта 2025 года?",
            Task("timeline", "мостом", date(2025, 3, 3), date(2025, 3, 9)),
            id="Russian",
        ),
        pytest.param("Хронология забастовки", Task("timeline", "забастовки"), id="Russian, chronology"),
        pytest.param(
            "¿Qué pasó en marzo de 2025?", Task("timeline", "", date(2025, 3, 1), date(2025, 3, 31)), id="Spanish"
        ),
    ],
)
def test_timelines(question: str, expected: Task) -> None:
    assert told(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Can you summarise this article please?", id="this article"),
        pytest.param("sum up the article in two sentences", id="so many sentences"),
        pytest.param("Summarize it!", id="it"),
        pytest.param("the coin theft: summarise it", id="carried words are not looked for"),
        pytest.param("What is this article about?", id="about"),
        pytest.param("Fasse diesen Artikel zusammen", id="German"),
        pytest.param("Worum geht es im Artikel?", id="German, about"),
        pytest.param("О чём эта статья?", id="Russian, about"),
        pytest.param("Кратко перескажи эту статью", id="Russian"),
        pytest.param("Resume este artículo, por favor", id="Spanish"),
    ],
)
def test_the_article_in_hand_in_short(question: str) -> None:
    assert told(question) == Task("summary")


@pytest.mark.parametrize(
    ("question", "title"),
    [
        pytest.param("What is “Tram strike: a halt” about?", "Tram strike: a halt", id="the bot's example"),
        pytest.param("О чём «В Белозарске жара»?", "В Белозарске жара", id="the bot's example in Russian"),
        pytest.param("What is “A title that was cut o…” about?", "A title that was cut o…", id="cut"),
        pytest.param("What is “The “quiet” ferry” about?", "The “quiet” ferry", id="quotation marks in it"),
        pytest.param('sum up the article "The oven"', "The oven", id="straight quotation marks"),
        pytest.param("Summarise the article about the flood", "the flood", id="by its subject"),
        pytest.param("Worum geht es in „Der doppelte Boden“?", "Der doppelte Boden", id="German"),
        pytest.param("Перескажи статью о пожаре", "пожаре", id="Russian, by its subject"),
        pytest.param("¿De qué trata «El puente»?", "El puente", id="Spanish"),
    ],
)
def test_a_named_article_in_short(question: str, title: str) -> None:
    assert told(question) == Task("summary", title, title=title)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        pytest.param("Summarise the news about the ferry", "the ferry", id="news"),
        pytest.param("Give me a short overview of the tram strike", "the tram strike", id="overview"),
        pytest.param("Fass die Nachrichten über den Fund zusammen, bitte", "den Fund", id="German"),
        pytest.param("Resumen de las noticias sobre la huelga", "la huelga", id="Spanish"),
    ],
)
def test_a_topic_in_short(question: str, topic: str) -> None:
    assert told(question) == Task("summary", topic)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Why was the bridge closed?", id="a fact"),
        pytest.param("What happened to the bridge?", id="what happened, without a day"),
        pytest.param("What happened after the strike in 2024?", id="after another event"),
        pytest.param("What happened in 1905 that made him famous?", id="with a condition"),
        pytest.param("What do reports claim happened to Bob?", id="no preposition"),
        pytest.param("What does The Verge say about the phone?", id="one source"),
        pytest.param("How does the new model differ from the old one?", id="no sources"),
        pytest.param("What is the chronology based on?", id="a word of it"),
        pytest.param("Что было причиной пожара 3 марта 2025 года?", id="a cause on a day"),
        pytest.param("", id="nothing"),
        pytest.param("compare " + "x" * 500, id="too long"),
    ],
)
def test_all_else_is_an_ordinary_question(question: str) -> None:
    assert told(question) == Task("answer", question)


def test_nothing_is_compared_within_one_article() -> None:
    question = "How do the sources differ on the flood?"
    assert told(question, Focus(article_id="a")).kind == "answer"
    assert told(question, Focus(source="Post")).kind == "compare"


FRAGMENTS = (
    "compare",
    "timeline of",
    "what happened",
    "in March",
    "summarise",
    "the article",
    "“",
    "”",
    ": ",
    "?",
    "«",
)


@given(st.text() | st.lists(st.sampled_from(FRAGMENTS)).map(" ".join))
def test_whatever_is_asked_the_topic_is_of_its_words(question: str) -> None:
    task = told(question)
    assert set(task.topic.split()) <= set(question.replace(":", " : ").split()) | set(question.split())
    assert task.first is None or task.last is None or task.first <= task.last
