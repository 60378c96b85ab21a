"""The language of a text and of a question."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.function_words import FUNCTION_WORDS, without_function_words
from retrieval.languages import detect, language_by_letters, question_language, script

GERMAN = "Die Brücke über den Fluss bleibt wegen der Bauarbeiten bis zum Ende des Jahres gesperrt."
ENGLISH = "The bridge over the river stays closed until the end of the year because of the works."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(ENGLISH, "en", id="English"),
        pytest.param(GERMAN, "de", id="German"),
        pytest.param("Мост через реку закрыт до конца года.", "ru", id="Russian"),
        pytest.param("Міст через річку зачинено до кінця року, повідомила міська рада.", "uk", id="Ukrainian"),
        pytest.param("这座桥将关闭到年底。", "zh", id="Chinese"),
        pytest.param("この橋は年末まで閉鎖されています。", "ja", id="Japanese"),
        pytest.param("다리는 연말까지 폐쇄됩니다.", "ko", id="Korean"),
        pytest.param("สะพานปิดจนถึงสิ้นปี", "th", id="Thai"),
        pytest.param("Broen over elven er stengt ut året på grunn av arbeid, sier kommunen.", "no", id="Norwegian"),
        pytest.param(f"{ENGLISH}\n\n" + f"{GERMAN}\n\n" * 20, "de", id="what most of a text is in"),
        pytest.param(GERMAN * 30 + "International Business Machines Corporation", "de", id="names at its end"),
        pytest.param(
            "Джими Хендрикс (Jimi Hendrix Experience, Are You Experienced) был гитаристом и певцом.",
            "ru",
            id="names in other letters",
        ),
        pytest.param("Westmere 2024", "", id="too short"),
        pytest.param("桥", "", id="a single character"),
        pytest.param("", "", id="empty"),
        pytest.param("1,000 — 2,000 😀", "", id="no letters"),
    ],
)
def test_detect(text: str, language: str) -> None:
    assert detect(text) == language


def test_english_is_told_without_the_model_that_other_languages_need() -> None:
    code = f"import sys; from retrieval.languages import detect; print(detect({ENGLISH!r}), 'py3langid' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["en", "False"]


@pytest.mark.parametrize(
    ("question", "spoken", "language"),
    [
        pytest.param("When was the bridge closed?", ["en", "de"], "en", id="English"),
        pytest.param("Wann wurde die Brücke gesperrt?", ["en", "de"], "de", id="German"),
        pytest.param("¿Cuándo se cerró el puente?", ["en"], "es", id="a language that no article is in"),
        pytest.param("Кто построил мост?", ["en"], "ru", id="Russian"),
        pytest.param("Хто збудував міст і коли?", ["ru", "uk"], "uk", id="Ukrainian"),
        pytest.param("Кто основал McKinsey & Company?", ["en", "ru"], "ru", id="Latin names in another script"),
        pytest.param("谁建了 Ekstraklasa 的桥？", ["en"], "zh", id="Chinese with a name"),
        pytest.param("橋", ["ja"], "ja", id="characters where only Japanese is spoken"),
        pytest.param("橋は誰が建てましたか", ["zh"], "ja", id="kana"),
        pytest.param("Westmere Hellersteg", ["de"], "de", id="names alone, one language"),
        pytest.param("Westmere Hellersteg", ["de", "en"], "", id="names alone, two languages"),
        pytest.param("What's the king's bridge?", ["cs", "en"], "en", id="an English s is no Czech word"),
        pytest.param("Hva er broen?", ["nb"], "no", id="Norwegian by its other name"),
        pytest.param("2024?", ["en"], "", id="no letters"),
        pytest.param("", [], "", id="empty"),
    ],
)
def test_question_language(question: str, spoken: list[str], language: str) -> None:
    assert question_language(question, spoken) == language


@settings(max_examples=200)
@given(st.text(), st.lists(st.sampled_from(["en", "de", "ru", "zh", "xx", ""])))
def test_any_text_has_a_language_or_none(text: str, spoken: list[str]) -> None:
    found = question_language(text, spoken)
    assert found in ("", *FUNCTION_WORDS, *spoken) or found.isalpha()


def test_function_words_part_a_run_and_leave_what_tells() -> None:
    assert without_function_words("桥梁为什么关闭", "zh") == ["桥梁", "关闭"]
    assert without_function_words("桥梁", "en") == ["桥梁"]


@pytest.mark.parametrize("language", sorted(FUNCTION_WORDS))
def test_function_words_are_as_a_folded_question_has_them(language: str) -> None:
    assert all(word == word.casefold() for word in FUNCTION_WORDS[language])


@pytest.mark.parametrize(
    ("text", "language"),
    [("The bridge", "en"), ("Мост закрыт (closed)", "ru"), ("橋", ""), ("", ""), ("123", ""), ("δρόμος", "el")],
)
def test_language_by_letters(text: str, language: str) -> None:
    assert language_by_letters(text) == language


@pytest.mark.parametrize(("word", "name"), [("3a", "LATIN"), ("мост", "CYRILLIC"), ("橋", "CJK"), ("3", ""), ("", "")])
def test_script(word: str, name: str) -> None:
    assert script(word) == name
