"""Pressing a button as a reader does: by what is written on it."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.telegram.double import Sent, TelegramDouble


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
