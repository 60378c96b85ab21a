"""Never lost, never doubled: stops, repeats, half-sent replies and a database in trouble, with the real application."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

import bot.app
import bot.stores.database
import bot.transport.polling
import bot.transport.retrying
from bot.stores.database import FILE_NAME, Database
from bot.stores.durable_queue import MOST_REPEATS
from bot.stores.inbox import Inbox
from tests.bot.running import OTHER_READER, READER, bot_running
from tests.bot.tapping import until
from tests.fakes import FakeCitegram
from tests.telegram.double import BAD_GATEWAY, Fault, TelegramDouble

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")  # PTB warns about itself

GROUP = -1001
AGAIN = "Sent again, as it is not certain that it arrived the first time:"
LATE = "Sorry for the late answer: I could not answer when you asked."
GAVE_UP = "I could not answer a message of yours, even after several attempts. Please ask again in other words."
LEFT = 500
"""Id of an update that an earlier process has left."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pauses short, that is to say the tests quick."""
    monkeypatch.setattr(bot.app, "STOP_SECONDS", 0.3)
    monkeypatch.setattr(bot.transport.polling, "STORE_DELAY", 0.1)
    monkeypatch.setattr(bot.transport.retrying, "RETRY_DELAYS", (0.05,) * 5)
    monkeypatch.setattr(bot.stores.database, "BUSY_SECONDS", 0.05)


@pytest.fixture
def core() -> FakeCitegram:
    """A core whose directory several runs of the bot share."""
    return FakeCitegram()


def directory(core: FakeCitegram) -> Path:
    return core.catalog.path.parent


def written(text: str, chat: int = READER, seconds_ago: float = 0.0, **more: Any) -> dict[str, Any]:
    """Return a message as an update holds it."""
    kind = {"type": "private"} if chat > 0 else {"type": "supergroup", "title": "Group"}
    return {
        "message_id": 50, "date": int(time.time() - seconds_ago), "chat": {"id": chat, **kind}, "text": text,
        "from": {"id": READER, "is_bot": False, "first_name": "R"}, **more,
    }  # fmt: skip


@contextmanager
def left_behind(core: FakeCitegram, *updates: dict[str, Any]) -> Iterator[Inbox]:
    """Store updates as an earlier process did that ended before it was done with them."""
    with closing(Database.in_directory(directory(core))) as database:
        inbox = Inbox(database)
        rows = [(LEFT + n, READER, json.dumps({"update_id": LEFT + n, **one})) for n, one in enumerate(updates)]
        inbox.add(rows, at=time.time())
        yield inbox


def in_hand(core: FakeCitegram) -> int:
    """Return how many updates are stored that nobody has dealt with."""
    with closing(sqlite3.connect(directory(core) / FILE_NAME)) as connection:
        return int(connection.execute("SELECT count(*) FROM updates WHERE payload IS NOT NULL").fetchone()[0])


def quotes(double: TelegramDouble, chat: int = READER) -> list[str]:
    """Return what the answers in a chat quote."""
    return [quote.removeprefix("You asked: ") for sent in double.messages(chat) for quote in sent.quotes]


# Stops


def test_answers_in_hand_at_a_stop_are_given_after_the_next_start_in_order(
    double: TelegramDouble, core: FakeCitegram
) -> None:
    with bot_running(double, core):
        double.send_text(READER, "wait 0.6")
        double.send_text(READER, "second")
        double.send_text(OTHER_READER, "wait 0.7")
        double.wait_for_requests("sendChatAction", 2)
    assert quotes(double) == []
    assert in_hand(core) == 3
    with bot_running(double, core):
        double.wait_for_messages(OTHER_READER, 1)
        double.wait_for_messages(READER, 2)
    assert quotes(double) == ["wait 0.6", "second"]
    assert quotes(double, OTHER_READER) == ["wait 0.7"]
    assert in_hand(core) == 0
    with bot_running(double, core):
        double.send_text(READER, "third")
        double.wait_for_messages(READER, 3)
    assert quotes(double) == ["wait 0.6", "second", "third"]


def test_what_was_asked_while_the_bot_was_down_is_answered_with_an_apology_if_that_is_long_ago(
    double: TelegramDouble, core: FakeCitegram
) -> None:
    double.send_text(READER, "old", date=int(time.time()) - 600)
    double.send_text(READER, "/latest", date=int(time.time()) - 590)
    double.send_text(READER, "new")
    with bot_running(double, core):
        old, latest, new = double.wait_for_messages(READER, 3)
    assert old.text.startswith(LATE)
    assert LATE not in latest.text + new.text
    assert quotes(double)[0] == "old"
    assert quotes(double)[-1] == "new"


def test_no_limit_applies_to_what_an_earlier_process_left(double: TelegramDouble, core: FakeCitegram) -> None:
    with left_behind(core, *({"message": written(f"question {n}", message_id=n)} for n in (1, 2, 3))):
        pass
    with bot_running(double, core, questions_per_minute=1):
        double.send_text(READER, "and a new one")
        double.wait_for_messages(READER, 4)
    assert quotes(double) == ["question 1", "question 2", "question 3", "and a new one"]


