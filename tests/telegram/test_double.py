"""The double is strict: what the real server refuses or spoils, it refuses and keeps in mind."""

from __future__ import annotations

import threading
import urllib.error
from typing import Any

import pytest

from tests.telegram.calling import GROUP, READER, call
from tests.telegram.double import DROPPED, TelegramDouble


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        pytest.param({"text": "x" * 4097}, "message is too long", id="too long"),
        pytest.param({"text": "&amp;" * 7000, "parse_mode": "HTML"}, "text is too long", id="request too long"),
        pytest.param({"text": " \n "}, "message text is empty", id="empty"),
        pytest.param({"text": "<b>", "parse_mode": "HTML"}, "Can't find end tag", id="open tag"),
        pytest.param({"text": "<p>x</p>", "parse_mode": "HTML"}, 'Unsupported start tag "p"', id="unknown tag"),
        pytest.param({"text": "x", "parse_mode": "LaTeX"}, "unsupported parse_mode", id="unknown parse mode"),
        pytest.param({"text": "x", "colour": "red"}, "unknown parameter colour", id="unknown parameter"),
        pytest.param({"text": "x", "reply_to_message_id": 1}, "outdated parameter", id="outdated parameter"),
        pytest.param({}, "text: Field required", id="missing parameter"),
    ],
)
def test_a_bad_message_is_refused_and_kept_in_mind(
    double: TelegramDouble, fields: dict[str, Any], description: str
) -> None:
    status, body = call(double, "sendMessage", chat_id=READER, **fields)
    assert status == 400
    assert description in body["description"]
    assert len(double.violations) == 1
    assert double.messages(READER) == []


@pytest.mark.parametrize(
    ("text", "violation"),
    [
        pytest.param("<b>x</b>" * 101, "more than 100 entities", id="entities"),
        pytest.param("👍" * 2049, "more than 4096 UTF-16 units", id="UTF-16 units"),
    ],
)
def test_what_would_be_spoiled_in_silence_is_kept_in_mind(double: TelegramDouble, text: str, violation: str) -> None:
    status, _ = call(double, "sendMessage", chat_id=READER, text=text, parse_mode="HTML")
    assert (status, double.violations) == (200, [violation])


@pytest.mark.parametrize(
    ("chat", "more", "status", "description"),
    [
        pytest.param(99, {}, 400, "chat not found", id="unknown chat"),
        pytest.param(
            READER, {"reply_parameters": {"message_id": 99}}, 400, "message to be replied not found", id="reply"
        ),
    ],
)
def test_what_the_bot_cannot_know_is_refused_but_no_violation(
    double: TelegramDouble, chat: int, more: dict[str, Any], status: int, description: str
) -> None:
    answer = call(double, "sendMessage", chat_id=chat, text="x", **more)
    assert answer[0] == status
    assert description in answer[1]["description"]
    assert double.violations == []


def test_a_reader_can_block_the_bot(double: TelegramDouble) -> None:
    double.block(READER)
    status, body = call(double, "sendMessage", chat_id=READER, text="x")
    assert (status, body["description"]) == (403, "Forbidden: bot was blocked by the user")


def test_a_flood_is_refused_with_the_time_to_wait(double: TelegramDouble) -> None:
    answers = [call(double, "sendMessage", chat_id=READER, text="x") for _ in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [429]
    assert answers[-1][1]["parameters"] == {"retry_after": 1}
    assert call(double, "sendMessage", chat_id=GROUP, text="x")[0] == 200


def test_a_wrong_token_is_refused(double: TelegramDouble) -> None:
    assert call(double, "getMe", token="1:wrong") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )


def test_a_second_poller_ends_the_first(double: TelegramDouble) -> None:
    last = call(double, "getUpdates")[1]["result"][-1]["update_id"]
    first: list[tuple[int, dict[str, Any]]] = []
    thread = threading.Thread(target=lambda: first.append(call(double, "getUpdates", offset=last + 1, timeout=10)))
    thread.start()
    double.wait_for_requests("getUpdates", 2)
    assert call(double, "getUpdates", offset=last + 1)[0] == 200
    thread.join()
    assert first[0][0] == 409
    assert "terminated by other getUpdates request" in first[0][1]["description"]


def test_updates_come_until_they_are_confirmed(double: TelegramDouble) -> None:
    first = call(double, "getUpdates")[1]["result"]
    assert call(double, "getUpdates")[1]["result"] == first
    assert call(double, "getUpdates", offset=first[0]["update_id"] + 1)[1]["result"] == first[1:]
    assert double.unconfirmed() == 1


def test_a_fault_meets_as_many_calls_as_it_is_for(double: TelegramDouble) -> None:
    double.fail("getMe", DROPPED)
    with pytest.raises((ConnectionError, urllib.error.URLError)):
        call(double, "getMe")
    assert call(double, "getMe")[0] == 200


def test_a_missing_message_is_an_assertion_that_says_what_was_asked(double: TelegramDouble) -> None:
    with pytest.raises(AssertionError, match="no 1 messages in chat 7"):
        double.wait_for_messages(READER, 1, timeout=0.1)
