"""The real application against the strict double: what readers send and what they get."""

from __future__ import annotations

from typing import Any

import pytest

import bot.app
from tests.bot.running import OTHER_READER, READER, bot_running
from tests.fakes import FakeCitegram
from tests.telegram.double import BOT_ID, BOT_NAME, TelegramDouble

GROUP = -1001
PHOTO = [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]
STICKER = {
    "file_id": "a", "file_unique_id": "a", "type": "regular", "width": 1, "height": 1, "is_animated": False,
    "is_video": False,
}  # fmt: skip
VOICE = {"file_id": "a", "file_unique_id": "a", "duration": 1}


def test_a_question_gets_its_quote_with_link_source_author_and_date(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "Why is the bridge closed?")
        (message,) = double.wait_for_messages(READER, 1)
    assert message.quotes == ["You asked: Why is the bridge closed?"]
    assert message.text.startswith("1. Harbour bridge closes for repairs\nHarbour Post · Ada Brook · 3 March 2026\n")
    assert message.parsed.links() == [
        (
            "Harbour bridge closes for repairs",
            "https://news.example/articles/1#:~:text=You%20asked%3A%20Why%20is%20the%20bridge%20closed%3F",
        )
    ]


def test_no_answer_unfolds_a_preview_of_its_link(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
    assert [call.fields["link_preview_options"] for call in double.calls("sendMessage")] == [{"is_disabled": True}]


def test_a_refusal_names_the_nearest_article_and_the_period(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "Is this unknown?")
        (message,) = double.wait_for_messages(READER, 1)
    assert message.text == (
        "The articles do not say.\n\nNearest articles:\n"
        "• Harbour bridge closes for repairs (3 March 2026)\n\nThe articles cover 3 March 2024 to 5 May 2026."
    )
    assert message.parsed.links() == [("Harbour bridge closes for repairs", "https://news.example/articles/1")]


def test_typing_is_shown_while_an_answer_is_made(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "wait 1")
        (action,) = double.wait_for_requests("sendChatAction")
        assert double.messages(READER) == []
        double.wait_for_messages(READER, 1)
    assert action.fields == {"chat_id": READER, "action": "typing"}


def test_start_says_what_the_bot_knows(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "/start")
        (message,) = double.wait_for_messages(READER, 1)
    assert (
        "I know 3 articles from Harbour Post, Meadow Gazette. The articles cover 5 May 2024 to 10 April" in message.text
    )


def test_start_on_an_empty_catalogue_says_how_to_fill_it(double: TelegramDouble) -> None:
    with bot_running(double, FakeCitegram(())) as core:
        double.send_text(READER, "/start")
        double.send_text(READER, "Why?")
        messages = double.wait_for_messages(READER, 2)
    for message in messages:
        assert f"no articles yet in {core.catalog.path.parent}. Add some with citegram-ingest PATH ..." in message.text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({"text": "/help"}, "Type a question in your own words", id="help"),
        pytest.param({"text": "/strat"}, "Did you mean /start?", id="command with a typo"),
        pytest.param({"text": "/weather"}, "I do not know that command", id="unknown command"),
        pytest.param({"text": "/ask"}, "What would you like to know?", id="ask without a question"),
        pytest.param({"text": "/ask Why?"}, "You asked: Why?", id="ask"),
        pytest.param({"text": "/ask\nWhy?"}, "You asked: Why?", id="ask with the question on the next line"),
        pytest.param({"photo": PHOTO}, "I can read only text", id="photo"),
        pytest.param({"photo": PHOTO, "caption": "Why?"}, "You asked: Why?", id="photo with words"),
        pytest.param({"sticker": STICKER}, "I can read only text", id="sticker"),
        pytest.param({"voice": VOICE}, "I can read only text", id="voice"),
        pytest.param({"text": "broken"}, "Something went wrong", id="a core that raises"),
    ],
)
def test_everything_gets_one_reply(double: TelegramDouble, content: dict[str, Any], expected: str) -> None:
    with bot_running(double):
        if "text" in content:
            double.send_text(READER, str(content["text"]))
        else:
            double.send(READER, content)
        double.wait_for_messages(READER, 1)
        double.send_text(READER, "And then?")
        first, second = double.wait_for_messages(READER, 2)
    assert expected in first.text
    assert "And then?" in second.text