def test_a_question_in_parts_is_put_together_after_a_stop(double: TelegramDouble, core: FakeCitegram) -> None:
    with bot_running(double, core):
        double.send_text(READER, "wait 0.6 and")
        double.send_text(READER, "why?")
        double.wait_for_requests("sendChatAction")
    assert in_hand(core) == 2
    with bot_running(double, core):
        double.send_text(READER, "the end")
        double.wait_for_messages(READER, 2)
    assert quotes(double) == ["wait 0.6 and why?", "the end"]


# Repeats


def test_an_update_that_telegram_delivers_twice_is_answered_once(double: TelegramDouble, core: FakeCitegram) -> None:
    with bot_running(double, core):
        double.wait_for_requests("getUpdates")
        double.fail("getUpdates", Fault(status=429, retry_after=30))
        double.fail("getUpdates", BAD_GATEWAY)  # the confirmation at the stop is lost
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
        double.wait_for_requests("getUpdates", 2)
    assert double.unconfirmed() == 1
    with bot_running(double, core):
        double.send_text(READER, "the end")
        double.wait_for_messages(READER, 2)
    assert quotes(double) == ["Why?", "the end"]


def test_only_the_rest_comes_of_a_reply_of_which_one_part_was_sent(double: TelegramDouble, core: FakeCitegram) -> None:
    with left_behind(core, {"message": written("a long one")}) as inbox:
        inbox.sending(LEFT, 0)
        inbox.sent(LEFT, 0)
    with bot_running(double, core):
        double.send_text(READER, "the end")
        rest, end = double.wait_for_messages(READER, 2)
    assert [quote[:2] for quote in rest.quotes] == ["3 "]
    assert AGAIN not in rest.text
    assert end.quotes == ["You asked: the end"]


@pytest.mark.parametrize("part", [pytest.param(0, id="the first part"), pytest.param(1, id="the last part")])
def test_a_part_that_may_have_arrived_is_marked(double: TelegramDouble, core: FakeCitegram, part: int) -> None:
    with left_behind(core, {"message": written("a long one")}) as inbox:
        for earlier in range(part):
            inbox.sent(LEFT, earlier)
        inbox.sending(LEFT, part)
    with bot_running(double, core):
        double.wait_for_messages(READER, 2 - part)
        until(lambda: in_hand(core) == 0, "end of the reply")
    messages = double.messages(READER)
    assert [AGAIN in sent.text for sent in messages] == [True] + [False] * (len(messages) - 1)
    assert [quote[:1] for quote in quotes(double)] == (["3"] if part else ["1", "2", "3"])


def test_a_reply_that_was_sent_but_not_noted_as_done_is_not_sent_again(
    double: TelegramDouble, core: FakeCitegram
) -> None:
    with left_behind(core, {"message": written("Why?")}) as inbox:
        inbox.sent(LEFT, 0)
    with bot_running(double, core):
        double.send_text(READER, "the end")
        double.wait_for_messages(READER, 1)
    assert quotes(double) == ["the end"]
    assert in_hand(core) == 0


# Buttons


def test_a_button_pressed_while_the_bot_was_down_does_its_work(double: TelegramDouble, core: FakeCitegram) -> None:
    with bot_running(double, core):
        double.send_text(READER, "where is A lamp shone?")
        (answer,) = double.wait_for_messages(READER, 1)
    double.press(READER, READER, answer.message_id, answer.data("More"), age=60)
    with bot_running(double, core):
        double.wait_for_messages(READER, 2)
        until(lambda: in_hand(core) == 0, "end of the press")
    assert len(quotes(double)) == len(set(quotes(double)))
    assert in_hand(core) == 0


def test_a_press_that_an_earlier_process_left_is_finished_once(double: TelegramDouble, core: FakeCitegram) -> None:
    with bot_running(double, core):
        double.send_text(READER, "where is A lamp shone?")
        (answer,) = double.wait_for_messages(READER, 1)
    press = {
        "id": "77", "chat_instance": "1", "from": {"id": READER, "is_bot": False, "first_name": "R"},
        "message": written("x", message_id=answer.message_id), "data": answer.data("More"),
    }  # fmt: skip
    with left_behind(core, {"callback_query": press}):
        pass
    for _ in range(2):
        with bot_running(double, core):
            double.wait_for_messages(READER, 2)
            until(lambda: in_hand(core) == 0, "end of the press")
    assert len(double.messages(READER)) == 2
    assert len(quotes(double)) == len(set(quotes(double)))


# What ends the bot again and again


def begun_in_vain(inbox: Inbox, times: int) -> None:
    """Count that the work on the update began again so often."""
    for _ in range(times):
        inbox.begin(LEFT)


