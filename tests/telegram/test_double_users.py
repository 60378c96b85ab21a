"""What users do reaches the bot as Telegram would have it, and only if the bot has asked for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.telegram.calling import GROUP, OTHER_READER, READER, call, keyboard, result, updates
from tests.telegram.double import BOT_ID, BOT_NAME, TelegramDouble


def new(double: TelegramDouble) -> list[dict[str, Any]]:
    """Return what came after the fixture's two messages, and confirm it."""
    found = [update for update in updates(double) if update.get("message", {}).get("text") != "/start"]
    if found:
        updates(double, offset=found[-1]["update_id"] + 1)
    return found


def test_commands_and_mentions_are_marked_in_utf16_units(double: TelegramDouble) -> None:
    double.send_text(READER, f"👍 /ask@{BOT_NAME} @{BOT_NAME} a.org")
    (update,) = new(double)
    assert update["message"]["entities"] == [
        {"type": "bot_command", "offset": 3, "length": 22},
        {"type": "mention", "offset": 26, "length": 18},
        {"type": "url", "offset": 45, "length": 5},
    ]


@pytest.mark.parametrize(
    ("language", "shown"),
    [pytest.param("ru", {"language_code": "ru"}, id="Russian"), pytest.param(None, {}, id="not told")],
)
def test_a_users_language_is_shown(double: TelegramDouble, language: str | None, shown: dict[str, str]) -> None:
    double.speaks(READER, language)
    double.send_text(READER, "Hi")
    (update,) = new(double)
    assert update["message"]["from"] == {"id": READER, "is_bot": False, "first_name": "Reader7", **shown}


def test_an_edited_message_keeps_its_id(double: TelegramDouble) -> None:
    double.send_text(READER, "Whi?")
    message_id = double.last_message_id(READER)
    double.edit_text(READER, message_id, "Why?")
    _, update = new(double)
    edited = update["edited_message"]
    assert (edited["message_id"], edited["text"], "edit_date" in edited) == (message_id, "Why?", True)
    with pytest.raises(AssertionError, match="somebody else's"):
        double.edit_text(OTHER_READER, message_id, "Who?", chat=READER)


def test_media_come_with_their_captions_and_an_album_as_so_many_messages(double: TelegramDouble) -> None:
    double.send_photo(READER, "What is this?")
    double.send_voice(READER)
    double.send_sticker(READER)
    double.send_file(READER)
    double.send_album(READER, 2, "Both")
    messages = [update["message"] for update in new(double)]
    assert [next(kind for kind in ("photo", "voice", "sticker", "document") if kind in one) for one in messages] == [
        "photo", "voice", "sticker", "document", "photo", "photo",
    ]  # fmt: skip
    assert [one.get("caption") for one in messages] == ["What is this?", None, None, None, "Both", None]
    assert len({one["media_group_id"] for one in messages[-2:]}) == 1


def test_a_link_carries_only_what_links_can_carry(double: TelegramDouble) -> None:
    double.start(READER, "a_12")
    (update,) = new(double)
    assert update["message"]["text"] == "/start a_12"
    for payload in ("ü", "a b", "x" * 65):
        with pytest.raises(AssertionError, match="no link can carry"):
            double.start(READER, payload)


def test_a_reply_shows_the_bots_message(double: TelegramDouble) -> None:
    message_id = result(double, "sendMessage", chat_id=READER, text="Answer", reply_markup=keyboard("a"))["message_id"]
    double.send_text(READER, "And then?", reply_to=message_id)
    (update,) = new(double)
    replied = update["message"]["reply_to_message"]
    assert (replied["message_id"], replied["text"], replied["from"]["id"]) == (message_id, "Answer", BOT_ID)
    assert "message_thread_id" not in update["message"]


def test_a_message_in_a_topic_counts_as_reply_to_the_topics_first(double: TelegramDouble) -> None:
    double.send_text(READER, "/ask Why?", chat=GROUP, topic=40)
    (update,) = new(double)
    message = update["message"]
    assert (message["message_thread_id"], message["is_topic_message"], message["chat"]["is_forum"]) == (40, True, True)
    assert "forum_topic_created" in message["reply_to_message"]
    assert result(double, "sendMessage", chat_id=GROUP, text="x", message_thread_id=40)["message_thread_id"] == 40
    assert double.messages(GROUP)[0].topic == 40


def test_the_thread_of_replies_in_a_group_without_topics_takes_no_messages(double: TelegramDouble) -> None:
    message_id = result(double, "sendMessage", chat_id=GROUP, text="Answer")["message_id"]
    double.send_text(READER, "Why?", chat=GROUP, reply_to=message_id)
    (update,) = new(double)
    assert update["message"]["message_thread_id"] == message_id
    assert "is_topic_message" not in update["message"]
    _, body = call(double, "sendMessage", chat_id=GROUP, text="x", message_thread_id=message_id)
    assert body["description"] == "Bad Request: message thread not found"
    assert double.violations == ["message thread not found"]


