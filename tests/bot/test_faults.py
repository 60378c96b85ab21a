"""Telegram refusing, failing, hanging up and talking nonsense: readers still get each answer, once."""

from __future__ import annotations

import json
import logging
import threading

import pytest

import bot.app
import bot.transport.polling
import bot.transport.retrying
from tests.bot.running import OTHER_READER, READER, bot_running
from tests.fakes import FakeCitegram
from tests.telegram.double import (
    BAD_GATEWAY,
    DROPPED,
    FLOOD,
    GARBAGE,
    NOT_THE_BOT_API,
    Fault,
    TelegramDouble,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")  # PTB warns about itself

FAULTS = [
    pytest.param(FLOOD, id="429"),
    pytest.param(BAD_GATEWAY, id="502"),
    pytest.param(GARBAGE, id="half a reply"),
    pytest.param(NOT_THE_BOT_API, id="a captive portal"),
    pytest.param(DROPPED, id="connection dropped"),
    pytest.param(Fault(status=200, body='{"ok":true,"result":"x"}'), id="result of another kind"),
    pytest.param(Fault(status=200, body="[]"), id="JSON of another form"),
    pytest.param(Fault(status=404, body="<html>nginx</html>"), id="404 of a proxy"),
    pytest.param(Fault(status=401, body='{"ok":false,"error_code":401,"description":"Unauthorized"}'), id="401"),
    pytest.param(Fault(status=403, body='{"ok":false,"description":"Forbidden"}'), id="403"),
    pytest.param(Fault(status=999, body=""), id="no HTTP status"),
]
SENDING_GOES_ON = [fault for fault in FAULTS if fault.id not in ("403", "result of another kind")]
STARTING_GOES_ON = [
    fault
    for fault in FAULTS
    if fault.id in ("429", "502", "a captive portal", "connection dropped", "result of another kind")
]
TYPING_FAILS = [fault for fault in FAULTS if fault.id in ("429", "502", "403", "result of another kind")]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pauses between attempts short, that is to say the tests quick."""
    monkeypatch.setattr(bot.transport.retrying, "RETRY_DELAYS", (0.05,) * 5)
    monkeypatch.setattr(bot.transport.polling, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(bot.transport.polling, "CONFLICT_DELAY", 0.2)


@pytest.mark.parametrize("fault", SENDING_GOES_ON)
def test_an_answer_that_could_not_be_sent_is_sent_again(double: TelegramDouble, fault: Fault) -> None:
    double.fail("sendMessage", fault)
    with bot_running(double):
        double.send_text(READER, "Why?")
        double.send_text(READER, "Who?")
        messages = double.wait_for_messages(READER, 2)
    assert [message.quotes for message in messages] == [["You asked: Why?"], ["You asked: Who?"]]


@pytest.mark.parametrize("fault", FAULTS)
def test_polling_goes_on_after_it(double: TelegramDouble, fault: Fault) -> None:
    double.fail("getUpdates", fault)
    with bot_running(double):
        double.send_text(READER, "Why?")
        (message,) = double.wait_for_messages(READER, 1)
    assert message.quotes == ["You asked: Why?"]


@pytest.mark.parametrize("fault", STARTING_GOES_ON)
def test_the_bot_starts_all_the_same(double: TelegramDouble, fault: Fault) -> None:
    double.fail("getMe", fault)
    double.fail("deleteWebhook", fault)
    with bot_running(double):
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)


@pytest.mark.parametrize("fault", TYPING_FAILS)
def test_an_answer_comes_without_its_typing_indicator(double: TelegramDouble, fault: Fault) -> None:
    double.fail("sendChatAction", fault, times=3)
    with bot_running(double):
        double.send_text(READER, "wait 0.2")
        double.wait_for_messages(READER, 1)


def test_a_sign_of_life_that_is_none_costs_no_answer(double: TelegramDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.transport.retrying, "PROBE_SECONDS", 0.05)
    with bot_running(double):
        double.wait_for_requests("getUpdates")
        double.fail("sendMessage", DROPPED)
        double.fail("getMe", Fault(status=200, body='{"ok":true,"result":"x"}'))
        double.send_text(READER, "Why?")
        (message,) = double.wait_for_messages(READER, 1)
    assert message.quotes == ["You asked: Why?"]


def test_a_reader_who_has_blocked_the_bot_ends_only_that_answer(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    with bot_running(double):
        double.block(READER)
        double.send_text(READER, "Why is that a secret?")
        double.wait_for_requests("sendMessage")
        double.send_text(OTHER_READER, "Who?")
        double.wait_for_messages(OTHER_READER, 1)
    assert "An answer could not be delivered (blocked by the user)." in caplog.messages
    assert "secret" not in caplog.text


def test_a_message_that_telegram_cannot_parse_is_sent_as_plain_text(double: TelegramDouble) -> None:
    refusal = {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: can't parse entities: Unsupported start tag",
    }
    double.fail("sendMessage", Fault(status=400, body=json.dumps(refusal)))
    with bot_running(double):
        double.send_text(READER, "Why <b>?")
        (message,) = double.wait_for_messages(READER, 1)
    assert message.parsed.entities == ()
    assert message.text.endswith("3 March 2026\nYou asked: Why <b>?")


def test_an_update_that_cannot_be_read_holds_up_no_later_one(double: TelegramDouble) -> None:
    with bot_running(double):
        double.push(message={"message_id": {}, "chat": "nobody"})
        double.push(message={"message_id": 1, "date": "today", "chat": {"id": 1, "type": "private"}})
        double.push(something_new={"id": 1})
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)


def test_a_second_poller_is_named_once_in_the_log_and_the_bot_recovers(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    conflict = {"ok": False, "error_code": 409, "description": "Conflict: terminated by other getUpdates request"}
    with bot_running(double):
        double.wait_for_requests("getUpdates")
        double.fail("getUpdates", Fault(status=409, body=json.dumps(conflict)), times=3)
        double.steal_polling()
        double.wait_for_requests("getUpdates", 5)
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
    named = [text for text in caplog.messages if "Another process is polling with this bot's token" in text]
    assert len(named) == 1
    assert [text for text in caplog.messages if "Telegram serves again" in text]


def test_a_server_that_is_down_at_the_start_is_waited_for_with_one_line(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    double.stop()
    back = threading.Timer(0.7, double.restart)
    back.start()
    double.send_text(READER, "Why?")
    with bot_running(double):
        double.wait_for_messages(READER, 1)
    back.join()
    assert len([text for text in caplog.messages if "Telegram cannot be reached" in text]) == 1


def test_an_outage_while_running_is_survived(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
        double.stop()
        double.send_text(READER, "Who?")
        double.restart()
        double.wait_for_messages(READER, 2)


def test_a_ban_of_many_minutes_loses_nothing_and_holds_up_nobody_else(
    double: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app, "STOP_SECONDS", 0.3)
    double.fail("sendMessage", Fault(status=429, retry_after=1000))
    core = FakeCitegram()
    with bot_running(double, core):
        double.send_text(READER, "Why?")
        double.send_text(READER, "Who?")
        double.wait_for_requests("sendMessage")
        double.send_text(OTHER_READER, "When?")
        double.wait_for_messages(OTHER_READER, 1)
    assert double.messages(READER) == []
    with bot_running(double, core):
        why, who = double.wait_for_messages(READER, 2)
    assert (why.quotes, who.quotes) == (["You asked: Why?"], ["You asked: Who?"])


def test_a_stop_during_a_flood_wait_leaves_no_answered_question_to_come_again(double: TelegramDouble) -> None:
    with bot_running(double):
        double.wait_for_requests("getUpdates")
        double.fail("getUpdates", Fault(status=429, retry_after=30))
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
        double.wait_for_requests("getUpdates", 2)
        assert double.unconfirmed() == 1
    assert double.unconfirmed() == 0


def test_a_lost_reply_of_the_server_costs_at_most_a_repeat(double: TelegramDouble) -> None:
    double.fail("sendMessage", Fault(drop=True, late=True))
    with bot_running(double):
        double.send_text(READER, "Why?")
        messages = double.wait_for_messages(READER, 2)
    first, again = messages
    assert again.text == f"Sent again, as it is not certain that it arrived the first time:\n\n{first.text}"


def test_an_admin_is_told_once_of_a_second_process_with_the_same_token(double: TelegramDouble) -> None:
    conflict = {"ok": False, "error_code": 409, "description": "Conflict: terminated by other getUpdates request"}
    with bot_running(double, admins=frozenset({READER})):
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
        for _ in range(2):
            double.fail("getUpdates", Fault(status=409, body=json.dumps(conflict)), times=2)
            double.steal_polling()
            polls = len(double.calls("getUpdates"))
            double.wait_for_requests("getUpdates", polls + 3)
        double.send_text(READER, "Who?")
        messages = double.wait_for_messages(READER, 3)
    told = [message.text for message in messages if "Another process is polling with this bot's token" in message.text]
    assert len(told) == 1
