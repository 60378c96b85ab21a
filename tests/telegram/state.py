"""What the server knows: users, chats with their messages, and buttons that were pressed."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.telegram.records import BOT_ID, BOT_NAME, Chat, Document, Fields, Pressed, RefusedError, Request, Sent

ADMIN_RIGHTS = (
    "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_pin_messages",
)  # fmt: skip


class State:
    """All of it, and what the server had to object to."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.requests: list[Request] = []
        self.chats: dict[int, Chat] = {}
        self.languages: dict[int, str | None] = {}
        self.presses: dict[str, Pressed] = {}
        self.documents: dict[str, Document] = {}
        self.privacy: bool | None = None
        """Privacy mode in groups; None delivers everything although getMe says that it is on, as for an admin."""
        self.runs = 0
        """How many times the bot has started, as far as its calls of getMe tell."""
        self.listeners: list[Callable[[str, Sent], None]] = []
        self._last_private_id = 0

    def violation(self, description: str) -> RefusedError:
        """Keep in mind what the bot should never have asked for; return the refusal to raise."""
        self.violations.append(description)
        return RefusedError(400, f"Bad Request: {description}")

    def chat(self, chat_id: int) -> Chat:
        """Return a chat, which comes into being if need be."""
        return self.chats.setdefault(chat_id, Chat(chat_id, "private" if chat_id > 0 else "supergroup"))

    def open_chat(self, chat_id: int) -> Chat:
        """Return a chat that the bot may write to."""
        if chat_id not in self.chats:
            raise RefusedError(400, "Bad Request: chat not found")
        chat = self.chats[chat_id]
        if chat.blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        if chat.bot_status == "kicked":
            raise RefusedError(403, f"Forbidden: bot was kicked from the {chat.kind} chat")
        if chat.bot_status == "left":
            raise RefusedError(403, f"Forbidden: bot is not a member of the {chat.kind} chat")
        return chat

    def next_message_id(self, chat: Chat) -> int:
        """Return a new message's id: private chats share one numbering, each supergroup has its own."""
        if chat.is_private:
            self._last_private_id += 1
            return self._last_private_id
        chat.last_id += 1
        return chat.last_id

    def keep(self, sent: Sent, event: str) -> None:
        """Store a message of the bot, new or changed."""
        self.chats[sent.chat_id].sent[sent.message_id] = sent
        for listener in self.listeners:
            listener(event, sent)

    def user(self, user_id: int) -> Fields:
        """Return a user as updates show them."""
        if user_id == BOT_ID:
            return bot_user()
        language = self.languages.get(user_id, "en")
        shown = {} if language is None else {"language_code": language}
        return {"id": user_id, "is_bot": False, "first_name": f"Reader{user_id}", **shown}

    def member(self, chat: Chat, user_id: int) -> Fields:
        """Return somebody's membership in a chat."""
        status = "kicked" if chat.blocked and user_id == BOT_ID else chat.statuses.get(user_id, "member")
        more: Fields = {"until_date": 0} if status == "kicked" else {}
        if status == "administrator":
            more = dict.fromkeys(ADMIN_RIGHTS, False) | {"can_be_edited": False}
        return {"user": self.user(user_id), "status": status, **more}

    def message(self, chat: Chat, message_id: int) -> Fields | None:
        """Return a message of a chat as updates show it, whoever wrote it; None if there is none (any more)."""
        sent = chat.sent.get(message_id)
        if sent is None:
            return chat.received.get(message_id)
        return None if sent.deleted else message_fields(chat, sent)


def bot_user() -> Fields:
    """Return the bot as messages show it."""
    return {"id": BOT_ID, "is_bot": True, "first_name": "Citegram", "username": BOT_NAME}


def message_fields(chat: Chat, sent: Sent) -> Fields:
    """Return a message of the bot in the Bot API's form."""
    fields: Fields = {
        "message_id": sent.message_id,
        "date": sent.date,
        "chat": chat.fields(),
        "from": bot_user(),
    }
    name = "caption" if sent.document else "text"
    if sent.text:
        fields[name] = sent.text
    if sent.parsed.entities:
        fields["caption_entities" if sent.document else "entities"] = sent.parsed.bot_api_entities()
    if sent.keyboard:
        fields["reply_markup"] = {"inline_keyboard": [list(row) for row in sent.keyboard]}
    if sent.topic is not None:
        fields |= {"message_thread_id": sent.topic, "is_topic_message": True}
    if sent.edits:
        fields["edit_date"] = int(time.time())
    if sent.document:
        fields["document"] = {
            "file_id": sent.document.file_id,
            "file_unique_id": sent.document.file_id,
            "file_name": sent.document.name,
            "mime_type": sent.document.kind,
            "file_size": len(sent.document.content),
        }
    return fields
