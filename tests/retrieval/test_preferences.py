"""What a question says about the articles that it wants: periods, sources, authors, the latest; and what that is worth."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.models import Focus
from retrieval.named.dates_named import periods_named
from retrieval.named.names_cited import CitedNames
from retrieval.named.preferences import MOST, Preferences, preferences

TODAY = date(2023, 12, 20)  # a Wednesday
FROM_THE_START = "0001-01-01"


def named(question: str) -> list[str]:
    return [f"{found.first.isoformat()}..{found.last.isoformat()}" for found in periods_named(question, TODAY)]


OCTOBER = "2021-10-01..2021-10-31"
THIRD_OF_MARCH = "2024-03-03..2024-03-03"
SPRING = "2023-03-01..2023-05-31"
SINCE_MAY = "2023-05-01..2023-12-20"
LAST_MONTH = "2023-11-01..2023-11-30"
LAST_WEEK = "2023-12-11..2023-12-17"
LAST_YEAR = "2022-01-01..2022-12-31"
THREE_MONTHS_AGO = "2023-09-05..2023-10-05"
BEFORE_2020 = FROM_THE_START + "..2019-12-31"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("What was built in October 2021?", OCTOBER, id="en: a month"),
        pytest.param("What opened on 3 March 2024?", THIRD_OF_MARCH, id="en: a day"),
        pytest.param("What opened on March 3rd, 2024?", THIRD_OF_MARCH, id="en: a day, month first"),
        pytest.param("the Oct. 2021 flood", OCTOBER, id="en: a month abbreviated"),
        pytest.param("ferry fares since May", SINCE_MAY, id="en: since"),
        pytest.param("ferry fares before 2020", BEFORE_2020, id="en: before"),
        pytest.param("between March and May 2023", SPRING, id="en: a range of months"),
        pytest.param("from 3 to 5 March 2023", "2023-03-03..2023-03-05", id="en: a range of days"),
        pytest.param("What opened in May?", "2023-05-01..2023-05-31", id="en: a month that has been this year"),
        pytest.param("in the year 1598", "1598-01-01..1598-12-31", id="en: an early year"),
        pytest.param("the 2022 regatta", LAST_YEAR, id="en: a year without a preposition"),
        pytest.param("What happened yesterday?", "2023-12-19..2023-12-19", id="en: yesterday"),
        pytest.param("What closed last month?", LAST_MONTH, id="en: last month"),
        pytest.param("What closed last week?", LAST_WEEK, id="en: last week"),
        pytest.param("What closed last year?", LAST_YEAR, id="en: last year"),
        pytest.param("What closed this year?", "2023-01-01..2023-12-31", id="en: this year"),
        pytest.param("news of the last 7 days", "2023-12-13..2023-12-20", id="en: so many days"),
        pytest.param("What closed three months ago?", THREE_MONTHS_AGO, id="en: ago"),
        pytest.param("fares in Q3 2023", "2023-07-01..2023-09-30", id="en: a quarter"),
        pytest.param("Was wurde im Oktober 2021 gebaut?", OCTOBER, id="de: a month"),
        pytest.param("Was öffnete am 3. März 2024?", THIRD_OF_MARCH, id="de: a day"),
        pytest.param("Was fährt seit Mai?", SINCE_MAY, id="de: since"),
        pytest.param("zwischen März und Mai 2023", SPRING, id="de: a range"),
        pytest.param("vom 3. bis 5. Mai 2023", "2023-05-03..2023-05-05", id="de: a range of days"),
        pytest.param("Was schloss letzte Woche?", LAST_WEEK, id="de: last week"),
        pytest.param("Was schloss vor drei Monaten?", THREE_MONTHS_AGO, id="de: ago"),
        pytest.param("¿Qué abrió en octubre de 2021?", OCTOBER, id="es: a month"),
        pytest.param("el 3 de marzo de 2024", THIRD_OF_MARCH, id="es: a day"),
        pytest.param("desde mayo", SINCE_MAY, id="es: since"),
        pytest.param("la semana pasada", LAST_WEEK, id="es: last week"),
        pytest.param("hace 3 meses", THREE_MONTHS_AGO, id="es: ago"),
        pytest.param("Qu'est-ce qui a ouvert en octobre 2021 ?", OCTOBER, id="fr: a month"),
        pytest.param("le 1er mars 2024", "2024-03-01..2024-03-01", id="fr: a day"),
        pytest.param("entre mars et mai 2023", SPRING, id="fr: a range"),
        pytest.param("le mois dernier", LAST_MONTH, id="fr: last month"),
        pytest.param("il y a 3 mois", THREE_MONTHS_AGO, id="fr: ago"),
        pytest.param("Что построили в октябре 2021 года?", OCTOBER, id="ru: a month"),
        pytest.param("3 марта 2024 г.", THIRD_OF_MARCH, id="ru: a day"),
        pytest.param("с мая", SINCE_MAY, id="ru: since"),
        pytest.param("в мае", "2023-05-01..2023-05-31", id="ru: a month that has been this year"),
        pytest.param("между мартом и маем 2023 года", SPRING, id="ru: a range in the instrumental"),
        pytest.param("с марта по май 2023", SPRING, id="ru: a range"),
        pytest.param("в прошлом году", LAST_YEAR, id="ru: last year"),
        pytest.param("за последние 7 дней", "2023-12-13..2023-12-20", id="ru: so many days"),
        pytest.param("три месяца назад", THREE_MONTHS_AGO, id="ru: ago"),
        pytest.param("em outubro de 2021", OCTOBER, id="pt: a month"),
        pytest.param("3 de março de 2024", THIRD_OF_MARCH, id="pt: a day"),
        pytest.param("no mês passado", LAST_MONTH, id="pt: last month"),
        pytest.param("nell'ottobre 2021", OCTOBER, id="it: a month"),
        pytest.param("il 3 marzo 2024", THIRD_OF_MARCH, id="it: a day"),
        pytest.param("lo scorso mese", LAST_MONTH, id="it: last month"),
        pytest.param("2021年10月に何が開いたか", OCTOBER, id="ja: a month"),
        pytest.param("2024年3月3日发生了什么", THIRD_OF_MARCH, id="zh: a day"),
        pytest.param("去年发生了什么", LAST_YEAR, id="zh: last year"),
        pytest.param("2021년 10월", OCTOBER, id="ko: a month"),
        pytest.param("on 2024-03-03T08:00:00+00:00", THIRD_OF_MARCH, id="ISO 8601"),
        pytest.param("10/2021", OCTOBER, id="month and year by number"),
        pytest.param("am 03.03.2024", THIRD_OF_MARCH, id="a day by numbers"),
        pytest.param("2019–2021", "2019-01-01..2021-12-31", id="years with a dash"),
    ],
)
def test_a_period_is_read_from_a_question(question: str, expected: str) -> None:
    assert named(question) == [expected]


def test_a_day_that_could_be_two_days_is_both() -> None:
    assert named("What opened on 03/04/2023?") == ["2023-03-04..2023-03-04", "2023-04-03..2023-04-03"]


def test_several_periods_are_all_read() -> None:
    assert named("after October 4, 2023, and before November 1, 2023") == [
        "2023-10-04..2023-12-20",
        FROM_THE_START + "..2023-10-31",
    ]


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("How many of the 1598 ships were lost?", id="a number of things"),
        pytest.param("Who sang in the 1970s?", id="a decade"),
        pytest.param("What cost $2019?", id="money"),
        pytest.param("Is there water on Mars?", id="a planet that is a month in French"),
        pytest.param("May I ask in what way they march?", id="verbs that are months"),
        pytest.param("What may 3 people carry?", id="a verb before a number"),
        pytest.param("How was the last year of the war?", id="the last of something"),
        pytest.param("Who won set 3?", id="an abbreviation of a month in Italian"),
        pytest.param("What is the 10,000-mAh bank?", id="a number with a comma"),
        pytest.param("Wer ist hier?", id="a German word that is yesterday in French"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_date_names_no_period(question: str) -> None:
    assert named(question) == []


@pytest.mark.parametrize(
    ("question", "source", "expected"),
    [
        pytest.param("According to The Tide, who won?", "The Tide", "cited", id="according to"),
        pytest.param("what does the tide say about fares?", "The Tide", "cited", id="in small letters, with a verb"),
        pytest.param("When is the tide high?", "The Tide", "none", id="an ordinary word"),
        pytest.param("Is what The Tide had about Westmere true?", "The Tide", "named", id="with its capital"),
        pytest.param("Fortune favours whom?", "Fortune", "none", id="a capital that opens a sentence"),
        pytest.param("What did Fortune report?", "Fortune", "cited", id="an ordinary word that reports"),
        pytest.param("Is HarbourWire's story true?", "HarbourWire", "cited", id="its story"),
        pytest.param("Is it in harbour wire", "HarbourWire.example", "none", id="small letters, no cue"),
        pytest.param("According to Harbour Wire", "HarbourWire", "cited", id="written apart"),
        pytest.param("According to the Tide", "The Tide - Sports", "cited", id="before a section"),
        pytest.param("as reported by Tide", "Tide | All the News", "cited", id="before a slogan"),
        pytest.param("as reported by Tide", "Tide (online)", "cited", id="before brackets"),
        pytest.param("westmere evening post on fares", "The Westmere Evening Post", "named", id="several words"),
        pytest.param("What stands on tide.example?", "tide.example", "named", id="an address"),
        pytest.param("Laut Hafenkurier, wer gewann?", "Hafenkurier", "cited", id="de: laut"),
        pytest.param("Dem Spiegel zufolge", "Der Spiegel", "cited", id="de: zufolge"),
        pytest.param("Wer ist der Mann auf dem Spiegel?", "Der Spiegel", "none", id="de: every noun has a capital"),
        pytest.param("по данным «Новостей порта»", "Новости порта", "cited", id="ru: declined"),
        pytest.param("в статье «Вестника»", "Вестник", "cited", id="ru: in an article"),
        pytest.param("Selon L'Écho du port, qui", "L'Echo du Port", "cited", id="fr: with and without accents"),
        pytest.param("Según El Faro", "El Faro", "cited", id="es"),
        pytest.param("Segundo a Maré", "A Maré", "none", id="pt: its article is no preposition"),
        pytest.param("De acordo com Maré", "Maré", "cited", id="pt"),
        pytest.param("Secondo la Marea", "La Marea", "cited", id="it"),
        pytest.param("据港口日报报道", "港口日报", "cited", id="zh"),
    ],
)
def test_a_source_is_found_as_a_question_names_it(question: str, source: str, expected: str) -> None:
    assert CitedNames(question).source(source) == expected


@pytest.mark.parametrize(
    ("question", "author", "expected"),
    [
        pytest.param("What does Ada Meier think?", "Ada Meier", "named", id="the whole name"),
        pytest.param("according to Ada Meier", "By Ada Meier and Jo Falk", "cited", id="one of several"),
        pytest.param("Where was Meier born?", "Ada Meier", "none", id="a surname alone"),
        pytest.param("What is in Meier's article?", "Ada Meier", "cited", id="an article of a surname"),
        pytest.param("What writes Meier?", "Ada Meier", "cited", id="a surname that writes"),
        pytest.param("по словам Ивана Петрова", "Иван Петров", "cited", id="ru: declined"),
    ],
)
def test_an_author_is_found_as_a_question_names_them(question: str, author: str, expected: str) -> None:
    assert CitedNames(question).author(author) == expected


@pytest.mark.parametrize(
    ("question", "url", "expected"),
    [
        pytest.param("According to The Tide", "https://www.thetide.example/a", "cited", id="with its article"),
        pytest.param("According to The Tide", "https://news.tide.co.uk/a", "cited", id="below a country"),
        pytest.param("When is the tide high?", "https://tide.example/a", "none", id="an ordinary word"),
        pytest.param("According to The Tide", "http://[broken", "none", id="no address"),
    ],
)
def test_a_site_is_found_by_its_name(question: str, url: str, expected: str) -> None:
    assert CitedNames(question).host(url) == expected


def bonus(found: Preferences, published: str | None = None, source: str | None = None) -> float:
    return found.bonus(published, source, None, None)


def test_a_question_that_names_nothing_prefers_nothing() -> None:
    found = preferences("how high is the bridge? it is of steel. Why?", TODAY)
    assert not found
    assert bonus(found, "2023-12-20", "The Tide") == 0


def test_being_cited_is_worth_more_than_being_named() -> None:
    cited = bonus(preferences("According to The Tide, who won?", TODAY), source="The Tide")
    mentioned = bonus(preferences("Is what The Tide had true?", TODAY), source="The Tide")
    assert cited > mentioned > 0


def test_a_date_of_publication_is_worth_more_than_one_of_an_event() -> None:
    published = bonus(preferences("the report published on 3 March 2023", TODAY), "2023-03-03")
    event = bonus(preferences("Who won on 3 March 2023?", TODAY), "2023-03-03")
    assert published > event > 0


def test_the_bonus_fades_with_the_days_after_a_period_and_faster_before_it() -> None:
    found = preferences("Who won on 3 March 2023?", TODAY)
    same, next_day, month_later, day_before, week_before = (
        bonus(found, day) for day in ("2023-03-03", "2023-03-04", "2023-04-03", "2023-03-02", "2023-02-24")
    )
    assert same > next_day > month_later > 0
    assert next_day > day_before > week_before


def test_the_latest_articles_come_first_counted_from_the_newest() -> None:
    found = preferences("What is the latest on the bridge?", TODAY, newest=date(2020, 5, 1))
    days = ["2020-05-01", "2020-04-30", "2020-03-01", "2015-05-01", "1990-01-01"]
    assert [bonus(found, day) for day in days] == sorted((bonus(found, day) for day in days), reverse=True)
    assert bonus(found, days[0]) > 0 == bonus(found, days[-1])


@pytest.mark.parametrize("word", ["newest", "most recent", "neueste", "последние", "dernières", "últimas", "最新"])
def test_the_latest_is_asked_for_in_several_languages(word: str) -> None:
    assert preferences(f"bridge {word}", TODAY).latest


def test_the_last_days_are_a_period_and_not_the_latest() -> None:
    assert not preferences("за последние 7 дней", TODAY).latest


@pytest.mark.parametrize(
    ("published", "inside"),
    [
        pytest.param("2023-03", True, id="a month"),
        pytest.param("2023", True, id="a year"),
        pytest.param("2023-03-15T08:00:00+00:00", True, id="a moment"),
        pytest.param("2023-99-99", False, id="no date"),
        pytest.param("soon", False, id="words"),
    ],
)
def test_dates_of_articles_count_at_the_precision_they_have(published: str, inside: bool) -> None:
    assert (bonus(preferences("Who won in March 2023?", TODAY), published) > 0) is inside


def test_a_representation_holds_no_words_of_the_question() -> None:
    assert "Westmere" not in repr(preferences("According to The Westmere Post, in May?", TODAY))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("According to The Tide, who won?", (Focus(source="The Tide"),), id="a source"),
        pytest.param(
            "Who won on 3 May 2023?", (Focus(from_="2023-05-03", to="2023-05-10"),), id="a day and the week after"
        ),
        pytest.param(
            "According to The Tide of 3 May 2023?",
            (Focus(source="The Tide", from_="2023-05-03", to="2023-05-10"),),
            id="both",
        ),
        pytest.param("Who won since 1990?", (), id="a period too wide to search in"),
        pytest.param("Who won?", (), id="nothing named"),
    ],
)
def test_where_else_to_look(question: str, expected: tuple[Focus, ...]) -> None:
    assert preferences(question, TODAY).foci(["Fortune", "The Tide"]) == expected


VOCABULARY = (
    "in since before between and from to the of May 3 31 29 2 February 2023 2024 99 9999 / - . , : 's last year 7 days "
    "ago Q2 according The Tide said 2021年10月 в мае до vor Monaten il y a ſ İ ß 1598 latest 2100 0 Feb"
)
words = st.sampled_from(VOCABULARY.split())
questions = st.one_of(st.text(max_size=60), st.lists(words, max_size=12).map(" ".join))
maybe = st.none() | st.text(max_size=12) | st.sampled_from(["The Tide", "2023-05-03", "2023", "9999-12", "0000"])


@settings(max_examples=150)
@given(questions, st.dates(), maybe, maybe, maybe, maybe)
def test_whatever_is_asked_the_bonus_is_bounded(
    question: str, today: date, published: str | None, source: str | None, author: str | None, url: str | None
) -> None:
    found = preferences(question, today)
    worth = found.bonus(published, source, author, url)
    assert 0 <= worth <= MOST
    assert found or worth == 0
    assert all(period.first <= period.last for period in found.periods)


@settings(max_examples=50)
@given(questions)
def test_articles_without_metadata_neither_gain_nor_lose(question: str) -> None:
    assert preferences(question, TODAY, TODAY - timedelta(days=3)).bonus(None, None, None, None) == 0


def test_a_question_that_names_nothing_gives_nothing() -> None:
    named = preferences("0A", date(2000, 1, 1))
    assert not named
    assert named.bonus(None, "0A", None, None) == 0
