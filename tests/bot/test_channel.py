"""Every part of a reply, files too, is written down; what cannot be delivered stays in the inbox for the next start."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from telegram import Bot, Update

import bot.transport.retrying
from bot.channel import Progress, TelegramChannel
from bot.stores.database import FILE_NAME, Database
from bot.stores.durable_queue import DurableQueue
from bot.stores.inbox import Inbox, Ticket
from bot.transport.sending import Courier
from bot.transport.throttle import Throttle
from bot.views.text import run
from bot.views.words import words_for
from tests.bot.running import READER, bot_running
from tests.bot.tapping import until
from tests.bot.transport.test_patience import BAD_GATEWAY, HERE, Wire, refused
from tests.fakes import FakeCitegram
from tests.telegram.double import BAD_GATEWAY as FAILING
from tests.telegram.double import TelegramDouble

AGAIN = "Sent again"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.in_directory(tmp_path)) as database:
        yield database


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.transport.retrying, "RETRY_DELAYS", (0.01, 0.02))
    monkeypatch.setattr(bot.transport.retrying, "PATIENCE_SECONDS", 0.02)


def stored(update_id: int) -> tuple[int, int | None, str]:
    message = {"message_id": update_id, "date": 1, "chat": {"id": HERE.chat_id, "type": "private"}, "text": "Why?"}
    return update_id, None, json.dumps({"update_id": update_id, "message": message})


def channel(api: Bot, database: Database, inbox: Inbox, ticket: Ticket) -> TelegramChannel:
    return TelegramChannel(
        Courier(api, Throttle()), HERE, Progress(database, inbox, ticket), words_for("en"), reply_to=None
    )


async def bot_over(wire: Wire) -> Bot:
    api = Bot("1:token", request=wire, get_updates_request=Wire())
    await api.initialize()
    return api


@pytest.mark.parametrize(
    ("before", "marks"),
    [
        pytest.param("", [False, False], id="never tried"),
        pytest.param("sending", [True, False], id="perhaps sent"),
        pytest.param("sent", [False], id="sent"),
    ],
)
def test_a_file_that_an_earlier_process_began_to_send_is_marked_or_left_out(
    database: Database, before: str, marks: list[bool]
) -> None:
    inbox, wire = Inbox(database), Wire()
    inbox.add([stored(1)], time.time())
    if before:
        getattr(inbox, before)(1, 0)
    ((ticket, _),) = inbox.left()

    async def scene() -> None:
        mine = channel(await bot_over(wire), database, inbox, ticket)
        await mine.document("a.html", b"text", run("The file"))
        await mine.reply([run("And a word.")])

    asyncio.run(scene())
    texts = wire.texts(HERE.chat_id)
    assert [AGAIN in text for text in texts] == marks
    assert texts[-1] == "And a word."
    ((after, _),) = inbox.left()
    assert (after.sent, after.sending) == (2, None)


def test_what_could_not_be_delivered_is_left_for_the_next_start_with_its_parts(database: Database) -> None:
    inbox, wire = Inbox(database), Wire()
    inbox.add([stored(n) for n in (1, 2, 3)], time.time())

    async def scene() -> None:
        queue, api = DurableQueue(database, inbox), await bot_over(wire)
        await queue.reload(api)
        first, part, refused_one = (one for one in (queue.get_nowait() for _ in range(3)) if isinstance(one, Update))
        await queue.begin(first)
        queue.together(first, part)
        mine = channel(api, database, inbox, queue.ticket(1))
        wire.plan[HERE.chat_id] = [BAD_GATEWAY] * 50
        assert await mine.reply([run("An answer."), run("Its second part.")]) == ()
        wire.plan[HERE.chat_id] = [refused(400, "Bad Request: chat not found")]
        assert await channel(api, database, inbox, queue.ticket(3)).reply([run("An answer.")]) == ()
        await queue.done(refused_one)
        assert await mine.reply([run("What comes behind.")]) == ()
        await mine.document("a.html", b"text", run("And a file."))
        await queue.done(first)
        await queue.done(part)

    asyncio.run(scene())
    left = {ticket.update_id: ticket for ticket, _ in inbox.left()}
    assert set(left) == {1, 2}
    assert (left[1].sent, left[1].sending) == (0, 0)
    assert left[1].repeats == 0, "nothing has ended over it"
    assert wire.sent == []


def test_an_answer_that_could_not_be_delivered_comes_after_the_next_start(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    core = FakeCitegram()

    def in_hand() -> int:
        with closing(sqlite3.connect(core.catalog.path.parent / FILE_NAME)) as connection:
            return int(connection.execute("SELECT count(*) FROM updates WHERE payload IS NOT NULL").fetchone()[0])

    double.weather = lambda method, count: FAILING if method == "sendmessage" else None
    with bot_running(double, core):
        double.send_text(READER, "first")
        double.send_text(READER, "second")
        until(lambda: caplog.text.count("could not be delivered for an hour") == 2, "end of patience")
    assert double.messages(READER) == []
    assert in_hand() == 2
    double.weather = None
    with bot_running(double, core):
        until(lambda: len(double.messages(READER)) >= 2 and in_hand() == 0, "answers")
    asked = [quote for sent in double.messages(READER) for quote in sent.quotes]
    assert asked == ["You asked: first", "You asked: second"]
    assert AGAIN in double.messages(READER)[0].text
