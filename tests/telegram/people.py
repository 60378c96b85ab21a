"""What follows from a user's action: the messages and updates that Telegram makes of it."""

from __future__ import annotations

import re
import time

from tests.telegram.delivery import Delivery
from tests.telegram.records import BOT_ID, BOT_NAME, Chat, Fields, Pressed
from tests.telegram.state import State

SERVICE = {
    "new_chat_members", "left_chat_member", "new_chat_title", "pinned_message", "forum_topic_created",
    "group_chat_created", "supergroup_chat_created", "migrate_to_chat_id", "migrate_from_chat_id",
}  # fmt: skip
"""Messages that bots get in spite of privacy mode."""


class People:
    """The users, within the server's thread."""

    def __init__(self, state: State, delivery: Delivery) -> None:
        self._state = state
        self._delivery = delivery

    async def send(
        self, user_id: int, chat_id: int, content: Fields, topic: int | None, reply_to: int | None = None
    ) -> int:
        chat = self._state.chat(chat_id)
        message = {
            "message_id": self._state.next_message_id(chat),
            "date": int(time.time()),
            "from": self._state.user(user_id),
            **self._context(chat, topic, reply_to),
            **content,
        }
        if message.get("is_topic_message"):
            chat.topics.add(message["message_thread_id"])
        message["chat"] = chat.fields()
        chat.received[message["message_id"]] = message
        if not self._is_shown(chat, message):
            return 0
        return await self._delivery.enqueue({"message": dict(message)})  # later changes do not reach it

    def _context(self, chat: Chat, topic: int | None, reply_to: int | None) -> Fields:
        fields: Fields = {}
        if topic is not None:
            # The message that opened a topic counts as replied to by all that reply to nothing else.
            fields = {
                "message_thread_id": topic,
                "is_topic_message": True,
                "reply_to_message": _topic_start(chat, topic),
            }
        if reply_to is None:
            return fields
        replied = self._state.message(chat, reply_to)
        assert replied is not None, f"no message {reply_to} in chat {chat.id} to reply to"
        shown = {name: value for name, value in replied.items() if name != "reply_to_message"}
        if topic is None and not chat.is_private:
            # Replies in groups without topics have a thread, too, in which bots cannot send.
            fields["message_thread_id"] = replied.get("message_thread_id", reply_to)
            if replied.get("is_topic_message"):
                fields["is_topic_message"] = True
        return fields | {"reply_to_message": shown}

    def _is_shown(self, chat: Chat, message: Fields) -> bool:
        if chat.is_private:
            return True
        if chat.bot_status in ("left", "kicked"):
            return False
        if not self._state.privacy or chat.bot_status == "administrator":
            return True
        if message.keys() & SERVICE:
            return True
        to_bot = message.get("reply_to_message", {}).get("from", {}).get("id") == BOT_ID
        command = re.match(r"/\w+(?:@(\w+))?", message.get("text", ""), re.ASCII)
        return to_bot or (command is not None and (command[1] or BOT_NAME).lower() == BOT_NAME)

    async def press(self, user_id: int, chat: Chat, message_id: int, data: str, age: float, old: bool) -> str:
        sent = chat.sent.get(message_id)
        assert sent is not None, f"the bot has sent no message {message_id} to chat {chat.id}"
        assert not sent.deleted, f"message {message_id} in chat {chat.id} is deleted"
        offered = [button["callback_data"] for row in sent.keyboard for button in row if "callback_data" in button]
        assert data in offered, f"message {message_id} has no button {data!r}; it has {offered}"
        press_id = str(4_000_000_000 + len(self._state.presses))
        pressed = Pressed(press_id, user_id, chat.id, message_id, data, time.monotonic() - age)
        self._state.presses[press_id] = pressed
        shown = self._state.message(chat, message_id) or {}
        if sent.reply_to is not None and (replied := self._state.message(chat, sent.reply_to)) is not None:
            shown["reply_to_message"] = {name: replied[name] for name in replied if name != "reply_to_message"}
        if old:
            shown = {"message_id": message_id, "date": 0, "chat": chat.fields()}
        await self._delivery.enqueue(
            {
                "callback_query": {
                    "id": press_id,
                    "from": self._state.user(user_id),
                    "chat_instance": str(chat.id),
                    "message": shown,
                    "data": data,
                }
            }
        )
        return press_id

    async def block(self, user_id: int, blocked: bool) -> None:
        chat = self._state.chat(user_id)
        before = self._state.member(chat, BOT_ID)
        chat.blocked = blocked
        await self._tell_status(chat, user_id, BOT_ID, before)

    async def join(self, user_id: int, chat: Chat, by: int | None) -> None:
        chat.statuses.setdefault(user_id, "left")
        actor = user_id if by is None else by
        await self.change_status(user_id, chat, actor, "member")
        await self.send(actor, chat.id, {"new_chat_members": [self._state.user(user_id)]}, None)

    async def part(self, user_id: int, chat: Chat, by: int, status: str) -> None:
        if user_id != BOT_ID:
            await self.send(by, chat.id, {"left_chat_member": self._state.user(user_id)}, None)
        await self.change_status(user_id, chat, by, status)

    async def change_status(self, user_id: int, chat: Chat, by: int, status: str) -> None:
        before = self._state.member(chat, user_id)
        chat.statuses[user_id] = status
        await self._tell_status(chat, by, user_id, before)

    async def _tell_status(self, chat: Chat, by: int, user_id: int, before: Fields) -> None:
        change = {
            "chat": chat.fields(),
            "from": self._state.user(by),
            "date": int(time.time()),
            "old_chat_member": before,
            "new_chat_member": self._state.member(chat, user_id),
        }
        kind = "my_chat_member" if user_id == BOT_ID else "chat_member"
        await self._delivery.enqueue({kind: change})


def _topic_start(chat: Chat, topic: int) -> Fields:
    return {
        "message_id": topic,
        "date": 1,
        "chat": chat.fields(),
        "from": {"id": 1, "is_bot": False, "first_name": "Admin"},
        "message_thread_id": topic,
        "is_topic_message": True,
        "forum_topic_created": {"name": f"Topic {topic}", "icon_color": 7322096},
    }
