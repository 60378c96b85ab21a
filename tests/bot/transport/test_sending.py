"""Messages reach their chats: in order, once, and marked when they may have come before."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from telegram import Bot
from telegram.error import NetworkError, TelegramError, TimedOut

import bot.transport.bot_api
import bot.transport.retrying
from bot.transport.bot_api import BotApiRequest, may_have_arrived
from bot.transport.sending import Address, Courier
from bot.transport.throttle import Throttle
from bot.views.text import Button, Message, bold, run
from tests.telegram.double import (
    BAD_GATEWAY,
    DROPPED,
    FLOOD,
    GARBAGE,
    LOST_ANSWER,
    NOT_THE_BOT_API,
    TOKEN,
    Fault,
    TelegramDouble,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")  # PTB warns about itself

READER, OTHER, GROUP = 4001, 4002, -100
HERE = Address(READER, None, private=True)
THERE = Address(OTHER, None, private=True)
AGAIN = "Sent again, as the first attempt may have failed:"
BUTTONS = ((Button("Context", "c:1:1:0"), Button("Source", url="https://news.example/")),)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, double: TelegramDouble) -> None:
    """Make the pauses between attempts short, and let the readers have begun to talk."""
    monkeypatch.setattr(bot.transport.retrying, "RETRY_DELAYS", (0.02,) * 5)
    monkeypatch.setattr(bot.transport.retrying, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(bot.transport.bot_api, "UNEXPLAINED_FLOOD_SECONDS", 1)
    for chat in (READER, OTHER):
        double.send_text(chat, "/start")


@asynccontextmanager
async def courier(
    double: TelegramDouble, request: type[BotApiRequest] = BotApiRequest, throttle: Throttle | None = None
) -> AsyncIterator[Courier]:
    """Open a real bot that talks to the double."""
    api = Bot(TOKEN, f"{double.url}/bot", request=request(double.url), get_updates_request=BotApiRequest(double.url))
    async with api:
        yield Courier(api, throttle or Throttle())


def with_courier(double: TelegramDouble, work: Callable[[Courier], Awaitable[Any]]) -> Any:
    """Do some work with a courier, in a loop of its own."""

    async def everything() -> Any:
        async with courier(double) as mine:
            return await work(mine)

    return asyncio.run(everything())


def refusal(description: str) -> Fault:
    return Fault(status=400, body=json.dumps({"ok": False, "error_code": 400, "description": description}))


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


def parts(count: int) -> list[Message]:
    return [run(f"Part {number}.") for number in range(count)]


# Sending


def test_parts_arrive_in_order_with_the_buttons_under_the_last(double: TelegramDouble) -> None:
    ids = with_courier(double, lambda mine: mine.send(HERE, parts(3), keyboard=BUTTONS))
    messages = double.messages(READER)
    assert [message.text for message in messages] == ["Part 0.", "Part 1.", "Part 2."]
    assert list(ids) == [message.message_id for message in messages]
    assert [message.buttons for message in messages] == [[], [], ["Context", "Source"]]
    assert messages[-1].keyboard[0][1]["url"] == "https://news.example/"


def test_a_message_goes_to_its_topic_as_a_reply(double: TelegramDouble) -> None:
    double.send_text(READER, "Why?", chat=GROUP, topic=7)
    asked = double.last_message_id(GROUP)
    with_courier(double, lambda mine: mine.send(Address(GROUP, 7, private=False), parts(1), reply_to=asked))
    (message,) = double.messages(GROUP)
    assert (message.topic, message.reply_to) == (7, asked)


def test_an_answer_to_a_deleted_message_is_sent_all_the_same(double: TelegramDouble) -> None:
    with_courier(double, lambda mine: mine.send(HERE, parts(1), reply_to=99))
    assert double.messages(READER)[0].reply_to is None


def test_several_parts_keep_to_the_limits_by_themselves(double: TelegramDouble) -> None:
    with_courier(double, lambda mine: mine.send(HERE, parts(6)))
    assert [message.text for message in double.messages(READER)] == [f"Part {number}." for number in range(6)]
    assert len(double.calls("sendMessage")) == 6


def test_what_the_journal_knows_to_have_arrived_is_not_sent_again(double: TelegramDouble) -> None:
    notes = Notes(first=2)
    ids = with_courier(double, lambda mine: mine.send(HERE, parts(3), keyboard=BUTTONS, journal=notes, again=AGAIN))
    (message,) = double.messages(READER)
    assert message.text == "Part 2."
    assert message.buttons == ["Context", "Source"]
    assert ids == (message.message_id,)
    assert notes.entries == ["sending 2", "sent 2"]


def test_what_the_journal_doubts_is_marked_and_only_that(double: TelegramDouble) -> None:
    notes = Notes(first=1, doubtful=1)
    with_courier(double, lambda mine: mine.send(HERE, parts(3), journal=notes, again=AGAIN))
    assert [message.text for message in double.messages(READER)] == [f"{AGAIN}\n\nPart 1.", "Part 2."]


def test_a_reply_that_has_arrived_whole_is_nothing_to_do(double: TelegramDouble) -> None:
    assert with_courier(double, lambda mine: mine.send(HERE, parts(2), journal=Notes(first=2), again=AGAIN)) == ()
    assert double.messages(READER) == []


UNKNOWN = [
    pytest.param(BAD_GATEWAY, id="502"),
    pytest.param(Fault(status=504, body=""), id="504 without a body"),
    pytest.param(Fault(status=500, body='{"ok":false,"description":"Internal Server Error"}'), id="Telegram's own 500"),
    pytest.param(Fault(status=403, body="<html>Forbidden</html>"), id="403 of a proxy"),
    pytest.param(Fault(status=400, body="<html>Bad request</html>"), id="400 of a proxy"),
    pytest.param(GARBAGE, id="half a reply"),
    pytest.param(NOT_THE_BOT_API, id="a captive portal"),
    pytest.param(DROPPED, id="connection dropped"),
    pytest.param(Fault(status=200, body='{"ok":true,"result":"x"}'), id="result of another kind"),
    pytest.param(Fault(status=200, body='{"ok":true,"result":{"message_id":"x"}}'), id="result that is no message"),
    pytest.param(Fault(status=200, body="[]"), id="JSON of another form"),
    pytest.param(Fault(status=999, body=""), id="no HTTP status"),
]
NO_DOUBT = [
    pytest.param(FLOOD, id="429"),
    pytest.param(Fault(status=429, body="<html>Slow down</html>"), id="429 of a proxy"),
    pytest.param(Fault(status=404, body="<html>nginx</html>"), id="404 of a proxy"),
    pytest.param(Fault(status=401, body='{"ok":false,"description":"Unauthorized"}'), id="401"),
]


@pytest.mark.parametrize("fault", UNKNOWN)
def test_after_an_attempt_that_may_have_arrived_the_next_is_marked(double: TelegramDouble, fault: Fault) -> None:
    double.fail("sendMessage", fault)
    notes = Notes()
    ids = with_courier(double, lambda mine: mine.send(HERE, parts(2), journal=notes, again=AGAIN))
    assert [message.text for message in double.messages(READER)] == [f"{AGAIN}\n\nPart 0.", "Part 1."]
    assert len(ids) == 2
    assert notes.entries == ["sending 0", "sent 0", "sending 1", "sent 1"]


@pytest.mark.parametrize("fault", NO_DOUBT)
def test_after_an_attempt_that_was_refused_nothing_is_marked(double: TelegramDouble, fault: Fault) -> None:
    double.fail("sendMessage", fault)
    with_courier(double, lambda mine: mine.send(HERE, parts(1), again=AGAIN))
    assert [message.text for message in double.messages(READER)] == ["Part 0."]


def test_an_answer_lost_on_its_way_costs_one_repeat_that_says_so(double: TelegramDouble) -> None:
    double.fail("sendMessage", LOST_ANSWER)
    with_courier(double, lambda mine: mine.send(HERE, parts(1), again=AGAIN))
    assert [message.text for message in double.messages(READER)] == ["Part 0.", f"{AGAIN}\n\nPart 0."]


def test_while_no_answer_comes_through_nothing_is_sent_again(double: TelegramDouble) -> None:
    double.fail("sendMessage", LOST_ANSWER)

    async def send(mine: Courier) -> None:
        double.fail("getMe", LOST_ANSWER, times=10)
        await mine.send(HERE, parts(1), again=AGAIN)

    with_courier(double, send)
    assert len(double.calls("getMe")) > 10
    assert len(double.messages(READER)) == 2


def test_a_long_outage_without_a_connection_is_waited_out_and_leaves_no_doubt(double: TelegramDouble) -> None:
    async def send(mine: Courier) -> None:
        double.stop()
        back = threading.Timer(1.0, double.restart)
        back.start()
        await mine.send(HERE, parts(1), again=AGAIN)
        back.join()

    with_courier(double, send)
    assert [message.text for message in double.messages(READER)] == ["Part 0."]


def test_a_repeat_too_long_for_the_mark_has_it_in_front(double: TelegramDouble) -> None:
    double.fail("sendMessage", LOST_ANSWER)
    with_courier(double, lambda mine: mine.send(HERE, [run("x" * 4096)], again=AGAIN))
    assert [len(message.text) for message in double.messages(READER)] == [4096, len(AGAIN), 4096]


def test_a_message_that_telegram_cannot_parse_is_sent_as_plain_text(double: TelegramDouble) -> None:
    double.fail("sendMessage", refusal("Bad Request: can't parse entities: Unsupported start tag"))
    with_courier(double, lambda mine: mine.send(HERE, [bold(run("Why <b>?"))], keyboard=BUTTONS))
    (message,) = double.messages(READER)
    assert (message.text, message.parsed.entities) == ("Why <b>?", ())
    assert message.buttons == ["Context", "Source"]


def test_a_message_whose_buttons_are_refused_is_sent_without(double: TelegramDouble) -> None:
    double.fail("sendMessage", refusal("Bad Request: BUTTON_URL_INVALID"))
    with_courier(double, lambda mine: mine.send(HERE, [bold(run("Why?"))], keyboard=BUTTONS))
    (message,) = double.messages(READER)
    assert message.buttons == []
    assert [entity.kind for entity in message.parsed.entities] == ["Bold"]


def test_a_reader_who_has_blocked_the_bot_is_logged_without_words(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    double.block(READER)
    assert with_courier(double, lambda mine: mine.send(HERE, [run("A secret."), run("Another.")])) == ()
    assert "An answer could not be delivered (blocked by the user)." in caplog.messages
    assert "secret" not in caplog.text
    assert len(double.calls("sendMessage")) == 1


# One chat and the others


class Hanging(BotApiRequest):
    """Requests in which those for one chat are never answered."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        if f'"chat_id": {READER}' in json.dumps(getattr(kwargs.get("request_data"), "parameters", {})):
            await asyncio.sleep(3600)
        return await super().do_request(*args, **kwargs)


