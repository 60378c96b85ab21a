"""An answer takes the place of what was shown of it: whole, once, whatever fails, and wherever the bot is killed."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from telegram import Update

import bot.app
import bot.transport.retrying
from bot.channel import TelegramChannel
from bot.stores.database import Database
from bot.stores.inbox import Inbox
from bot.transport.bot_api import connected_bot
from bot.transport.order import ConversationOrder
from bot.transport.sending import Address
from bot.views.text import run
from tests.bot.running import bot_running
from tests.bot.streaming import ANSWER, BUTTONS, READER, UPDATE, answer_once, channel, write
from tests.bot.tapping import until
from tests.fakes import FakeCitegram
from tests.telegram.double import BAD_GATEWAY, DROPPED, LOST_ANSWER, TOKEN, Fault, Sent, TelegramDouble, storm

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")  # PTB warns about itself

GROUP, SUPERGROUP = -100, -1005
HERE = Address(READER, None, private=True)
TEXTS = [part.plain for part in ANSWER]
AGAIN = "Sent again"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, double: TelegramDouble) -> None:
    monkeypatch.setattr(bot.transport.retrying, "RETRY_DELAYS", (0.02,) * 5)
    monkeypatch.setattr(bot.transport.retrying, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr("tests.bot.streaming.FRAME_SECONDS", 0.1)
    monkeypatch.setattr("bot.transport.preview.PRIVATE_SECONDS", 0.05)
    monkeypatch.setattr("bot.transport.preview.BUSY_SECONDS", 0.05)
    double.send_text(READER, "Why?")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.in_directory(tmp_path)) as database:
        yield database


def refusal(description: str, **parameters: int) -> Fault:
    body = {"ok": False, "error_code": 400, "description": description, "parameters": parameters}
    return Fault(status=400, body=json.dumps(body))


Work = Callable[[TelegramChannel], Awaitable[Any]]


def with_channel(
    double: TelegramDouble, database: Database, work: Work, to: Address = HERE, reply_to: int | None = None
) -> Any:
    async def everything() -> Any:
        async with connected_bot(TOKEN, double.url) as api:
            return await work(channel(api, Inbox(database), database, to, reply_to))

    return asyncio.run(everything())


def shown(double: TelegramDouble, chat: int = READER) -> list[str]:
    """Return the texts that a reader sees in a chat."""
    return [message.text for message in double.messages(chat) if not message.deleted]


def ticket_of(database: Database) -> tuple[int, int | None, int | None]:
    ((ticket, _),) = Inbox(database).left()
    return ticket.sent, ticket.sending, ticket.preview


def test_an_answer_takes_the_place_of_its_preview(double: TelegramDouble, database: Database) -> None:
    ids = with_channel(double, database, lambda mine: write(mine, 2))
    messages = double.messages(READER)
    assert [message.text for message in messages] == TEXTS
    assert [message.message_id for message in messages] == list(ids)
    assert [message.edits for message in messages] == [2, 0]
    assert [entity.kind for entity in messages[0].parsed.entities] == ["Bold"]
    assert [message.buttons for message in messages] == [[], ["Context"]]
    assert ticket_of(database) == (2, None, None)


def test_an_answer_of_one_part_has_its_buttons_where_the_preview_was(
    double: TelegramDouble, database: Database
) -> None:
    with_channel(double, database, lambda mine: write(mine, 1, ANSWER[:1]))
    (message,) = double.messages(READER)
    assert (message.text, message.buttons) == (TEXTS[0], ["Context"])


def test_in_groups_the_preview_is_a_reply_in_its_topic(double: TelegramDouble, database: Database) -> None:
    double.send_text(READER, "Why?", chat=GROUP, topic=7)
    asked = double.last_message_id(GROUP)
    with_channel(double, database, lambda mine: write(mine, 1), Address(GROUP, 7, private=False), asked)
    messages = double.messages(GROUP)
    assert [message.text for message in messages] == TEXTS
    assert [(message.topic, message.reply_to) for message in messages] == [(7, asked)] * 2


def test_the_first_frame_is_there_at_once_and_the_answer_does_not_wait_for_the_last(
    double: TelegramDouble, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.preview.PRIVATE_SECONDS", 30)

    async def work(mine: TelegramChannel) -> float:
        preview = mine.preview()
        assert preview is not None
        preview.show(run("Frame 1"))
        await asyncio.to_thread(double.wait_for_messages, READER, 1)
        preview.show(run("Frame 2"))
        began = time.monotonic()
        await mine.answer("", ANSWER, preview=preview)
        return time.monotonic() - began

    assert with_channel(double, database, work) < 5
    assert shown(double) == TEXTS


def test_an_answer_without_a_frame_before_it_is_sent(double: TelegramDouble, database: Database) -> None:
    with_channel(double, database, lambda mine: write(mine, 0))
    assert shown(double) == TEXTS
    assert double.calls("editMessageText") == []


# What fails


@pytest.mark.parametrize(
    ("faults", "edits"),
    [
        pytest.param([Fault(status=429, retry_after=1)], 1, id="a flood"),
        pytest.param([BAD_GATEWAY] * 2, 1, id="5xx"),
        pytest.param([LOST_ANSWER], 1, id="Telegram's answer is lost"),
        pytest.param([DROPPED], 1, id="the connection is dropped"),
    ],
)
def test_the_answer_gets_into_its_place_whatever_keeps_it_from_it(
    double: TelegramDouble, database: Database, faults: list[Fault], edits: int
) -> None:
    for fault in faults:
        double.fail("editMessageText", fault)
    with_channel(double, database, lambda mine: write(mine, 1))
    assert shown(double) == TEXTS
    assert double.messages(READER)[0].edits == edits
    assert ticket_of(database) == (2, None, None)


@pytest.mark.parametrize(
    "fault", [pytest.param(Fault(status=429, retry_after=1), id="flood"), pytest.param(LOST_ANSWER, id="lost answer")]
)
def test_a_frame_that_fails_costs_the_answer_nothing(double: TelegramDouble, database: Database, fault: Fault) -> None:
    double.fail("editMessageText", fault)
    with_channel(double, database, lambda mine: write(mine, 2))
    assert shown(double) == TEXTS
    assert not any(AGAIN in text for text in shown(double))


def test_an_answer_that_cannot_be_parsed_is_plain_text(double: TelegramDouble, database: Database) -> None:
    double.fail("editMessageText", refusal("Bad Request: can't parse entities: unsupported start tag"))
    with_channel(double, database, lambda mine: write(mine, 1))
    assert shown(double) == TEXTS
    assert double.messages(READER)[0].parsed.entities == ()


def test_an_answer_that_is_what_was_shown_already_is_in_its_place(double: TelegramDouble, database: Database) -> None:
    with_channel(double, database, lambda mine: write(mine, 1, [run("Frame 1"), run("Part 1")]))
    assert shown(double) == ["Frame 1", "Part 1"]
    assert ticket_of(database) == (2, None, None)


@pytest.mark.parametrize("more", [pytest.param(0, id="before the answer"), pytest.param(1, id="between frames")])
def test_a_preview_that_the_reader_deletes_is_sent_anew_when_it_is_the_answer(
    double: TelegramDouble, database: Database, more: int
) -> None:
    async def work(mine: TelegramChannel) -> None:
        preview = mine.preview()
        assert preview is not None
        preview.show(run("Frame 1"))
        (sent,) = await asyncio.to_thread(double.wait_for_messages, READER, 1)
        double.delete(READER, sent.message_id)
        if more:
            preview.show(run("Frame 2"))
            await asyncio.to_thread(double.wait_for_requests, "editMessageText")
        await mine.answer("", ANSWER, preview=preview)

    with_channel(double, database, work)
    assert shown(double) == TEXTS
    assert ticket_of(database) == (2, None, None)


def test_a_preview_that_cannot_be_changed_goes_away_for_the_answer(double: TelegramDouble, database: Database) -> None:
    double.fail("editMessageText", refusal("Bad Request: message can't be edited"))

    async def work(mine: TelegramChannel) -> None:
        await asyncio.create_task(write(mine, 1))
        await asyncio.to_thread(double.wait_for_requests, "deleteMessage")

    with_channel(double, database, work)
    assert shown(double) == TEXTS


def test_a_reader_who_blocks_the_bot_while_an_answer_is_shown_ends_it(
    double: TelegramDouble, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(mine: TelegramChannel) -> tuple[int, ...]:
        preview = mine.preview()
        assert preview is not None
        preview.show(run("Frame 1"))
        await asyncio.to_thread(double.wait_for_messages, READER, 1)
        double.block(READER)
        return await mine.answer("", ANSWER, preview=preview)

    assert with_channel(double, database, work) == ()
    assert "An answer could not be delivered (blocked by the user)." in caplog.messages


def test_an_answer_follows_its_group_into_the_supergroup(double: TelegramDouble, database: Database) -> None:
    for chat in (GROUP, SUPERGROUP):
        double.send_text(READER, "Why?", chat=chat)
    moved = refusal("Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=SUPERGROUP)

    async def work(mine: TelegramChannel) -> None:
        preview = mine.preview()
        assert preview is not None
        preview.show(run("Frame 1"))
        await asyncio.to_thread(double.wait_for_messages, GROUP, 1)
        double.fail("editMessageText", moved)
        double.fail("sendMessage", moved)
        await mine.answer("", ANSWER, preview=preview)

    with_channel(double, database, work, Address(GROUP, None, private=False))
    assert shown(double, SUPERGROUP) == TEXTS


def test_a_storm_over_many_chats_spoils_no_answer(double: TelegramDouble, tmp_path: Path) -> None:
    chats = [READER + number for number in range(8)]
    for chat in chats:
        double.send_text(chat, "Why?")
    double.weather = storm(5, share=0.3, methods=("sendmessage", "editmessagetext"))

    async def one(chat: int) -> None:
        with closing(Database(None)) as database:
            async with connected_bot(TOKEN, double.url) as api:
                await write(channel(api, Inbox(database), database, Address(chat, None, private=True)), 4)

    async def everything() -> None:
        await asyncio.gather(*map(one, chats))

    asyncio.run(everything())
    for chat in chats:
        whole = [text.rpartition("\n\n")[2] for text in shown(double, chat) if not text.startswith("Frame")]
        assert whole == TEXTS
        assert sum(text.startswith("Frame") for text in shown(double, chat)) <= 1, "whose number got lost"


# What ends the work


def question() -> Update:
    chat = {"id": READER, "type": "private", "first_name": "A"}
    user = {"id": READER, "is_bot": False, "first_name": "A"}
    message = {"message_id": 5, "date": 1, "chat": chat, "from": user, "text": "Why?"}
    update = Update.de_json({"update_id": UPDATE, "message": message})
    assert update is not None
    return update


@pytest.mark.parametrize(
    "moment", [pytest.param("frames", id="while it is written"), pytest.param("answer", id="while the answer waits")]
)
def test_a_stopped_answer_takes_its_preview_with_it(double: TelegramDouble, database: Database, moment: str) -> None:
    async def work(mine: TelegramChannel) -> None:
        order, update = ConversationOrder(), question()
        if moment == "answer":
            double.fail("editMessageText", Fault(status=429, retry_after=1))
        handling = asyncio.create_task(
            order.process_update(update, write(mine, 1) if moment == "answer" else _show_and_wait(mine))
        )
        await asyncio.to_thread(double.wait_for_messages, READER, 1)
        if moment == "answer":
            await asyncio.to_thread(double.wait_for_requests, "editMessageText")
        assert order.stop((READER, None), READER) == 1
        await handling
        await asyncio.to_thread(until, lambda: shown(double) == [], "end of the preview")

    with_channel(double, database, work)


async def _show_and_wait(mine: TelegramChannel) -> None:
    preview = mine.preview()
    assert preview is not None
    preview.show(run("Frame 1"))
    await asyncio.sleep(60)


def test_a_preview_of_a_process_that_ended_becomes_the_answer_of_the_next(
    double: TelegramDouble, database: Database
) -> None:
    async def cut_off(mine: TelegramChannel) -> None:
        handling = asyncio.create_task(_show_and_wait(mine))
        await asyncio.to_thread(until, lambda: ticket_of(database)[2] is not None, "note of the preview")
        handling.cancel()
        await asyncio.wait({handling})

    with_channel(double, database, cut_off)
    assert shown(double) == ["Frame 1"]
    with_channel(double, database, lambda mine: mine.answer("", ANSWER, BUTTONS))
    assert shown(double) == TEXTS
    assert double.calls("deleteMessage") == []


@pytest.mark.parametrize(
    ("frames", "event", "seen"),
    [
        pytest.param(2, 1, ["Frame 1", *TEXTS], id="the first frame is out and its number unknown"),
        pytest.param(2, 2, TEXTS, id="a frame is out"),
        pytest.param(2, 3, TEXTS, id="the first part is in the place of the preview"),
        pytest.param(2, 4, [*TEXTS, f"{AGAIN} {TEXTS[1]}"], id="the last part is out"),
        pytest.param(0, 1, [TEXTS[0], f"{AGAIN} {TEXTS[0]}", TEXTS[1]], id="the first part is out, never shown before"),
    ],
)
def test_a_kill_at_any_moment_neither_loses_nor_doubles_what_can_be_known(
    double: TelegramDouble, tmp_path: Path, frames: int, event: int, seen: list[str]
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.bot.streaming"])
    process = context.Process(target=answer_once, args=(tmp_path, TOKEN, double.url, frames))
    left = [event]

    def count(name: str, sent: Sent) -> None:
        left[0] -= 1
        if left[0] == 0 and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)

    double.listen(count)
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    answer_once(tmp_path, TOKEN, double.url, 2)
    assert [_short(text) for text in shown(double)] == seen


def _short(text: str) -> str:
    return f"{AGAIN} {text.rpartition(chr(10))[2]}" if text.startswith(AGAIN) else text


# In the whole bot

ASKER = 4500
"""Who has asked nothing before the bot starts."""


def test_a_stop_ends_an_answer_that_is_being_shown(double: TelegramDouble) -> None:
    with bot_running(double, FakeCitegram(writer="openai")) as core:
        double.send_text(ASKER, "written pause 5 Why?")
        double.wait_for_messages(ASKER, 1)
        double.send_text(ASKER, "/stop")
        until(lambda: shown(double, ASKER) == ["Stopped."], "end of the preview")
        assert len(core.stopped) == 1


def test_an_answer_cut_off_by_the_end_of_the_bot_comes_where_it_was_shown(
    double: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app, "STOP_SECONDS", 0.1)
    with closing(FakeCitegram(writer="openai")) as core:
        with bot_running(double, core):
            double.send_text(ASKER, "written Why? pause 3")
            double.wait_for_messages(ASKER, 1)
            time.sleep(0.3)  # until its number is written down
        (preview,) = double.messages(ASKER)
        assert preview.text.startswith("Writing from:")
        core.writer_name = ""
        with bot_running(double, core):
            double.wait_for_edit(ASKER, preview.message_id)
    (message,) = double.messages(ASKER)
    assert message.quotes == ["You asked: written Why? pause 3"]
