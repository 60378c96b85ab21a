"""What the bot says in each language."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.words import LANGUAGES, MAX_VALUE, Words, words_for
from retrieval.models import Period
from retrieval.wording import about_date, covered, no_longer_there, on_pages, written_date

EN, RU = words_for("en"), words_for("ru")
anything = st.text(st.characters())
speakers = st.sampled_from([EN, RU])


@pytest.mark.parametrize(
    ("code", "language"),
    [
        pytest.param("ru", "ru", id="Russian"),
        pytest.param("ru-RU", "ru", id="Russian of a country"),
        pytest.param("RU_ru", "ru", id="written otherwise"),
        pytest.param("en-GB", "en", id="English of a country"),
        pytest.param("uk", "en", id="a language without a catalogue"),
        pytest.param("rus", "en", id="not quite Russian"),
        pytest.param("", "en", id="empty"),
        pytest.param(None, "en", id="not given"),
    ],
)
def test_the_app_s_language_decides(code: str | None, language: str) -> None:
    assert words_for(code).language == language


def test_every_language_speaks_for_itself() -> None:
    assert [words_for(language).language for language in LANGUAGES] == list(LANGUAGES)
    assert len({words_for(language)("not-found") for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        pytest.param(0, "0 articles", "0 статей", id="none"),
        pytest.param(1, "1 article", "1 статья", id="one"),
        pytest.param(2, "2 articles", "2 статьи", id="two"),
        pytest.param(5, "5 articles", "5 статей", id="five"),
        pytest.param(11, "11 articles", "11 статей", id="eleven"),
        pytest.param(21, "21 articles", "21 статья", id="twenty-one"),
        pytest.param(104, "104 articles", "104 статьи", id="a hundred and four"),
        pytest.param(12345, "12,345 articles", "12\u00a0345 статей", id="thousands"),
    ],
)
def test_numbers_stand_in_the_right_plural(count: int, english: str, russian: str) -> None:
    assert EN("articles", count=count) == english
    assert RU("articles", count=count) == russian


@pytest.mark.parametrize(
    ("key", "values"),
    [
        pytest.param("no-such-key", {}, id="unknown key"),
        pytest.param("only-in", {}, id="a value is missing"),
        pytest.param("only-in", {"focus_": "Harbour Post"}, id="a value has another name"),
        pytest.param("articles", {}, id="the number of a plural is missing"),
    ],
)
@pytest.mark.parametrize("words", [EN, RU], ids=lambda words: words.language)
def test_a_text_that_cannot_be_filled_is_an_error(words: Words, key: str, values: dict[str, str]) -> None:
    with pytest.raises(KeyError, match=key):
        words(key, **values)


@settings(max_examples=100, deadline=None)
@given(speakers, anything | st.just("long " * 2000), st.integers(-(10**18), 10**18))
def test_values_are_inserted_as_they_are(words: Words, value: str, count: int) -> None:
    before, after = words("only-in", focus="|").split("|")
    inserted = words("only-in", focus=value).removeprefix(before).removesuffix(after)
    assert inserted == (value if len(value) <= MAX_VALUE else value[: MAX_VALUE - 1] + "…")
    assert [digit for digit in words("articles", count=count) if digit.isdecimal()] == list(str(abs(count)))


@pytest.mark.parametrize(
    ("published", "english", "russian"),
    [
        pytest.param("2026-03-03", "3 March 2026", "3 марта 2026", id="day"),
        pytest.param("2026-05-31T23:30:00+02:00", "31 May 2026", "31 мая 2026", id="day and time"),
        pytest.param("2026-03", "March 2026", "март 2026", id="month"),
        pytest.param("2026", "2026", "2026", id="year"),
        pytest.param("2026-02-30", "2026-02-30", "2026-02-30", id="no such day"),
        pytest.param("2026-13", "2026-13", "2026-13", id="no such month"),
        pytest.param("last week", "last week", "last week", id="no date"),
        pytest.param("", "", "", id="empty"),
        pytest.param(None, "", "", id="none"),
    ],
)
def test_dates_are_written_as_people_write_them(published: str | None, english: str, russian: str) -> None:
    assert EN.date(published) == english
    assert RU.date(published) == russian


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1, 1, 1), date(9999, 12, 31)).map(str) | st.from_regex(r"\A\d{1,4}(-\d\d){0,2}.?\Z") | anything)
def test_any_date_can_be_written(published: str) -> None:
    assert RU.date(published).strip() or not published.strip()
    assert EN.date(published) == published or EN.date(published) == written_date(published)


@pytest.mark.parametrize(
    ("published", "english", "russian"),
    [
        pytest.param("2026-03-03", "about 3 March 2026", "предположительно 3 марта 2026", id="day"),
        pytest.param("2026-03", "about March 2026", "предположительно март 2026", id="month"),
        pytest.param("2026", "about 2026", "предположительно 2026", id="year"),
        pytest.param("", "", "", id="empty"),
        pytest.param(None, "", "", id="none"),
    ],
)
def test_a_guessed_date_is_said_to_be_about_right(published: str | None, english: str, russian: str) -> None:
    assert EN.date(published, guessed=True) == english
    assert RU.date(published, guessed=True) == russian
    assert not published or about_date(published, guessed=True) == english


@pytest.mark.parametrize(
    ("pages", "english", "russian"),
    [
        pytest.param((4, 4), "p. 4", "с. 4", id="one page"),
        pytest.param((4, 5), "pp. 4–5", "с. 4–5", id="two pages"),
        pytest.param((1200, 1200), "p. 1200", "с. 1200", id="a number as it is printed"),
        pytest.param(None, "", "", id="none"),
    ],
)
def test_pages_are_cited_as_those_of_books(pages: tuple[int, int] | None, english: str, russian: str) -> None:
    assert EN.pages(pages) == on_pages(pages) == english
    assert RU.pages(pages) == russian


def test_an_article_that_is_gone_is_said_to_be() -> None:
    assert EN.no_longer_there("2026-05-20") == no_longer_there("2026-05-20") == "gone from its source since 20 May 2026"
    assert RU.no_longer_there("2026-05-20") == "нет в источнике с 20 мая 2026"
    assert EN.no_longer_there(None) == no_longer_there(None) == ""


@pytest.mark.parametrize(
    ("period", "russian"),
    [
        pytest.param(
            Period("2024-03-03", "2026-05"), "Статьи охватывают период: 3 марта 2024 – май 2026.", id="period"
        ),
        pytest.param(Period("2024-03-03", "2024-03-03"), "Все статьи — за 3 марта 2024.", id="one day"),
        pytest.param(Period(), "", id="no dates"),
    ],
)
def test_the_period_is_a_sentence(period: Period, russian: str) -> None:
    assert EN.period(period) == covered(period)
    assert RU.period(period) == russian
