"""Floods, waits that are not kept to, and weather."""

from __future__ import annotations

import time
import urllib.error
from typing import Any

import pytest

from tests.telegram.calling import GROUP, READER, call
from tests.telegram.double import BAD_GATEWAY, FLOOD, LOST_ANSWER, TelegramDouble, storm
from tests.telegram.limits import Rates
from tests.telegram.records import Chat, RefusedError


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def waits(rates: Rates, chat: Chat, times: int) -> list[int]:
    """Return the seconds that each of several messages at once is asked to wait, 0 for those let through."""
    found = []
    for _ in range(times):
        try:
            rates.count_message(chat)
            found.append(0)
        except RefusedError as refusal:
            found.append(refusal.retry_after or 0)
    return found


def test_a_chat_takes_one_message_a_second_after_a_burst(clock: list[float]) -> None:
    rates, chat = Rates(pytest.fail), Chat(READER)
    assert waits(rates, chat, 6) == [0] * 5 + [1]
    for _ in range(20):
        clock[0] += 1.1
        waits(rates, chat, 1)
    clock[0] += 5
    assert waits(rates, chat, 1) == [0]


def test_a_group_takes_twenty_messages_a_minute(clock: list[float]) -> None:
    rates, group = Rates(pytest.fail), Chat(GROUP, "supergroup")
    for _ in range(20):
        assert waits(rates, group, 1) == [0]
        clock[0] += 1.5
    assert waits(rates, group, 1) == [30]
    clock[0] += 30.1
    assert waits(rates, group, 1) == [0]


def test_all_chats_together_take_thirty_messages_a_second(clock: list[float]) -> None:
    rates = Rates(pytest.fail)
    assert [waits(rates, Chat(reader), 1) for reader in range(1, 31)] == [[0]] * 30
    assert waits(rates, Chat(31), 1) == [1]
    clock[0] += 1
    assert waits(rates, Chat(31), 1) == [0]


@pytest.mark.parametrize(
    ("seconds", "violations"),
    [
        pytest.param(0.1, 0, id="a request that was on its way"),
        pytest.param(10.0, 1, id="before the time"),
        pytest.param(31.0, 0, id="after the time"),
    ],
)
def test_writing_on_although_asked_to_wait_is_kept_in_mind(clock: list[float], seconds: float, violations: int) -> None:
    noted: list[str] = []
    rates, group = Rates(noted.append), Chat(GROUP, "supergroup")
    for _ in range(20):
        waits(rates, group, 1)
        clock[0] += 1.5
    assert waits(rates, group, 1) == [30]
    clock[0] += seconds
    waits(rates, group, 1)
    assert len(noted) == violations


def outcome(double: TelegramDouble, method: str, **fields: Any) -> int:
    try:
        return call(double, method, **fields)[0]
    except (ConnectionError, urllib.error.URLError):
        return 0


def test_a_ban_on_one_chat_is_none_on_others(double: TelegramDouble) -> None:
    double.flood(20, READER)
    status, body = call(double, "sendMessage", chat_id=READER, text="x")
    assert (status, body["parameters"]) == (429, {"retry_after": 20})
    assert outcome(double, "sendMessage", chat_id=GROUP, text="x") == 200
    double.flood(20)
    assert outcome(double, "sendMessage", chat_id=GROUP, text="x") == 429


def test_a_storm_is_the_same_for_the_same_seed_and_touches_what_it_is_for(double: TelegramDouble) -> None:
    weather = storm(3, 0.5, (FLOOD, BAD_GATEWAY))
    fates = [weather("sendmessage", count) for count in range(200)]
    assert fates == [storm(3, 0.5, (FLOOD, BAD_GATEWAY))("sendmessage", count) for count in range(200)]
    assert fates != [storm(4, 0.5, (FLOOD, BAD_GATEWAY))("sendmessage", count) for count in range(200)]
    assert {fate and fate.status for fate in fates} == {None, 429, 502}
    assert 70 < sum(fate is not None for fate in fates) < 130
    double.weather = storm(3, 1.0, (FLOOD,), methods=["getMe"])
    assert [outcome(double, "getMe"), outcome(double, "getUpdates")] == [429, 200]
    double.weather = None
    assert outcome(double, "getMe") == 200


def test_an_answer_that_gets_lost_leaves_its_message(double: TelegramDouble) -> None:
    double.weather = lambda method, count: LOST_ANSWER if (method, count) == ("sendmessage", 1) else None
    outcomes = [outcome(double, "sendMessage", chat_id=READER, text=str(n)) for n in range(3)]
    assert outcomes == [200, 0, 200]
    assert [message.text for message in double.messages(READER)] == ["0", "1", "2"]