def test_messages_are_numbered_in_each_group_anew(double: TelegramDouble) -> None:
    other = GROUP - 1
    double.send_text(READER, "/start", chat=other)
    assert double.last_message_id(other) == double.last_message_id(GROUP) == double.last_message_id(READER) == 1


@pytest.mark.parametrize(
    ("allowed", "kinds"),
    [
        pytest.param(None, ["message", "callback_query", "edited_message", "my_chat_member"], id="by default"),
        pytest.param(["message"], ["message"], id="messages"),
        pytest.param(["callback_query", "my_chat_member"], ["callback_query", "my_chat_member"], id="others"),
        pytest.param(["chat_member", "message"], ["message", "chat_member"], id="members on request"),
        pytest.param([], ["message", "callback_query", "edited_message", "my_chat_member"], id="an empty list"),
    ],
)
def test_only_updates_of_the_kinds_asked_for_come(
    double: TelegramDouble, allowed: list[str] | None, kinds: list[str]
) -> None:
    message_id = result(double, "sendMessage", chat_id=READER, text="x", reply_markup=keyboard("a"))["message_id"]
    last = updates(double)[-1]["update_id"]
    updates(double, offset=last + 1, **({} if allowed is None else {"allowed_updates": allowed}))
    double.send_text(READER, "Why?")
    double.press(READER, READER, message_id, "a")
    double.edit_text(READER, double.last_message_id(READER), "Who?")
    double.promote(OTHER_READER, GROUP)
    double.block(READER)
    found = [kind for update in updates(double) for kind in update if kind != "update_id"]
    assert found == kinds


def test_a_kind_of_update_that_does_not_exist_is_kept_in_mind(double: TelegramDouble) -> None:
    updates(double, allowed_updates=["message", "gossip"])
    assert double.violations == ["allowed_updates: no such kinds: gossip"]


def test_the_bot_is_told_of_its_own_membership_and_refused_once_it_is_out(double: TelegramDouble) -> None:
    double.join(BOT_ID, GROUP, by=READER)
    double.promote(BOT_ID, GROUP)
    double.kick(BOT_ID, GROUP)
    double.send_text(READER, "/ask Why?", chat=GROUP)
    found = new(double)
    changes = [
        (change["old_chat_member"]["status"], change["new_chat_member"]["status"])
        for change in (update["my_chat_member"] for update in found if "my_chat_member" in update)
    ]
    assert changes == [("left", "member"), ("member", "administrator"), ("administrator", "kicked")]
    (joined,) = (update["message"] for update in found if "message" in update)
    assert joined["new_chat_members"][0]["id"] == BOT_ID
    status, body = call(double, "sendMessage", chat_id=GROUP, text="x")
    assert (status, body["description"]) == (403, "Forbidden: bot was kicked from the supergroup chat")


def test_blocking_and_unblocking_are_told(double: TelegramDouble) -> None:
    double.block(READER)
    assert call(double, "sendMessage", chat_id=READER, text="x")[0] == 403
    double.unblock(READER)
    assert call(double, "sendMessage", chat_id=READER, text="x")[0] == 200
    statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in new(double)]
    assert statuses == ["kicked", "member"]


def test_users_come_and_go(double: TelegramDouble) -> None:
    double.join(OTHER_READER, GROUP)
    double.leave(OTHER_READER, GROUP)
    joined, left = (update["message"] for update in new(double))
    assert joined["new_chat_members"][0]["id"] == left["left_chat_member"]["id"] == OTHER_READER


@pytest.mark.parametrize(
    ("text", "is_reply", "comes"),
    [
        pytest.param("Just talking", False, False, id="talk"),
        pytest.param(f"@{BOT_NAME} Why?", False, False, id="mention"),
        pytest.param("/ask Why?", False, True, id="command"),
        pytest.param(f"/ask@{BOT_NAME} Why?", False, True, id="command by name"),
        pytest.param("/ask@other_bot Why?", False, False, id="another bot's command"),
        pytest.param("And then?", True, True, id="reply"),
    ],
)
def test_with_privacy_mode_only_what_is_for_the_bot_comes(
    double: TelegramDouble, text: str, is_reply: bool, comes: bool
) -> None:
    message_id = result(double, "sendMessage", chat_id=GROUP, text="Answer")["message_id"]
    double.set_privacy(True)
    assert result(double, "getMe")["can_read_all_group_messages"] is False
    double.send_text(READER, text, chat=GROUP, reply_to=message_id if is_reply else None)
    assert [update["message"]["text"] for update in new(double)] == ([text] if comes else [])
    double.promote(BOT_ID, GROUP)
    double.send_text(READER, "Anything", chat=GROUP)
    assert new(double)[-1]["message"]["text"] == "Anything"


def test_without_privacy_mode_get_me_says_so(double: TelegramDouble) -> None:
    double.set_privacy(False)
    assert result(double, "getMe")["can_read_all_group_messages"] is True