def test_an_edited_message_is_answered_only_when_its_writer_wants_that(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
        message = {
            "message_id": 1, "date": 1, "edit_date": 2, "text": "Why not?", "from": {"id": READER, "is_bot": False,
            "first_name": "R"}, "chat": {"id": READER, "type": "private"},
        }  # fmt: skip
        double.push(edited_message=message)
        _, offer = double.wait_for_messages(READER, 2)
        assert offer.text == "You changed your message. Shall I answer it as it is now?"
        assert core.asked == ["Why?"]
        double.press(READER, READER, offer.message_id, offer.keyboard[0][0]["callback_data"])
        double.wait_for_messages(READER, 3)
    assert core.asked == ["Why?", "Why not?"]


def test_only_what_is_handled_is_asked_for(double: TelegramDouble) -> None:
    with bot_running(double):
        (call, *_) = double.wait_for_requests("getUpdates")
    assert call.fields["allowed_updates"] == ["message", "edited_message", "callback_query"]


def test_answers_of_one_chat_come_in_the_order_of_its_questions(double: TelegramDouble) -> None:
    with bot_running(double):
        for question in ("wait 0.6 first", "wait 0.1 second", "third"):
            double.send_text(READER, question)
        messages = double.wait_for_messages(READER, 3)
    assert [message.quotes[0].split()[-1] for message in messages] == ["first", "second", "third"]


def test_a_slow_answer_holds_up_no_other_chat(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "wait 1.5 slow")
        double.wait_for_requests("sendChatAction")
        double.send_text(OTHER_READER, "fast")
        double.wait_for_messages(OTHER_READER, 1)
        assert double.messages(READER) == []
        double.wait_for_messages(READER, 1)


def test_many_questions_of_one_chat_hold_up_no_other_chat(double: TelegramDouble) -> None:
    with bot_running(double):
        for _ in range(12):
            double.send_text(READER, "wait 0.3")
        double.send_text(OTHER_READER, "fast")
        (message,) = double.wait_for_messages(OTHER_READER, 1, timeout=2)
        double.block(READER)
        assert len(double.messages(READER)) < 6
    assert message.quotes == ["You asked: fast"]


def test_the_number_of_answers_made_at_once_is_bounded(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        for reader in range(5000, 5016):
            double.send_text(reader, "wait 0.2")
        for reader in range(5000, 5016):
            double.wait_for_messages(reader, 1)
    assert core.most_at_once == 8


def test_a_long_answer_is_split_between_quotes_and_comes_whole(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "a long one")
        messages = double.wait_for_messages(READER, 2)
    quotes = [quote for message in messages for quote in message.quotes]
    assert [quote.strip() for quote in quotes] == [f"{n} " + ("The bridge is closed. " * 81).strip() for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        pytest.param("Why?", {}, None, id="talk among people"),
        pytest.param("@somebody Why?", {}, None, id="somebody else is named"),
        pytest.param("/ask Why?", {}, "You asked: Why?", id="ask"),
        pytest.param(f"/ask@{BOT_NAME} Why?", {}, "You asked: Why?", id="ask by name"),
        pytest.param("/ask@other_bot Why?", {}, None, id="another bot is asked"),
        pytest.param("/weather", {}, None, id="another bot's command"),
        pytest.param(f"/weather@{BOT_NAME}", {}, "I do not know that command", id="unknown command by name"),
        pytest.param(f"@{BOT_NAME} Why?", {}, "You asked: Why?", id="mention"),
        pytest.param(f"Why, @{BOT_NAME.upper()}?", {}, "You asked: Why, ?", id="mention in other case"),
        pytest.param("Why?", {"reply_to_message": BOT_ID}, "You asked: Why?", id="reply to the bot"),
        pytest.param("Why?", {"reply_to_message": OTHER_READER}, None, id="reply to somebody else"),
    ],
)
def test_in_groups_only_what_is_meant_for_the_bot_is_answered(
    double: TelegramDouble, text: str, more: dict[str, int], expected: str | None
) -> None:
    replied: dict[str, Any] = {
        name: {
            "message_id": 1, "date": 1, "chat": {"id": GROUP, "type": "supergroup", "title": "Group"}, "text": "x",
            "from": {"id": author, "is_bot": author == BOT_ID, "first_name": "A"},
        }
        for name, author in more.items()
    }  # fmt: skip
    with bot_running(double):
        double.send_text(READER, text, chat=GROUP, **replied)
        double.send_text(READER, "/ask the end", chat=GROUP)
        messages = double.wait_for_messages(GROUP, 1 if expected is None else 2)
    texts = [message.text for message in messages]
    assert len(texts) == (1 if expected is None else 2)
    assert expected is None or expected in texts[0]
    assert "the end" in texts[-1]
    assert all(message.reply_to is not None for message in messages)


def test_an_answer_stays_in_the_topic_of_its_question(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "/ask Why?", chat=GROUP, message_thread_id=7, is_topic_message=True)
        (message,) = double.wait_for_messages(GROUP, 1)
    assert message.topic == 7


def test_a_bot_is_never_answered(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        author = {"from": {"id": 1, "is_bot": True, "first_name": "B"}}
        double.send(READER, {"text": f"@{BOT_NAME} hi", **author}, chat=GROUP)
        double.send_text(READER, "/ask Why?", chat=GROUP)
        double.wait_for_messages(GROUP, 1)
    assert core.asked == ["Why?"]


def test_that_somebody_joins_a_group_is_not_remarked_upon(double: TelegramDouble) -> None:
    joined = {"new_chat_members": [{"id": BOT_ID, "is_bot": True, "first_name": "Citegram"}]}
    with bot_running(double):
        double.send(READER, joined, chat=GROUP)
        double.send_text(READER, "/ask Why?", chat=GROUP)
        (message,) = double.wait_for_messages(GROUP, 1)
    assert message.quotes == ["You asked: Why?"]


def test_a_stop_does_not_wait_for_ever(
    double: TelegramDouble, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bot.app, "STOP_SECONDS", 0.3)
    with bot_running(double):
        double.send_text(READER, "wait 60")
        double.wait_for_requests("sendChatAction")
    assert caplog.messages == ["Messages left for the next start: 1."]
    assert double.messages(READER) == []


def test_the_model_is_loaded_while_the_bot_starts(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        assert core.warmed.wait(10)


def test_one_person_has_so_many_answers_worked_on_at_once_and_others_are_not_held_up(double: TelegramDouble) -> None:
    groups = [GROUP - n for n in range(5)]
    with bot_running(double) as core:
        for group in groups:
            double.send_text(READER, "/ask wait 1", chat=group)
        double.send_text(OTHER_READER, "Why?")
        double.wait_for_messages(OTHER_READER, 1)
        texts = [double.wait_for_messages(group, 1)[0].text for group in groups]
    refused = [text for text in texts if "still working on 3 questions" in text]
    assert len(refused) == 2
    assert len(core.asked) == 4
