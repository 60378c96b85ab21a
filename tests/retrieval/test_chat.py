"""What is answered without a look into the articles, and what never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import wording
from retrieval.chat import small_talk


@pytest.mark.parametrize(
    "said",
    [
        "Hello",
        "hi!",
        "Good  morning.",
        "Grüß Gott!",
        "GRÜSS GOTT",
        "Привет",
        "¡Hola!",
        "",
        " ",
        "???",
        "👋",
        "hi there",
    ],
)
def test_greetings(said: str) -> None:
    assert small_talk(said) == wording.GREETING


@pytest.mark.parametrize(
    "said", ["Thanks!", "thank you", "Vielen Dank.", "Danke schön", "спасибо", "Goodbye", "Tschüss"]
)
def test_thanks(said: str) -> None:
    assert small_talk(said) == wording.THANKS


@pytest.mark.parametrize(
    "question",
    ["Hello Kitty?", "Thanks to whom was the bridge saved?", "Hi-fi prices", "bridge", "42", "c", "Who says hello?"],
)
def test_what_may_be_a_question_is_one(question: str) -> None:
    assert small_talk(question) is None


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert small_talk(text) in (None, wording.GREETING, wording.THANKS)


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=20))
def test_a_long_word_is_never_small_talk(text: str) -> None:
    assert small_talk(text) is None
