"""Messages have a state: keyboards, edits, deletions, pressed buttons, documents."""

from __future__ import annotations

import urllib.error
from typing import Any

import pytest

from tests.telegram.calling import GROUP, OTHER_READER, READER, call, keyboard, result, updates
from tests.telegram.double import LOST_ANSWER, TelegramDouble


def sent(double: TelegramDouble, chat: int = READER, **fields: Any) -> int:
    message_id: int = result(double, "sendMessage", chat_id=chat, **{"text": "x", **fields})["message_id"]
    return message_id


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        pytest.param(keyboard({"text": "a"}), "Text buttons are unallowed", id="no action"),
        pytest.param(keyboard({"text": "a", "callback_data": ""}), "BUTTON_DATA_INVALID", id="empty data"),
        pytest.param(keyboard("я" * 33), "BUTTON_DATA_INVALID", id="66 bytes of data"),
        pytest.param(keyboard({"text": "a", "url": "javascript:alert(1)"}), "Wrong HTTP URL", id="script"),
        pytest.param(keyboard({"text": "a", "url": "https://x y"}), "Wrong HTTP URL", id="space in an address"),
        pytest.param(keyboard({"text": "a", "url": "http://localhost/x"}), "Wrong HTTP URL", id="host without a dot"),
        pytest.param(keyboard({"text": "a", "url": "https://[x"}), "Wrong HTTP URL", id="broken address"),
        pytest.param(keyboard(*["a"] * 101), "reply markup is too long", id="101 buttons"),
        pytest.param({"keyboard": [[{"text": "a"}]]}, "inline keyboards only", id="another kind"),
    ],
)
def test_a_bad_keyboard_is_refused(double: TelegramDouble, markup: dict[str, Any], description: str) -> None:
    status, body = call(double, "sendMessage", chat_id=READER, text="x", reply_markup=markup)
    assert status == 400
    assert description in body["description"]
    assert len(double.violations) == 1


@pytest.mark.parametrize(
    ("row", "violation"),
    [
        pytest.param([{"text": "a", "callback_data": "a"}] * 9, "more than 8 buttons in a row", id="nine in a row"),
        pytest.param([{"text": " ", "callback_data": "a"}], "a button without text is left out", id="no text"),
        pytest.param(
            [{"text": "a", "callback_data": "a", "url": "https://x.org"}],
            "a button with more than one action: url, callback_data",
            id="two actions",
        ),
        pytest.param(
            [{"text": "a", "callback_data": "a", "colour": "red"}],
            "sendmessage: unknown field colour",
            id="unknown field",
        ),
    ],
)
def test_a_keyboard_that_would_be_changed_in_silence_is_kept_in_mind(
    double: TelegramDouble, row: list[dict[str, str]], violation: str
) -> None:
    call(double, "sendMessage", chat_id=READER, text="x", reply_markup={"inline_keyboard": [row]})
    assert double.violations == [violation]


def test_a_keyboard_is_shown_changed_and_taken_away(double: TelegramDouble) -> None:
    link = {"text": "Site", "url": "https://news.example/"}
    message_id = sent(double, reply_markup=keyboard("a", link))
    assert double.message(READER, message_id).buttons == ["a", "Site"]
    result(double, "editMessageReplyMarkup", chat_id=READER, message_id=message_id, reply_markup=keyboard("b"))
    assert double.message(READER, message_id).data("b") == "b"
    result(double, "editMessageReplyMarkup", chat_id=READER, message_id=message_id)
    message = double.message(READER, message_id)
    assert (message.keyboard, message.edits) == ((), 2)
    assert double.violations == []


def test_an_edited_text_replaces_text_and_keyboard(double: TelegramDouble) -> None:
    message_id = sent(double, reply_markup=keyboard("a"))
    answer = result(
        double, "editMessageText", chat_id=READER, message_id=message_id, text="<b>y</b>", parse_mode="HTML"
    )
    message = double.message(READER, message_id)
    assert (message.text, message.parsed.slices("Bold"), message.keyboard, message.edits) == ("y", ["y"], (), 1)
    assert answer["entities"] == [{"type": "bold", "offset": 0, "length": 1}]


def test_an_edit_that_changes_nothing_is_refused_but_no_violation(double: TelegramDouble) -> None:
    message_id = sent(double, reply_markup=keyboard("a"))
    place: dict[str, Any] = {"chat_id": READER, "message_id": message_id, "reply_markup": keyboard("a")}
    texts: list[tuple[str, dict[str, Any]]] = [("editMessageText", {"text": "x"}), ("editMessageReplyMarkup", {})]
    for method, text in texts:
        status, body = call(double, method, **place, **text)
        assert status == 400
        assert "message is not modified" in body["description"]
    assert double.violations == []