def test_a_chat_that_hangs_delays_no_other_and_a_stop_leaves_nothing_locked(double: TelegramDouble) -> None:
    async def everything() -> float:
        throttle = Throttle()
        async with courier(double, Hanging, throttle) as mine:
            stuck = [asyncio.create_task(mine.send(HERE, parts(3))) for _ in range(5)]
            await asyncio.sleep(0.1)
            began = time.monotonic()
            await mine.send(THERE, parts(2))
            took = time.monotonic() - began
            for task in stuck:
                task.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)
        async with courier(double, throttle=throttle) as mine:
            await mine.send(HERE, parts(1))
        return took

    assert asyncio.run(everything()) < 1
    assert [message.text for message in double.messages(READER)] == ["Part 0."]


def test_a_chat_that_is_flooded_delays_no_other(double: TelegramDouble) -> None:
    async def send(mine: Courier) -> float:
        double.fail("sendMessage", Fault(status=429, retry_after=2))
        slow = asyncio.create_task(mine.send(HERE, parts(1)))
        await asyncio.to_thread(double.wait_for_requests, "sendMessage")
        began = time.monotonic()
        await mine.send(THERE, parts(2))
        took = time.monotonic() - began
        await slow
        return took

    assert with_courier(double, send) < 1
    assert len(double.messages(READER)) == 1


