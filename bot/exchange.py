"""One message in hand: who wrote it and where, and the way back. What handlers work with, whatever the front end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from bot.answering import Answering
from bot.shares import Shares
from bot.stores.conversations import Conversations, Key
from bot.stores.database import Database
from bot.stores.members import Members, Role
from bot.views.text import Keyboard, Message, pack, run
from bot.views.words import Words

Result = TypeVar("Result")


class Preview(Protocol):
    """An answer that is shown while it is being written; `Channel.answer` puts the whole answer in its place."""

    def show(self, message: Message) -> None:
        """Show how far the answer is; called in the event loop as often as there is something new, and never blocks.

        Of frames that come faster than they can be shown, only the newest is. What cannot be shown is let go.
        """


class Channel(Protocol):
    """The way back to the chat that a message or a pressed button came from."""

    async def reply(self, messages: Sequence[Message], keyboard: Keyboard = ()) -> tuple[int, ...]:
        """Send messages, the keyboard under the last one; return their ids, none for what could not be delivered."""

    async def answer(
        self, plain: str, messages: Sequence[Message], keyboard: Keyboard = (), *, preview: Preview | None = None
    ) -> tuple[int, ...]:
        """Send an answer, given for a terminal and as messages, in the place of its preview; return as `reply` does."""

    def preview(self) -> Preview | None:
        """Begin to show an answer while it is being written; None where that cannot be done.

        A preview that no answer takes the place of (the question was stopped, or failed) goes away by itself.
        """

    async def replace(self, message: Message, keyboard: Keyboard = ()) -> None:
        """Put a message in the place of the one whose button was pressed; send it where that is not possible."""

    async def replace_keyboard(self, keyboard: Keyboard) -> None:
        """Put other buttons under the message whose button was pressed."""

    async def document(self, name: str, content: bytes, caption: Message) -> None:
        """Send a file."""

    async def tell(self, text: str, *, alert: bool = False) -> None:
        """Show a short note to whoever pressed the button; with `alert` it has to be closed."""

    def typing(self) -> AbstractAsyncContextManager[None]:
        """Show that an answer is being worked on while the block runs."""

    @property
    def pressed(self) -> int | None:
        """Return the id of the message whose button was pressed."""


@dataclass(frozen=True, slots=True)
class BotProfile:
    """What the bot is called, and whether it sees all messages of its groups."""

    name: str = ""
    reads_groups: bool = False


@dataclass(slots=True)
class Desk:
    """What all exchanges share: the core, what is kept of conversations, and how long."""

    core: Answering
    database: Database
    conversations: Conversations
    members: Members
    keep_days: int
    slots: asyncio.Semaphore
    """Answers worked on at the same time, of everybody."""
    shares: Shares
    """And of one person."""
    lookups: asyncio.Semaphore
    """Blocking calls made at the same time that are no answers."""
    profile: BotProfile = BotProfile()
    stop: Callable[[Key, int | None], int] = lambda key, person: 0
    """Ends the answers to a person's questions in a conversation; returns how many those were."""
    in_hand: set[tuple[int, int | None, str, int | None]] = field(default_factory=set)
    """Buttons being dealt with, as chat, message, data and, unless it is for all, person: tapped again meanwhile, they do
    nothing more."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote."""

    id: int
    role: Role
    words: Words
    quotes: int
    """At most so many in an answer."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message or a pressed button, with all that is needed to deal with it."""

    desk: Desk
    channel: Channel
    person: Person
    key: Key
    private: bool
    at: float
    """When the message was written, in seconds since 1970."""

    @property
    def words(self) -> Words:
        """What the bot says, in the language of whoever wrote."""
        return self.person.words

    async def say(self, *keys: str, **values: str | int) -> None:
        """Send texts from the message catalogue, a paragraph each."""
        await self.channel.reply(pack(run(self.words(key, **values)) for key in keys))

    async def kept(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Call a method of the bot's own stores."""
        return await self.desk.database.run(work, *arguments)

    async def looked_up(self, work: Callable[..., Result], *arguments: Any, **more: Any) -> Result:
        """Call a blocking method of the core."""
        async with self.desk.lookups:
            return await asyncio.to_thread(work, *arguments, **more)
