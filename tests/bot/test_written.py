"""Answers that a chat model writes, and questions asked back, as readers meet them in Telegram."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from typing import Any

import pytest

from bot.stores.conversations import AnswerRecord, Conversations
from bot.stores.database import FILE_NAME, Database
from bot.stores.inbox import Inbox
from retrieval.models import Focus
from tests.bot.running import READER, bot_running
from tests.bot.tapping import labels, opened, said, tap, turned, until
from tests.fakes import CHOICES, LONG_CHOICES, FakeCitegram
from tests.telegram.double import Sent, TelegramDouble

GROUP = -1001
LAMPS = "written where is A lamp shone?"
LEFT_OUT = "Sentences that the quotes do not bear out were left out."
READERS = count(7000)

Bot = tuple[TelegramDouble, FakeCitegram]


@pytest.fixture(scope="module")
def bot() -> Iterator[Bot]:
    """A bot with a chat model, for tests that write as readers of their own."""
    with TelegramDouble() as server:
        with bot_running(server, FakeCitegram(writer="openai")) as core:
            yield server, core
        assert server.violations == []


def answer_to(double: TelegramDouble, question: str, user: int) -> Sent:
    """Ask and return the answer, in whatever message it comes to stand."""
    before = len(double.messages(user))
    double.send_text(user, question)
    until(lambda: len(double.messages(user)) > before and double.messages(user)[-1].keyboard != (), "whole answer")
    return double.messages(user)[-1]


def paragraphs(message: Sent) -> list[str]:
    return message.text.split("\n\n")


# Written answers


def test_a_written_answer_stands_above_its_quotes_with_what_there_is_to_say_of_it(bot: Bot) -> None:
    double, _ = bot
    answer = answer_to(double, "left out " + LAMPS, next(READERS))
    prose, doubt, *_, notice = paragraphs(answer)
    assert prose == "Sentence 1 rests on it. [1] Sentence 2 rests on it. [2] ⚠ Sentence 3 rests on it. [3]"
    assert doubt == "⚠ The quotes may not bear this out; please compare."
    assert [line[:2] for line in answer.parsed.slices("Bold")] == ["1.", "2.", "3."]
    assert len(answer.quotes) == 3
    assert notice == LEFT_OUT


def test_the_buttons_of_a_written_answer_go_on_from_its_quotes(bot: Bot) -> None:
    double, _ = bot
    user = next(READERS)
    answer = answer_to(double, LAMPS, user)
    further = opened(double, user, answer, "More")
    context = opened(double, user, answer, "Context 2")
    assert further.text.startswith("4. ")
    assert not set(further.quotes) & set(answer.quotes)
    assert answer.quotes[1] in context.parsed.slices("Bold")


def test_the_quotes_come_alone_and_the_reader_knows_why_when_the_model_breaks_off(bot: Bot) -> None:
    double, _ = bot
    user = next(READERS)
    double.speaks(user, "ru")
    answer = answer_to(double, "breaks " + LAMPS, user)
    assert "Sentence" not in answer.text
    assert answer.text.startswith("1. ")
    assert paragraphs(answer)[-1] == "Языковая модель сейчас недоступна, поэтому здесь только цитаты."


def test_the_core_learns_who_asks_and_what_has_been_quoted_before(bot: Bot) -> None:
    double, core = bot
    user = next(READERS)
    first = answer_to(double, LAMPS, user)
    opened(double, user, first, "More")
    answer_to(double, "Does clarify help?", user)
    answer_to(double, "the first one", user)
    asked, unclear, last = core.questions[-3:]
    assert {question.asker for question in (asked, unclear, last)} == {str(user)}
    assert (asked.cited, asked.written) == ((), True)
    assert len(unclear.cited) == 6
    assert last.cited == unclear.cited
    assert [turn.content for turn in last.history] == [LAMPS, "Does clarify help?"]


def test_stop_stops_what_the_model_writes(bot: Bot) -> None:
    double, core = bot
    user = next(READERS)
    double.send_text(user, "pause 30 " + LAMPS)
    until(lambda: "pause 30 " + LAMPS in core.asked, "question")
    double.send_text(user, "/stop")
    until(lambda: core.stopped == ["pause 30 " + LAMPS], "stop")
    until(lambda: any(message.text == "Stopped." for message in double.messages(user)), "word of it")


# Settings


def test_help_says_what_the_marks_of_a_written_answer_mean(bot: Bot) -> None:
    double, _ = bot
    reader = next(READERS)
    double.send_text(reader, "/help")
    helped = double.wait_for_messages(reader, 1)[-1].text
    assert "A language model writes the answer above its quotes: [1] names the quote" in helped


def test_quotes_only_is_chosen_in_the_settings(bot: Bot) -> None:
    double, core = bot
    user = next(READERS)
    settings = said(double, "/settings", user)
    changed = turned(double, user, settings, "Quotes only")
    answer = answer_to(double, LAMPS, user)
    assert "whether a language model writes the answer" in settings.text
    assert labels(settings)[6:] == ["✓ Written answers", "Quotes only", "✓ Show while writing", "Show when done"]
    assert labels(changed)[6:] == ["Written answers", "✓ Quotes only", "✓ Show while writing", "Show when done"]
    assert answer.text.startswith("1. ")
    assert not core.questions[-1].written


def test_whoever_wants_no_preview_gets_the_whole_answer_in_one_message(bot: Bot) -> None:
    double, _ = bot
    user = next(READERS)
    turned(double, user, said(double, "/settings", user), "Show when done")
    answer = answer_to(double, LAMPS, user)
    assert answer.text.startswith("Sentence 1")
    assert answer.edits == 0


def test_a_setting_that_no_button_offers_changes_nothing(bot: Bot) -> None:
    double, _ = bot
    user = next(READERS)
    settings = said(double, "/settings", user)
    message = {"message_id": settings.message_id, "date": 1, "chat": {"id": user, "type": "private"}, "text": "x"}
    sender = {"id": user, "is_bot": False, "first_name": "R"}
    for data in ("x:2:7", "x:3:-1", "x:4:1"):
        press = {"id": data, "chat_instance": "1", "from": sender, "message": message, "data": data}
        double.push(callback_query=press)
    assert labels(said(double, "/settings", user)) == labels(settings)


def test_forgotten_settings_have_answers_written_again(double: TelegramDouble) -> None:
    core = FakeCitegram(writer="openai")
    with bot_running(double, core):
        turned(double, READER, said(double, "/settings", READER), "Quotes only")
        said(double, "/forget", READER)
    with closing(Database.in_directory(core.catalog.path.parent)) as database:
        assert Conversations(database).preferences(READER).written


# Privacy


@pytest.mark.parametrize(
    ("language", "sent", "counted", "stays"),
    [
        pytest.param("en", "to a language model (openai); never if you choose “Quotes only” in /settings.",
                     "is counted per day", "The count of the model's tokens stays as well", id="English"),
        pytest.param("ru", "языковой модели (openai), а если в /settings выбрать «Только цитаты», не отправляю.",
                     "считается по дням", "Ещё два дня хранится счёт токенов языковой модели", id="Russian"),
    ],
)  # fmt: skip
def test_privacy_names_whose_model_reads_what_is_asked(
    bot: Bot, language: str, sent: str, counted: str, stays: str
) -> None:
    double, _ = bot
    user = next(READERS)
    double.speaks(user, language)
    privacy, forgotten = said(double, "/privacy", user).text, said(double, "/forget", user).text
    assert sent in privacy
    assert counted in privacy
    assert stays in forgotten


# Questions asked back


def test_a_choice_is_asked_when_tapped_even_if_it_looks_like_a_command(bot: Bot) -> None:
    double, core = bot
    user = next(READERS)
    unclear = said(double, "Who is it? clarify", user)
    answer = opened(double, user, unclear, CHOICES[1])
    assert unclear.text == "What do you mean?"
    assert labels(unclear) == list(CHOICES)
    assert core.asked[-1] == CHOICES[1]
    assert [turn.content for turn in core.questions[-1].history] == ["Who is it? clarify"]
    assert answer.text.startswith(f"{CHOICES[1]}\n\n1. Harbour bridge")


def test_a_long_choice_is_cut_on_its_button_and_asked_whole_after_a_restart(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        double.speaks(READER, "ru")
        unclear = said(double, "clarify at length", READER)
    with bot_running(double, core):
        opened(double, READER, unclear, "2. ")
    assert unclear.text == f"Что вы имеете в виду?\n\n1. {LONG_CHOICES[0]}\n2. {LONG_CHOICES[1]}"
    assert core.asked[-1] == LONG_CHOICES[1]


def test_choices_in_a_group_are_for_whoever_asked(bot: Bot) -> None:
    double, core = bot
    asker, other = next(READERS), next(READERS)
    unclear = said(double, "/ask clarify", asker, chat=GROUP)
    refused = double.wait_for_press_answer(tap(double, other, unclear, CHOICES[0]))
    assert refused["text"] == "This button is only for whoever it was offered to."
    assert core.asked[-1] == "clarify"


def test_choices_that_cannot_be_kept_are_listed(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        said(double, "/new", READER)
        with closing(sqlite3.connect(core.catalog.path.parent / FILE_NAME)) as connection:
            connection.execute("CREATE TRIGGER full BEFORE INSERT ON views BEGIN SELECT raise(ABORT, 'full'); END")
        unclear = said(double, "clarify", READER)
    assert unclear.text == f"What do you mean?\n\n1. {CHOICES[0]}\n2. {CHOICES[1]}"
    assert unclear.keyboard == ()


def test_choices_count_as_a_part_of_the_question(double: TelegramDouble) -> None:
    with bot_running(double):
        said(double, "clarify", READER)
        kept = said(double, "/privacy", READER)
        said(double, "/forget", READER)
        pressed = double.wait_for_press_answer(tap(double, READER, double.messages(READER)[0], CHOICES[0]))
    assert "At this moment that is: 1 question.\n" in kept.text
    assert pressed["text"] == "This button is too old; please ask again."


def test_an_answer_that_turns_out_otherwise_after_a_kill_has_buttons_of_its_own(double: TelegramDouble) -> None:
    core = FakeCitegram()
    update: dict[str, Any] = {"update_id": 500, "message": {
        "message_id": 50, "date": int(time.time()), "chat": {"id": READER, "type": "private"},
        "text": "where is rust?", "from": {"id": READER, "is_bot": False, "first_name": "R"},
    }}  # fmt: skip
    with closing(Database.in_directory(core.catalog.path.parent)) as database:
        Inbox(database).add([(500, READER, json.dumps(update))], at=time.time())
        whale = core.library.occurrences("sperm whale").quotes[0].place
        Conversations(database).add_answer(AnswerRecord(
            id=0, chat_id=READER, topic=None, user_id=READER, asked_at=float(update["message"]["date"]),
            question="where is rust?", stand_alone="where is rust?", status="answered", language="en", parent=None,
            focus=Focus(), places=(whale,), quoted=1, passages=(),
        ))  # fmt: skip
    with bot_running(double, core):
        (answer,) = double.wait_for_messages(READER, 1)
        context = opened(double, READER, answer, "Context")
    assert answer.quotes[0] in context.parsed.slices("Bold")
    assert core.questions[-1].history == ()
