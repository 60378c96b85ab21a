"""Answers in plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import wording
from retrieval.models import NearArticle, Period, Quote, Span
from tests.fakes import quote


@pytest.mark.parametrize(
    ("published", "written"),
    [
        pytest.param("2026-03-01", "1 March 2026", id="day"),
        pytest.param("2026-03-01T08:00:00+00:00", "1 March 2026", id="moment"),
        pytest.param("2026-12", "December 2026", id="month"),
        pytest.param("2026", "2026", id="year"),
        pytest.param("2026-13", "2026-13", id="no month"),
        pytest.param("2026-00", "2026-00", id="month zero"),
        pytest.param("2026-02-30", "2026-02-30", id="no day"),
        pytest.param("spring", "spring", id="no date"),
    ],
)
def test_written_date(published: str, written: str) -> None:
    assert wording.written_date(published) == written


@pytest.mark.parametrize(
    ("remarks", "line"),
    [
        pytest.param({"page": 4, "last_page": 4}, "Harbour Post · Ada Brook · 3 March 2026 · p. 4", id="page"),
        pytest.param({"page": 4, "last_page": 5}, "Harbour Post · Ada Brook · 3 March 2026 · pp. 4–5", id="pages"),
        pytest.param({"published_guessed": True}, "Harbour Post · Ada Brook · about 3 March 2026", id="guessed date"),
        pytest.param({"published_guessed": True, "published": None}, "Harbour Post · Ada Brook", id="no date to guess"),
        pytest.param(
            {"page": 1200, "last_page": 1200, "gone_since": "2026-05-20"},
            "Harbour Post · Ada Brook · 3 March 2026 · p. 1200 · gone from its source since 20 May 2026",
            id="gone",
        ),
    ],
)
def test_the_line_under_a_title_says_page_guess_and_that_it_is_gone(remarks: dict[str, Any], line: str) -> None:
    shown = wording.answered([replace(quote("Closed."), **remarks)])
    assert shown.splitlines()[1] == f"    {line}"


@given(st.text())
def test_any_text_in_place_of_a_date_is_shown(text: str) -> None:
    assert isinstance(wording.written_date(text), str)


def test_origin_names_what_is_known() -> None:
    assert wording.origin("Post", "Ada", "2026-03-01") == "Post · Ada · 1 March 2026"
    assert wording.origin(None, "Ada", None) == "Ada"
    assert wording.origin(None, None, None) == ""


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        pytest.param(Period(), "", id="no dates"),
        pytest.param(Period("2026-03-01", "2026-03-01"), "All articles are from 1 March 2026.", id="one day"),
        pytest.param(Period("2025", "2026-03-01"), "The articles cover 2025 to 1 March 2026.", id="a year and a day"),
    ],
)
def test_covered(period: Period, sentence: str) -> None:
    assert wording.covered(period) == sentence


def test_quotes_are_shown_with_title_source_author_date_and_address() -> None:
    text = wording.answered([quote("The bridge is closed."), quote("A second one.", 2, title="Other")])
    assert text.split("\n\n") == [
        "[1] Harbour bridge closes for repairs\n    Harbour Post · Ada Brook · 3 March 2026\n"
        "    https://news.example/articles/1\n    The bridge is closed.",
        "[2] Other\n    Harbour Post · Ada Brook · 3 March 2026\n    https://news.example/articles/2\n    A second one.",
    ]


def test_a_quote_of_an_article_of_which_nothing_is_known_has_no_empty_lines() -> None:
    bare = Quote("Closed.", "a", "Title", None, None, None, None, 0, 7, 0.1, 1, n=1)
    assert wording.answered([bare]) == "[1] Title\n    Closed."


def test_the_words_that_answer_can_be_set_apart() -> None:
    marked = Quote(
        "Open 3 May to 9 May.",
        "a",
        "T",
        None,
        None,
        None,
        None,
        40,
        60,
        0.1,
        1,
        n=1,
        marks=(Span(45, 50), Span(54, 59)),
    )
    assert wording.answered([marked], around_marks=("<", ">")) == "[1] T\n    Open <3 May> to <9 May>."
    assert wording.answered([marked]) == "[1] T\n    Open 3 May to 9 May."


@given(st.lists(st.text(alphabet=st.characters(categories=["L", "P", "N"]), min_size=1), min_size=1))
def test_a_quote_loses_no_word(words: list[str]) -> None:
    shown = wording.answered([quote(" ".join(words))])
    assert shown.split()[-len(words) :] == words


def test_a_refusal_names_the_nearest_titles_and_the_period() -> None:
    near = [
        NearArticle("a", "Bridge closes", "2026-03-01"),
        NearArticle("b", "Whale", None, published_guessed=True),
        NearArticle("c", "Ferry", "2026-04", published_guessed=True),
    ]
    assert wording.not_found(near, Period("2026-03-01", "2026-04-01")) == (
        "The articles do not say.\n\nNearest articles:\n- Bridge closes (1 March 2026)\n- Whale\n"
        "- Ferry (about April 2026)\n\n"
        "The articles cover 1 March 2026 to 1 April 2026."
    )
    assert wording.not_found([], Period()) == "The articles do not say."


def test_an_empty_catalogue_is_told_how_to_fill() -> None:
    text = wording.no_articles("/srv/data")
    assert "/srv/data" in text
    assert "citegram-ingest PATH" in text
