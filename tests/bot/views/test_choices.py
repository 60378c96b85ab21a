"""Questions asked back, with choices as buttons."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import buttons
from bot.views.choices import MAX_ON_BUTTON, MOST, asked_back, choice_keyboard, offered, plain_choices
from bot.views.text import pack
from bot.views.words import words_for
from retrieval.models import Answer
from retrieval.wording import WHAT_IS_MEANT
from tests.bot.views.untrusted import texts
from tests.fakes import CHOICES, LONG_CHOICES
from tests.telegram.parser import parse

EN, RU = words_for("en"), words_for("ru")


def asking(*choices: str, text: str = WHAT_IS_MEANT) -> Answer:
    return Answer("clarify", text, "Who is the mayor?", choices=choices)


def labels(*choices: str) -> list[str]:
    return [button.text for row in choice_keyboard(choices, range(1, len(choices) + 1)) for button in row]


def test_short_choices_stand_whole_on_buttons_and_nowhere_else() -> None:
    assert asked_back(asking(*CHOICES), EN).plain == "What do you mean?"
    assert labels(*CHOICES) == list(CHOICES)


def test_choices_that_no_button_holds_are_listed_with_the_numbers_of_their_buttons() -> None:
    first, second = labels(*LONG_CHOICES)
    assert asked_back(asking(*LONG_CHOICES), RU).plain == (
        f"Что вы имеете в виду?\n\n1. {LONG_CHOICES[0]}\n2. {LONG_CHOICES[1]}"
    )
    assert first.startswith("1. Who was elected")
    assert second.startswith("2. Who was elected")
    assert {len(first), len(second)} <= {MAX_ON_BUTTON, MAX_ON_BUTTON - 1}
    assert first.endswith("…")


def test_each_choice_has_a_row_and_the_number_that_it_is_kept_by() -> None:
    keyboard = choice_keyboard(CHOICES, [7, 9])
    assert [len(row) for row in keyboard] == [1, 1]
    assert [buttons.read(row[0].data) for row in keyboard] == [buttons.Press("g", (7,)), buttons.Press("g", (9,))]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(asking(*CHOICES), f"What do you mean?\n\n1. {CHOICES[0]}\n2. {CHOICES[1]}", id="short choices"),
        pytest.param(asking("a\n b ", " ", "\u200b"), "What do you mean?\n\n1. a b", id="blank choices"),
        pytest.param(asking(), "What do you mean?", id="none"),
        pytest.param(asking(text="Which bridge?"), "Which bridge?", id="words of its own"),
        pytest.param(asking(text=" "), "What do you mean?", id="no words"),
        pytest.param(asking(text="\u200b"), "What do you mean?", id="nothing that is shown"),
    ],
)
def test_on_a_terminal_the_choices_are_always_listed(answer: Answer, expected: str) -> None:
    assert plain_choices(answer, EN) == expected


@settings(max_examples=40, deadline=None)
@given(st.lists(texts, max_size=10), texts)
def test_no_choice_is_refused_by_telegram_or_lost(choices: list[str], text: str) -> None:
    answer = asking(*choices, text=text)
    whole = offered(answer)
    assert len(whole) <= MOST
    for message in pack([asked_back(answer, EN)]):
        assert parse(message.html, "HTML").text == message.plain
        assert message.plain.strip()
    keyboard = choice_keyboard(whole, range(len(whole)))
    assert len(keyboard) == len(whole)
    assert all(row[0].text.strip() and len(row[0].text) <= MAX_ON_BUTTON for row in keyboard)
