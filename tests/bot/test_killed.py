"""The bot killed with -9 at the worst moments, and a second one beside it: no question is lost, none answered twice
without saying so."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import bot.app
from bot.stores.database import FILE_NAME
from tests.bot.running import READER, BotProcess, bot_process, bot_running
from tests.bot.tapping import until
from tests.fakes import FakeCitegram
from tests.telegram.double import Fault, Sent, TelegramDouble

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")  # PTB warns about itself

AGAIN = "Sent again, as it is not certain that it arrived the first time:\n\n"
MARK = "again: "
PATIENCE = 30.0
"""Seconds; on a busy machine a process takes some to start."""


def kill(process: BotProcess) -> None:
    """End the bot as a power cut would."""
    process.signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def stop(process: BotProcess) -> None:
    process.signal(signal.SIGTERM)
    assert process.wait() == 0, process.output


def kill_at_message(double: TelegramDouble, process: BotProcess, number: int) -> None:
    """Kill the bot when Telegram has the message of that number, counted from now, and the bot no answer to it yet."""
    left = [number]

    def count(event: str, sent: Sent) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(process.pid, signal.SIGKILL)

    double.listen(count)


@contextmanager
def locked(tmp_path: Path) -> Iterator[None]:
    """Keep the bot from writing to its database."""
    with closing(sqlite3.connect(tmp_path / "data" / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def quoted(sent: Sent) -> str:
    """Return the question that a message answers, marked when it is said to be sent again."""
    (quote,) = sent.quotes
    return (MARK if sent.text.startswith(AGAIN) else "") + quote.removeprefix("You asked: ")


def test_a_kill_before_the_answer_loses_nothing(double: TelegramDouble, tmp_path: Path) -> None:
    with bot_process(double.url, tmp_path) as process:
        double.wait_for_requests("getUpdates", timeout=PATIENCE)
        with locked(tmp_path):  # so that it is delivered and cannot be stored
            double.send_text(READER, "Why?")
            kill(process)
    with bot_process(double.url, tmp_path) as process:
        double.wait_for_messages(READER, 1, PATIENCE)
        double.send_text(READER, "wait 1.5")
        double.send_text(READER, "And who?")
        until(lambda: double.unconfirmed() == 0, "confirmation")
        kill(process)
    with bot_process(double.url, tmp_path) as process:
        double.wait_for_messages(READER, 3, PATIENCE)
        stop(process)
    assert [quoted(message) for message in double.messages(READER)] == ["Why?", "wait 1.5", "And who?"]
    assert "Going on with 2 messages of the last run." in process.output


def test_an_answer_that_a_kill_kept_from_being_recorded_is_marked_when_it_comes_again(
    double: TelegramDouble, tmp_path: Path
) -> None:
    with bot_process(double.url, tmp_path) as process:
        kill_at_message(double, process, 1)
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1, PATIENCE)
        assert process.wait() == -signal.SIGKILL
    with bot_process(double.url, tmp_path) as process:
        double.wait_for_messages(READER, 2, PATIENCE)
        double.fail("sendMessage", Fault(status=429, retry_after=1))
        double.send_text(READER, "Who?")
        double.wait_for_requests("sendMessage", 3, PATIENCE)
        with locked(tmp_path):  # so that it is sent and cannot be recorded
            double.wait_for_messages(READER, 3, PATIENCE)
            kill(process)
    with bot_process(double.url, tmp_path) as process:
        double.wait_for_messages(READER, 4, PATIENCE)
        stop(process)
    assert [quoted(message) for message in double.messages(READER)] == ["Why?", "again: Why?", "Who?", "again: Who?"]


def test_a_kill_between_two_parts_of_an_answer_repeats_none_that_is_recorded(
    double: TelegramDouble, tmp_path: Path
) -> None:
    with bot_process(double.url, tmp_path) as process:
        kill_at_message(double, process, 2)
        double.send_text(READER, "long")
        double.wait_for_messages(READER, 2, PATIENCE)
        assert process.wait() == -signal.SIGKILL
    double.send_text(READER, "Who?")
    with bot_process(double.url, tmp_path) as process:
        first, second, again, last = double.wait_for_messages(READER, 4, PATIENCE)
        stop(process)
    assert len(first.quotes) + len(second.quotes) == 3
    assert again.text == AGAIN + second.text
    assert quoted(last) == "Who?"


def test_kills_with_20_questions_in_hand(double: TelegramDouble, tmp_path: Path) -> None:
    chats = range(READER, READER + 5)
    asked = [f"question {number} wait 0.1" for number in range(4)]
    for question in asked:
        for chat in chats:
            double.send_text(chat, question)
    for message in (2, 8):
        with bot_process(double.url, tmp_path) as process:
            kill_at_message(double, process, message)
            assert process.wait(PATIENCE) == -signal.SIGKILL
    with bot_process(double.url, tmp_path) as process:
        until(lambda: all(_last(double, chat) == asked[-1] for chat in chats), "last answer in each chat", PATIENCE)
        stop(process)
    for chat in chats:
        given = [quoted(message) for message in double.messages(chat)]
        plain = [answer.removeprefix(MARK) for answer in given]
        assert sorted(set(plain)) == asked
        assert sorted(plain) == plain
        repeats = [answer for number, answer in enumerate(given) if plain[number] in plain[:number]]
        assert all(answer.startswith(MARK) for answer in repeats), given


def test_a_question_that_is_answered_anew_leans_on_what_it_leant_on_the_first_time(
    double: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app, "STOP_SECONDS", 0.1)
    with closing(FakeCitegram()) as core:
        with bot_running(double, core):
            double.send_text(READER, "Why is the bridge closed?")
            double.wait_for_messages(READER, 1)
            double.fail("sendMessage", Fault(status=429, retry_after=30))  # answered and kept, but not delivered
            double.send_text(READER, "And since when?")
            double.wait_for_requests("sendMessage", 2)
        with bot_running(double, core):
            double.wait_for_messages(READER, 2)
    _, first, anew = core.questions
    assert first.text == anew.text == "And since when?"
    assert anew.history == first.history


def test_a_second_bot_refuses_in_one_sentence_until_the_first_has_ended(double: TelegramDouble, tmp_path: Path) -> None:
    other_token = {"TELEGRAM_BOT_TOKEN": "123456:ANOTHER-token"}
    other_data = {"CITEGRAM_DATA_DIR": str(tmp_path / "other")}
    with bot_process(double.url, tmp_path) as first:
        double.wait_for_requests("getUpdates", timeout=PATIENCE)
        with (
            bot_process(double.url, tmp_path, **other_token) as same_data,
            bot_process(double.url, tmp_path, **other_data) as same_token,
        ):
            assert (same_data.wait(), same_token.wait()) == (1, 1)
        kill(first)
    (sentence,) = same_data.output.splitlines()
    assert sentence.startswith(f"Another bot is running on {tmp_path / 'data'} since ")
    assert sentence.endswith(f", process {first.pid}: stop it first, or set another CITEGRAM_DATA_DIR.")
    (sentence,) = same_token.output.splitlines()
    assert sentence.startswith("Another bot is running with this TELEGRAM_BOT_TOKEN since ")
    assert sentence.endswith(f", process {first.pid}: stop it first, or get a token of its own from @BotFather.")
    double.send_text(READER, "Why?")
    with bot_process(double.url, tmp_path) as second:
        double.wait_for_messages(READER, 1, PATIENCE)
        stop(second)


def _last(double: TelegramDouble, chat: int) -> str:
    messages = double.messages(chat)
    return quoted(messages[-1]).removeprefix(MARK) if messages else ""
