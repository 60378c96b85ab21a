"""Inline keyboards: what the server refuses in them or changes without a word."""

from __future__ import annotations

from tests.telegram.parser import is_link
from tests.telegram.records import Fields, Keyboard
from tests.telegram.state import State

MAX_BUTTONS = 100
MAX_ROW = 8
MAX_DATA_BYTES = 64
ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip


def keyboard_of(state: State, fields: Fields) -> Keyboard:
    """Return the keyboard that a request puts under its message.

    Raises:
        RefusedError: for what the server refuses.
    """
    markup = fields.get("reply_markup")
    if not markup:
        return ()
    if "inline_keyboard" not in markup:
        raise state.violation("the double knows inline keyboards only")
    rows = [tuple(_button(state, button) for button in row) for row in markup["inline_keyboard"]]
    if any(len(row) > MAX_ROW for row in rows):
        state.violations.append(f"more than {MAX_ROW} buttons in a row")
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise state.violation("reply markup is too long")
    seen = [button["text"] for row in rows for button in row]
    if not all(text.strip() for text in seen):
        state.violations.append("a button without text is left out")
    kept = (tuple(button for button in row if button["text"].strip()) for row in rows)
    return tuple(row for row in kept if row)


def _button(state: State, button: Fields) -> Fields:
    actions = [name for name in ACTIONS if button.get(name) is not None]
    if not actions:
        raise state.violation("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        state.violations.append(f"a button with more than one action: {', '.join(actions)}")
    if "callback_data" in actions and not 1 <= len(button["callback_data"].encode()) <= MAX_DATA_BYTES:
        raise state.violation("BUTTON_DATA_INVALID")
    if "url" in actions and not _opens(button["url"]):
        raise state.violation(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return button


def _opens(url: str) -> bool:
    # The server takes more than these three, but nothing else is meant to be sent.
    return url.startswith(("http://", "https://", "tg://")) and is_link(url)
