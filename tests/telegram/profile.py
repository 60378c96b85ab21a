"""What the bot says of itself: getMe, the menu of commands by scope and language, descriptions; and getChat."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tests.telegram.records import Chat, Fields
from tests.telegram.state import State, bot_user

MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
MAX_TEXTS = {"name": 64, "description": 512, "short_description": 120}

_LANGUAGE = re.compile(r"[a-z]{2}|")
_COMMAND = re.compile(r"/?[a-z0-9_]{1,32}")


class Profile:
    """Carries out the requests; each returns the request's result or raises RefusedError."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._commands: dict[tuple[str, str], list[Fields]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        """By name (`description`, ...) and language."""

    def me(self) -> Fields:
        return {
            **bot_user(),
            "can_join_groups": True,
            "can_read_all_group_messages": self._state.privacy is False,
            "supports_inline_queries": False,
        }

    def set_commands(self, fields: Fields) -> bool:
        key = self._key(fields)
        commands = fields["commands"]
        if len(commands) > MAX_COMMANDS:
            raise self._state.violation("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not _COMMAND.fullmatch(command["command"]):
                raise self._state.violation("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"].strip()) <= MAX_COMMAND_DESCRIPTION:
                raise self._state.violation("BOT_COMMAND_DESCRIPTION_INVALID")
        names = [command["command"] for command in commands]
        if len(set(names)) < len(names):
            self._state.violations.append("a command stands twice in the menu")
        self._commands[key] = commands
        return True

    def commands(self, fields: Fields) -> list[Fields]:
        return self._commands.get(self._key(fields), [])

    def delete_commands(self, fields: Fields) -> bool:
        self._commands.pop(self._key(fields), None)
        return True

    def menu(self, chat: Chat, user_id: int, language: str | None, is_admin: bool) -> list[Fields]:
        """Return the commands that a user's app offers in a chat: the first list that there is, as Telegram looks."""
        for scope in _scopes(chat, user_id, is_admin):
            for code in (language or "", ""):
                if found := self._commands.get((json.dumps(scope, sort_keys=True), code)):
                    return found
        return []

    def set_text(self, name: str, fields: Fields) -> bool:
        language, text = self._language(fields), fields.get(name) or ""
        if len(text) > MAX_TEXTS[name]:
            raise self._state.violation(f"the bot's {name} is too long")
        self.texts[name, language] = text
        return True

    def text(self, name: str, fields: Fields) -> Fields:
        language = self._language(fields)
        return {name: self.texts.get((name, language)) or self.texts.get((name, ""), "")}

    def chat(self, fields: Fields) -> Fields:
        chat = self._state.open_chat(fields["chat_id"])
        gifts = dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        )
        return {**chat.fields(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}

    def member(self, fields: Fields) -> Fields:
        chat = self._state.open_chat(fields["chat_id"])
        return self._state.member(chat, fields["user_id"])

    def administrators(self, fields: Fields) -> list[Fields]:
        chat = self._state.open_chat(fields["chat_id"])
        if chat.is_private:
            raise self._state.violation("there are no administrators in the private chat")
        return [self._state.member(chat, one) for one, status in chat.statuses.items() if status == "administrator"]

    def _key(self, fields: Fields) -> tuple[str, str]:
        scope = fields.get("scope") or {"type": "default"}
        if "chat_id" in scope:
            self._state.open_chat(scope["chat_id"])
        return json.dumps(scope, sort_keys=True), self._language(fields)

    def _language(self, fields: Fields) -> str:
        language: str = fields.get("language_code") or ""
        if not _LANGUAGE.fullmatch(language):
            raise self._state.violation("invalid language code specified")
        return language


def _scopes(chat: Chat, user_id: int, is_admin: bool) -> Iterator[Fields]:
    if not chat.is_private:
        yield {"type": "chat_member", "chat_id": chat.id, "user_id": user_id}
        if is_admin:
            yield {"type": "chat_administrators", "chat_id": chat.id}
    yield {"type": "chat", "chat_id": chat.id}
    if is_admin and not chat.is_private:
        yield {"type": "all_chat_administrators"}
    yield {"type": "all_private_chats" if chat.is_private else "all_group_chats"}
    yield {"type": "default"}
