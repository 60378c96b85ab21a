"""Who is served and what the others are told."""

from __future__ import annotations

import pytest

from bot.access import OncePerPeriod
from tests.bot.running import OTHER_READER, READER, bot_running
from tests.telegram.double import TelegramDouble

GROUP = -1001


def test_a_stranger_is_told_once_which_id_to_send_to_the_operator(double: TelegramDouble) -> None:
    with bot_running(double, allowed_users=frozenset({READER})) as core:
        for text in ("/start", "Why?", "/ask Why?"):
            double.send_text(OTHER_READER, text)
        double.send(OTHER_READER, {"voice": {"file_id": "a", "file_unique_id": "a", "duration": 1}})
        double.send_text(READER, "Who?")
        double.wait_for_messages(READER, 1)
        (message,) = double.wait_for_messages(OTHER_READER, 1)
    assert message.text == f"This bot is private. To be let in, send its operator your Telegram id: {OTHER_READER}"
    assert core.asked == ["Who?"]


def test_a_stranger_in_a_group_is_told_only_when_asking_the_bot(double: TelegramDouble) -> None:
    with bot_running(double, allowed_users=frozenset({READER})) as core:
        double.send_text(OTHER_READER, "Just talking", chat=GROUP)
        double.send_text(OTHER_READER, "/ask Why?", chat=GROUP)
        double.send_text(READER, "/ask Who?", chat=GROUP)
        told, answer = double.wait_for_messages(GROUP, 2)
    assert str(OTHER_READER) in told.text
    assert answer.quotes == ["You asked: Who?"]
    assert core.asked == ["Who?"]


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"callback_query": {"id": "1", "chat_instance": "1", "data": "x"}}, id="button"),
        pytest.param({"inline_query": {"id": "1", "query": "Why?", "offset": ""}}, id="inline question"),
        pytest.param({"edited_message": {"message_id": 1, "date": 1, "text": "Why?"}}, id="edited message"),
    ],
)
def test_no_update_of_a_stranger_gets_past_the_guard(
    double: TelegramDouble, update: dict[str, dict[str, object]]
) -> None:
    stranger = {"id": OTHER_READER, "is_bot": False, "first_name": "Stranger"}
    chat = {"id": OTHER_READER, "type": "private", "first_name": "Stranger"}
    ((kind, fields),) = update.items()
    with bot_running(double, allowed_users=frozenset({READER})) as core:
        double.push(**{kind: {**fields, "from": stranger, **({"chat": chat} if "message" in kind else {})}})
        double.send_text(READER, "Who?")
        double.wait_for_messages(READER, 1)
        assert double.messages(OTHER_READER) == []
    assert core.asked == ["Who?"]


def test_with_an_empty_list_nobody_is_served_and_the_log_says_so(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    with bot_running(double, allowed_users=frozenset()) as core:
        double.send_text(READER, "Why?")
        (message,) = double.wait_for_messages(READER, 1)
    assert str(READER) in message.text
    assert core.asked == []
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "CITEGRAM_ALLOWED_USERS=12345678,87654321" in warning


def test_everybody_is_told_once_a_period() -> None:
    now = [0.0]
    turns = OncePerPeriod(3600.0, 10, lambda: now[0])
    allowed = []
    for moment in (0.0, 3599.0, 3600.0, 3601.0, 7200.0):
        now[0] = moment
        allowed.append(turns.allows(1))
    assert allowed == [True, False, True, False, True]
    assert turns.allows(2)


def test_only_so_many_people_are_remembered() -> None:
    turns = OncePerPeriod(3600.0, 3, lambda: 0.0)
    assert all(turns.allows(user) for user in range(4))
    assert turns.allows(0)  # forgotten
    assert not turns.allows(3)
