"""Updates that Telegram posts: taken once stored, refused from anybody else, and none lost in between."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from telegram import Bot, Update

import bot.transport.polling
import bot.transport.webhook
from bot.transport.bot_api import BotApiRequest, PollingRequest
from bot.transport.order import ConversationOrder
from bot.transport.webhook import SECRET_HEADER, Webhook, webhook_secret
from retrieval.errors import SettingsError
from tests.telegram.double import BAD_GATEWAY, DROPPED, TOKEN, Fault, TelegramDouble

READER = 4001


class Taken:
    """A queue that stores in memory, or fails as often as a test says."""

    def __init__(self, failures: int = 0, error: Exception | None = None) -> None:
        self.updates: list[Update] = []
        self.failures = failures
        self.error = error or OSError("disk full")

    async def put_all(self, updates: Sequence[Update]) -> None:
        if self.failures:
            self.failures -= 1
            raise self.error
        self.updates += updates

    @property
    def texts(self) -> list[str | None]:
        return [update.message.text for update in self.updates if update.message is not None]

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.updates) < count:
                await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.transport.polling, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(bot.transport.webhook, "WATCH_SECONDS", 0.1)


@pytest.fixture
def url() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/citegram/hook"


@asynccontextmanager
async def webhook(double: TelegramDouble, url: str, taken: Taken, alerts: list[str]) -> AsyncIterator[None]:
    """Run a webhook until the block ends, as cancelled as a stop of the bot does it; raise what it raised."""

    async def alert(kind: str, text: str) -> None:
        alerts.append(text)

    api = Bot(
        TOKEN, f"{double.url}/bot", request=BotApiRequest(double.url), get_updates_request=PollingRequest(double.url)
    )
    async with api:
        listen = ("127.0.0.1", int(url.split(":")[2].split("/")[0]))
        hook = Webhook(api, taken, ConversationOrder(), url=url, listen=listen, alert=alert)
        running = asyncio.create_task(hook.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


def with_webhook(
    double: TelegramDouble,
    url: str,
    work: Callable[[Taken], Awaitable[Any]],
    taken: Taken | None = None,
    alerts: list[str] | None = None,
) -> Any:
    async def everything() -> Any:
        mine = taken or Taken()
        async with webhook(double, url, mine, [] if alerts is None else alerts):
            await asyncio.to_thread(double.wait_for_requests, "setWebhook")
            return await work(mine)

    return asyncio.run(everything())


async def post(url: str, body: str, secret: str | None = webhook_secret(TOKEN)) -> httpx.Response:
    headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: secret} if secret is not None else {})
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(url, content=body, headers=headers)


def test_what_readers_write_arrives_in_order(double: TelegramDouble, url: str) -> None:
    async def work(taken: Taken) -> list[str | None]:
        for number in range(5):
            double.send_text(READER, f"Question {number}")
        await taken.wait_for(5)
        return taken.texts

    assert with_webhook(double, url, work) == [f"Question {number}" for number in range(5)]
    assert double.unconfirmed() == 0


def test_buttons_and_edited_messages_are_asked_for(double: TelegramDouble, url: str) -> None:
    async def work(taken: Taken) -> None:
        double.send_text(READER, "Why?")
        double.edit_text(READER, double.last_message_id(READER), "Why not?")
        await taken.wait_for(2)
        assert taken.updates[1].edited_message is not None

    with_webhook(double, url, work)
    fields = double.calls("setWebhook")[0].fields
    assert set(fields["allowed_updates"]) == {"message", "edited_message", "callback_query"}


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("guessed", id="guessed"),
        pytest.param(webhook_secret(TOKEN)[:-1], id="nearly"),
    ],
)
def test_whoever_does_not_know_the_secret_is_refused(double: TelegramDouble, url: str, secret: str | None) -> None:
    async def work(taken: Taken) -> tuple[int, bytes, int]:
        answer = await post(url, '{"update_id": 1}', secret)
        return answer.status_code, answer.content, len(taken.updates)

    assert with_webhook(double, url, work) == (403, b"", 0)


def test_the_secret_is_fit_for_telegram_and_tells_nothing_of_the_token() -> None:
    assert webhook_secret(TOKEN) == webhook_secret(TOKEN)
    assert webhook_secret(TOKEN) != webhook_secret(TOKEN + "x")
    assert len(webhook_secret(TOKEN)) == 64
    assert TOKEN.partition(":")[2] not in webhook_secret(TOKEN)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("", 200, id="the path"),
        pytest.param("/", 200, id="with a slash behind it"),
        pytest.param("/more", 404, id="a longer one"),
        pytest.param("/../..", 404, id="the root"),
    ],
)
def test_only_the_path_of_the_address_is_served(double: TelegramDouble, url: str, path: str, status: int) -> None:
    async def work(taken: Taken) -> int:
        return (await post(url + path, '{"update_id": 1}')).status_code

    assert with_webhook(double, url, work) == status


@pytest.mark.parametrize("body", ["", "hello", "[]", '{"message": {}}', '{"update_id": "1"}', "\x00"])
def test_what_is_no_update_is_refused(double: TelegramDouble, url: str, body: str) -> None:
    async def work(taken: Taken) -> int:
        return (await post(url, body)).status_code

    assert with_webhook(double, url, work) == 400


def test_an_update_that_cannot_be_read_is_taken_and_holds_up_no_later_one(
    double: TelegramDouble, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    caplog.set_level(logging.INFO)

    async def work(taken: Taken) -> list[str | None]:
        double.push(message={"message_id": {}, "chat": "nobody", "text": "a secret"})
        double.push(something_new={"text": "a secret"})
        double.send_text(READER, "Why?")
        await taken.wait_for(3)
        return taken.texts

    assert with_webhook(double, url, work) == ["Why?"]
    assert "secret" not in caplog.text


def test_what_cannot_be_stored_is_sent_again(
    double: TelegramDouble, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    taken = Taken(failures=1)

    async def work(_: Taken) -> None:
        double.send_text(READER, "A secret")
        await taken.wait_for(1)

    with_webhook(double, url, work, taken)
    assert [post.status for post in double.posted] == [500, 200]
    assert "A message cannot be stored; Telegram sends it again." in caplog.messages
    assert "secret" not in caplog.text


def test_with_too_much_in_hand_updates_are_left_to_telegram(
    double: TelegramDouble, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.transport.webhook, "MAX_WAITING", 0)

    async def work(taken: Taken) -> int:
        return (await post(url, '{"update_id": 1}')).status_code

    assert with_webhook(double, url, work) == 503


def test_a_stop_closes_the_door_and_leaves_the_webhook_for_the_next_start(double: TelegramDouble, url: str) -> None:
    async def work(taken: Taken) -> None:
        double.send_text(READER, "first")
        await taken.wait_for(1)

    with_webhook(double, url, work)
    with pytest.raises(httpx.ConnectError):
        asyncio.run(post(url, '{"update_id": 1}'))
    double.send_text(READER, "second")

    async def later(taken: Taken) -> list[str | None]:
        await taken.wait_for(1)
        return taken.texts

    assert with_webhook(double, url, later) == ["second"]


@pytest.mark.parametrize("fault", [BAD_GATEWAY, DROPPED, Fault(status=404, body="<html>nginx</html>")])
def test_trouble_at_the_start_is_waited_out(double: TelegramDouble, url: str, fault: Fault) -> None:
    double.fail("setWebhook", fault, times=2)

    async def work(taken: Taken) -> None:
        await asyncio.to_thread(double.wait_for_requests, "setWebhook", 3)
        double.send_text(READER, "Why?")
        await taken.wait_for(1)

    with_webhook(double, url, work)


def test_an_address_that_telegram_does_not_take_is_one_sentence(double: TelegramDouble, url: str) -> None:
    description = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    double.fail("setWebhook", Fault(status=400, body=json.dumps({"ok": False, "description": description})))

    async def work(taken: Taken) -> None:
        await asyncio.sleep(0.1)

    with pytest.raises(SettingsError, match="does not take CITEGRAM_WEBHOOK_URL"):
        with_webhook(double, url, work)


def test_a_port_in_use_is_one_sentence(double: TelegramDouble, url: str) -> None:
    async def work(taken: Taken) -> None:
        async with webhook(double, url, taken, []):
            await asyncio.sleep(0.2)

    with pytest.raises(SettingsError, match="CITEGRAM_WEBHOOK_LISTEN"):
        with_webhook(double, url, work)


def test_a_webhook_that_somebody_else_has_changed_is_set_again_and_spoken_of_once(
    double: TelegramDouble, url: str
) -> None:
    alerts: list[str] = []

    async def work(taken: Taken) -> None:
        async with Bot(TOKEN, f"{double.url}/bot") as other:
            await other.delete_webhook()
            await asyncio.to_thread(double.wait_for_requests, "setWebhook", 2)
            await other.delete_webhook()
            await asyncio.to_thread(double.wait_for_requests, "setWebhook", 3)
        double.send_text(READER, "Why?")
        await taken.wait_for(1)
        await asyncio.sleep(0.2)

    with_webhook(double, url, work, alerts=alerts)
    assert all("Another program has changed this bot's webhook" in text for text in alerts)
    assert len(alerts) in (1, 2)  # 2 when it was seen to work in between


def test_a_webhook_that_telegram_cannot_reach_is_spoken_of_once(
    double: TelegramDouble, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    alerts: list[str] = []
    taken = Taken(failures=10_000)

    async def work(_: Taken) -> None:
        await asyncio.sleep(1)  # Telegram gives the time of an error in whole seconds
        double.send_text(READER, "Why?")
        async with asyncio.timeout(10):
            while not alerts:
                await asyncio.sleep(0.05)
            taken.failures = 0
            while "The webhook works again." not in caplog.messages:
                await asyncio.sleep(0.05)

    with_webhook(double, url, work, taken, alerts)
    (text,) = alerts
    assert "cannot deliver messages to CITEGRAM_WEBHOOK_URL (Wrong response from the webhook: 500" in text


def test_a_token_that_is_revoked_while_running_is_told_and_so_is_a_long_outage(
    double: TelegramDouble, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.transport.polling, "LONG_OUTAGE_SECONDS", 0.0)
    alerts: list[str] = []

    async def work(taken: Taken) -> None:
        unauthorized = {"ok": False, "error_code": 401, "description": "Unauthorized"}
        double.fail("getWebhookInfo", Fault(status=401, body=json.dumps(unauthorized)), times=2)
        async with asyncio.timeout(10):
            while len(alerts) < 2:
                await asyncio.sleep(0.05)

    with_webhook(double, url, work, alerts=alerts)
    assert "does not accept TELEGRAM_BOT_TOKEN" in alerts[0]
    assert "it can now" in alerts[1]
