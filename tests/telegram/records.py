"""What the server keeps of chats, messages, requests and pressed buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.telegram.parser import Parsed

BOT_ID = 123456
BOT_NAME = "citegram_test_bot"

Fields = dict[str, Any]
Keyboard = tuple[tuple[Fields, ...], ...]


class RefusedError(Exception):
    """The server refuses a request: HTTP status, description and, for floods, the seconds to wait."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after


@dataclass(frozen=True, slots=True)
class Document:
    """A file that the bot has sent."""

    name: str
    content: bytes = field(repr=False)
    kind: str
    """Its MIME type."""
    file_id: str

    @property
    def text(self) -> str:
        """Return the content as UTF-8."""
        return self.content.decode()


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the bot, as it is now."""

    message_id: int
    chat_id: int
    parsed: Parsed
    """The text, or the caption of a document."""
    reply_to: int | None
    topic: int | None
    at: float
    """When it was sent, on the monotonic clock."""
    date: int = 0
    keyboard: Keyboard = ()
    document: Document | None = None
    edits: int = 0
    deleted: bool = False

    @property
    def text(self) -> str:
        """Return the text as the reader sees it."""
        return self.parsed.text

    @property
    def quotes(self) -> list[str]:
        """Return the text of every expandable blockquote."""
        return self.parsed.slices("ExpandableBlockQuote")

    @property
    def buttons(self) -> list[str]:
        """Return what is written on the buttons, row by row."""
        return [button["text"] for row in self.keyboard for button in row]

    def data(self, label: str) -> str:
        """Return the data of the button whose text contains `label`."""
        for row in self.keyboard:
            for button in row:
                if label in button["text"] and "callback_data" in button:
                    return str(button["callback_data"])
        raise AssertionError(f"no button {label!r} under message {self.message_id}: {self.buttons}")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came in."""

    method: str
    fields: Fields
    at: float


@dataclass(slots=True)
class Pressed:
    """A button that a user has pressed."""

    id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    at: float
    """When, on the monotonic clock."""
    answer: Fields | None = None
    """The fields of answerCallbackQuery, once it came in time."""
    answered_in: int = 0
    """The bot's run in which it was answered."""
    lost: bool = False
    """Whether the bot may not know that its answer arrived."""


@dataclass(slots=True)
class Chat:
    """A chat as the server keeps it."""

    id: int
    kind: str = "private"
    blocked: bool = False
    statuses: dict[int, str] = field(default_factory=dict)
    """Of members that are not simply members: administrator, left or kicked."""
    topics: set[int] = field(default_factory=set)
    sent: dict[int, Sent] = field(default_factory=dict)
    received: dict[int, Fields] = field(default_factory=dict)
    """Messages of users that are still there."""
    last_id: int = 0

    @property
    def is_private(self) -> bool:
        return self.kind == "private"

    @property
    def bot_status(self) -> str:
        return self.statuses.get(BOT_ID, "member")

    def fields(self) -> Fields:
        """Return the chat as updates show it."""
        if self.is_private:
            return {"id": self.id, "type": self.kind, "first_name": f"Reader{self.id}"}
        forum = {"is_forum": True} if self.topics else {}
        return {"id": self.id, "type": self.kind, "title": "Group", **forum}
