"""Text to terms: what is found again, and what may stand in a term."""

from __future__ import annotations

import re
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.lexical import language_by_letters, question_terms, terms

# In the full-text index a term must stay whole: ASCII other than these is a separator there.
WHOLE = re.compile(r"[a-z0-9.\u0080-\U0010ffff]+")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("The bridges were closing.", "en", ["the", "bridg", "were", "close"], id="stems"),
        pytest.param("The bridges", None, ["the", "bridg"], id="Latin letters are English unless said otherwise"),
        pytest.param("Häuser", "de", ["haus"], id="German"),
        pytest.param("мосты моста", "ru", ["мост", "мост"], id="Russian"),
        pytest.param("мосты", None, ["мост"], id="Cyrillic letters are Russian unless said otherwise"),
        pytest.param("ещё ЕЩЕ", "ru", ["ещ", "ещ"], id="Cyrillic е and ё"),
        pytest.param("Café CAFÉ cafe", "en", ["cafe", "cafe", "cafe"], id="accents"),
        pytest.param("Westmere's it’s", "en", ["westmer", "it"], id="possessives"),
        pytest.param("l'eau d’Annecy", "fr", ["eau", "annecy"], id="French articles"),
        pytest.param("1,000 3.5 2026", "en", ["1000", "3.5", "2026"], id="numbers"),
        pytest.param("1.000 3,5 711.988", "de", ["1000", "3.5", "711988"], id="numbers as German writes them"),
        pytest.param("12.05.2021", "de", ["12.05.2021"], id="a date"),
        pytest.param("٣٫٥ १२ ２０２６", None, ["3.5", "12", "2026"], id="digits of other scripts"),
        pytest.param("co\u00adoperate", "en", ["cooper"], id="a soft hyphen parts nothing"),
        pytest.param("می‌خواهم", "fa", ["ميخواهم"], id="nor does a joiner"),
        pytest.param("क्या\u200dक", "hi", ["क्याक"], id="nor does one in Hindi"),
        pytest.param("पानी की", "hi", ["पान", "क"], id="Hindi vowel signs are of the word"),
        pytest.param("Арара́т Арарат", "ru", ["арарат", "арарат"], id="stress marks"),
        pytest.param("Зелёный зеленый", "ru", ["зелен", "зелен"], id="е and ё before the stemmer"),
        pytest.param("كِتَابٌ كتاب", "ar", ["كتاب", "كتاب"], id="Arabic vowel marks"),
        pytest.param("סֵפֶר ספר", "he", ["ספר", "ספר"], id="Hebrew vowel marks"),
        pytest.param("كتاب کتاب", "fa", ["كتاب", "كتاب"], id="Persian and Arabic letters"),
        pytest.param("İstanbul ISTANBUL", "tr", ["istanbul", "istanbul"], id="Turkish capitals"),
        pytest.param("knihovny knihovna", "cs", ["knihovn", "knihovn"], id="Czech"),
        pytest.param("dell’acqua", "it", ["acqua"], id="Italian articles"),
        pytest.param("コーヒー", "ja", ["コー", "ーヒ", "ヒー"], id="a long vowel is of the word"),
        pytest.param("도서관은", "ko", ["도서", "서관", "관은"], id="Korean in pairs, whatever the ending"),
        pytest.param("ห้องน้ำ", "th", ["ห้อง", "องน้ํ", "งน้ํา"], id="Thai in threes, marks kept with their letters"),
        pytest.param("ຫ້ອງ", "lo", ["ຫ້ອງ"], id="Lao"),
        pytest.param("ភ្នំពេញ", "km", ["ភ្នំពេ", "ពេញ"], id="Khmer in pairs of clusters"),
        pytest.param("ရန်ကုန်", "my", ["ရန်", "န်ကု", "ကုန်"], id="Burmese in pairs of clusters"),
        pytest.param("在2026年", "zh", ["在", "2026", "年"], id="numbers among characters"),
        pytest.param("日本語", "ja", ["日本", "本語"], id="pairs of characters"),
        pytest.param("橋", "zh", ["橋"], id="a single character"),
        pytest.param("ｈａｒｂｏｕｒ", "en", ["harbour"], id="wide letters"),
        pytest.param("😀 — …", "en", [], id="nothing to look for"),
        pytest.param("", None, [], id="empty"),
    ],
)
def test_terms(text: str, language: str | None, expected: list[str]) -> None:
    assert terms(text, language) == expected


