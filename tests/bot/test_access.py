"""Who is served, how somebody is let in, and what the others are told."""

from __future__ import annotations

import re

import pytest

from bot.access import OncePerPeriod
from tests.bot.running import OTHER_READER, READER, bot_running
from tests.bot.tapping import tap, until
from tests.fakes import FakeCitegram
from tests.telegram.double import TelegramDouble

GROUP = -1001
NOBODY = frozenset[int]()
LINK = re.compile(r"https://t\.me/citegram_test_bot\?start=(\w[\w-]+)")


def claim_code(caplog: pytest.LogCaptureFixture) -> str:
    """Return the payload of the newest claim link in the log."""
    codes = [found.group(1) for text in caplog.messages if (found := LINK.search(text))]
    return codes[-1]


def test_a_stranger_is_told_once_which_id_to_send_to_the_operator(double: TelegramDouble) -> None:
    with bot_running(double, allowed_users=frozenset({READER})) as core:
        for text in ("/start", "Why?", "/ask Why?"):
            double.send_text(OTHER_READER, text)
        double.send_voice(OTHER_READER)
        double.send_text(READER, "Who?")
        double.wait_for_messages(READER, 1)
        (message,) = double.wait_for_messages(OTHER_READER, 1)
    assert message.text.startswith("This bot is private.")
    assert message.text.endswith(f" {OTHER_READER}")
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


def test_a_stranger_who_taps_a_button_is_told_why_nothing_happens(double: TelegramDouble) -> None:
    with bot_running(double, allowed_users=frozenset({READER})):
        double.send_text(READER, "/ask where is rust?", chat=GROUP)
        (answer,) = double.wait_for_messages(GROUP, 1)
        double.speaks(OTHER_READER, "ru")
        presses = [tap(double, user, answer, "Sources") for user in (OTHER_READER, READER)]
        double.wait_for_messages(GROUP, 2)
        until(lambda: all(double.press_answer(press) is not None for press in presses), "answers to the presses")
    assert (double.press_answer(presses[0]) or {})["text"] == "Это закрытый бот. Попросите у его владельца приглашение."
    assert len(double.messages(GROUP)) == 2


def test_with_nobody_named_only_the_opener_of_the_logged_link_is_served_and_as_admin(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    core = FakeCitegram()
    with bot_running(double, core, allowed_users=NOBODY):
        double.send_text(OTHER_READER, "Why?")
        (told,) = double.wait_for_messages(OTHER_READER, 1)
        code = claim_code(caplog)
        double.start(READER, code)
        (claimed, *_) = double.wait_for_messages(READER, 2)
        double.start(OTHER_READER, code)  # it works once
        double.send_text(READER, "Who?")
        double.wait_for_messages(READER, 3)
    caplog.clear()
    with bot_running(double, core, allowed_users=NOBODY):  # and is not needed again
        double.send_text(READER, "When?")
        double.wait_for_messages(READER, 4)
    assert "private" in told.text
    assert claimed.text.startswith("You are the admin of this bot")
    assert core.asked == ["Who?", "When?"]
    assert len(double.messages(OTHER_READER)) == 1
    assert not [text for text in caplog.messages if LINK.search(text)]


def test_a_link_of_an_earlier_start_is_worth_nothing(double: TelegramDouble, caplog: pytest.LogCaptureFixture) -> None:
    core = FakeCitegram()
    with bot_running(double, core, allowed_users=NOBODY):
        double.wait_for_requests("getUpdates")
        old = claim_code(caplog)
    with bot_running(double, core, allowed_users=NOBODY):
        until(lambda: claim_code(caplog) != old, "new link")
        double.start(READER, old)
        (told,) = double.wait_for_messages(READER, 1)
    assert "private" in told.text


def test_an_admin_invites_one_reader_with_each_link_and_can_end_it(double: TelegramDouble) -> None:
    with bot_running(double, allowed_users=NOBODY, admins=frozenset({READER})) as core:
        double.send_text(READER, "/invite")
        (invitation,) = double.wait_for_messages(READER, 1)
        link = LINK.search(invitation.text)
        assert link is not None
        double.start(OTHER_READER, link.group(1))
        welcome, _ = double.wait_for_messages(OTHER_READER, 2)
        double.send_text(OTHER_READER, "/invite")
        refused = double.wait_for_messages(OTHER_READER, 3)[-1]
        double.send_text(OTHER_READER, "Why?")
        double.wait_for_messages(OTHER_READER, 4)
        double.start(OTHER_READER + 1, link.group(1))
        (told,) = double.wait_for_messages(OTHER_READER + 1, 1)
        double.send_text(READER, "/members")
        members = double.wait_for_messages(READER, 2)[-1]
        double.press(READER, READER, members.message_id, members.keyboard[0][0]["callback_data"])
        double.wait_for_requests("editMessageText")
        double.send_text(OTHER_READER, "Who?")
        away = double.wait_for_messages(OTHER_READER, 5)[-1]
    assert welcome.text.startswith("Welcome!")
    assert refused.text == "Only an admin of this bot can do that."
    assert "private" in told.text
    assert "private" in away.text
    assert core.asked == ["Why?"]


def test_a_reader_who_is_removed_can_press_no_button_any_more(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core, allowed_users=frozenset({READER, OTHER_READER})):
        double.send_text(OTHER_READER, "where is rust?")
        (answer,) = double.wait_for_messages(OTHER_READER, 1)
    with bot_running(double, core, allowed_users=frozenset({READER})):
        double.press(OTHER_READER, OTHER_READER, answer.message_id, answer.keyboard[0][0]["callback_data"])
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
    assert len(double.messages(OTHER_READER)) == 1


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
