"""The bot behind a webhook: the same conversation, and the same care for every message."""

from __future__ import annotations

import http.client
import json
import signal
import socket
from pathlib import Path

import pytest

from bot.transport.webhook import SECRET_HEADER
from tests.bot.running import OTHER_READER, READER, bot_process, bot_running
from tests.bot.tapping import tap
from tests.telegram.double import TelegramDouble


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def post(port: int, secret: str | None, body: bytes) -> int:
    """Post to the webhook as somebody who has found its address; return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/hook", body, {} if secret is None else {SECRET_HEADER: secret})
    status = connection.getresponse().status
    connection.close()
    return status


def test_questions_and_buttons_come_by_the_webhook_and_in_order(double: TelegramDouble) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    with bot_running(double, webhook_url=url, webhook_listen=("127.0.0.1", port)):
        double.send_text(READER, "wait 0.4 first")
        double.send_text(READER, "second")
        double.send_text(OTHER_READER, "where is rust?")
        (answer,) = double.wait_for_messages(OTHER_READER, 1)
        tap(double, OTHER_READER, answer, "Context")
        double.wait_for_messages(OTHER_READER, 2)
        messages = double.wait_for_messages(READER, 2)
    assert [message.quotes[0].split()[-1] for message in messages] == ["first", "second"]
    assert double.calls("getUpdates") == []
    (call,) = double.calls("setWebhook")
    assert call.fields["url"] == url
    assert len(call.fields["secret_token"]) == 64


@pytest.mark.parametrize("secret", [pytest.param(None, id="no secret"), pytest.param("x" * 64, id="a wrong secret")])
def test_nobody_but_telegram_can_post_a_question(double: TelegramDouble, secret: str | None) -> None:
    port = free_port()
    user = {"id": READER, "is_bot": False, "first_name": "R"}
    message = {"message_id": 1, "date": 1, "chat": {"id": READER, "type": "private"}, "from": user, "text": "forged"}
    body = json.dumps({"update_id": 7, "message": message}).encode()
    listen = ("127.0.0.1", port)
    with bot_running(double, webhook_url=f"http://127.0.0.1:{port}/hook", webhook_listen=listen) as core:
        double.wait_for_requests("setWebhook")
        assert post(port, secret, body) == 403
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
    assert core.asked == ["Why?"]


def test_what_is_in_hand_when_the_process_is_killed_is_answered_after_the_next_start(
    double: TelegramDouble, tmp_path: Path
) -> None:
    port = free_port()
    settings = {
        "CITEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/hook",
        "CITEGRAM_WEBHOOK_LISTEN": f"127.0.0.1:{port}",
    }
    with bot_process(double.url, tmp_path, **settings) as process:
        double.wait_for_requests("setWebhook", timeout=20)
        double.send_text(READER, "wait 1.5 Why?")
        double.wait_for_requests("sendChatAction")
        process.signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    with bot_process(double.url, tmp_path, **settings) as process:
        (message,) = double.wait_for_messages(READER, 1, timeout=20)
        process.signal(signal.SIGTERM)
        assert process.wait() == 0
    assert message.quotes == ["You asked: wait 1.5 Why?"]
    assert len(double.messages(READER)) == 1


def test_polling_after_a_webhook_takes_the_webhook_away(double: TelegramDouble) -> None:
    port = free_port()
    with bot_running(double, webhook_url=f"http://127.0.0.1:{port}/hook", webhook_listen=("127.0.0.1", port)):
        double.wait_for_requests("setWebhook")
    with bot_running(double):
        double.send_text(READER, "Why?")
        (message,) = double.wait_for_messages(READER, 1)
    assert message.quotes == ["You asked: Why?"]