@pytest.mark.parametrize(
    ("method", "description"),
    [
        pytest.param("editMessageText", "message to edit not found", id="edit"),
        pytest.param("editMessageReplyMarkup", "message to edit not found", id="edit the keyboard"),
        pytest.param("deleteMessage", "message to delete not found", id="delete"),
    ],
)
def test_a_message_that_never_was_cannot_be_changed(double: TelegramDouble, method: str, description: str) -> None:
    text = {"text": "y"} if method == "editMessageText" else {}
    status, body = call(double, method, chat_id=READER, message_id=99, **text)
    assert (status, body["description"]) == (400, f"Bad Request: {description}")
    assert double.violations == [description]


def test_a_message_that_a_user_has_deleted_is_gone_without_blame(double: TelegramDouble) -> None:
    message_id = sent(double, reply_markup=keyboard("a"))
    double.delete(READER, message_id)
    assert call(double, "editMessageText", chat_id=READER, message_id=message_id, text="y")[0] == 400
    assert call(double, "deleteMessage", chat_id=READER, message_id=message_id)[0] == 400
    reply: dict[str, Any] = {"chat_id": READER, "text": "x", "reply_parameters": {"message_id": message_id}}
    assert "message to be replied not found" in call(double, "sendMessage", **reply)[1]["description"]
    assert double.message(READER, message_id).deleted
    with pytest.raises(AssertionError, match="is deleted"):
        double.press(READER, READER, message_id, "a")
    assert double.violations == []


def test_the_messages_of_others_cannot_be_edited_and_in_groups_not_deleted(double: TelegramDouble) -> None:
    theirs = double.last_message_id(READER)
    _, body = call(double, "editMessageText", chat_id=READER, message_id=theirs, text="y")
    assert body["description"] == "Bad Request: message can't be edited"
    assert result(double, "deleteMessage", chat_id=READER, message_id=theirs) is True
    _, body = call(double, "deleteMessage", chat_id=GROUP, message_id=double.last_message_id(GROUP))
    assert body["description"] == "Bad Request: message can't be deleted"
    assert len(double.violations) == 2


def test_an_admin_may_delete_in_a_group(double: TelegramDouble) -> None:
    double.promote(123456, GROUP)
    assert result(double, "deleteMessage", chat_id=GROUP, message_id=double.last_message_id(GROUP)) is True


def test_several_messages_are_deleted_at_once(double: TelegramDouble) -> None:
    ids = [sent(double), sent(double)]
    result(double, "deleteMessages", chat_id=READER, message_ids=[*ids, 99])
    assert [message.deleted for message in double.messages(READER)] == [True, True]


def test_edits_are_limited_less_strictly_than_messages(double: TelegramDouble) -> None:
    message_id = sent(double)
    answers = [
        call(double, "editMessageText", chat_id=READER, message_id=message_id, text=str(n))[0] for n in range(21)
    ]
    assert answers == [200] * 20 + [429]


def test_a_quote_of_the_reply_target_must_stand_in_it(double: TelegramDouble) -> None:
    message_id = sent(double, text="The bridge is closed.")
    target = {"message_id": message_id, "quote": "bridge is"}
    sent(double, reply_parameters=target)
    _, body = call(double, "sendMessage", chat_id=READER, text="x", reply_parameters={**target, "quote": "open"})
    assert body["description"] == "Bad Request: QUOTE_TEXT_INVALID"
    assert double.violations == ["QUOTE_TEXT_INVALID"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("a\u202eb", "202E", id="order of letters"),
        pytest.param("a\u030a", "030A", id="ring above"),
        pytest.param("a\x07", "0007", id="control character"),
    ],
)
def test_characters_that_the_server_drops_are_kept_in_mind(double: TelegramDouble, text: str, code: str) -> None:
    sent(double, text=text)
    assert double.violations == [f"U+{code} is left out of the text"]


@pytest.mark.parametrize(
    ("text", "violations"),
    [
        pytest.param(
            '<a href="http://localhost/">x</a>',
            ["a link is left out, because the server does not take its address"],
            id="link to a host without a dot",
        ),
        pytest.param(
            "<blockquote>x <blockquote>y</blockquote></blockquote>",
            ["BlockQuote is left out where it meets other formatting"],
            id="nested blockquotes",
        ),
        pytest.param("<b>x <code>y</code></b>", ["Bold is left out where it meets other formatting"], id="bold code"),
        pytest.param("<blockquote><b>x</b> <code>y</code></blockquote><i>z</i>", [], id="nothing wrong"),
    ],
)
def test_formatting_that_the_server_leaves_out_is_kept_in_mind(
    double: TelegramDouble, text: str, violations: list[str]
) -> None:
    sent(double, text=text, parse_mode="HTML")
    assert double.violations == violations


