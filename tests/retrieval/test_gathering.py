"""What comparisons, timelines and summaries are told with, from a real catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from retrieval import wording
from retrieval.catalog import Catalog
from retrieval.gathering import MOST_TOLD, Gathered, Gatherer
from retrieval.models import Focus, Place, Question
from retrieval.quotes import quotes
from retrieval.search import ExactSearch, PassageRetriever
from retrieval.tasks import task_of
from tests.building import article, put_by_words, question_by_words
from tests.retrieval.test_search import Away

TODAY = date(2025, 6, 1)
ARTICLES: dict[str, dict[str, Any]] = {
    "post": {
        "title": "Flood in Torrenby",
        "source": "Post",
        "published": "2025-03-04",
        "text": "The flood in Torrenby drove 340 people from their homes on 3 March 2025, the fire brigade said.\n\n"
        "Volunteers are drying carpets in the gymnasium of the upper school until the end of the week.\n\n"
        "The flood reached the market square of Torrenby shortly before midnight, and the bells were rung.",
    },
    "chronicle": {
        "title": "Residents count the damage",
        "source": "Chronicle",
        "published": "2025-03-09",
        "text": "The flood in Torrenby drove 290 people from their homes, according to a list of the residents.\n\n"
        "An engineer blames a sluice gate that had stayed shut for the flood in Torrenby.",
    },
    "review": {
        "title": "A hall without a carpet",
        "source": "Review",
        "published": "2025-05-20",
        "text": "The orchestra of Kestrane has moved into a hall of concrete and glass beside the old harbour.\n\n"
        "Its trumpets are too loud, and the conductor has asked for curtains along the rear wall.",
    },
    "pears": {
        "title": "Pears halved",
        "source": "Post",
        "published": "2025-04-02",
        "text": "The pear growers of the valley have brought in their smallest harvest for thirty years.\n\n"
        "A single frost in the night of 27 April 2024 destroyed most of the pear blossom in the orchards.",
    },
    "undated": {
        "title": "Otters return to the mill pond",
        "text": "Two otters have been seen at the mill pond, where none had lived for half a century.",
    },
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path_factory.mktemp("catalog"))
    for name, fields in ARTICLES.items():
        put_by_words(catalog, article(name, **{"language": "en", **fields}))
    yield catalog
    catalog.close()


def gathered(catalog: Catalog, text: str, **asked: Any) -> Gathered | None:
    question = Question(text, asked_on=TODAY, **asked)
    retriever = PassageRetriever(catalog=catalog, index=Away(), encode=question_by_words, exact=ExactSearch())
    task = task_of(text, focus=question.focus, today=TODAY)
    return Gatherer(catalog, retriever, question_by_words).gather(task, question)


def told(found: Gathered | None) -> list[str]:
    assert found is not None
    assert found.weighed.answered == bool(found.weighed.chosen)
    return [item.text for item in found.weighed.chosen]


def told_of(found: Gathered | None) -> list[str]:
    assert found is not None
    return [item.article.id for item in found.weighed.chosen]


# Sources compared


def test_each_source_has_its_say_before_any_has_a_second_one(catalog: Catalog) -> None:
    found = gathered(catalog, "How do the sources differ on the flood in Torrenby?")
    assert set(told_of(found)[:2]) == {"post", "chronicle"}
    assert set(told_of(found)) == {"post", "chronicle"}
    assert 2 < len(told(found)) <= MOST_TOLD
    assert found is not None
    assert found.notices == found.choices == ()
    assert {passage.article.id for passage in found.weighed.read} == {"post", "chronicle"}
    assert len(quotes(found.weighed.chosen, fitting=2000)) >= 2


def test_articles_that_name_no_source_are_sources_of_their_own(catalog: Catalog) -> None:
    more = article(
        "more", "Two more otters were seen at the mill pond on a misty morning.", "More otters", language="en"
    )
    put_by_words(catalog, more)
    found = gathered(catalog, "How do the reports differ on the otters at the mill pond?")
    catalog.remove("more")
    assert set(told_of(found)) == {"more", "undated"}
    assert found is not None
    assert found.notices == ()


def test_what_another_source_only_copies_is_not_told_twice(catalog: Catalog) -> None:
    put_by_words(catalog, article("copy", ARTICLES["post"]["text"], "Agency", source="Agency", language="en"))
    found = told(gathered(catalog, "How do the sources differ on the flood in Torrenby?"))
    catalog.remove("copy")
    assert len(found) == len(set(found)) > 2


def test_where_one_source_alone_writes_of_it_the_reader_is_told(catalog: Catalog) -> None:
    found = gathered(catalog, "What do the papers say about the pear harvest?")
    assert set(told_of(found)) == {"pears"}
    assert found is not None
    assert found.notices == (wording.ONE_SOURCE,)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("How do the sources differ on zebras on Neptune?", id="nothing on the topic"),
        pytest.param("How do the sources differ?", id="no topic"),
        pytest.param("How many people fled the flood?", id="a fact"),
    ],
)
def test_what_is_better_answered_as_any_other_question(catalog: Catalog, question: str) -> None:
    assert gathered(catalog, question) is None


# What happened when


def test_a_timeline_is_in_the_order_of_what_it_tells(catalog: Catalog) -> None:
    found = gathered(catalog, "timeline of the flood in Torrenby")
    assert told(found)[0].endswith("on 3 March 2025, the fire brigade said.")
    assert told_of(found)[-1] == "chronicle"


def test_a_day_that_a_sentence_names_counts_before_that_of_its_article(catalog: Catalog) -> None:
    found = gathered(catalog, "What happened to the pear blossom in the orchards in April 2024?")
    assert told(found) == [
        "A single frost in the night of 27 April 2024 destroyed most of the pear blossom in the orchards."
    ]


def test_a_period_without_a_topic_is_told_by_the_key_sentences_of_its_articles(catalog: Catalog) -> None:
    found = gathered(catalog, "What happened between 1 March and 30 April 2025?")
    assert told_of(found) == ["post", "chronicle", "pears"]


def test_of_too_many_articles_some_are_told_from_the_whole_period(catalog: Catalog) -> None:
    days = [f"2024-02-{n:02}" for n in range(1, 27)]
    for day, letter in zip(days, "abcdefghijklmnopqrstuvwxyz", strict=True):
        text = f"On its first day the {letter * 5} bakery sold loaves of {letter * 4} and cakes of {letter * 6}."
        put_by_words(catalog, article(day, text, f"Bread {letter}", published=day, language="en"))
    few = told_of(gathered(catalog, "What happened in February 2024?"))
    many = told_of(gathered(catalog, "What happened in February 2024?", most_quotes=9))
    for day in days:
        catalog.remove(day)
    assert (len(few), len(many)) == (MOST_TOLD, 9)
    for told_days in (few, many):
        assert told_days == sorted(told_days)
        assert (told_days[0], told_days[-1]) == (days[0], days[-1])


def test_what_happened_at_another_time_is_not_told(catalog: Catalog) -> None:
    found = gathered(catalog, "What happened to the flood in Torrenby in 1990?")
    assert found is not None
    assert found.notices == (wording.OUTSIDE_PERIOD,)
    assert told(found) == []
    assert found.weighed.near


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("What happened in 1990?", id="nothing was published then"),
        pytest.param("timeline of zebras on Neptune", id="nothing on the topic"),
        pytest.param("What happened to the otters at the mill pond in 1990?", id="undated articles"),
    ],
)
def test_a_time_of_which_there_is_nothing_is_asked_as_any_other_question(catalog: Catalog, question: str) -> None:
    assert gathered(catalog, question) is None


def test_a_timeline_stays_in_the_focus(catalog: Catalog) -> None:
    found = gathered(catalog, "What happened in March 2025?", focus=Focus(source="Chronicle"))
    assert told_of(found) == ["chronicle"]
    assert gathered(catalog, "What happened in March 2025?", focus=Focus(to="2025-02-01")) is None


# In short


@pytest.mark.parametrize(
    ("question", "article_id"),
    [
        pytest.param("What is “Flood in Torrenby” about?", "post", id="title"),
        pytest.param("what is “FLOOD IN TORRENBY.” about", "post", id="title in other letters"),
        pytest.param("What is “Residents count t…” about?", "chronicle", id="a title that was cut"),
        pytest.param("Summarise the article about otters", "undated", id="a word of the title in another form"),
        pytest.param("Summarise pears halved", "pears", id="title without quotation marks"),
        pytest.param("Summarise the news about the pear harvest", "pears", id="topic of a single article"),
    ],
)
def test_an_article_in_short(catalog: Catalog, question: str, article_id: str) -> None:
    found = gathered(catalog, question)
    assert set(told_of(found)) == {article_id}
    starts = [item.span.start for item in found.weighed.chosen] if found is not None else []
    assert starts == sorted(starts)


def test_this_article_is_the_one_in_focus_else_that_of_the_last_quotes(catalog: Catalog) -> None:
    cited = (Place("pears", 1, 0, 5),)
    assert set(told_of(gathered(catalog, "Summarise this article", focus=Focus(article_id="post")))) == {"post"}
    assert set(told_of(gathered(catalog, "Summarise this article", cited=cited))) == {"pears"}
    both = gathered(catalog, "Summarise this article", cited=cited, focus=Focus(article_id="post"))
    assert set(told_of(both)) == {"post"}


def test_where_no_article_is_in_hand_the_reader_chooses(catalog: Catalog) -> None:
    found = gathered(catalog, "Summarise this article")
    assert found is not None
    assert told(found) == []
    assert found.choices == tuple(
        f"What is “{title}” about?"
        for title in ("A hall without a carpet", "Pears halved", "Residents count the damage", "Flood in Torrenby")
    )
    in_focus = gathered(catalog, "Summarise this article", focus=Focus(source="Post"))
    assert in_focus is not None
    assert in_focus.choices == ("What is “Pears halved” about?", "What is “Flood in Torrenby” about?")


def test_the_only_article_is_in_hand(catalog: Catalog) -> None:
    assert set(told_of(gathered(catalog, "Summarise the article", focus=Focus(source="Review")))) == {"review"}


def test_words_of_two_titles_let_the_reader_choose(catalog: Catalog) -> None:
    put_by_words(
        catalog, article("second", "The second flood was a small one, and nobody had to leave.", "Another flood")
    )
    found = gathered(catalog, "Summarise the article about the flood")
    catalog.remove("second")
    assert found is not None
    assert found.choices == ("What is “Flood in Torrenby” about?", "What is “Another flood” about?")


def test_a_title_that_no_article_has_is_not_guessed_at(catalog: Catalog) -> None:
    found = gathered(catalog, "What is “Zebras on Neptune” about?")
    assert found is not None
    assert found.notices == (wording.NO_SUCH_ARTICLE,)
    assert told(found) == []


def test_a_topic_of_several_articles_is_told_article_by_article(catalog: Catalog) -> None:
    found = told_of(gathered(catalog, "Summarise the news about the flood in Torrenby"))
    assert set(found) == {"post", "chronicle"}
    assert sum(a != b for a, b in pairwise(found)) == 1, "what an article says stands together"