# Changing


def test_an_edit_puts_text_and_buttons_in_place(double: TelegramDouble) -> None:
    async def work(mine: Courier) -> list[bool]:
        (sent,) = await mine.send(HERE, parts(1))
        return [
            await mine.edit(HERE, sent, bold(run("Page 2.")), BUTTONS),
            await mine.edit(HERE, sent, bold(run("Page 2.")), BUTTONS),
            await mine.edit_keyboard(HERE, sent, BUTTONS[:1] + BUTTONS),
            await mine.edit_keyboard(HERE, sent, ()),
        ]

    assert with_courier(double, work) == [True, True, True, True]
    (message,) = double.messages(READER)
    assert (message.text, message.buttons, message.edits) == ("Page 2.", [], 3)


def test_an_edit_whose_answer_is_lost_is_made_again_and_counts(double: TelegramDouble) -> None:
    double.fail("editMessageText", LOST_ANSWER)

    async def work(mine: Courier) -> bool:
        (sent,) = await mine.send(HERE, parts(1))
        return await mine.edit(HERE, sent, run("Page 2."))

    assert with_courier(double, work)
    assert double.messages(READER)[0].edits == 1


def test_what_is_gone_cannot_be_edited(double: TelegramDouble, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def work(mine: Courier) -> tuple[bool, bool]:
        (sent,) = await mine.send(HERE, parts(1))
        double.delete(READER, sent)
        return await mine.edit(HERE, sent, run("Words.")), await mine.edit_keyboard(HERE, sent, BUTTONS)

    assert with_courier(double, work) == (False, False)
    assert "Words." not in caplog.text


# Files, buttons, typing


def test_a_file_arrives_byte_by_byte_with_caption_and_buttons(double: TelegramDouble) -> None:
    content = "<p>Ünïcode</p>".encode()
    sent = with_courier(
        double, lambda mine: mine.document(HERE, "bridge.html", content, bold(run("The bridge")), keyboard=BUTTONS)
    )
    (message,) = double.messages(READER)
    assert message.message_id == sent
    assert message.document is not None
    assert (message.document.name, message.document.content) == ("bridge.html", content)
    assert (message.text, message.buttons) == ("The bridge", ["Context", "Source"])


@pytest.mark.parametrize("caption", [pytest.param("Short.", id="room"), pytest.param("x" * 1024, id="no room")])
def test_a_file_that_may_have_arrived_is_marked_and_whole(double: TelegramDouble, caption: str) -> None:
    double.fail("sendDocument", LOST_ANSWER)
    with_courier(double, lambda mine: mine.document(HERE, "a.html", b"text", run(caption), again=AGAIN))
    first, second = double.messages(READER)
    assert first.text == caption
    assert second.text.startswith(AGAIN)
    assert second.document is not None
    assert second.document.content == b"text"


def test_a_file_for_nobody_is_logged(double: TelegramDouble, caplog: pytest.LogCaptureFixture) -> None:
    double.block(READER)
    assert with_courier(double, lambda mine: mine.document(HERE, "a.html", b"text", run("It"))) is None
    assert "An answer could not be delivered (blocked by the user)." in caplog.messages


def test_a_pressed_button_is_answered(double: TelegramDouble) -> None:
    async def work(mine: Courier) -> None:
        (sent,) = await mine.send(HERE, parts(1), keyboard=BUTTONS)
        press = double.press(READER, READER, sent, "c:1:1:0")
        await mine.answer_press(press, "Long. " * 100, alert=True)
        answer = double.press_answer(press)
        assert answer is not None
        assert answer["show_alert"]
        assert len(answer["text"]) <= 200

    with_courier(double, work)


def test_a_press_that_is_too_old_or_unknown_is_left_alone(double: TelegramDouble) -> None:
    async def work(mine: Courier) -> None:
        (sent,) = await mine.send(HERE, parts(1), keyboard=BUTTONS)
        press = double.press(READER, READER, sent, "c:1:1:0", age=60)
        await mine.answer_press(press)
        await mine.answer_press("12345")
        assert double.press_answer(press) is None

    with_courier(double, work)


def test_typing_is_shown_until_the_work_is_done(double: TelegramDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.transport.sending.TYPING_SECONDS", 0.1)

    async def work(mine: Courier) -> None:
        async with mine.typing(HERE):
            await asyncio.to_thread(double.wait_for_requests, "sendChatAction", 3)
        shown = len(double.calls("sendChatAction"))
        await asyncio.sleep(0.3)
        assert len(double.calls("sendChatAction")) == shown

    with_courier(double, work)


@pytest.mark.parametrize("fault", [FLOOD, BAD_GATEWAY, DROPPED, Fault(status=403, body='{"ok":false}')])
def test_work_goes_on_without_its_typing_indicator(double: TelegramDouble, fault: Fault) -> None:
    double.fail("sendChatAction", fault, times=3)

    async def work(mine: Courier) -> str:
        async with mine.typing(HERE):
            await asyncio.to_thread(double.wait_for_requests, "sendChatAction")
            return "done"

    assert with_courier(double, work) == "done"


def test_a_stop_during_typing_gets_through(double: TelegramDouble) -> None:
    async def work(mine: Courier) -> None:
        async def typing() -> None:
            async with mine.typing(HERE):
                await asyncio.sleep(3600)

        task = asyncio.create_task(typing())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 1)

    with_courier(double, work)


# What a request may have done


def test_a_server_that_drips_is_given_up_in_time_and_leaves_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.transport.bot_api, "REQUEST_SECONDS", 0.3)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            writer.close()

    async def ask() -> TelegramError:
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        async with BotApiRequest("http://127.0.0.1") as request:
            with pytest.raises(TimedOut) as failure:
                await asyncio.wait_for(request.post(f"http://127.0.0.1:{port_of(server)}/bot1:x/sendMessage"), 5)
        server.close()
        return failure.value

    assert may_have_arrived(asyncio.run(ask()))


@pytest.mark.parametrize(
    ("answers", "doubt"),
    [
        pytest.param(False, False, id="nobody listens"),
        pytest.param(True, True, id="the connection ends before an answer"),
    ],
)
def test_only_a_request_that_went_out_leaves_doubt(answers: bool, doubt: bool) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    async def ask() -> TelegramError:
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{port_of(server)}/bot1:x/sendMessage"
        if not answers:
            server.close()
        async with BotApiRequest("http://127.0.0.1") as request:
            with pytest.raises(NetworkError) as failure:
                await request.post(address)
        server.close()
        return failure.value

    assert may_have_arrived(asyncio.run(ask())) == doubt


def port_of(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
