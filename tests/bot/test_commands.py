"""Commands as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import BY_NAME, COMMANDS, Call, read
from bot.views.start_links import question_of, question_payload
from bot.views.words import LANGUAGES, words_for


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("/help", Call("help", ""), id="bare"),
        pytest.param("/ASK Why?", Call("ask", "Why?"), id="capitals"),
        pytest.param("/ask\nWhy?\nHow?", Call("ask", "Why?\nHow?"), id="lines"),
        pytest.param("/ask@citegram_bot Why?", Call("ask", "Why?", "citegram_bot"), id="with the bot's name"),
        pytest.param("/article_17", Call("article", "17"), id="tapped in a list"),
        pytest.param("/article_17@citegram_bot", Call("article", "17", "citegram_bot"), id="tapped in a group"),
        pytest.param("/помощь", Call("помощь", ""), id="in letters that no command has"),
        pytest.param("Why /ask?", None, id="in the middle"),
        pytest.param("/", None, id="nothing but a slash"),
        pytest.param("/ ask", None, id="a slash and a space"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_command_is_read(typed: str, expected: Call | None) -> None:
    assert read(typed) == expected


def test_telegram_takes_every_command_and_its_description_in_every_language() -> None:
    for command in COMMANDS:
        assert command.name.islower()
        assert command.name.isascii()
        assert len(command.name) <= 32
    for language in LANGUAGES:
        for command in COMMANDS:
            if command.listed:
                assert 1 <= len(words_for(language)(f"command-{command.name}")) <= 256
    assert len(BY_NAME) == len(COMMANDS)


@given(st.text(min_size=1, max_size=40).map(str.strip).filter(bool))
def test_a_link_asks_the_question_it_was_made_of(question: str) -> None:
    try:
        payload = question_payload(question)
    except UnicodeEncodeError:  # lone surrogates are no text that could stand in a link
        return
    if payload is not None:
        assert len(payload) <= 64
        assert question_of(payload) == question


@pytest.mark.parametrize("payload", ["", "q", "q_", "a17", "in_abc", "q!!", "q" + "_" * 63])
def test_other_payloads_ask_nothing(payload: str) -> None:
    assert question_of(payload) is None
