"""The buttons under an answer, for as long as the answer stands in the chat."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from bot.stores.database import Database
from tests.bot.running import OTHER_READER, READER, bot_running
from tests.bot.tapping import labels, now, opened, tap, turned, until
from tests.building import BRIDGE, article, put
from tests.fakes import ARTICLES, LONG, FakeCitegram
from tests.telegram.double import Sent, TelegramDouble

GROUP = -1001


def asked(double: TelegramDouble, question: str, chat: int = READER) -> Sent:
    """Ask and return the answer."""
    before = len(double.messages(chat))
    double.send_text(READER, question if chat > 0 else f"/ask {question}", chat=chat)
    return double.wait_for_messages(chat, before + 1)[-1]


def numbers(message: Sent) -> list[int]:
    """Return the numbers of the quotes in a message."""
    heads = [line.partition(". ")[0] for line in message.text.splitlines()]
    return [int(head) for head in heads if head.isdigit()]


def test_context_shows_the_paragraph_with_the_quote_in_bold_and_pages_both_ways(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is Part 6 of?")
        tap(double, READER, answer, "Context")
        page = double.wait_for_messages(READER, 2)[-1]
        bold = page.parsed.slices("Bold")
        pages = [page.text]
        for label in ("▶", "▶", "◀", "◀", "◀"):
            tap(double, READER, page, label)
            page = double.wait_for_edit(READER, page.message_id, page.edits + 1)
            pages.append(page.text)
    assert answer.quotes[0] in bold
    assert pages[1] == pages[3]
    assert pages[0] == pages[4]
    assert len(set(pages)) == 4
    assert len(double.messages(READER)) == 2
    assert all(text.split("\n\n")[1].strip() in LONG for text in pages)


def test_more_quotes_the_next_best_until_there_is_no_more(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is A lamp shone?")
        quoted = list(answer.quotes)
        message = answer
        while "More" in labels(message):
            count = len(double.messages(READER))
            tap(double, READER, message, "More")
            message = double.wait_for_messages(READER, count + 1)[-1]
            quoted += message.quotes
    assert len(quoted) > 3
    assert len(quoted) == len(set(quoted))
    assert all(quote in LONG for quote in quoted)
    assert [n for one in double.messages(READER) for n in numbers(one)] == list(range(1, len(quoted) + 1))


def test_a_second_tap_on_more_shows_nothing_anew_and_the_next_message_goes_on(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is A lamp shone?")
        further = opened(double, READER, answer, "More")
        again = tap(double, READER, answer, "More")
        until(lambda: double.press_answer(again) is not None, "note")
        last = opened(double, READER, further, "More")
    assert (double.press_answer(again) or {})["text"] == "These quotes are further down already."
    assert len(double.messages(READER)) == 3
    assert [numbers(message) for message in (answer, further, last)] == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def test_more_passes_over_quotes_that_are_gone(double: TelegramDouble) -> None:
    seen = {
        "newest": ("red barges", "green herons", "blue ropes"),
        "newer": ("white crates", "amber sails", "pink eels"),
        "old": ("grey moss", "brown nets", "black anchors"),
    }
    lamps = [
        article(name, " ".join(f"A lamp shone on {one}." for one in things), published=f"2026-01-0{day}")
        for day, (name, things) in zip((3, 2, 1), seen.items(), strict=True)
    ]
    core = FakeCitegram(lamps)
    with bot_running(double, core):
        answer = asked(double, "where is A lamp shone?")
        core.catalog.remove("newer")
        further = opened(double, READER, answer, "More")
        rated = turned(double, READER, further, "👍")
    assert numbers(further) == [7, 8, 9]
    assert labels(rated) == [*labels(further)[:-2], "👍 ✓", "👎"]


def test_two_taps_on_more_at_once_show_nothing_twice(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is A lamp shone?")
        presses = [tap(double, READER, answer, "More") for _ in range(2)]
        double.wait_for_requests("answerCallbackQuery", len(presses))
        double.send_text(READER, "the end")
        until(lambda: "the end" in double.messages(READER)[-1].text, "the end")
    quoted = [quote for message in double.messages(READER)[:-1] for quote in message.quotes]
    assert len(quoted) == len(set(quoted))


def test_sources_list_what_was_considered_and_open_it_beside_the_list(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is A lamp shone?")
        listed = opened(double, READER, answer, "Sources")
        passage = opened(double, READER, listed, "2")
        turned(double, READER, listed, "▶")
        turned(double, READER, passage, "▶")
    assert "The tower on the north pier" in listed.text
    assert "lamp shone" in passage.text
    assert len(double.messages(READER)) == 3
    assert now(double, answer).edits == 0


@pytest.mark.parametrize("label", ["Context 1", "Sources"])
def test_an_answer_that_is_not_known_as_one_is_not_overwritten(double: TelegramDouble, label: str) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        answer = asked(double, "where is A lamp shone?")
    with closing(Database.in_directory(core.catalog.path.parent)) as database, database.transaction() as connection:
        connection.execute("DELETE FROM messages")
    with bot_running(double, core):
        tap(double, READER, answer, label)
        double.wait_for_requests("answerCallbackQuery")
    assert now(double, answer).edits == 0
    assert len(double.messages(READER)) == 2


def test_a_rating_is_taken_and_a_bad_one_asked_for_its_reason(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is rust?")
        before = labels(answer)
        disliked = turned(double, READER, answer, "👎")
        reasons = labels(disliked)[:4]
        rated = turned(double, READER, disliked, reasons[1])
        liked = turned(double, READER, rated, "👍")
    assert reasons == ["Not what I asked", "Something is missing", "Out of date", "Something else"]
    assert labels(disliked)[4:] == labels(rated) == [*before[:-1], "👎 ✓"]
    assert labels(liked) == [*before[:-2], "👍 ✓", "👎"]
    notes = [call.fields.get("text") for call in double.calls("answerCallbackQuery")]
    assert notes == ["What was wrong?", "Thank you, noted.", "Thank you!"]


def test_everybodys_rating_counts_however_fast_they_follow_each_other(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        answer = asked(double, "where is rust?", chat=GROUP)
        presses = [tap(double, user, answer, "👍") for user in (READER, OTHER_READER)]
        until(lambda: all(double.press_answer(press) is not None for press in presses), "thanks")
    with closing(Database.in_directory(core.catalog.path.parent)) as database, database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM ratings").fetchone()[0] == 2


def test_a_rating_leaves_the_buttons_of_the_quotes_that_the_message_shows(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is A lamp shone?")
        further = opened(double, READER, answer, "More")
        rated = [turned(double, READER, message, "👍") for message in (answer, further)]
        reasons = turned(double, READER, rated[1], "👎")
        explained = turned(double, READER, reasons, "Out of date")
    assert labels(rated[0]) == ["Context 1", "Context 2", "Context 3", "Sources", "More", "👍 ✓", "👎"]
    assert labels(rated[1]) == ["Context 4", "Context 5", "Context 6", "Sources", "More", "👍 ✓", "👎"]
    assert labels(explained) == ["Context 4", "Context 5", "Context 6", "Sources", "More", "👍", "👎 ✓"]
    assert [further.data("More"), answer.data("More")] == [rated[1].data("More"), rated[0].data("More")]


@pytest.mark.parametrize("label", ["Context", "Sources", "👍"])
def test_buttons_work_after_a_restart(double: TelegramDouble, label: str) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        answer = asked(double, "where is rust?")
    with bot_running(double, core):
        tap(double, READER, answer, label)
        double.wait_for_requests("answerCallbackQuery")
        until(lambda: len(double.messages(READER)) == 2 or now(double, answer).edits == 1, "what it does")


def test_a_button_whose_message_telegram_shows_no_more_still_works(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is rust?")
        data = answer.keyboard[0][0]["callback_data"]
        double.press(READER, READER, answer.message_id, data, old=True)
        context = double.wait_for_messages(READER, 2)[-1]
    assert answer.quotes[0] in context.parsed.slices("Bold")


def test_a_button_says_so_when_the_article_has_changed(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        answer = asked(double, "where is rust?")
        put(core.catalog, replace(ARTICLES[0], text=BRIDGE.replace("rust", "cracks")))
        tap(double, READER, answer, "Context")
        double.wait_for_requests("answerCallbackQuery")
    (told,) = double.calls("answerCallbackQuery")
    assert "has been changed since this answer" in told.fields["text"]
    assert told.fields["show_alert"]
    assert len(double.messages(READER)) == 1


def test_a_button_says_so_when_the_article_was_removed(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        answer = asked(double, "where is rust?")
        core.catalog.remove("bridge")
        tap(double, READER, answer, "Context")
        double.wait_for_requests("answerCallbackQuery")
    (told,) = double.calls("answerCallbackQuery")
    assert told.fields["text"] == "This article has been removed."


def test_an_article_without_a_link_comes_as_a_file_with_the_quote_marked(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is sperm whale?")
        tap(double, READER, answer, "Full text")
        sent = double.wait_for_messages(READER, 2)[-1]
    assert sent.document is not None
    page = sent.document.content.decode()
    assert sent.document.name.endswith(".html")
    assert "<mark" in page
    assert answer.quotes[0] in page
    assert answer.parsed.links() == []


def test_an_article_with_a_link_has_no_full_text_button(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is rust?")
    assert "Full text" not in labels(answer)
    assert answer.parsed.links()


def test_nobody_reaches_the_answers_of_another_chat(double: TelegramDouble) -> None:
    with bot_running(double):
        mine = asked(double, "where is rust?")
        double.send_text(OTHER_READER, "where is whale?")
        (theirs,) = double.wait_for_messages(OTHER_READER, 1)
        data = mine.keyboard[0][0]["callback_data"]
        message = {
            "message_id": theirs.message_id, "date": 1, "chat": {"id": OTHER_READER, "type": "private"}, "text": "x",
        }  # fmt: skip
        user = {"id": OTHER_READER, "is_bot": False, "first_name": "R"}
        double.push(callback_query={"id": "77", "chat_instance": "1", "from": user, "message": message, "data": data})
        double.send_text(OTHER_READER, "the end")
        messages = double.wait_for_messages(OTHER_READER, 2)
    assert messages[-1].quotes == ["You asked: the end"]
    assert len(messages) == 2


def test_a_reply_to_an_older_answer_continues_from_it(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        first = asked(double, "Who closed the bridge?")
        asked(double, "Who bought the whale?")
        double.send_text(READER, "Why?", reply_to=first.message_id)
        double.wait_for_messages(READER, 3)
    assert [turn.content for turn in core.questions[-1].history] == ["Who closed the bridge?"]


def test_a_question_follows_the_one_before_it_until_new(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        asked(double, "Who closed the bridge?")
        asked(double, "Why?")
        asked(double, "/new")
        asked(double, "When?")
    histories = [[turn.content for turn in question.history] for question in core.questions]
    assert histories == [[], ["Who closed the bridge?"], []]


def test_in_a_group_context_answers_the_answer(double: TelegramDouble) -> None:
    with bot_running(double):
        answer = asked(double, "where is rust?", chat=GROUP)
        tap(double, READER, answer, "Context")
        context = double.wait_for_messages(GROUP, 2)[-1]
    assert context.reply_to == answer.message_id


@pytest.mark.parametrize("data", ["", "zzz", "m:999999:4", "c:1:99", "v:999:1:1:3", "l:999:0", "g:999", "d:1"])
def test_a_button_that_nothing_stands_behind_is_answered(double: TelegramDouble, data: str) -> None:
    message = {"message_id": 5, "date": 1, "chat": {"id": READER, "type": "private"}, "text": "x"}
    user = {"id": READER, "is_bot": False, "first_name": "R"}
    press = {"id": "77", "chat_instance": "1", "from": user, "message": message, "data": data}
    with bot_running(double):
        double.push(callback_query=press)
        double.send_text(READER, "Why?")
        messages = double.wait_for_messages(READER, 1)
    assert messages[-1].quotes == ["You asked: Why?"]
