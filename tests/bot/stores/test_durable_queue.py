"""The durable queue: what its `put` has taken outlives the process, whatever ends it."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram import Bot, Update
from telegram.ext import Application, ApplicationBuilder, TypeHandler
from telegram.request import BaseRequest

from bot.stores.database import Database
from bot.stores.durable_queue import MOST_REPEATS, DurableQueue
from bot.stores.inbox import Inbox, Ticket
from bot.transport.order import ConversationOrder
from retrieval.errors import DatabaseError

WORDS = "Who broke the bridge?"
ANNE = {"id": 11, "is_bot": False, "first_name": "Anne", "language_code": "ru"}
PRIVATE = {"id": 11, "type": "private", "first_name": "Anne"}
GROUP = {"id": -100, "type": "supergroup", "title": "Harbour", "is_forum": True}
BOT_USER = {"id": 1, "is_bot": True, "first_name": "Citegram", "username": "citegram_bot"}
BOT = Bot("1:token")


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": 1_790_000_000, "chat": PRIVATE, "from": ANNE, **fields}


def update(update_id: int, text: str = WORDS) -> Update:
    return Update.de_json({"update_id": update_id, "message": message(text=text)}, BOT)


def queued(queue: DurableQueue) -> list[int]:
    """Take everything out."""
    items = [queue.get_nowait() for _ in range(queue.qsize())]
    return [item.update_id for item in items if isinstance(item, Update)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.in_directory(tmp_path)) as database:
        yield database


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


@pytest.fixture
def queue(database: Database, inbox: Inbox) -> DurableQueue:
    return DurableQueue(database, inbox)


def in_hand(inbox: Inbox) -> list[int]:
    return [ticket.update_id for ticket, _ in inbox.left()]


def fill_disk(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("PRAGMA max_page_count = 1")


def free_disk(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("PRAGMA max_page_count = 100000")


# Taking


def test_an_update_is_on_the_disk_when_put_returns(queue: DurableQueue, tmp_path: Path) -> None:
    asyncio.run(queue.put(update(1)))
    with closing(Database.in_directory(tmp_path)) as other:
        [(ticket, payload)] = Inbox(other).left()
        with other.transaction() as connection:
            assert connection.execute("SELECT user_id FROM updates").fetchone()[0] == 11
    assert ticket.update_id == 1
    assert json.loads(payload)["message"]["text"] == WORDS
    assert queued(queue) == [1]


def test_anything_but_an_update_is_queued_in_memory(queue: DurableQueue, inbox: Inbox) -> None:
    signal = object()
    asyncio.run(queue.put(signal))
    assert queue.get_nowait() is signal
    assert inbox.left() == []


def test_an_update_of_nobody_is_taken_too(queue: DurableQueue, inbox: Inbox) -> None:
    asyncio.run(queue.put(Update(7)))
    assert in_hand(inbox) == [7]
    assert queued(queue) == [7]


def test_a_repeat_is_queued_once(queue: DurableQueue) -> None:
    async def scene() -> None:
        await queue.put_all([update(1), update(2), update(1)])
        await queue.put(update(2))
        await queue.done(update(1))
        await queue.put_all([update(1), update(3)])
        await queue.put_all([])

    asyncio.run(scene())
    assert queued(queue) == [1, 2, 3]


def test_puts_side_by_side_keep_their_order(queue: DurableQueue, inbox: Inbox) -> None:
    async def scene() -> None:
        await asyncio.gather(*(queue.put(update(n)) for n in range(50)))

    asyncio.run(scene())
    assert queued(queue) == in_hand(inbox) == list(range(50))


def test_what_cannot_be_stored_is_not_taken_and_can_come_again(queue: DurableQueue, database: Database) -> None:
    long = [update(n, "word " * 800) for n in range(1, 30)]
    fill_disk(database)
    with pytest.raises(DatabaseError, match="is full or failing"):
        asyncio.run(queue.put_all(long))
    assert queued(queue) == []
    free_disk(database)
    asyncio.run(queue.put_all(long))
    assert queued(queue) == list(range(1, 30))


def test_a_put_that_is_cancelled_while_it_writes_is_taken_once(
    queue: DurableQueue, database: Database, inbox: Inbox
) -> None:
    def keep_waiting(begun: threading.Event, free: threading.Event) -> None:
        with database.transaction():
            begun.set()
            free.wait()

    async def scene() -> None:
        begun, free = threading.Event(), threading.Event()
        writing = asyncio.create_task(asyncio.to_thread(keep_waiting, begun, free))
        await asyncio.to_thread(begun.wait)
        putting = asyncio.create_task(queue.put(update(1)))
        await asyncio.sleep(0.05)
        putting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await putting
        free.set()
        await writing
        await queue.put(update(1))  # Telegram was not told that it arrived, and delivers it again
        await queue.put(update(2))

    asyncio.run(scene())
    assert queued(queue) == in_hand(inbox) == [1, 2]


def test_neither_repr_nor_str_shows_anybodys_words(queue: DurableQueue) -> None:
    asyncio.run(queue.put(update(1)))
    assert repr(queue) == str(queue) == f"{queue}" == "<DurableQueue of 1>"


# A later process


def restarted(database: Database) -> DurableQueue:
    return DurableQueue(database, Inbox(database))


def test_a_start_queues_what_was_left_oldest_first(queue: DurableQueue, inbox: Inbox, database: Database) -> None:
    async def scene() -> DurableQueue:
        await queue.put_all([update(n) for n in (9, 10, 3, 4)])
        await queue.done(update(10))
        inbox.sending(9, 0)
        inbox.sent(9, 0)
        inbox.sending(9, 1)
        later = restarted(database)
        assert await later.reload(BOT) == 3
        await later.put_all([update(3), update(10), update(5)])
        return later

    later = asyncio.run(scene())
    first = later.get_nowait()
    assert isinstance(first, Update)
    assert first.message is not None
    assert first.message.text == WORDS
    assert first.get_bot() is BOT
    assert queued(later) == [3, 4, 5]
    assert later.ticket(9) == Ticket(9, sent=1, sending=1, attempts=1)
    assert later.ticket(5) == Ticket(5)


def test_nothing_left_is_nothing_to_reload(queue: DurableQueue) -> None:
    assert asyncio.run(queue.reload(BOT)) == 0


def test_what_only_waited_is_never_given_up(queue: DurableQueue, database: Database) -> None:
    async def scene() -> None:
        await queue.put(update(1))
        for start in range(1, 20):
            later = restarted(database)
            assert await later.reload(BOT) == 1
            assert later.ticket(1).attempts == start

    asyncio.run(scene())


def test_what_ends_the_process_each_time_is_given_up(
    queue: DurableQueue, database: Database, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        await queue.put_all([update(1), update(2)])
        await queue.begin(update(1))
        for repeats in range(MOST_REPEATS):
            later = restarted(database)
            assert await later.reload(BOT) == 2
            assert later.ticket(1).repeats == repeats
            assert not later.is_given_up(1)
            await later.begin(update(1))
        last = restarted(database)
        assert await last.reload(BOT) == 2
        assert [last.is_given_up(1), last.is_given_up(2)] == [True, False]
        await last.begin(update(1))
        assert await restarted(database).reload(BOT) == 1

    asyncio.run(scene())
    assert in_hand(inbox) == [2]
    assert caplog.messages == [f"Update 1 is dropped: the bot ended while it was dealt with, {MOST_REPEATS + 2} times."]


@pytest.mark.parametrize(
    "payload", ["", "no JSON", "[]", '{"message": {}}', '{"update_id": 1, "message": {"chat": 3}}']
)
def test_what_cannot_be_read_is_given_up_and_the_rest_goes_on(
    queue: DurableQueue, inbox: Inbox, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.add([(1, None, payload), (2, 11, update(2).to_json())], at=1.0)
    assert asyncio.run(queue.reload(BOT)) == 1
    assert queued(queue) == in_hand(inbox) == [2]
    assert caplog.messages == ["Update 1 is dropped: it cannot be read."]


def test_done_is_done_for_good(queue: DurableQueue, inbox: Inbox) -> None:
    async def scene() -> None:
        await queue.put_all([update(1), update(2)])
        await queue.done(update(1))
        await queue.done("no update")

    asyncio.run(scene())
    assert in_hand(inbox) == [2]


def test_parts_are_done_with_the_whole_and_not_before(queue: DurableQueue, inbox: Inbox) -> None:
    async def scene() -> None:
        await queue.put_all([update(n) for n in (1, 2, 3, 4)])
        queue.together(update(1), update(2))
        queue.together(update(1), update(3))
        assert in_hand(inbox) == [1, 2, 3, 4]
        await queue.done(update(1))

    asyncio.run(scene())
    assert in_hand(inbox) == [4]


def test_what_could_not_be_noted_as_done_is_noted_with_the_next(
    queue: DurableQueue, database: Database, inbox: Inbox
) -> None:
    async def scene() -> None:
        await queue.put_all([update(1), update(2), update(3)])
        with database.transaction() as connection:
            connection.execute("CREATE TRIGGER no BEFORE UPDATE ON updates BEGIN SELECT raise(ABORT, 'no'); END")
        await queue.done(update(1))
        with database.transaction() as connection:
            connection.execute("DROP TRIGGER no")
        await queue.done(update(2))

    asyncio.run(scene())
    assert in_hand(inbox) == [3]


@pytest.mark.parametrize("name", ["begin", "done"])
def test_what_cannot_be_noted_is_logged_without_words_and_holds_nothing_up(
    queue: DurableQueue, database: Database, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    async def scene() -> None:
        await queue.put(update(1))
        later = restarted(database)
        await later.reload(BOT)
        with database.transaction() as connection:
            connection.execute("PRAGMA query_only = ON")
        await getattr(later, name)(update(1))

    asyncio.run(scene())
    [line] = caplog.messages
    assert line.endswith("Update 1 may be answered again after the next start.")
    assert WORDS not in caplog.text


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"message": message(text="¿Wer? 🦆 \u202e \x00")}, id="odd characters"),
        pytest.param(
            {
                "message": message(
                    text="/ask@citegram_bot why?",
                    chat=GROUP,
                    message_thread_id=3,
                    is_topic_message=True,
                    entities=[{"type": "bot_command", "offset": 0, "length": 17}],
                )
            },
            id="command in a topic",
        ),
        pytest.param(
            {
                "message": message(
                    text="and then?",
                    quote={"text": "bridge", "position": 3},
                    reply_to_message={
                        "message_id": 4,
                        "date": 1_789_999_000,
                        "chat": PRIVATE,
                        "from": BOT_USER,
                        "text": "The bridge",
                    },
                )
            },
            id="reply",
        ),
        pytest.param({"edited_message": message(text="better", edit_date=1_790_000_100)}, id="edited"),
        pytest.param(
            {
                "message": message(
                    media_group_id="7",
                    caption="what is this?",
                    photo=[{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9, "file_size": 100}],
                )
            },
            id="photo of an album",
        ),
        pytest.param({"message": message(voice={"file_id": "f", "file_unique_id": "u", "duration": 3})}, id="voice"),
        pytest.param(
            {
                "callback_query": {
                    "id": "99",
                    "from": ANNE,
                    "chat_instance": "1",
                    "data": "c:1:1:0",
                    "message": {"message_id": 4, "date": 1_789_999_000, "chat": PRIVATE, "from": BOT_USER, "text": "x"},
                }
            },
            id="pressed button",
        ),
        pytest.param(
            {
                "callback_query": {
                    "id": "99",
                    "from": ANNE,
                    "chat_instance": "1",
                    "data": "c:1:1:0",
                    "message": {"message_id": 4, "date": 0, "chat": PRIVATE},
                }
            },
            id="pressed button of an inaccessible message",
        ),
        pytest.param(
            {
                "my_chat_member": {
                    "chat": GROUP,
                    "from": ANNE,
                    "date": 1_790_000_000,
                    "old_chat_member": {"status": "left", "user": BOT_USER},
                    "new_chat_member": {"status": "member", "user": BOT_USER},
                }
            },
            id="added to a group",
        ),
        pytest.param({"message": message(text="x", of_a_later_api={"a": [1]})}, id="unknown field"),
        pytest.param({"of_a_later_api": {"id": 3}}, id="unknown kind"),
    ],
)
def test_an_update_comes_back_as_it_came(queue: DurableQueue, database: Database, fields: dict[str, Any]) -> None:
    original = {"update_id": 1, **fields}

    async def scene() -> object:
        await queue.put(Update.de_json(original, BOT))
        later = restarted(database)
        assert await later.reload(BOT) == 1
        return later.get_nowait()

    back = asyncio.run(scene())
    assert isinstance(back, Update)
    assert back.to_dict() == Update.de_json(original, BOT).to_dict()
    assert _within(original, back.to_dict())


def _within(part: Any, whole: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and _within(part[name], whole[name]) for name in part)
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return bool(part == whole)


# In python-telegram-bot


class Offline(BaseRequest):
    """A Bot API that says who the bot is, and yes to everything else."""

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        return 200, json.dumps({"ok": True, "result": BOT_USER if url.endswith("getMe") else True}).encode()


App = Application[Any, Any, Any, Any, Any, Any]


@asynccontextmanager
async def running(queue: DurableQueue, handler: Any, *, webhook: bool = False) -> AsyncIterator[App]:
    builder = ApplicationBuilder().token("1:token").request(Offline()).get_updates_request(Offline())
    builder = builder.concurrent_updates(ConversationOrder(queue.done)).update_queue(queue)
    application: App = (builder if webhook else builder.updater(None)).build()
    application.add_handler(TypeHandler(Update, handler))
    async with application:
        await application.start()
        try:
            yield application
        finally:
            if application.running:
                await application.stop()


def test_an_application_deals_with_each_update_once_and_stops_when_all_are_done(
    queue: DurableQueue, database: Database, inbox: Inbox
) -> None:
    handled: list[int] = []

    async def handle(update: Update, context: Any) -> None:
        await asyncio.sleep(0.001)
        handled.append(update.update_id)

    async def scene() -> None:
        await queue.put_all([update(n) for n in range(5)])
        later = restarted(database)
        await later.reload(BOT)
        async with running(later, handle) as application:
            for n in range(3, 30):
                await application.update_queue.put(update(n))

    asyncio.run(scene())
    assert handled == list(range(30))
    assert in_hand(inbox) == []


def test_what_comes_after_the_stop_is_kept_for_the_next_start(queue: DurableQueue, inbox: Inbox) -> None:
    handled: list[int] = []

    async def handle(update: Update, context: Any) -> None:
        await asyncio.sleep(0.05)
        handled.append(update.update_id)

    async def scene() -> None:
        async with running(queue, handle) as application:
            await queue.put(update(1))
            queue.close()
            stopping = asyncio.create_task(application.stop())
            await asyncio.sleep(0.01)
            await queue.put_all([update(2), update(3)])
            async with asyncio.timeout(5):
                await stopping

    asyncio.run(scene())
    assert handled == [1]
    assert in_hand(inbox) == [2, 3]


def test_a_webhook_says_yes_only_to_what_is_stored(queue: DurableQueue, database: Database, inbox: Inbox) -> None:
    async def handle(update: Update, context: Any) -> None:
        raise asyncio.CancelledError  # the answer never comes

    async def scene() -> list[int]:
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            port = probe.getsockname()[1]
        async with running(queue, handle, webhook=True) as application, httpx.AsyncClient(trust_env=False) as client:
            assert application.updater is not None
            await application.stop()
            await application.updater.start_webhook(
                "127.0.0.1", port, "hook", webhook_url="https://bot.example/hook", secret_token="s"
            )
            statuses = []
            for update_id, size in ((1, 1), (2, 4000), (2, 1)):
                (fill_disk if size > 1 else free_disk)(database)
                answer = await client.post(
                    f"http://127.0.0.1:{port}/hook",
                    json=update(update_id, "x" * size * 10).to_dict(),
                    headers={"X-Telegram-Bot-Api-Secret-Token": "s"},
                )
                statuses.append(answer.status_code)
            await application.updater.stop()
        return statuses

    assert asyncio.run(scene()) == [200, 500, 200]
    assert in_hand(inbox) == [1, 2]


# Killed

_TAKES_UPDATES = """
import asyncio, sys
from pathlib import Path
from telegram import Bot, Update
from bot.stores.database import Database
from bot.stores.durable_queue import DurableQueue
from bot.stores.inbox import Inbox