@pytest.mark.parametrize(
    ("text", "languages", "expected"),
    [
        pytest.param(
            "When was the bridge closed?", ["en"], [("bridg",), ("close",)], id="function words count for nothing"
        ),
        pytest.param("Bridge, bridge or BRIDGE?", ["en"], [("bridg",)], id="a word counts once"),
        pytest.param("Who was it?", ["en"], [("who",), ("was",), ("it",)], id="function words alone are kept"),
        pytest.param("Wer war in Hellersteg?", ["de"], [("hellersteg",)], id="German function words"),
        pytest.param("war", ["en", "de"], [("war",)], id="an English word that is a German function word"),
        pytest.param("bridges", [], [("bridg",)], id="no languages"),
        pytest.param("Кто построил мост?", ["ru"], [("постро",), ("мост",)], id="Russian function words"),
        pytest.param("桥梁为什么关闭？", ["zh"], [("桥梁",), ("关闭",)], id="Chinese ones, which no space parts"),
        pytest.param(
            "누가 다리를 지었습니까?",
            ["ko"],
            [("다리",), ("리를",), ("지었",), ("었습",), ("습니",), ("니까",)],
            id="Korean",
        ),
        pytest.param(
            "Quién vive en Hellersteg?",
            ["es", "de"],
            [("viv", "vive"), ("hellersteg",)],
            id="of the question's language",
        ),
        pytest.param("", ["en"], [], id="empty"),
    ],
)
def test_question_terms(text: str, languages: list[str], expected: list[tuple[str, ...]]) -> None:
    assert question_terms(text, languages) == expected


def test_a_question_is_looked_up_in_every_language_of_the_catalogue() -> None:
    (alternatives,) = question_terms("Häusern", ["de", "en"])
    assert set(terms("Haus", "de")) < set(alternatives)
    assert set(terms("Häusern", "en")) < set(alternatives)


@pytest.mark.parametrize("word", ["bridges", "Häuser", "мосты", "ciudades", "étaient", "δρόμοι", "桥梁", "3.5", "पुलों"])
@pytest.mark.parametrize("language", ["en", "de", "ru", None, "xx", "zh"])
def test_what_an_article_says_a_question_in_the_same_word_finds(word: str, language: str | None) -> None:
    spoken = [language] if language else []
    alternatives = {term for group in question_terms(word, spoken) for term in group}
    assert alternatives >= set(terms(word, language))


@settings(max_examples=300)
@given(st.text(), st.sampled_from([None, "en", "de", "ru", "tr", "ar", "hi", "el", "xx", ""]))
def test_terms_hold_nothing_that_ends_a_term(text: str, language: str | None) -> None:
    for term in terms(text, language):
        assert WHOLE.fullmatch(term), repr(term)
        assert not any(character.isspace() for character in term)


@settings(max_examples=300)
@given(st.text(), st.lists(st.sampled_from(["en", "de", "ru", "tr", "fr", "xx"])))
def test_question_terms_hold_nothing_that_ends_a_term(text: str, languages: list[str]) -> None:
    groups = question_terms(text, languages)
    assert len(set(groups)) == len(groups)
    for group in groups:
        assert group
        assert all(WHOLE.fullmatch(term) for term in group), group


@settings(max_examples=300)
@given(
    st.text(alphabet=st.sampled_from("aA bB'sS09.,’‘“”–—…\u00a0l'd-_\n\""))
    | st.text(alphabet=st.characters(max_codepoint=127))
)
def test_plain_letters_are_read_as_among_others(text: str) -> None:
    assert terms(f"{text} ж", "en")[:-1] == terms(text, "en")


def test_stemming_in_many_threads_at_once_mixes_nothing_up() -> None:
    words = [f"bridging{n} closures{n}" for n in range(2000)]
    expected = [terms(word, "en") for word in words]
    found: list[list[list[str]]] = []
    threads = [threading.Thread(target=lambda: found.append([terms(word, "en") for word in words])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


@pytest.mark.parametrize(
    ("text", "language"),
    [("The bridge", "en"), ("Мост закрыт (closed)", "ru"), ("橋", ""), ("", ""), ("123", ""), ("δρόμος", "el")],
)
def test_language_by_letters(text: str, language: str) -> None:
    assert language_by_letters(text) == language
