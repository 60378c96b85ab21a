"""Texts as Telegram shows them: nothing is dropped or changed behind our back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.text import blockquote, clean, run
from tests.telegram.parser import cleaned, parse

MARKS = "aAuxо\u0301\u0327\u030a\u0333\u033f\u0308 \n\t"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A\u030angstro\u0308m", "\u00c5ngstro\u0308m", id="a ring is put on its letter, all else stays"),
        pytest.param("u\u0327\u030a", "\u016f\u0327", id="a ring behind another mark"),
        pytest.param("x\u030a = 2", "x = 2", id="a ring that no letter has"),
        pytest.param("a\u0333b\u033fc", "abc", id="double lines above and below"),
        pytest.param("a\u202eb\u200fc", "abc", id="marks of direction"),
        pytest.param("a\ud800b", "a\ufffdb", id="half a character"),
    ],
)
def test_a_text_is_what_telegram_would_make_of_it(text: str, expected: str) -> None:
    assert clean(text) == expected
    assert blockquote(run(text)).plain == expected


@settings(max_examples=300)
@given(st.text(MARKS) | st.text(st.characters()))
def test_telegram_changes_nothing_about_any_text(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    around = f"({shown})"  # white space around a message is not the text's
    assert cleaned(around) == around.replace("\t", " ")
    assert parse(run(around).html, "HTML").text == around


def test_no_character_is_left_that_telegram_drops() -> None:
    every = "".join(f"x{chr(point)}" for point in range(0x110000) if not 0xD800 <= point < 0xE000)
    shown = clean(every)
    lost = [
        hex(ord(one))
        for one in {*shown} - {*"".join(cleaned(shown[at : at + 9000] + ")") for at in range(0, len(shown), 9000))}
    ]
    assert lost == [hex(ord("\t"))]  # shown as a space
