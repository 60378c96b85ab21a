"""While a webhook is set, updates are posted to it: in order within a chat, again until they are answered."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.telegram.calling import GROUP, OTHER_READER, READER, call, result, updates
from tests.telegram.double import TelegramDouble

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Receiver(ThreadingHTTPServer):
    """A bot's webhook that keeps what it gets, and answers with the statuses that it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[tuple[str, str | None, dict[str, Any]]] = []
        self.statuses: list[int] = []
        self.seconds = 0.0
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, _, update in self.got]


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
            status = self.server.statuses.pop(0) if self.server.statuses else 200
        time.sleep(self.server.seconds)
        with self.server.lock:
            self.server.at_once -= 1
            if status == 200:
                self.server.got.append((self.path, self.headers[SECRET_HEADER], update))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that the base class has
        """Write nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def all_taken(double: TelegramDouble) -> None:
    double.wait_for(lambda: double.unconfirmed() == 0, "update taken by the webhook")


def test_updates_are_posted_with_the_secret_those_that_waited_first(double: TelegramDouble, receiver: Receiver) -> None:
    assert result(double, "setWebhook", url=receiver.url, secret_token="s3cret_-") is True
    double.send_text(READER, "Why?")
    all_taken(double)
    assert [(path, secret) for path, secret, _ in receiver.got] == [("/hook", "s3cret_-")] * 3
    assert sorted(receiver.texts) == ["/start", "/start", "Why?"]
    assert double.violations == []


def test_an_update_is_posted_again_until_it_is_taken_and_holds_up_its_chat_only(
    double: TelegramDouble, receiver: Receiver
) -> None:
    result(double, "setWebhook", url=receiver.url)
    all_taken(double)
    receiver.got.clear()
    receiver.statuses = [500, 403, 302]
    double.send_text(READER, "first")
    double.send_text(READER, "second")
    double.wait_for(lambda: len(double.posted) >= 3, "failed post")
    double.send_text(OTHER_READER, "other")
    all_taken(double)
    texts = receiver.texts
    assert sorted(texts) == ["first", "other", "second"]
    assert texts.index("first") < texts.index("second")
    assert [post.status for post in double.posted if post.status != 200] == [500, 403, 302]
    info = result(double, "getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 302")
    assert info["pending_update_count"] == 0


def test_no_more_posts_at_once_than_the_bot_wants(double: TelegramDouble, receiver: Receiver) -> None:
    receiver.seconds = 0.05
    result(double, "setWebhook", url=receiver.url, max_connections=2)
    for reader in range(20, 26):
        double.send_text(reader, "Why?")
    all_taken(double)
    assert receiver.most_at_once == 2


def test_while_a_webhook_is_set_polling_is_refused(double: TelegramDouble, receiver: Receiver) -> None:
    result(double, "setWebhook", url=receiver.url)
    status, body = call(double, "getUpdates")
    assert status == 409
    assert "can't use getUpdates method while webhook is active" in body["description"]
    assert result(double, "getWebhookInfo")["url"] == receiver.url
    all_taken(double)
    assert result(double, "deleteWebhook") is True
    double.send_text(READER, "Why?")
    (update,) = updates(double)
    assert update["message"]["text"] == "Why?"
    assert result(double, "getWebhookInfo")["url"] == ""


def test_setting_a_webhook_ends_the_request_of_a_poller(double: TelegramDouble, receiver: Receiver) -> None:
    last = updates(double)[-1]["update_id"]
    answers: list[tuple[int, dict[str, Any]]] = []
    poller = threading.Thread(target=lambda: answers.append(call(double, "getUpdates", offset=last + 1, timeout=10)))
    poller.start()
    double.wait_for_requests("getUpdates", 2)
    result(double, "setWebhook", url=receiver.url)
    poller.join()
    assert answers[0][0] == 409


def test_updates_wait_while_the_webhook_or_the_server_is_away(double: TelegramDouble, receiver: Receiver) -> None:
    result(double, "setWebhook", url="http://127.0.0.1:9/hook")
    double.wait_for(lambda: len(double.posted) >= 2, "attempt to post")
    assert {post.status for post in double.posted} == {None}
    assert result(double, "getWebhookInfo")["last_error_message"] == "Connection refused"
    result(double, "setWebhook", url=receiver.url, allowed_updates=["message"])
    all_taken(double)
    double.stop()
    double.send_text(READER, "Why?")
    assert double.unconfirmed() == 1
    double.restart()
    all_taken(double)
    assert receiver.texts[-1] == "Why?"


def test_a_public_address_leads_to_the_bot_through_a_proxy(double: TelegramDouble, receiver: Receiver) -> None:
    double.proxied("https://bot.example/hook", receiver.url)
    result(double, "setWebhook", url="https://bot.example/hook")
    all_taken(double)
    assert len(receiver.got) == 2


def test_dropping_pending_updates_drops_them(double: TelegramDouble, receiver: Receiver) -> None:
    double.send_text(READER, "Why?", chat=GROUP)
    result(double, "setWebhook", url=receiver.url, drop_pending_updates=True)
    assert double.unconfirmed() == 0
    assert receiver.got == []


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        pytest.param({"url": "http://bot.example/hook"}, "An HTTPS URL must be provided", id="not encrypted"),
        pytest.param({"url": "https://bot.example:9000/hook"}, "only on ports 80, 88, 443 or 8443", id="port"),
        pytest.param({"secret_token": "a b"}, "unallowed characters", id="space in the secret"),
        pytest.param({"secret_token": "x" * 257}, "unallowed characters", id="long secret"),
    ],
)
def test_a_bad_webhook_is_refused(double: TelegramDouble, fields: dict[str, str], description: str) -> None:
    status, body = call(double, "setWebhook", **{"url": "https://bot.example/hook", **fields})
    assert status == 400
    assert description in body["description"]
    assert len(double.violations) == 1
