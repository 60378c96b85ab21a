"""Buttons that ask something: they count as questions, once, and are for whoever they were offered to."""

from __future__ import annotations

from tests.bot.running import OTHER_READER, READER, bot_running
from tests.bot.tapping import opened, said, tap, until
from tests.building import article
from tests.fakes import FakeCitegram
from tests.telegram.double import BOT_NAME, TelegramDouble

GROUP = -1001
SLOW = article("slow", "The ferry was late.", "wait 0.4 on the pier", published="2026-06-06")
OTHERS = "This button is only for whoever it was offered to."


def told(double: TelegramDouble, press: str) -> dict[str, object]:
    """Return what a press was answered with."""
    until(lambda: double.press_answer(press) is not None, "answer to the press")
    return double.press_answer(press) or {}


def test_a_question_by_a_button_counts_as_one(double: TelegramDouble) -> None:
    with bot_running(double, questions_per_minute=2) as core:
        welcome = said(double, "/start", READER)
        opened(double, READER, welcome, "bridge")
        refused = told(double, tap(double, READER, welcome, "whale"))
        theirs = said(double, "/start", OTHER_READER)
        opened(double, OTHER_READER, theirs, "bridge")
    assert len(core.asked) == 2
    assert refused["text"] in {
        f"That was faster than I can answer. Please wait {seconds} seconds and tap again." for seconds in (29, 30)
    }
    assert refused["show_alert"]


def test_a_double_tap_asks_once_and_a_later_tap_again(double: TelegramDouble) -> None:
    with bot_running(double, FakeCitegram((SLOW,))) as core:
        page = said(double, "/article 1", READER)
        presses = [tap(double, READER, page, "Ask about") for _ in range(3)]
        double.wait_for_messages(READER, 2)
        for press in presses:
            told(double, press)
        said(double, "Who?", READER)
        opened(double, READER, page, "Ask about")
    assert core.asked == ["What is “wait 0.4 on the pier” about?", "Who?", "What is “wait 0.4 on the pier” about?"]
    assert len(double.messages(READER)) == 4


def test_a_command_that_was_offered_is_carried_out_for_whoever_made_it_only(double: TelegramDouble) -> None:
    with bot_running(double):
        said(double, "/focus 1", READER, chat=GROUP)
        offer = said(double, f"/unfocsu@{BOT_NAME} now", READER, chat=GROUP)
        refused = told(double, tap(double, OTHER_READER, offer, "/unfocus"))
        assert len(double.messages(GROUP)) == 2
        done = opened(double, READER, offer, "/unfocus")
    assert refused["text"] == OTHERS
    assert done.text == "I answer from all articles again."


def test_a_changed_message_is_asked_for_its_writer_only(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        said(double, "/ask Why?", READER, chat=GROUP)
        double.edit_text(READER, double.last_message_id(GROUP), "/ask Why not?", chat=GROUP)
        offer = double.wait_for_messages(GROUP, 2)[-1]
        double.send_text(READER, "/ask wait 0.3", chat=GROUP)  # while that is in hand, both presses come
        presses = [tap(double, user, offer, "Answer it") for user in (OTHER_READER, READER)]
        double.wait_for_messages(GROUP, 4)
        refused = told(double, presses[0])
        double.edit_text(READER, double.last_message_id(GROUP), "/forget", chat=GROUP)
        anew = double.wait_for_messages(GROUP, 5)[-1]
    assert refused["text"] == OTHERS
    assert sorted(core.asked) == ["Why not?", "Why?", "wait 0.3"]
    assert anew.keyboard == ()
