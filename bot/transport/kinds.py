"""What an update is to the order of work: whose conversation it belongs to, and whether it waits there."""

from __future__ import annotations

import re

from telegram import Update

ConversationKey = tuple[int, int | None]

ASKING = ("q:", "g:")
"""What the data of buttons begin with that ask a question, and so wait their turn like one."""

_STOP = re.compile(r"/stop(?:@(\w+))?(?:\s|$)", re.IGNORECASE)


def conversation_key(update: object) -> ConversationKey | None:
    """Return chat id and topic id of an update, or None when it belongs to no chat."""
    if not isinstance(update, Update) or update.effective_chat is None:
        return None
    message = update.effective_message
    # A message that is too old to be shown with its button is known by its chat and its number only.
    topic = getattr(message, "message_thread_id", None) if getattr(message, "is_topic_message", False) else None
    return update.effective_chat.id, topic


def sender_id(update: Update) -> int | None:
    """Return who caused an update: a person, or the group or channel that somebody writes for."""
    return update.effective_sender.id if update.effective_sender is not None else None


def asks_by_button(update: Update) -> bool:
    """Return whether an update is a pressed button that asks a question."""
    query = update.callback_query
    return query is not None and (query.data or "").startswith(ASKING)


def is_stop(update: object) -> bool:
    """Return whether an update is `/stop`, meant for the bot that it came to."""
    if not isinstance(update, Update) or update.message is None:
        return False
    command = _STOP.match(update.message.text or "")
    if command is None:
        return False
    name = command.group(1)
    return name is None or name.lower() == (update.message.get_bot().username or "").lower()


def goes_first(update: object) -> bool:
    """Return whether an update waits for no other: `/stop`, which would come too late, and buttons that ask nothing."""
    if not isinstance(update, Update):
        return False
    return is_stop(update) or (update.callback_query is not None and not asks_by_button(update))
