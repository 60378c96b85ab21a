"""Admins learn of trouble, each kind once an hour, and trouble with telling them stays there."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable

import pytest
from telegram import Bot

import bot.transport.alerts
import bot.transport.retrying
from bot.transport.alerts import Alerts
from bot.transport.bot_api import BotApiRequest
from bot.transport.sending import Courier
from bot.transport.throttle import Throttle
from tests.telegram.double import TOKEN, Fault, TelegramDouble

ADMIN, SECOND = 4001, 4002


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, double: TelegramDouble) -> None:
    monkeypatch.setattr(bot.transport.retrying, "RETRY_DELAYS", (0.02,) * 5)
    monkeypatch.setattr(bot.transport.retrying, "PROBE_SECONDS", 0.05)
    for admin in (ADMIN, SECOND):
        double.send_text(admin, "/start")


def with_alerts(
    double: TelegramDouble,
    work: Callable[[Alerts, Clock], Awaitable[None]],
    admins: Callable[[], Iterable[int]] = lambda: (ADMIN, SECOND),
) -> None:
    async def everything() -> None:
        api = Bot(
            TOKEN,
            f"{double.url}/bot",
            request=BotApiRequest(double.url),
            get_updates_request=BotApiRequest(double.url),
        )
        async with api:
            clock = Clock()
            alerts = Alerts(Courier(api, Throttle()), admins, clock)
            running = asyncio.create_task(alerts.run())
            await work(alerts, clock)
            await asyncio.sleep(0.1)
            assert not running.done()
            running.cancel()
            await asyncio.wait({running})

    asyncio.run(everything())


def texts(double: TelegramDouble, admin: int) -> list[str]:
    return [message.text for message in double.messages(admin)]


def test_every_admin_is_told_in_private(double: TelegramDouble) -> None:
    async def work(alerts: Alerts, clock: Clock) -> None:
        await alerts.alert("storage", "The disk is <full>.")
        await asyncio.to_thread(double.wait_for_messages, ADMIN, 1)
        await asyncio.to_thread(double.wait_for_messages, SECOND, 1)

    with_alerts(double, work)
    assert texts(double, ADMIN) == texts(double, SECOND) == ["The disk is <full>."]


def test_a_kind_is_told_once_an_hour(double: TelegramDouble) -> None:
    async def work(alerts: Alerts, clock: Clock) -> None:
        for minute in range(0, 70, 10):
            clock.now = 1000 + 60 * minute
            await alerts.alert("storage", f"Full after {minute} minutes.")
            await alerts.alert("network", f"Away after {minute} minutes.")
        await asyncio.to_thread(double.wait_for_messages, ADMIN, 4)

    with_alerts(double, work, lambda: [ADMIN])
    assert texts(double, ADMIN) == [
        "Full after 0 minutes.",
        "Away after 0 minutes.",
        "Full after 60 minutes.",
        "Away after 60 minutes.",
    ]


def test_an_admin_who_cannot_be_reached_keeps_no_other_from_being_told(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    double.block(ADMIN)

    async def work(alerts: Alerts, clock: Clock) -> None:
        await alerts.alert("storage", "The disk is full.")
        await asyncio.to_thread(double.wait_for_messages, SECOND, 1)

    with_alerts(double, work)
    assert texts(double, ADMIN) == []


def test_an_admin_who_is_waited_for_keeps_no_other_from_learning_of_the_next_trouble(double: TelegramDouble) -> None:
    double.fail("sendMessage", Fault(status=429, retry_after=1000))

    async def work(alerts: Alerts, clock: Clock) -> None:
        admins.append(ADMIN)
        await alerts.alert("storage", "Trouble 1.")
        await asyncio.to_thread(double.wait_for_requests, "sendMessage", 1)
        admins.append(SECOND)
        await alerts.alert("network", "Trouble 2.")
        await alerts.alert("flood", "Trouble 3.")
        await asyncio.to_thread(double.wait_for_messages, SECOND, 2)

    admins: list[int] = []
    with_alerts(double, work, lambda: admins)
    assert texts(double, SECOND) == ["Trouble 2.", "Trouble 3."]


def test_without_admins_nothing_happens(double: TelegramDouble) -> None:
    async def work(alerts: Alerts, clock: Clock) -> None:
        await alerts.alert("storage", "The disk is full.")

    with_alerts(double, work, tuple)
    assert double.calls("sendMessage") == []


def test_what_is_told_while_telegram_is_away_arrives_later_but_not_without_limit(
    double: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.transport.alerts, "MAX_WAITING", 2)

    async def work(alerts: Alerts, clock: Clock) -> None:
        double.stop()
        back = threading.Timer(0.4, double.restart)
        back.start()
        await alerts.alert("0", "Trouble 0.")
        await asyncio.sleep(0.1)  # on its way
        for number in range(1, 5):
            await asyncio.wait_for(alerts.alert(str(number), f"Trouble {number}."), 0.1)
        await asyncio.to_thread(back.join)
        await asyncio.to_thread(double.wait_for_messages, ADMIN, 3)

    with_alerts(double, work, lambda: [ADMIN])
    assert texts(double, ADMIN) == ["Trouble 0.", "Trouble 3.", "Trouble 4."]


def test_trouble_with_finding_the_admins_is_logged_and_over(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    found: list[list[int]] = [[ADMIN]]

    def admins() -> list[int]:
        return found.pop() if len(found) == 2 else _fail()

    def _fail() -> list[int]:
        found.append([ADMIN])
        raise OSError("disk full")

    async def work(alerts: Alerts, clock: Clock) -> None:
        await alerts.alert("storage", "First.")
        await asyncio.sleep(0.05)
        await alerts.alert("network", "Second.")
        await asyncio.to_thread(double.wait_for_messages, ADMIN, 1)

    with_alerts(double, work, admins)
    assert texts(double, ADMIN) == ["Second."]
    assert "The admins could not be told of trouble." in caplog.messages


def test_a_bounded_number_of_kinds_is_remembered(double: TelegramDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.transport.alerts, "MAX_KINDS", 3)

    async def work(alerts: Alerts, clock: Clock) -> None:
        for kind in "abcd":
            await alerts.alert(kind, kind)
        assert len(alerts._told) == 3

    with_alerts(double, work, tuple)
