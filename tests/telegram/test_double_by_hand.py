"""The double for somebody who types what users do."""

from __future__ import annotations

import io
import re
import sys

import pytest

from tests.telegram.__main__ import act, follow, main, shown
from tests.telegram.calling import GROUP, READER, call, keyboard, result, updates
from tests.telegram.double import TelegramDouble


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        pytest.param("8 Why is it?", "message", {"text": "Why is it?"}, id="text"),
        pytest.param(f"8@{GROUP} /ask Why?", "message", {"text": "/ask Why?"}, id="in a group"),
        pytest.param("7 !reply 1 And then?", "message", {"text": "And then?"}, id="reply"),
        pytest.param("7 !edit 1 Who is it?", "edited_message", {"text": "Who is it?"}, id="edit"),
        pytest.param("7 !photo Who is it?", "message", {"caption": "Who is it?"}, id="photo"),
        pytest.param("7 !sticker", "message", {}, id="sticker"),
        pytest.param("7 !voice", "message", {}, id="voice"),
        pytest.param("7 !block", "my_chat_member", {}, id="block"),
    ],
)
def test_a_line_becomes_an_update(double: TelegramDouble, line: str, kind: str, expected: dict[str, str]) -> None:
    assert act(double, line) == ""
    update = updates(double)[-1]
    assert expected.items() <= update[kind].items()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        pytest.param("hello", "a line begins with a user's number", id="no user"),
        pytest.param("7 !dance", "!dance is not known", id="unknown"),
        pytest.param("7 !press 1", "something is missing behind it", id="no data"),
        pytest.param("7 !press 99 a", "has sent no message 99", id="no such message"),
    ],
)
def test_a_line_that_cannot_be_done_is_said_to_be(
    double: TelegramDouble, capsys: pytest.CaptureFixture[str], line: str, complaint: str
) -> None:
    follow(double, [line])
    assert complaint in capsys.readouterr().out


def test_what_the_server_objects_to_is_shown(double: TelegramDouble, capsys: pytest.CaptureFixture[str]) -> None:
    call(double, "sendMessage", chat_id=READER, text="")
    follow(double, ["7 Hi"])
    assert capsys.readouterr().out == "! the server objected: message text is empty\n"


def test_messages_are_shown_with_their_buttons(double: TelegramDouble) -> None:
    seen: list[str] = []
    double.listen(lambda event, sent: seen.append(shown(event, sent)))
    message_id = result(double, "sendMessage", chat_id=READER, text="Hi", reply_markup=keyboard("a"))["message_id"]
    result(double, "deleteMessage", chat_id=READER, message_id=message_id)
    assert seen == [
        f"--- chat 7, message {message_id} sent\nHi\n[a | a]",
        f"--- chat 7, message {message_id} deleted",
    ]


def test_it_runs_until_its_input_ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["tests.telegram"])
    monkeypatch.setattr(sys, "stdin", io.StringIO("7 Why?\n\n7 !press 1 a\n"))
    assert main() == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"TELEGRAM_API_URL=http://127\.0\.0\.1:\d+ TELEGRAM_BOT_TOKEN=\S+", first)
    assert last == "not done: the bot has sent no message 1 to chat 7"
