"""Updates are fetched through every kind of failure; what goes on for long or needs somebody's hand is told."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence

import pytest
from telegram import Bot, Update

import bot.transport.polling
from bot.transport.bot_api import BotApiRequest, PollingRequest
from bot.transport.order import ConversationOrder
from bot.transport.polling import Poller
from retrieval.errors import DatabaseError
from tests.bot.transport.test_webhook import Taken
from tests.telegram.double import BAD_GATEWAY, TOKEN, Fault, TelegramDouble

READER = 4001
CONFLICT = {"ok": False, "error_code": 409, "description": "Conflict: terminated by other getUpdates request"}
UNAUTHORIZED = {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.transport.polling, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(bot.transport.polling, "CONFLICT_DELAY", 0.05)
    monkeypatch.setattr(bot.transport.polling, "STORE_DELAY", 0.05)


class Batches(Taken):
    """A queue that keeps what came together."""

    def __init__(self, failures: int = 0) -> None:
        super().__init__(failures)
        self.sizes: list[int] = []

    async def put_all(self, updates: Sequence[Update]) -> None:
        await super().put_all(updates)
        self.sizes.append(len(updates))


def with_poller(double: TelegramDouble, work: Callable[[], Awaitable[None]], taken: Taken) -> list[tuple[str, str]]:
    """Poll while some work is done; return the alerts."""
    alerts: list[tuple[str, str]] = []

    async def alert(kind: str, text: str) -> None:
        alerts.append((kind, text))

    async def everything() -> None:
        api = Bot(
            TOKEN,
            f"{double.url}/bot",
            request=BotApiRequest(double.url),
            get_updates_request=PollingRequest(double.url),
        )
        async with api:
            poller = Poller(api, taken, ConversationOrder(), alert)
            running = asyncio.create_task(poller.run())
            await work()
            running.cancel()
            await asyncio.wait({running})
            await poller.confirm()

    asyncio.run(everything())
    return alerts


def test_what_has_gathered_comes_as_one_batch_in_order(double: TelegramDouble) -> None:
    taken = Batches()
    for number in range(7):
        double.send_text(READER, f"Question {number}")

    assert with_poller(double, lambda: taken.wait_for(7), taken) == []
    assert taken.texts == [f"Question {number}" for number in range(7)]
    assert taken.sizes == [7]
    assert double.unconfirmed() == 0


def test_every_kind_that_is_handled_is_asked_for(double: TelegramDouble) -> None:
    async def work() -> None:
        await asyncio.to_thread(double.wait_for_requests, "getUpdates")

    with_poller(double, work, Taken())
    asked = double.calls("getUpdates")[0].fields["allowed_updates"]
    assert set(asked) == {"message", "edited_message", "callback_query"}


def test_what_cannot_be_stored_is_not_confirmed_until_it_can(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    taken = Taken(failures=3)
    double.send_text(READER, "A secret")

    alerts = with_poller(double, lambda: taken.wait_for(1), taken)
    assert [kind for kind, _ in alerts] == ["Storage"]
    assert caplog.messages.count("Messages cannot be stored. Trying again until it works.") == 1
    assert "Messages can be stored again." in caplog.messages
    assert "secret" not in caplog.text


def test_what_to_do_about_messages_that_cannot_be_stored_is_said_in_the_log_and_to_the_admins(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    remedy = "The disk that bot.sqlite3 is on is full: free some space."
    taken = Taken(failures=1, error=DatabaseError(remedy))
    double.send_text(READER, "Why?")
    alerts = with_poller(double, lambda: taken.wait_for(1), taken)
    assert alerts == [("Storage", remedy)]
    assert caplog.messages.count(remedy) == 1


def test_a_stop_while_nothing_can_be_stored_confirms_nothing(double: TelegramDouble) -> None:
    taken = Taken(failures=10_000)
    double.send_text(READER, "Why?")

    async def work() -> None:
        async with asyncio.timeout(5):
            while taken.failures > 9_998:
                await asyncio.sleep(0.01)

    with_poller(double, work, taken)
    assert double.unconfirmed() == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param(Fault(status=409, body=json.dumps(CONFLICT)), "Another process is polling", id="second poller"),
        pytest.param(Fault(status=401, body=json.dumps(UNAUTHORIZED)), "does not accept", id="token revoked"),
    ],
)
def test_what_needs_somebodys_hand_is_told_once(double: TelegramDouble, fault: Fault, words: str) -> None:
    taken = Taken()
    double.fail("getUpdates", fault, times=3)
    double.send_text(READER, "Why?")
    ((_, text),) = with_poller(double, lambda: taken.wait_for(1), taken)
    assert words in text


@pytest.mark.parametrize(("seconds", "told"), [pytest.param(0.0, 1, id="long"), pytest.param(60.0, 0, id="short")])
def test_only_a_long_outage_is_told_when_it_is_over(
    double: TelegramDouble, monkeypatch: pytest.MonkeyPatch, seconds: float, told: int
) -> None:
    monkeypatch.setattr(bot.transport.polling, "LONG_OUTAGE_SECONDS", seconds)
    taken = Taken()
    double.fail("getUpdates", BAD_GATEWAY, times=2)
    double.send_text(READER, "Why?")
    alerts = with_poller(double, lambda: taken.wait_for(1), taken)
    assert [kind for kind, _ in alerts] == ["Outage"] * told