def test_whoever_sent_what_ends_the_bot_is_told_and_the_rest_goes_on(
    double: TelegramDouble, core: FakeCitegram, caplog: pytest.LogCaptureFixture
) -> None:
    with left_behind(core, {"message": written("poison")}, {"message": written("Why?", message_id=51)}) as inbox:
        begun_in_vain(inbox, MOST_REPEATS)
    with bot_running(double, core):
        told, answer = double.wait_for_messages(READER, 2)
    assert told.text == GAVE_UP
    assert answer.quotes == ["You asked: Why?"]
    assert core.asked == ["Why?"]
    assert "poison" not in caplog.text
    assert f"Update {LEFT} is given up" in caplog.text
    assert in_hand(core) == 0


@pytest.mark.parametrize(
    ("update", "times", "reply"),
    [
        pytest.param({"message": written("/ask poison", GROUP)}, MOST_REPEATS, True, id="a question in a group"),
        pytest.param({"message": written("just talk", GROUP)}, MOST_REPEATS, False, id="talk in a group"),
        pytest.param({"edited_message": written("/ask poison", GROUP)}, MOST_REPEATS, True, id="a changed question"),
        pytest.param({"message": written("/ask poison", GROUP)}, MOST_REPEATS + 1, False, id="telling ends it, too"),
    ],
)
def test_only_those_are_told_who_wait_for_an_answer(
    double: TelegramDouble, core: FakeCitegram, update: dict[str, Any], times: int, reply: bool
) -> None:
    with left_behind(core, update) as inbox:
        begun_in_vain(inbox, times)
    with bot_running(double, core):
        double.send_text(READER, "/ask the end", chat=GROUP)
        until(lambda: "the end" in quotes(double, GROUP), "answer")
    texts = [sent.text for sent in double.messages(GROUP)][:-1]
    assert texts == ([GAVE_UP] if reply else [])


# A database in trouble


@contextmanager
def locked(core: FakeCitegram) -> Iterator[None]:
    """Keep the bot's database locked, as another program may."""
    with closing(sqlite3.connect(directory(core) / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_what_comes_while_the_database_is_locked_is_answered_afterwards(
    double: TelegramDouble, core: FakeCitegram
) -> None:
    with bot_running(double, core):
        double.send_text(READER, "first")
        double.wait_for_messages(READER, 1)
        with locked(core):
            double.send_text(READER, "second")
            double.send_text(OTHER_READER, "third")
            time.sleep(0.5)
        double.wait_for_messages(OTHER_READER, 1)
        double.wait_for_messages(READER, 2)
    assert quotes(double) == ["first", "second"]
    assert in_hand(core) == 0


def test_an_answer_in_hand_outlasts_a_lock(double: TelegramDouble, core: FakeCitegram) -> None:
    with bot_running(double, core):
        double.send_text(READER, "wait 0.2")
        double.wait_for_requests("sendChatAction")
        with locked(core):
            time.sleep(0.6)
        double.wait_for_messages(READER, 1)
    assert quotes(double) == ["wait 0.2"]
    assert in_hand(core) == 0


def test_nothing_is_lost_while_the_disk_is_full(
    double: TelegramDouble, core: FakeCitegram, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    databases: list[Database] = []
    opened = Database.in_directory

    def open_and_remember(data_dir: Path) -> Database:
        databases.append(opened(data_dir))
        return databases[-1]

    monkeypatch.setattr(Database, "in_directory", open_and_remember)
    with bot_running(double, core):
        double.send_text(READER, "wait 0.4 first")
        double.wait_for_requests("sendChatAction")
        _let_grow(databases[0], 1)
        double.send_text(READER, "second")
        for other in (OTHER_READER, OTHER_READER + 1, OTHER_READER + 2):
            double.send_text(other, "w" * 4000)
        double.wait_for_messages(READER, 1)
        until(lambda: "Messages cannot be stored. Trying again until it works." in caplog.messages, "complaint")
        _let_grow(databases[0], 100_000)
        double.wait_for_messages(READER, 2)
        for other in (OTHER_READER, OTHER_READER + 1, OTHER_READER + 2):
            (reply,) = double.wait_for_messages(other, 1)
            assert reply.text.startswith("This is too long for a question")
    assert quotes(double) == ["wait 0.4 first", "second"]
    assert [text for text in caplog.messages if "stored" in text][-1] == "Messages can be stored again."
    assert in_hand(core) == 0


def _let_grow(database: Database, pages: int) -> None:
    with database.transaction() as connection:
        connection.execute(f"PRAGMA max_page_count = {pages}")


def test_an_answer_that_cannot_be_kept_comes_all_the_same_without_buttons(
    double: TelegramDouble, core: FakeCitegram
) -> None:
    with bot_running(double, core):
        double.send_text(READER, "first")
        double.wait_for_messages(READER, 1)
        with closing(sqlite3.connect(directory(core) / FILE_NAME)) as connection:
            connection.execute("CREATE TRIGGER full BEFORE INSERT ON answers BEGIN SELECT raise(ABORT, 'full'); END")
        double.send_text(READER, "second")
        first, second = double.wait_for_messages(READER, 2)
    assert first.buttons
    assert second.quotes == ["You asked: second"]
    assert second.buttons == []
