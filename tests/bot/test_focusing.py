"""What readers write behind /focus, and how it is shown to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.focusing import Wanted, wanted, written_period
from bot.views.words import words_for
from retrieval.models import Focus


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("17", Wanted(article=17), id="a number is an article"),
        pytest.param("article 17", Wanted(article=17), id="article and number"),
        pytest.param("#17", Wanted(article=17), id="number sign"),
        pytest.param("статья 17", Wanted(article=17), id="in Russian"),
        pytest.param("2025", Wanted(period=("2025-01-01", "2025-12-31")), id="a year"),
        pytest.param("3000", Wanted(article=3000), id="too late to be a year"),
        pytest.param("2025-03", Wanted(period=("2025-03-01", "2025-03-31")), id="a month"),
        pytest.param("2024-02", Wanted(period=("2024-02-01", "2024-02-29")), id="a leap month"),
        pytest.param("2025-03-04", Wanted(period=("2025-03-04", "2025-03-04")), id="a day"),
        pytest.param("2025.03", Wanted(period=("2025-03-01", "2025-03-31")), id="with a full stop"),
        pytest.param("2025-03..2025-05", Wanted(period=("2025-03-01", "2025-05-31")), id="months with dots"),
        pytest.param("2024 - 2025", Wanted(period=("2024-01-01", "2025-12-31")), id="years with a dash"),
        pytest.param("2024 to 2025", Wanted(period=("2024-01-01", "2025-12-31")), id="years in words"),
        pytest.param("March 2025", Wanted(period=("2025-03-01", "2025-03-31")), id="a month by name"),
        pytest.param("Sep 2025", Wanted(period=("2025-09-01", "2025-09-30")), id="a month, short"),
        pytest.param("4 March 2025", Wanted(period=("2025-03-04", "2025-03-04")), id="a day by name"),
        pytest.param("март 2025", Wanted(period=("2025-03-01", "2025-03-31")), id="a month in Russian"),
        pytest.param("4 марта 2025 г.", Wanted(period=("2025-03-04", "2025-03-04")), id="a day in Russian"),
        pytest.param("2025-13", Wanted(source="2025-13"), id="no such month"),
        pytest.param("2025-05..2025-03", Wanted(source="2025-05..2025-03"), id="the wrong way round"),
        pytest.param("Harbour  Post", Wanted(source="Harbour Post"), id="a source"),
        pytest.param("May Weekly 2025", Wanted(source="May Weekly 2025"), id="a source with a year"),
    ],
)
def test_what_is_wanted(typed: str, expected: Wanted) -> None:
    assert wanted(typed) == expected


@given(st.text(max_size=80))
def test_any_words_want_exactly_one_thing(typed: str) -> None:
    found = wanted(typed)
    assert (found.article is not None) + (found.period is not None) + (found.source != "") == bool(typed.strip())


@pytest.mark.parametrize(
    ("typed", "english", "russian"),
    [
        ("2025", "2025", "2025"),
        ("2025-03", "March 2025", "март 2025"),
        ("2025-03-04", "4 March 2025", "4 марта 2025"),
        ("2025-03..2025-05", "1 March 2025 – 31 May 2025", "1 марта 2025 – 31 мая 2025"),
    ],
)
def test_a_period_is_shown_as_people_write_it(typed: str, english: str, russian: str) -> None:
    period = wanted(typed).period
    assert period is not None
    focus = Focus(from_=period[0], to=period[1])
    assert written_period(focus, words_for("en")) == english
    assert written_period(focus, words_for("ru")) == russian