def test_invisible_text_is_empty(double: TelegramDouble) -> None:
    assert "message text is empty" in call(double, "sendMessage", chat_id=READER, text="\u200b\u2800")[1]["description"]


# Buttons


def test_a_pressed_button_reaches_the_bot_and_is_answered_once(double: TelegramDouble) -> None:
    message_id = sent(double, reply_markup=keyboard("c:1:2"))
    press = double.press(OTHER_READER, READER, message_id, "c:1:2")
    (query,) = (update["callback_query"] for update in updates(double) if "callback_query" in update)
    assert (query["id"], query["data"], query["from"]["id"]) == (press, "c:1:2", OTHER_READER)
    assert query["message"]["message_id"] == message_id
    assert [waiting.id for waiting in double.unanswered()] == [press]
    assert result(double, "answerCallbackQuery", callback_query_id=press, text="Done") is True
    assert double.wait_for_press_answer(press) == {"callback_query_id": press, "text": "Done"}
    assert double.unanswered() == []
    status, body = call(double, "answerCallbackQuery", callback_query_id=press)
    assert status == 400
    assert "query is too old and response timeout expired" in body["description"]
    assert double.violations == ["a pressed button was answered twice"]


def test_a_bot_that_does_not_know_of_its_answer_may_answer_again(double: TelegramDouble) -> None:
    message_id = sent(double, reply_markup=keyboard("a"))
    lost, before_a_restart = (double.press(READER, READER, message_id, "a") for _ in range(2))
    double.fail("answerCallbackQuery", LOST_ANSWER)
    with pytest.raises((ConnectionError, urllib.error.URLError)):
        call(double, "answerCallbackQuery", callback_query_id=lost)
    assert call(double, "answerCallbackQuery", callback_query_id=lost)[0] == 400
    call(double, "answerCallbackQuery", callback_query_id=before_a_restart)
    call(double, "getMe")
    assert call(double, "answerCallbackQuery", callback_query_id=before_a_restart)[0] == 400
    assert double.violations == []


@pytest.mark.parametrize("age", [pytest.param(16.0, id="too old"), pytest.param(None, id="unknown")])
def test_an_answer_too_late_is_refused_but_no_violation(double: TelegramDouble, age: float | None) -> None:
    message_id = sent(double, reply_markup=keyboard("a"))
    press = "77" if age is None else double.press(READER, READER, message_id, "a", age=age)
    assert call(double, "answerCallbackQuery", callback_query_id=press)[0] == 400
    assert double.violations == []


def test_an_answer_to_a_button_has_at_most_200_characters(double: TelegramDouble) -> None:
    press = double.press(READER, READER, sent(double, reply_markup=keyboard("a")), "a")
    assert call(double, "answerCallbackQuery", callback_query_id=press, text="x" * 201)[0] == 400
    assert double.violations == ["MESSAGE_TOO_LONG"]


def test_a_pressed_buttons_message_shows_what_it_replies_to(double: TelegramDouble) -> None:
    question = double.last_message_id(GROUP)
    message_id = sent(double, GROUP, reply_markup=keyboard("a"), reply_parameters={"message_id": question})
    double.press(READER, GROUP, message_id, "a")
    message = updates(double)[-1]["callback_query"]["message"]
    assert message["reply_to_message"]["message_id"] == question


def test_a_press_of_a_message_long_ago_shows_only_where_it_was(double: TelegramDouble) -> None:
    message_id = sent(double, reply_markup=keyboard("a"))
    double.press(READER, READER, message_id, "a", old=True)
    message = updates(double)[-1]["callback_query"]["message"]
    assert (message["message_id"], message["date"], "text" in message) == (message_id, 0, False)


def test_a_button_that_is_not_there_cannot_be_pressed(double: TelegramDouble) -> None:
    message_id = sent(double, reply_markup=keyboard("a", {"text": "b", "url": "https://x.org"}))
    with pytest.raises(AssertionError, match=r"has no button 'b'; it has \['a'\]"):
        double.press(READER, READER, message_id, "b")
    with pytest.raises(AssertionError, match="has sent no message 99"):
        double.press(READER, READER, 99, "a")
    with pytest.raises(AssertionError, match="no button 'c' under message"):
        double.message(READER, message_id).data("c")
