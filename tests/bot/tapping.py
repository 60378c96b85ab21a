"""What a reader does and sees: writing, and pressing a button by what is written on it."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.telegram.double import Sent, TelegramDouble


def said(double: TelegramDouble, text: str, user: int, *, chat: int | None = None, topic: int | None = None) -> Sent:
    """Write to the bot and return the last message of its reply, which must be the next in that chat."""
    place = user if chat is None else chat
    before = len(double.messages(place))
    double.send_text(user, text, chat=chat, topic=topic)
    return double.wait_for_messages(place, before + 1)[-1]


def opened(double: TelegramDouble, user: int, message: Sent, label: str) -> Sent:
    """Press a button and return the message that comes of it."""
    before = len(double.messages(message.chat_id))
    tap(double, user, message, label)
    return double.wait_for_messages(message.chat_id, before + 1)[-1]


def turned(double: TelegramDouble, user: int, message: Sent, label: str) -> Sent:
    """Press a button and return its message as it is changed by that."""
    tap(double, user, message, label)
    return double.wait_for_edit(message.chat_id, message.message_id, message.edits + 1)


def labels(message: Sent) -> list[str]:
    """Return what is written on a message's buttons."""
    return [button["text"] for row in message.keyboard for button in row]


def tap(double: TelegramDouble, user_id: int, message: Sent, label: str) -> str:
    """Press the one button of a message that bears a label; return the press's id."""
    (data,) = [button["callback_data"] for row in message.keyboard for button in row if label in button["text"]]
    return double.press(user_id, message.chat_id, message.message_id, data)


def now(double: TelegramDouble, message: Sent) -> Sent:
    """Return a message as it is after edits."""
    return next(one for one in double.messages(message.chat_id) if one.message_id == message.message_id)


def until(condition: Callable[[], bool], what: str, timeout: float = 10.0) -> None:
    """Return when `condition` holds."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, f"no {what} within {timeout} s"
        time.sleep(0.02)
