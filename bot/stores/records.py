"""What is kept of conversations, as plain types."""

from __future__ import annotations

from dataclasses import dataclass, field

from retrieval.models import MOST_QUOTES, Focus, Place

Key = tuple[int, int | None]
"""Of a conversation: id of the chat, and of the topic in it where it has topics."""
CHOICE = "choice"
"""Kind of view: a question that was offered in answer to another, and is asked as it stands, whatever it looks like."""


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """An answer as it is kept: from it, its buttons and a later question find what they need."""

    id: int
    """Given by `Conversations.add_answer`, never used twice."""
    chat_id: int
    topic: int | None
    user_id: int
    asked_at: float
    """In seconds since 1970."""
    question: str = field(repr=False)
    """As it was written."""
    stand_alone: str = field(repr=False)
    """With what it lacked taken from the questions before it."""
    status: str
    language: str
    parent: int | None
    """The answer that this one continues."""
    focus: Focus
    places: tuple[Place, ...]
    """Of the quotes, in the order shown, and then of the next best sentences."""
    quoted: int
    """How many of the places have been shown so far."""
    passages: tuple[Place, ...]
    """What was considered, best first."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody wants their answers."""

    language: str | None = None
    """None for that of their Telegram."""
    quotes: int = MOST_QUOTES
    written: bool = True
    """Whether a chat model, where there is one, may write them."""
    streaming: bool = True
    """Whether they are shown while they are being written."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much is, or was, kept of somebody."""

    answers: int
    """To their questions, in whatever chat."""
    ratings: int
    settings: bool
    """Whether there are any, the focus of their private chat among them."""
    views: int
    """Lists that they looked something up in."""