def update(n):
    user = {"id": 11, "is_bot": False, "first_name": "Anne"}
    chat = {"id": 11, "type": "private"}
    return {"update_id": n, "message": {"message_id": n, "date": 1, "chat": chat, "from": user, "text": f"q {n} " * 50}}

async def main():
    bot, database, n = Bot("1:token"), Database.in_directory(Path(sys.argv[1])), int(sys.argv[2])
    queue = DurableQueue(database, Inbox(database))
    print("reloaded", await queue.reload(bot), flush=True)
    while True:
        batch = [Update.de_json(update(n + i), bot) for i in range(3)]
        await queue.put_all(batch)
        print("put", n, n + 1, n + 2, flush=True)
        await queue.put(Update.de_json(update(n + 3), bot))
        print("put", n + 3, flush=True)
        await queue.done(batch[1])
        print("done", n + 1, flush=True)
        n += 4

asyncio.run(main())
"""


def test_everything_whose_put_returned_is_there_after_a_kill(tmp_path: Path) -> None:
    chance = random.Random(3)
    put: set[int] = set()
    done: set[int] = set()
    for _ in range(4):
        known = _left(tmp_path)
        first = max(put | set(known), default=0) + 1
        said = _killed_after(chance.randrange(20, 80), tmp_path, first)
        assert said[0] == ["reloaded", str(len(known))]
        for kind, *numbers in said[1:]:
            (put if kind == "put" else done).update(map(int, numbers))
        left = _left(tmp_path)
        assert left == sorted(left)
        assert not done & set(left)
        # The process may have been killed after writing something down and before saying so.
        assert put - done - set(left) <= {max(put) - 2}, "the one that was to be done with next"
        assert len(set(left) - put) <= 3
        done |= put - set(left)
        put |= set(left)
    assert len(put) > 80


def _killed_after(lines: int, directory: Path, first: int) -> list[list[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", _TAKES_UPDATES, directory, str(first)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        said += child.stdout.readlines()
    return [line.split() for line in said if line.endswith("\n")]


def _left(directory: Path) -> list[int]:
    with closing(Database.in_directory(directory)) as database:
        return in_hand(Inbox(database))
