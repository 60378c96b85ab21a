"""Whatever people send gets one helpful reply: never silence, and never an answer that nobody asked for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.bot.running import OTHER_READER, READER, bot_running
from tests.bot.tapping import until
from tests.telegram.double import BOT_NAME, Sent, TelegramDouble
from tests.telegram.users import PHOTO, STICKER, VOICE

GROUP = -1001
LAST = "the end"
ONLY_TEXT = "I can read only text. Please type your question."
CHANGED = "You changed your message. Shall I answer it as it is now?"
HELLO = "Hello! Ask me something in plain words, and I answer with exact quotes from the articles."
WELCOME = "You are welcome. Ask whenever you like."
SOMEBODY = {"id": 77, "is_bot": False, "first_name": "Somebody"}
FORWARDED: dict[str, Any] = {"forward_origin": {"type": "user", "date": 1, "sender_user": SOMEBODY}}
CHANNEL: dict[str, Any] = {"id": -100500, "type": "channel", "title": "Harbour news"}
ANONYMOUS: dict[str, Any] = {
    "from": {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"},
    "sender_chat": {"id": GROUP, "type": "supergroup", "title": "Group"},
}
AS_CHANNEL: dict[str, Any] = {
    "from": {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"},
    "sender_chat": CHANNEL,
}
CHANNEL_POST: dict[str, Any] = {
    "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
    "sender_chat": CHANNEL,
    "is_automatic_forward": True,
}


def replies(double: TelegramDouble, chat: int = READER) -> list[str]:
    """End the conversation with one more question and return the texts of all replies before its answer."""
    double.send_text(READER, f"/ask {LAST}", chat=chat)
    until(lambda: any(LAST in sent.text for sent in double.messages(chat)), "answer to the last question")
    return [short(sent) for sent in double.messages(chat)][:-1]


def short(sent: Sent) -> str:
    """Return the question that a message answers, else its text."""
    asked = [quote.removeprefix("You asked: ") for quote in sent.quotes if quote.startswith("You asked: ")]
    return asked[0] if asked else sent.text


# Talk and questions of all sizes


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(["Hello!", "Guten Tag", "¡Hola!", "Bonjour", "ciao :)", "👋"], HELLO, id="greetings"),
        pytest.param(["Thanks a lot!", "Vielen Dank.", "Gracias", "merci 🙏", "thx"], WELCOME, id="thanks"),
    ],
)
def test_greetings_and_thanks_are_returned_in_kind(double: TelegramDouble, said: list[str], expected: str) -> None:
    with bot_running(double) as core:
        for number, text in enumerate(said):
            double.send_text(READER + number, text)
        for number in range(len(said)):
            (reply,) = double.wait_for_messages(READER + number, 1)
            assert reply.text == expected
    assert core.asked == []


def test_talk_is_in_the_language_of_whoever_talks(double: TelegramDouble) -> None:
    double.speaks(READER, "ru")
    with bot_running(double):
        double.send_text(READER, "Привет!")
        double.send_text(READER, "Спасибо")
        hello, welcome = double.wait_for_messages(READER, 2)
    assert hello.text.startswith("Здравствуйте")
    assert welcome.text.startswith("Пожалуйста")


def test_bare_keywords_are_searched_and_a_question_is_suggested_if_nothing_is_found(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "bridge")
        double.send_text(READER, "unknown tunnel")
        double.send_text(READER, "Is there an unknown tunnel?")
        found, nothing, refusal = double.wait_for_messages(READER, 3)
    assert found.quotes == ["You asked: bridge"]
    assert "A whole question often finds more than a word or two." in nothing.text
    assert "A whole question" not in refusal.text


@pytest.mark.parametrize(
    ("text", "count"), [pytest.param("why " * 300, 1200, id="a message"), pytest.param("w" * 1001, 1001, id="a word")]
)
def test_a_question_that_is_too_long_is_sent_back(double: TelegramDouble, text: str, count: int) -> None:
    with bot_running(double) as core:
        double.send_text(READER, text.strip())
        (reply,) = double.wait_for_messages(READER, 1)
    assert reply.text.startswith("This is too long for a question:")
    assert core.asked == []


# One question in several messages


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param(["Here is what I read,", "is it true?"], ["Here is what I read, is it true?"], id="a comma"),
        pytest.param(["Who shut the bridge and", "when and", "why?"], ["Who shut the bridge and when and why?"],
                     id="three parts"),
        pytest.param(["Кто закрыл мост и", "почему?"], ["Кто закрыл мост и почему?"], id="Russian"),
        pytest.param(["/ask Who shut it and", "why?"], ["Who shut it and why?"], id="behind a command"),
        pytest.param(["Who shut it and", "/latest"], ["Who shut it and", "The newest articles"], id="then a command"),
        pytest.param(["Who shut it?", "Why?"], ["Who shut it?", "Why?"], id="two questions"),
        pytest.param(["/latest and", "Why?"], ["The newest articles", "Why?"], id="another command"),
    ],
)  # fmt: skip
def test_a_question_in_parts_is_answered_once(double: TelegramDouble, parts: list[str], expected: list[str]) -> None:
    with bot_running(double):
        for part in parts:
            double.send_text(READER, part)
        texts = replies(double)
    assert [text.splitlines()[0] for text in texts] == expected


def test_a_text_that_the_app_has_cut_gets_one_reply(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        for part in ("w" * 4096, "w" * 4096, "w" * 100):
            double.send_text(READER, part)
        (reply,) = replies(double)
    assert "8292 characters" in reply.replace(",", "").replace("\u202f", "").replace("\xa0", "")
    assert core.asked == [LAST]


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        pytest.param({"sticker": STICKER}, ["Who shut it and", ONLY_TEXT, "why?"], id="a sticker"),
        pytest.param({"location": {"longitude": 1.0, "latitude": 2.0}}, ["Who shut it and", ONLY_TEXT, "why?"],
                     id="a location"),
        pytest.param({"photo": PHOTO, "caption": "Look"}, ["Who shut it and", "Look", "why?"], id="a photo"),
        pytest.param({"text": "I mean this one:", **FORWARDED}, ["Who shut it and I mean this one: why?"],
                     id="something passed on"),
    ],
)  # fmt: skip
def test_what_comes_between_two_parts_gets_its_own_reply(
    double: TelegramDouble, between: dict[str, Any], expected: list[str]
) -> None:
    with bot_running(double):
        double.send_text(READER, "Who shut it and")
        double.send(READER, between)
        double.send_text(READER, "why?")
        assert replies(double) == expected


def test_parts_of_different_people_stay_apart_and_talk_between_parts_is_skipped(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "/ask Who shut the bridge and", chat=GROUP)
        double.send_text(OTHER_READER, "I was there", chat=GROUP)
        double.send_text(OTHER_READER, "/ask Who bought the whale?", chat=GROUP)
        double.send_text(READER, "why?", chat=GROUP)
        texts = replies(double, GROUP)
    assert texts == ["Who shut the bridge and why?", "Who bought the whale?"]


def test_in_a_topic_parts_are_put_together_too(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "/ask Who shut the bridge and", chat=GROUP, topic=7)
        double.send_text(READER, "why?", chat=GROUP, topic=7)
        (answer,) = double.wait_for_messages(GROUP, 1)
    assert short(answer) == "Who shut the bridge and why?"
    assert answer.topic == 7


# Pictures and the like


def test_what_is_no_text_gets_one_reply_each(double: TelegramDouble) -> None:
    contents: list[dict[str, Any]] = [
        {"photo": PHOTO},
        {"voice": VOICE},
        {"sticker": STICKER},
        {"location": {"longitude": 1.0, "latitude": 2.0}},
        {"poll": {
            "id": "1", "question": "Why?", "options": [], "total_voter_count": 0, "is_closed": False,
            "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
            "allows_revoting": False, "members_only": False,
        }},
        {"contact": {"phone_number": "1", "first_name": "A"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"video_note": {**VOICE, "length": 1}},
    ]  # fmt: skip
    with bot_running(double):
        for number, content in enumerate(contents):
            double.send(READER + number, content)
        for number in range(len(contents)):
            assert [sent.text for sent in double.wait_for_messages(READER + number, 1)] == [ONLY_TEXT]
        assert replies(double) == [ONLY_TEXT]


def album(double: TelegramDouble, captions: list[str], **where: Any) -> None:
    """Send an album whose pictures have these captions."""
    for caption in captions:
        content = {"photo": PHOTO, "media_group_id": "album", **({"caption": caption} if caption else {})}
        double.send(READER, content, **where)


@pytest.mark.parametrize(
    ("captions", "expected"),
    [
        pytest.param(["Why?", "", ""], "Why?", id="a caption under the first"),
        pytest.param(["", "", "Why?"], "Why?", id="a caption under the last"),
        pytest.param(["Who?", "Why?"], "Who?\nWhy?", id="several captions"),
        pytest.param(["", "", ""], ONLY_TEXT, id="no caption"),
        pytest.param(["/ask Why?", ""], "Why?", id="a command under the first"),
    ],
)
def test_an_album_gets_one_reply(double: TelegramDouble, captions: list[str], expected: str) -> None:
    with bot_running(double):
        album(double, captions)
        assert replies(double) == [expected]
        first = double.messages(READER)[0]
    assert first.text.startswith("I cannot see what you sent;") is (expected != ONLY_TEXT)


def test_an_album_in_a_group_gets_a_reply_only_if_it_names_the_bot(double: TelegramDouble) -> None:
    with bot_running(double):
        album(double, ["Look", ""], chat=GROUP)
        double.send_photo(READER, "Just a picture", chat=GROUP)
        double.send_photo(READER, f"@{BOT_NAME} Why?", chat=GROUP)
        assert replies(double, GROUP) == ["Why?"]


def test_a_command_under_a_photo_is_carried_out(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_photo(READER, "/new")
        assert replies(double) == ["Done: your next question stands on its own."]


# Changed messages


@pytest.mark.parametrize("command", ["/article 1", "/forget"])
def test_a_command_that_was_changed_is_to_be_sent_anew(double: TelegramDouble, command: str) -> None:
    with bot_running(double):
        double.send_text(READER, "/artcle 1")
        double.wait_for_messages(READER, 1)
        double.edit_text(READER, double.last_message_id(READER), command)
        told = double.wait_for_messages(READER, 2)[-1]
    assert told.text == "You changed a command. To have it carried out, please send it anew."
    assert told.keyboard == ()


def test_a_message_that_is_changed_before_its_turn_is_answered_once_as_it_is_now(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "wait 0.3 first")
        double.send_text(READER, "Who shut the brigde?")
        double.wait_for(lambda: double.unconfirmed() == 0, "delivery")
        double.edit_text(READER, double.last_message_id(READER), "Who shut the bridge?")
        assert replies(double) == ["wait 0.3 first", "Who shut the bridge?"]


def test_a_change_that_nobody_sees_gets_no_reply(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "Why?")
        double.wait_for_messages(READER, 1)
        double.edit_text(READER, double.last_message_id(READER), "Why?")
        location = {"live_period": 60, "longitude": 1.0, "latitude": 2.0}
        double.push(edited_message={
            "message_id": 900, "date": 1, "edit_date": 2, "location": location, "from": SOMEBODY,
            "chat": {"id": READER, "type": "private"},
        })  # fmt: skip
        assert replies(double) == ["Why?"]


def test_a_caption_that_was_changed_is_offered_as_well(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_photo(READER, "Why?")
        double.wait_for_messages(READER, 1)
        double.push(edited_message={
            "message_id": double.last_message_id(READER), "date": 1, "edit_date": 2, "photo": PHOTO,
            "caption": "Why not?", "chat": {"id": READER, "type": "private"},
            "from": {"id": READER, "is_bot": False, "first_name": "R"},
        })  # fmt: skip
        assert replies(double) == ["Why?", CHANGED]


def test_in_a_group_a_changed_message_counts_only_if_it_is_for_the_bot(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "Just talk", chat=GROUP)
        double.edit_text(READER, double.last_message_id(GROUP), "Just talking", chat=GROUP)
        double.edit_text(READER, double.last_message_id(GROUP), f"@{BOT_NAME} Why?", chat=GROUP)
        assert replies(double, GROUP) == [CHANGED]


# Commands that are not quite right


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("/HELP", "Type a question in your own words.", id="capitals"),
        pytest.param("/hepl", "I do not know that command. Did you mean /help?", id="letters swapped"),
        pytest.param("/lates", "I do not know that command. Did you mean /latest?", id="a letter missing"),
        pytest.param("/help@another_bot", "Type a question in your own words.", id="another bot's name, in private"),
        pytest.param("/помощь", "I do not know that command. Just type your question, or see /help.", id="Cyrillic"),
        pytest.param("/article_1", "Harbour bridge closes for repairs", id="number attached"),
    ],
)
def test_commands_with_typos_are_understood_or_explained(double: TelegramDouble, text: str, expected: str) -> None:
    with bot_running(double):
        double.send_text(READER, text)
        (reply,) = replies(double)
    assert reply.startswith(expected)


# Not quite from a person


def test_what_is_passed_on_in_private_is_a_question_but_never_a_command(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "Who shut the bridge?", **FORWARDED)
        double.send_text(READER, "/forget", **FORWARDED)
        question, command = replies(double)
    assert question == "Who shut the bridge?"
    assert command.startswith("This is a command that you have passed on to me.")


def test_what_is_passed_on_to_a_group_is_not_meant_for_the_bot(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, f"@{BOT_NAME} Why?", chat=GROUP, **FORWARDED)
        double.send_text(READER, "/ask Why?", chat=GROUP, **FORWARDED)
        assert replies(double, GROUP) == []


def test_anonymous_admins_and_channels_are_answered_in_groups_where_everybody_is(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "/ask Who?", chat=GROUP, **ANONYMOUS)
        double.send_text(READER, "/ask Why?", chat=GROUP, **AS_CHANNEL)
        double.send_text(READER, "Just talk", chat=GROUP, **ANONYMOUS)
        double.send_text(READER, f"@{BOT_NAME} tells more", chat=GROUP, **CHANNEL_POST)
        post = {"message_id": 1, "date": 1, "chat": CHANNEL, "sender_chat": CHANNEL, "text": f"@{BOT_NAME} Why?"}
        double.push(channel_post=post)
        assert replies(double, GROUP) == ["Who?", "Why?"]


def test_whoever_cannot_be_told_apart_is_asked_to_write_as_themselves(double: TelegramDouble) -> None:
    with bot_running(double, allowed_users=frozenset({READER})) as core:
        double.send_text(READER, "/ask Why?", chat=GROUP, **ANONYMOUS)
        (told,) = replies(double, GROUP)
    assert told.startswith("This bot is private, and you write in the name of a group or channel")
    assert core.asked == [LAST]


# How much


def test_who_asks_too_fast_is_told_once_and_nobody_else_is_affected(double: TelegramDouble) -> None:
    with bot_running(double, questions_per_minute=2):
        for number in range(5):
            double.send_text(READER, f"question {number}")
        double.send_text(OTHER_READER, "Why?")
        double.wait_for_messages(OTHER_READER, 1)
        double.wait_for_messages(READER, 3)
        double.send_text(READER, "/stop")
        messages = double.wait_for_messages(READER, 4)
    told = re.fullmatch(
        r"That was faster than I can answer\. Please wait (\d+) seconds and send the last question again\.",
        messages[2].text,
    )
    assert [short(one) for one in messages[:2]] == ["question 0", "question 1"]
    assert told is not None
    assert 25 <= int(told.group(1)) <= 30
    assert "stop" in messages[3].text.lower()


def test_too_many_presses_are_answered_with_a_note(double: TelegramDouble) -> None:
    with bot_running(double):
        message = {"message_id": 5, "date": 1, "chat": {"id": READER, "type": "private"}, "text": "x"}
        for number in range(22):
            press = {"id": str(number), "chat_instance": "1", "from": SOMEBODY, "message": message, "data": "m:1:1"}
            double.push(callback_query=press)
        calls = double.wait_for_requests("answerCallbackQuery", 22)
    notes = [call.fields.get("text", "") for call in calls]
    assert notes.count("That was faster than I can answer. Please wait 1 second and tap again.") == 2


# Stopping


def test_stop_ends_the_answer_in_hand_and_those_that_wait(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        for text in ("wait 60", "second", "third"):
            double.send_text(READER, text)
        double.wait_for_requests("sendChatAction")
        double.send_text(READER, "/stop")
        assert replies(double) == ["Stopped; 3 questions stay unanswered."]
    assert core.asked == ["wait 60", LAST]


def test_stop_ends_only_what_its_own_topic_has_in_hand(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "/ask wait 60", chat=GROUP, topic=7)
        double.send_text(READER, "/ask wait 0.6 here", chat=GROUP, topic=8)
        double.wait_for_requests("sendChatAction", 2)
        double.send_text(READER, "/stop", chat=GROUP, topic=7)
        stopped, answer = double.wait_for_messages(GROUP, 2)
    assert (stopped.topic, stopped.text) == (7, "Stopped.")
    assert (answer.topic, short(answer)) == (8, "wait 0.6 here")


# Conversations


def test_topics_are_conversations_of_their_own(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        for number, (topic, text) in enumerate(
            [(7, "/ask Who shut the bridge?"), (7, "/focus 1"), (8, "/ask Who bought it?"), (7, "/ask Why?")], 1
        ):
            double.send_text(READER, text, chat=GROUP, topic=topic)
            double.wait_for_messages(GROUP, number)
    assert [message.topic for message in double.messages(GROUP)] == [7, 7, 8, 7]
    assert [[turn.content for turn in question.history] for question in core.questions] == [
        [], [], ["Who shut the bridge?"],
    ]  # fmt: skip
    assert [question.focus.article_id for question in core.questions] == [None, None, "bridge"]


def test_an_answer_in_a_group_replies_to_its_question_and_comes_even_if_that_is_gone(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "/ask wait 0.3", chat=GROUP)
        asked = double.last_message_id(GROUP)
        (answer,) = double.wait_for_messages(GROUP, 1)
        double.send_text(OTHER_READER, "Why?", chat=GROUP, reply_to=answer.message_id)
        double.wait_for_messages(GROUP, 2)
        double.send_text(READER, "/ask wait 0.4 again", chat=GROUP)
        double.wait_for_requests("sendChatAction", 3)
        double.delete(GROUP, double.last_message_id(GROUP))
        *_, reply, late = double.wait_for_messages(GROUP, 3)
    assert answer.reply_to == asked
    assert short(reply) == "Why?"
    assert late.reply_to is None


def test_an_error_is_told_to_whoever_asked_and_to_nobody_else(double: TelegramDouble) -> None:
    with bot_running(double):
        double.send_text(READER, "this is broken", chat=GROUP)
        double.send_text(READER, "/ask this is broken", chat=GROUP)
        (told,) = double.wait_for_messages(GROUP, 1)
        assert told.reply_to == double.last_message_id(GROUP)
        assert len(replies(double, GROUP)) == 1
