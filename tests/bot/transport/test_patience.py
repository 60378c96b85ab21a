"""Replies get through however long Telegram keeps them waiting; only a refusal that would come again is the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from telegram import Bot
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from bot.transport.sending import Address, Courier
from bot.transport.throttle import Throttle
from bot.views.text import Message, run
from tests.bot.transport.virtual_time import now
from tests.bot.transport.virtual_time import run as run_virtually

READER, OTHER, GROUP, SUPERGROUP = 11, 12, -5, -1005
HERE, THERE = Address(READER, None, private=True), Address(OTHER, None, private=True)
AGAIN = "Sent again:"
MARK = f"<i>{AGAIN}</i>\n\n"
HOUR = 3600.0

Answer = tuple[int, dict[str, Any]]
BAD_GATEWAY: Answer = (502, {"ok": False, "description": "Bad Gateway"})


def refused(status: int, description: str, **parameters: int) -> Answer:
    return status, {"ok": False, "description": description, "parameters": parameters}


def flood(seconds: int) -> Answer:
    return refused(429, "Too Many Requests", retry_after=seconds)


@dataclass
class Wire(BaseRequest):
    """A Bot API without a network, which answers requests to send to a chat as planned, and then well."""

    plan: dict[int, list[Answer]] = field(default_factory=dict)
    away_until: float = 0.0
    sent: list[dict[str, Any]] = field(default_factory=list)
    attempts: int = 0

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        if now() < self.away_until:
            raise NetworkError("away") from httpx.ConnectError("away")
        if url.endswith("getMe"):
            return _said(200, {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "C", "username": "c_bot"}})
        values: dict[str, Any] = dict(request_data.parameters) if request_data is not None else {}
        self.attempts += 1
        planned = self.plan.get(values["chat_id"], [])
        if planned:
            return _said(*planned.pop(0))
        self.sent.append(values)
        chat = {"id": values["chat_id"], "type": "private"}
        return _said(200, {"ok": True, "result": {"message_id": len(self.sent), "date": 1, "chat": chat}})

    def texts(self, chat: int) -> list[str]:
        return [one["text"] if "text" in one else one["caption"] for one in self.sent if one["chat_id"] == chat]


def _said(status: int, body: dict[str, Any]) -> tuple[int, bytes]:
    return status, json.dumps(body).encode()


@dataclass
class Notes:
    """A journal in memory."""

    first: int = 0
    doubtful: int | None = None
    entries: list[str] = field(default_factory=list)

    async def sending(self, part: int) -> None:
        self.entries.append(f"sending {part}")

    async def sent(self, part: int) -> None:
        self.entries.append(f"sent {part}")

    async def keep(self) -> None:
        self.entries.append("keep")


@asynccontextmanager
async def courier(wire: Wire, alerts: list[str]) -> AsyncIterator[Courier]:
    async def alert(kind: str, text: str) -> None:
        alerts.append(kind)

    async with Bot("1:token", request=wire, get_updates_request=Wire()) as api:
        mine = Courier(api, Throttle(now))
        mine.report_to(alert)
        yield mine


def with_courier(wire: Wire, work: Callable[[Courier], Awaitable[Any]]) -> list[str]:
    """Do some work with a courier in a time that passes quickly; return the kinds of the alerts."""
    alerts: list[str] = []

    async def everything() -> None:
        async with courier(wire, alerts) as mine:
            await work(mine)

    run_virtually(everything())
    return alerts


def parts(count: int) -> list[Message]:
    return [run(f"Part {number}.") for number in range(count)]


@pytest.mark.parametrize(
    ("answers", "alerts"),
    [
        pytest.param([flood(301)], [], id="a ban of more than five minutes"),
        pytest.param([flood(200)] * 5, [], id="floods one after the other"),
        pytest.param([flood(2000)] * 2, ["flood"], id="floods of more than an hour"),
        pytest.param([refused(401, "Unauthorized")] * 30, [], id="a 401 for half an hour"),
        pytest.param([refused(409, "Conflict")] * 6, [], id="a 409"),
    ],
)
def test_what_ends_some_time_is_waited_out(answers: list[Answer], alerts: list[str]) -> None:
    wire, notes = Wire({READER: list(answers)}), Notes()
    assert with_courier(wire, lambda mine: mine.send(HERE, parts(2), journal=notes, again=AGAIN)) == alerts
    assert wire.texts(READER) == ["Part 0.", "Part 1."]
    assert notes.entries == ["sending 0", "sent 0", "sending 1", "sent 1"]


def test_a_request_that_fails_while_others_work_is_repeated_for_long_and_marked() -> None:
    wire = Wire({READER: [BAD_GATEWAY] * 20})
    assert with_courier(wire, lambda mine: mine.send(HERE, parts(2), again=AGAIN)) == []
    assert wire.texts(READER) == [f"{MARK}Part 0.", "Part 1."]


def test_an_outage_of_many_hours_is_waited_out() -> None:
    wire, notes = Wire(), Notes()

    async def send(mine: Courier) -> None:
        wire.away_until = 10 * HOUR
        await mine.send(HERE, parts(1), journal=notes, again=AGAIN)
        assert 10 * HOUR <= now() < 10 * HOUR + 60

    assert with_courier(wire, send) == []
    assert wire.texts(READER) == ["Part 0."]
    assert notes.entries == ["sending 0", "sent 0"]


def test_what_fails_for_an_hour_is_left_to_a_later_process_and_told(caplog: pytest.LogCaptureFixture) -> None:
    wire, notes = Wire({READER: [BAD_GATEWAY] * 1000}), Notes()

    async def send(mine: Courier) -> None:
        assert await mine.send(HERE, parts(2), journal=notes, again=AGAIN) == ()
        assert 0.9 * HOUR < now() < 1.1 * HOUR

    assert with_courier(wire, send) == ["delivery"]
    assert notes.entries == ["sending 0", "keep"]
    assert "An answer could not be delivered for an hour (NetworkError)." in caplog.messages
    assert 60 < wire.attempts < 80


@pytest.mark.parametrize("answer", [pytest.param(BAD_GATEWAY, id="5xx"), pytest.param(flood(500), id="flood")])
def test_a_chat_that_is_waited_for_delays_no_other(answer: Answer) -> None:
    wire = Wire({READER: [answer] * 20})

    async def send(mine: Courier) -> None:
        stuck = [asyncio.create_task(mine.send(HERE, parts(1))) for _ in range(30)]
        await asyncio.sleep(30)
        began = now()
        await mine.send(THERE, parts(3))
        assert now() - began < 5
        await asyncio.gather(*stuck)

    with_courier(wire, send)
    assert len(wire.texts(READER)) == 30


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refused(403, "Forbidden: bot was blocked by the user"), id="blocked"),
        pytest.param(refused(403, "Forbidden: user is deactivated"), id="deactivated"),
        pytest.param(refused(403, "Forbidden: bot was kicked from the supergroup chat"), id="kicked"),
        pytest.param(refused(400, "Bad Request: chat not found"), id="no such chat"),
        pytest.param(refused(400, "Bad Request: not enough rights to send text messages"), id="no right"),
        pytest.param(refused(400, "Bad Request: message is too long"), id="malformed"),
    ],
)
def test_a_final_refusal_is_the_end(answer: Answer) -> None:
    wire, notes = Wire({READER: [answer]}), Notes()
    assert with_courier(wire, lambda mine: mine.send(HERE, parts(2), journal=notes)) == []
    assert wire.sent == []
    assert notes.entries == ["sending 0"]


# A group that becomes a supergroup

MIGRATED = refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=SUPERGROUP)


def test_a_reply_follows_its_group_into_the_supergroup() -> None:
    wire, notes = Wire({GROUP: [MIGRATED] * 2}), Notes()
    group = Address(GROUP, None, private=False)
    with_courier(wire, lambda mine: mine.send(group, parts(3), reply_to=7, journal=notes, again=AGAIN))
    assert wire.texts(SUPERGROUP) == ["Part 0.", "Part 1.", "Part 2."]
    assert wire.texts(GROUP) == []
    assert not any("reply_parameters" in one for one in wire.sent), "messages are numbered anew there"
    assert notes.entries[-1] == "sent 2"
    assert wire.attempts == 4


def test_what_was_doubtful_before_the_group_moved_is_marked_behind_it() -> None:
    wire = Wire({GROUP: [BAD_GATEWAY, MIGRATED]})
    with_courier(wire, lambda mine: mine.send(Address(GROUP, None, private=False), parts(1), again=AGAIN))
    assert wire.texts(SUPERGROUP) == [f"{MARK}Part 0."]


def test_a_file_follows_too_and_a_second_move_is_final() -> None:
    group = Address(GROUP, None, private=False)
    wire = Wire({GROUP: [MIGRATED] * 2, SUPERGROUP: [MIGRATED]})

    async def send(mine: Courier) -> None:
        assert await mine.document(group, "a.html", b"text", run("It")) is None
        assert await mine.document(group, "a.html", b"text", run("It")) == 1

    with_courier(wire, send)
    assert wire.texts(SUPERGROUP) == ["It"]


# Files


def test_a_file_is_one_part_of_the_journal() -> None:
    wire, notes = Wire(), Notes()
    with_courier(wire, lambda mine: mine.document(HERE, "a.html", b"text", run("It"), journal=notes, again=AGAIN))
    assert wire.texts(READER) == ["It"]
    assert notes.entries == ["sending 0", "sent 0"]


@pytest.mark.parametrize(
    ("notes", "captions"),
    [
        pytest.param(Notes(first=1), [], id="known to have arrived"),
        pytest.param(Notes(doubtful=0), [f"{MARK}It"], id="perhaps"),
    ],
)
def test_a_file_of_an_earlier_process_is_not_sent_again_unmarked(notes: Notes, captions: list[str]) -> None:
    wire = Wire()
    with_courier(wire, lambda mine: mine.document(HERE, "a.html", b"text", run("It"), journal=notes, again=AGAIN))
    assert wire.texts(READER) == captions
