"""The bot as the process that an operator starts and stops, over a core that needs no model."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.bot.running import READER, bot_process
from tests.telegram.double import BAD_GATEWAY, TOKEN, Fault, TelegramDouble

SECRET = TOKEN.partition(":")[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_the_answer_in_flight_finish(
    double: TelegramDouble, tmp_path: Path, number: signal.Signals
) -> None:
    with bot_process(double.url, tmp_path) as process:
        double.send_text(READER, "wait 1.5")
        double.wait_for_requests("sendChatAction", timeout=20)
        process.signal(number)
        assert process.wait() == 0
    (message,) = double.messages(READER)
    assert message.quotes == ["You asked: wait 1.5"]
    assert "Traceback" not in process.output
    assert "wait 1.5" not in process.output
    assert double.unconfirmed() == 0


def test_a_stop_does_not_wait_for_the_model_to_load(double: TelegramDouble, tmp_path: Path) -> None:
    with bot_process(double.url, tmp_path, FAKE_LOADING_SECONDS="60") as process:
        double.wait_for_requests("getUpdates", timeout=20)
        process.signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_a_model_that_cannot_be_loaded_is_one_sentence_and_exit_code_1(double: TelegramDouble, tmp_path: Path) -> None:
    with bot_process(double.url, tmp_path, FAKE_LOADING_SECONDS="-1") as process:
        assert process.wait() == 1
    assert process.output.splitlines()[-1] == "CITEGRAM_EMBEDDING_MODEL names no model."
    assert "Traceback" not in process.output


def test_questions_asked_while_the_bot_was_down_are_answered_once_in_order(
    double: TelegramDouble, tmp_path: Path
) -> None:
    double.send_text(READER, "first")
    double.send_text(READER, "second")
    with bot_process(double.url, tmp_path) as process:
        double.wait_for_messages(READER, 2, timeout=20)
        process.signal(signal.SIGTERM)
        assert process.wait() == 0
    double.send_text(READER, "third")
    with bot_process(double.url, tmp_path) as process:
        messages = double.wait_for_messages(READER, 3, timeout=20)
        process.signal(signal.SIGTERM)
        assert process.wait() == 0
    assert [message.quotes[0] for message in messages] == ["You asked: first", "You asked: second", "You asked: third"]
    assert len(double.messages(READER)) == 3


@pytest.mark.parametrize(
    "token",
    [pytest.param("123456:WRONG-token-of-mine", id="refused"), pytest.param("no token at all", id="not a token")],
)
def test_a_wrong_token_is_one_sentence_and_exit_code_2(double: TelegramDouble, tmp_path: Path, token: str) -> None:
    with bot_process(double.url, tmp_path, TELEGRAM_BOT_TOKEN=token) as process:
        assert process.wait() == 2
    (sentence,) = process.output.splitlines()
    assert "TELEGRAM_BOT_TOKEN" in sentence
    assert "@BotFather" in sentence
    assert token.partition(":")[2] == "" or token.partition(":")[2] not in sentence


def test_the_token_is_never_written_whatever_happens(double: TelegramDouble, tmp_path: Path) -> None:
    failure = {"ok": False, "error_code": 500, "description": f"/bot{TOKEN}/getUpdates failed"}
    double.fail("getMe", BAD_GATEWAY, times=2)
    double.fail("getUpdates", Fault(status=500, body=json.dumps(failure)))
    double.fail("getUpdates", Fault(status=500, body=f"<html>/bot{TOKEN}/getUpdates failed</html>"))
    double.fail("sendMessage", Fault(drop=True), times=2)
    double.block(READER + 1)
    with bot_process(double.url, tmp_path) as process:
        double.send_text(READER + 1, f"{TOKEN}?")
        double.send_text(READER, f"broken {TOKEN}")
        double.wait_for_messages(READER, 1, timeout=30)
        process.signal(signal.SIGTERM)
        assert process.wait() == 0
    assert "An update could not be handled. [RuntimeError at " in process.output
    assert "/bot[token]/getUpdates failed" in process.output
    assert SECRET not in process.output
    assert "Traceback" not in process.output
    assert "Reader" not in process.output


def test_a_server_that_is_not_there_is_waited_for_until_the_stop(tmp_path: Path) -> None:
    with bot_process("http://127.0.0.1:9", tmp_path) as process, TelegramDouble() as clock:
        with pytest.raises(AssertionError):
            clock.wait_for_messages(READER, 1, timeout=3)
        process.signal(signal.SIGTERM)
        assert process.wait() == 0
    (line,) = process.output.splitlines()
    assert "Telegram cannot be reached" in line


def test_the_log_has_one_line_for_each_event(double: TelegramDouble, tmp_path: Path) -> None:
    with bot_process(double.url, tmp_path) as process:
        double.send_text(READER, "Why does my neighbour snore?")
        double.wait_for_messages(READER, 1, timeout=20)
        process.signal(signal.SIGTERM)
        assert process.wait() == 0
    served, stopping = process.output.splitlines()
    assert "INFO bot.app: Serving as @citegram_test_bot." in served
    assert "INFO bot.app: Stopping" in stopping
