"""What users do in private chats, groups and topics: every action becomes the updates that Telegram sends for it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

from tests.telegram.parser import found_in
from tests.telegram.people import People
from tests.telegram.records import Fields
from tests.telegram.running import TOKEN, Running

FILE = {"file_id": "file-1", "file_unique_id": "file-1"}
PHOTO = [{**FILE, "width": 90, "height": 60}, {**FILE, "width": 900, "height": 600}]
STICKER = {
    **FILE, "type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "👍",
}  # fmt: skip
VOICE = {**FILE, "duration": 3, "mime_type": "audio/ogg"}
DOCUMENT = {**FILE, "file_name": "report.pdf", "mime_type": "application/pdf", "file_size": 1000}


class Users(Running):
    """A server with users. `chat` is a group's negative id; without it the user's private chat is meant."""

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        super().__init__(token, port)
        self._people = People(self._state, self._server.delivery)

    def speaks(self, user_id: int, language: str | None) -> None:
        """Let a user's app be in a language, `None` for an app that does not say."""
        self._now(lambda: self._state.languages.update({user_id: language}))

    def set_privacy(self, on: bool) -> None:
        """Switch privacy mode on or off: with it, groups' messages come only if they are for the bot, or to admins."""
        self._now(lambda: setattr(self._state, "privacy", on))

    # Messages

    def send_text(
        self,
        user_id: int,
        text: str,
        *,
        chat: int | None = None,
        topic: int | None = None,
        reply_to: int | None = None,
        **more: Any,
    ) -> int:
        """Let a user send text, in private or to the group `chat` (a negative id); return the update's id."""
        return self.send(
            user_id, {"text": text, "entities": found_in(text), **more}, chat=chat, topic=topic, reply_to=reply_to
        )

    def send(
        self,
        user_id: int,
        content: dict[str, Any],
        *,
        chat: int | None = None,
        topic: int | None = None,
        reply_to: int | None = None,
    ) -> int:
        """Let a user send a message with any content, as in `{"photo": [...]}`; return the update's id.

        It is 0 if the bot gets no such update, because it did not ask for them or because of privacy mode.
        """
        return self._do(self._people.send(user_id, user_id if chat is None else chat, content, topic, reply_to))

    def start(self, user_id: int, payload: str = "") -> int:
        """Let a user open the bot through the link `t.me/<bot>?start=<payload>`; return the update's id."""
        assert re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload, re.ASCII), f"no link can carry {payload!r}"
        return self.send_text(user_id, f"/start {payload}".strip())

    def send_photo(self, user_id: int, caption: str = "", **where: Any) -> int:
        """Let a user send a photo."""
        return self.send(user_id, {"photo": PHOTO, **_caption(caption)}, **where)

    def send_voice(self, user_id: int, **where: Any) -> int:
        """Let a user send a voice message."""
        return self.send(user_id, {"voice": VOICE}, **where)

    def send_sticker(self, user_id: int, **where: Any) -> int:
        """Let a user send a sticker."""
        return self.send(user_id, {"sticker": STICKER}, **where)

    def send_file(self, user_id: int, caption: str = "", **where: Any) -> int:
        """Let a user send a document."""
        return self.send(user_id, {"document": DOCUMENT, **_caption(caption)}, **where)

    def send_album(self, user_id: int, photos: int = 3, caption: str = "", **where: Any) -> list[int]:
        """Let a user send several photos at once, which arrive as so many messages; the first has the caption."""
        group = {"media_group_id": f"album-{user_id}-{time.monotonic_ns()}"}
        captions = [caption, *[""] * (photos - 1)]
        return [self.send(user_id, {"photo": PHOTO, **group, **_caption(one)}, **where) for one in captions]

    def last_message_id(self, chat_id: int) -> int:
        """Return the id of the message that a user sent last to a chat."""
        return self._now(lambda: max(self._state.chat(chat_id).received))

    def edit_text(self, user_id: int, message_id: int, text: str, *, chat: int | None = None) -> int:
        """Let a user change a message; return the update's id."""
        place = user_id if chat is None else chat
        received = self._now(lambda: self._state.chat(place).received.get(message_id))
        assert received is not None, f"message {message_id} in chat {place} is not a user's"
        assert received["from"]["id"] == user_id, f"message {message_id} in chat {place} is somebody else's"
        changed = {**received, "text": text, "entities": found_in(text), "edit_date": int(time.time())}
        received.update(changed)
        return self._do(self._server.delivery.enqueue({"edited_message": changed}))

    def delete(self, chat_id: int, message_id: int) -> None:
        """Let a message vanish, whoever wrote it: bots are not told."""

        def vanish() -> None:
            chat = self._state.chat(chat_id)
            if chat.received.pop(message_id, None) is None:
                self._state.keep(replace(chat.sent[message_id], deleted=True), "deleted")

        self._now(vanish)

    # Buttons

    def press(self, user_id: int, chat: int, message_id: int, data: str, *, age: float = 0.0, old: bool = False) -> str:
        """Let a user press the button with these data; return the id that the bot must answer.

        With `age` the press is so many seconds old when the bot gets to know of it; more than 15 are too many for an
        answer. With `old` the message was sent so long ago that Telegram does not show the bot its content.

        Raises:
            AssertionError: if the message has no such button.
        """
        return self._do(self._people.press(user_id, self._state.chat(chat), message_id, data, age, old))

    def push(self, **update: Any) -> int:
        """Put a raw update before the bot, whatever it asked for; return the update's id."""
        return self._do(self._server.delivery.enqueue(update, always=True))

    # Membership

    def block(self, user_id: int) -> None:
        """Let a user block the bot."""
        self._do(self._people.block(user_id, True))

    def unblock(self, user_id: int) -> None:
        """Let a user unblock the bot."""
        self._do(self._people.block(user_id, False))

    def join(self, user_id: int, group: int, *, by: int | None = None) -> None:
        """Let a user enter a group, or be added `by` another one; the bot itself with its own id."""
        self._do(self._people.join(user_id, self._state.chat(group), by))

    def leave(self, user_id: int, group: int) -> None:
        """Let a user, or the bot, leave a group."""
        self._do(self._people.part(user_id, self._state.chat(group), user_id, "left"))

    def kick(self, user_id: int, group: int, *, by: int = 1) -> None:
        """Let a user, or the bot, be removed from a group by an admin."""
        self._do(self._people.part(user_id, self._state.chat(group), by, "kicked"))

    def promote(self, user_id: int, group: int, *, by: int = 1) -> None:
        """Let a user, or the bot, become admin of a group."""
        self._do(self._people.change_status(user_id, self._state.chat(group), by, "administrator"))


def _caption(text: str) -> Fields:
    return {"caption": text, "caption_entities": found_in(text)} if text else {}
