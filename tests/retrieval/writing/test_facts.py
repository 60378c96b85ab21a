"""What a sentence claims and its evidence lacks: numbers, dates, names and quoted words; and what it denies."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.writing.facts import contradicts, missing_facts


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        pytest.param("Five boats sank.", "In all, 5 boats sank.", id="five is 5"),
        pytest.param("5 boats sank.", "In all, five boats sank.", id="5 is five"),
        pytest.param("It has 1,200 rooms.", "The palace has 1 200 rooms.", id="separators of thousands"),
        pytest.param("It has 1200 rooms.", "The palace has 1.200 rooms.", id="a point for thousands"),
        pytest.param("It cost 2.5 million.", "The bill was 2,500,000.", id="million in words"),
        pytest.param("It cost $3bn.", "It cost three billion dollars.", id="billion shortened, currency in words"),
        pytest.param("Half a million came.", "500,000 people came.", id="half a million"),
        pytest.param("Twenty-five came.", "25 people came.", id="two words"),
        pytest.param("Two hundred and fifty came.", "250 people came.", id="and in a number"),
        pytest.param("Half of them left.", "50 % of them left.", id="half is 50 percent"),
        pytest.param("Two thirds left.", "2⁄3 of them left.", id="thirds"),
        pytest.param("Prices rose by 5 percent.", "Prices rose by 5 to 7 %.", id="the first of a range of percentages"),
        pytest.param("Two million were sold.", "Some 2 to 3 million were sold.", id="the first of a range of millions"),
        pytest.param("It was the 3rd attempt.", "It was her third attempt.", id="ordinals"),
        pytest.param("About 1,200 came.", "The police counted 1,198 people.", id="rounded, and said to be"),
        pytest.param("One of them left.", "A guest left.", id="one says little"),
        pytest.param("It took two and a half years.", "It took 2.5 years.", id="and a half"),
        pytest.param("It opened at 3 p.m.", "It opened at 15:00.", id="hours of the day"),
        pytest.param("Sales fell in Q3.", "Sales fell in the 3rd quarter.", id="quarters of the year"),
        pytest.param("It lasted from 1914 to 1918.", "The war of 1914-18.", id="years shortened"),
        pytest.param("It rose 3,5 %.", "It rose 3.5 percent.", id="decimal comma"),
    ],
)
def test_a_number_is_found_however_it_is_written(claim: str, evidence: str) -> None:
    assert missing_facts(claim, [evidence], language="en") == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "missing"),
    [
        pytest.param("Six boats sank.", "In all, 5 boats sank.", "Six", id="another number"),
        pytest.param("It cost 5 million.", "It cost 5 dollars.", "5 million", id="another scale"),
        pytest.param("It rose by 5 %.", "It rose in 5 towns.", "5", id="a share that is none"),
        pytest.param("It cost €5 million.", "It cost $5 million.", "€5 million", id="another currency"),
        pytest.param("1,200 came.", "The police counted 1,198 people.", "1,200", id="rounded without a word"),
        pytest.param("It was the third attempt.", "Three attempts were made.", "third", id="a rank that is a number"),
        pytest.param("It opened in 1912.", "It opened in 1911.", "1912", id="another year"),
        pytest.param("It opened at 3 pm.", "It opened at 3:00.", "15:00", id="another hour"),
        pytest.param("It has 5.5 rooms.", "It has 5 rooms.", "5.5", id="decimals"),
    ],
)
def test_another_number_is_missing(claim: str, evidence: str, missing: str) -> None:
    assert missing_facts(claim, [evidence], language="en") == (missing,)


@pytest.mark.parametrize(
    ("claim", "evidence", "published"),
    [
        pytest.param("It opened on Oct. 3.", "It opened on 3 October 2025.", (), id="month first or day first"),
        pytest.param("It opened on 3 October 2025.", "Opened: 2025-10-03.", (), id="ISO"),
        pytest.param("It opened in October 2025.", "It opened on October 3, 2025.", (), id="only the month"),
        pytest.param("It opened in 2025.", "It opened on 3 October 2025.", (), id="only the year"),
        pytest.param("It opened on 4 March.", "It ran from 3-4 March 2024.", (), id="the end of a range"),
        pytest.param("It opened on 3 October 2025.", "It opened on Oct. 3.", ("2025-12-01",), id="the year it appeared in"),
        pytest.param("It opened on 3 October 2025.", "It opened yesterday.", ("2025-10-04T08:00:00Z",), id="yesterday"),
        pytest.param("It opened on 29 September 2025.", "It opened on Monday.", ("2025-10-03",), id="on Monday"),
        pytest.param("It opened on Monday.", "It opened on 29 September 2025.", (), id="the day of the week of a date"),
        pytest.param("It opened in 2024.", "It opened last year.", ("2025-10-03",), id="last year"),
        pytest.param("As reported on 3 October 2025, it opened.", "It opened.", ("2025-10-03",), id="the day it appeared"),
        pytest.param("It opened in the 1990s.", "It opened in 1994.", (), id="a decade"),
        pytest.param("It opened in the 19th century.", "It opened in 1850.", (), id="a century"),
        pytest.param("Opened on 4 March 2026.", "Opened on 3/4/2026.", (), id="day and month either way"),
    ],
)  # fmt: skip
def test_a_date_is_found_however_it_is_told(claim: str, evidence: str, published: tuple[str, ...]) -> None:
    assert missing_facts(claim, [evidence], language="en", published=published) == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "missing"),
    [
        pytest.param("It opened on 4 October.", "It opened on 3 October.", "4 October", id="another day"),
        pytest.param("It opened on 3 May.", "It opened on 3 October.", "3 May", id="another month"),
        pytest.param(
            "It opened on 3 October 2024.", "It opened on 3 October 2025.", "3 October 2024", id="another year"
        ),
        pytest.param(
            "It opened on 3 October.", "It opened in October.", "3 October", id="more exact than the evidence"
        ),
        pytest.param("It opened in the 1980s.", "It opened in 1994.", "1980s", id="another decade"),
        pytest.param("It opened on Tuesday.", "It opened on Monday.", "Tuesday", id="another day of the week"),
        pytest.param("It sold 3 boats.", "It closed on 3 October.", "3", id="a day is no number of things"),
    ],
)
def test_another_date_is_missing(claim: str, evidence: str, missing: str) -> None:
    assert missing_facts(claim, [evidence], language="en") == (missing,)


@pytest.mark.parametrize(
    ("claim", "evidence", "language"),
    [
        pytest.param("Germany’s exports fell.", "German exports fell.", "en", id="country and adjective"),
        pytest.param("The US left.", "The United States left.", "en", id="initials"),
        pytest.param("The U.S. left.", "American troops left the US.", "en", id="dotted initials"),
        pytest.param("The World Trade Council met.", "The WTC met.", "en", id="words for initials"),
        pytest.param(
            "Residents complained.", "People who live there complained.", "en", id="a noun opens the sentence"
        ),
        pytest.param("Dr Brook resigned.", "Ada Brook resigned.", "en", id="a title before a name"),
        pytest.param("Zoë Reed won.", "Zoe Reed won.", "en", id="accents"),
        pytest.param("Она живёт в Твери.", "Её дом — Тверь.", "ru", id="Russian cases"),
        pytest.param("She lives in New York City.", "She lives in New York.", "en", id="city beside a name"),
        pytest.param("Moreover, it was closed.", "It was closed.", "en", id="an adverb opens the sentence"),
        pytest.param("Police closed it.", "It was closed by officers.", "en", id="a mass noun opens the sentence"),
        pytest.param("Полиция закрыла мост.", "Мост закрыт.", "ru", id="a Russian noun opens the sentence"),
        pytest.param("Zudem stieg der Preis.", "Es wurde teurer.", "de", id="a German adverb opens the sentence"),
        pytest.param("Der Preis stieg.", "Es wurde teurer.", "de", id="German nouns"),
        pytest.param("Она ушла.", "Анна ушла.", "ru", id="a pronoun opens the sentence"),
    ],
)
def test_a_name_is_found_in_any_form(claim: str, evidence: str, language: str) -> None:
    assert missing_facts(claim, [evidence], language=language) == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "language", "missing"),
    [
        pytest.param("The prize went to Tom Reed.", "The prize went to Ada Reed.", "en", ("Tom",), id="first name"),
        pytest.param("It lies in Austria.", "It lies in Australia.", "en", ("Austria",), id="names that begin alike"),
        pytest.param("Brook was elected.", "Reed was elected.", "en", ("Brook",), id="a subject opens the sentence"),
        pytest.param("Brook, 45, resigned.", "Ada Reed, 45, resigned.", "en", ("Brook",), id="a name with an age"),
        pytest.param("Лемешев ушёл.", "Тверской ушёл.", "ru", ("Лемешев",), id="a Russian surname opens the sentence"),
        pytest.param("The NRA met.", "The World Trade Council met.", "en", ("NRA",), id="other initials"),
        pytest.param("Brook trat zurück.", "Reed trat zurück.", "de", ("Brook",), id="a German subject"),
        pytest.param("Она живёт в Пскове.", "Её дом — Тверь.", "ru", ("Пскове",), id="Russian"),
        pytest.param(
            "Das sagte Ada Brook.", "Das sagte Tom Brook.", "de", ("Ada",), id="German names in a row of capitals"
        ),
    ],
)
def test_another_name_is_missing(claim: str, evidence: str, language: str, missing: tuple[str, ...]) -> None:
    assert missing_facts(claim, [evidence], language=language) == missing


def test_what_only_the_question_says_is_missing() -> None:
    question = "Why did Ada Brook leave in 1999?"
    assert missing_facts("Ada Brook left in 1999.", ["She left."], question=question) == ("Ada", "Brook", "1999")


def test_title_and_author_are_evidence_like_any_other() -> None:
    assert missing_facts("Ada Brook left, Tom Reed wrote.", ["She left.", "Ada Brook gives up", "Tom Reed"]) == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "missing"),
    [
        pytest.param("He called it “a great day”.", "It was, he said, a great day for us.", (), id="quoted as said"),
        pytest.param("He called it 'a Great Day'.", "It was “a great day”.", (), id="other marks and capitals"),
        pytest.param("He called it “a great day”.", "A day that was great.", ("“a great day”",), id="other words"),
        pytest.param("He called it “grea”.", "It was great.", ("“grea”",), id="part of a word"),
        pytest.param("It wasn't the boys' fault.", "It was not the fault of the boys.", (), id="apostrophes quote nothing"),
    ],
)  # fmt: skip
def test_quoted_words_stand_in_the_evidence(claim: str, evidence: str, missing: tuple[str, ...]) -> None:
    assert missing_facts(claim, [evidence], language="en") == missing


@pytest.mark.parametrize(
    ("claim", "evidence", "language"),
    [
        pytest.param("Fünf Boote sanken.", "Es sanken 5 Boote.", "de", id="de"),
        pytest.param(
            "Fünfundzwanzig Boote sanken am 3. Oktober.", "Am 3.10.2025 sanken 25 Boote.", "de", id="de compounds"
        ),
        pytest.param(
            "Двадцать пять лодок затонули 3 октября.", "3 октября 2025 года затонули 25 лодок.", "ru", id="ru"
        ),
        pytest.param("Es kostete 1,5 Milliarden Euro.", "Kosten: 1.500.000.000 €.", "de", id="de thousands"),
        pytest.param("Costó treinta y cinco euros.", "El precio fue de 35 €.", "es", id="es"),
        pytest.param("Quatre-vingts bateaux ont coulé.", "80 bateaux ont coulé.", "fr", id="fr"),
        pytest.param("大桥于2025年10月3日开放，有三十五个人。", "2025年10月3日开放，35人在场。", "zh", id="zh"),
    ],
)
def test_facts_are_read_in_other_languages(claim: str, evidence: str, language: str) -> None:
    assert missing_facts(claim, [evidence], language=language) == ()


def test_between_languages_numbers_count_and_names_where_none_is_found() -> None:
    evidence = ["Die Europäische Union gab 5 Millionen Euro, sagte Ada Brook."]
    assert missing_facts("The European Union gave 5 million euros, Ada Brook said.", evidence, language="de") == ()
    assert missing_facts("The European Union gave 6 million euros.", evidence, language="de") == ("6 million",)
    assert missing_facts("It was said by Tom Reed.", evidence, language="de") == ("Tom", "Reed")
    assert missing_facts("Это сказала Ада Брук.", evidence, language="de") == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "language"),
    [
        pytest.param("The mayor did not resign.", "The mayor resigned.", "en", id="denies"),
        pytest.param("The mayor resigned.", "The mayor did not resign.", "en", id="says what is denied"),
        pytest.param("The mayor resigned.", "The mayor didn’t resign.", "en", id="a contraction"),
        pytest.param("The mayor is not a doctor.", "The mayor is a doctor and never left.", "en", id="another denied"),
        pytest.param("Der Bürgermeister trat zurück.", "Der Bürgermeister trat nicht zurück.", "de", id="de"),
        pytest.param("Мэр ушёл.", "Мэр не ушёл.", "ru", id="ru"),
    ],
)  # fmt: skip
def test_a_denial_on_one_side_contradicts(claim: str, evidence: str, language: str) -> None:
    assert contradicts(claim, [evidence], language=language)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        pytest.param("The mayor did not resign.", "The mayor has not resigned.", id="both deny"),
        pytest.param(
            "The mayor did not accept the offer.", "The mayor refused the offer.", id="refused is not accepted"
        ),
        pytest.param(
            "The mayor went to Oslo.", "The mayor did not rest, but went to Oslo.", id="something else is denied"
        ),
        pytest.param("The mayor sings and dances.", "The mayor not only sings but dances.", id="not only"),
        pytest.param("The mayor resigned.", "The mayor resigned.", id="neither denies"),
    ],
)
def test_what_agrees_does_not_contradict(claim: str, evidence: str) -> None:
    assert not contradicts(claim, [evidence], language="en")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1" * 5000, id="a figure of many digits"),
        pytest.param("1 200 " * 900, id="many figures"),
        pytest.param("two hundred and " * 400, id="number words without end"),
        pytest.param("3 May 2020, " * 400, id="many dates"),
        pytest.param("Aa Bb " * 900, id="a row of capitals"),
        pytest.param("not x " * 900, id="many denials"),
        pytest.param("'" * 5000, id="apostrophes"),
        pytest.param("U.S." * 1200, id="initials"),
    ],
)
def test_long_texts_are_read_in_time(text: str) -> None:
    begun = time.process_time()
    assert missing_facts(text, [text], language="en") == ()
    assert not contradicts(text, [text], language="en")
    assert time.process_time() - begun < 2


@given(st.text(max_size=200))
def test_a_text_lacks_nothing_of_itself(text: str) -> None:
    assert missing_facts(text, [text]) == ()
    assert missing_facts(text, [text], language="de") == ()


@given(st.text(max_size=100), st.text(max_size=100), st.text(max_size=12))
def test_any_text_is_read(claim: str, evidence: str, published: str) -> None:
    for missing in missing_facts(claim, [evidence], published=[published]):
        assert missing
