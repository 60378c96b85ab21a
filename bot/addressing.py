"""Which messages are meant for the bot: all in private chats, in groups only those that name it."""

from __future__ import annotations

import re

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.ext import filters

from bot import commands

NEW = filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL
"""New messages that somebody wrote: an edited one gets no second answer, somebody's joining a group none at all."""


class _Addressed(filters.MessageFilter):
    """Messages that are meant for the bot."""

    def filter(self, message: Message) -> bool:
        """Return whether `message` is meant for the bot it came to."""
        if _is_by_a_bot(message) or message.is_automatic_forward:  # a channel's post, for its readers
            return False
        if message.chat.type == ChatType.PRIVATE:
            return True
        if message.forward_origin is not None:
            return False  # it was said elsewhere, to others
        text = message.text or message.caption or ""
        call = commands.read(text)
        if call is not None:
            return _is_me(message, f"@{call.bot}") if call.bot else call.name in commands.BY_NAME
        return _replies_to_me(message) or any(_is_me(message, name) for name in re.findall(r"@\w+", text))


ADDRESSED = _Addressed()


def is_meant(update: Update) -> bool:
    """Return whether an update that is no pressed button is meant for the bot."""
    message = update.effective_message
    return message is not None and ADDRESSED.filter(message)


def is_question(update: Update) -> bool:
    """Return whether somebody waits for an answer to an update: the commands but /ask are no questions."""
    message = update.message
    if message is None or not is_meant(update):
        return False
    call = commands.read(message.text or "")
    return call is None or call.name == "ask"


def without_mention(message: Message) -> str:
    """Return the text or caption of a message without the bot's own name, which is no part of the question."""
    text = message.text or message.caption or ""
    return re.sub(r"@\w+", lambda name: "" if _is_me(message, name.group()) else name.group(), text).strip()


def replied_to(message: Message) -> Message | None:
    """Return the message that one replies to; in a topic every message replies to the one that opened the topic."""
    original = message.reply_to_message
    return None if original is None or original.forum_topic_created is not None else original


def _is_by_a_bot(message: Message) -> bool:
    """Return whether a bot wrote: two would talk forever. Who writes for a group or channel only seems to be one."""
    return message.sender_chat is None and message.from_user is not None and message.from_user.is_bot


def _is_me(message: Message, name: str) -> bool:
    return name[1:].lower() == (message.get_bot().username or "").lower()


def _replies_to_me(message: Message) -> bool:
    original = replied_to(message)
    return original is not None and original.from_user is not None and original.from_user.id == message.get_bot().id
