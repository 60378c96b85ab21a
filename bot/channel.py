"""The way back to a Telegram chat, for one update: every part of a reply is written down before and after it is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from bot.exchange import Preview
from bot.stores.database import Database
from bot.stores.inbox import Inbox, Ticket
from bot.transport.preview import LivePreview
from bot.transport.sending import Address, Courier
from bot.views.text import Keyboard, Message
from bot.views.words import Words
from retrieval.errors import CitegramError

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """How far the reply to one update has got: what an earlier process has sent of it is not sent again."""

    database: Database
    inbox: Inbox
    ticket: Ticket
    before: int = 0
    """Parts of the reply that earlier calls of `Courier.send` and `Courier.document` were for."""
    kept: bool = False
    """Set once a part could not be delivered so far: it and all behind it are for the next start."""
    shown: int | None = field(init=False)
    """The message that shows the answer as far as it is written, in this process or, before that, in an earlier one."""

    def __post_init__(self) -> None:
        """Go on where the earlier process ended."""
        self.shown = self.ticket.preview

    @property
    def first(self) -> int:
        """Return the number of parts of this call that have arrived already."""
        return max(0, self.ticket.sent - self.before)

    @property
    def doubtful(self) -> int | None:
        """Return the part of this call that may have arrived already."""
        sending = self.ticket.sending
        return None if sending is None or sending < self.before else sending - self.before

    async def sending(self, part: int) -> None:
        """Write down that a part is on its way."""
        await self._note(self.inbox.sending, part)

    async def sent(self, part: int) -> None:
        """Write down that a part has arrived."""
        await self._note(self.inbox.sent, part)

    async def show_in(self, message_id: int | None) -> None:
        """Write down which message shows the answer before it is whole; None when there is none any more."""
        self.shown = message_id
        await self._write(self.inbox.preview, self.ticket.update_id, message_id)

    async def became_part(self) -> None:
        """Write down that this message holds the next part of the reply now."""
        self.shown = None
        await self._note(self.inbox.became, 0)
        self.before += 1

    async def keep(self) -> None:
        """Leave the update undone, for the next start."""
        self.kept = True
        await self._write(self.inbox.keep, self.ticket.update_id)

    async def _note(self, step: Callable[[int, int], None], part: int) -> None:
        await self._write(step, self.ticket.update_id, self.before + part)

    async def _write(self, step: Callable[..., None], *numbers: int | None) -> None:
        try:
            await self.database.run(step, *numbers)
        except CitegramError as error:  # the reader gets the reply all the same, perhaps twice
            logger.warning("How far a reply has got could not be written down: %s", error)


class TelegramChannel:
    """The chat and topic that an update came from; in groups every message replies to what it answers."""

    def __init__(
        self,
        courier: Courier,
        address: Address,
        progress: Progress,
        words: Words,
        *,
        reply_to: int | None = None,
        pressed: int | None = None,
        press_id: str | None = None,
    ) -> None:
        self._courier = courier
        self._address = address
        self._progress = progress
        self._words = words
        self._reply_to = reply_to
        self._pressed = pressed
        self._press_id = press_id

    @property
    def pressed(self) -> int | None:
        """Return the id of the message whose button was pressed."""
        return self._pressed

    async def reply(self, messages: Sequence[Message], keyboard: Keyboard = ()) -> tuple[int, ...]:
        """Send messages, the keyboard under the last one; return the ids of those that were sent now."""
        if self._progress.kept:
            return ()
        ids = await self._courier.send(
            self._address,
            messages,
            keyboard=keyboard,
            reply_to=self._reply_to,
            journal=self._progress,
            again=self._words("again"),
        )
        self._progress.before += len(messages)
        return ids

    async def answer(
        self, plain: str, messages: Sequence[Message], keyboard: Keyboard = (), *, preview: Preview | None = None
    ) -> tuple[int, ...]:
        """Send an answer's messages, the first one in the place of what was shown of it, by an earlier process too."""
        live = preview if isinstance(preview, LivePreview) else None
        if live is not None:
            await live.finish()
        shown = self._progress.shown
        if shown is None or not messages or self._progress.kept:
            return await self.reply(messages, keyboard)
        # Not written down before it is done: the same edit once more, after a kill, changes nothing.
        if not await self._courier.edit(self._address, shown, messages[0], keyboard if len(messages) == 1 else ()):
            await self._progress.show_in(None)
            return await self.reply(messages, keyboard)
        await self._progress.became_part()
        if live is not None:
            live.leave()
        return shown, *await self.reply(messages[1:], keyboard)

    def preview(self) -> Preview | None:
        """Begin to show an answer while it is being written."""
        progress = self._progress
        if progress.kept or progress.first > 0 or progress.doubtful is not None:
            return None  # the answer, or a part of it, is there already, or perhaps
        return self._courier.preview(
            self._address, reply_to=self._reply_to, shown=progress.shown, note=progress.show_in
        )

    async def replace(self, message: Message, keyboard: Keyboard = ()) -> None:
        """Edit the message whose button was pressed; one that cannot be edited any more is sent anew."""
        if self._pressed is None or not await self._courier.edit(self._address, self._pressed, message, keyboard):
            await self.reply([message], keyboard)

    async def replace_keyboard(self, keyboard: Keyboard) -> None:
        """Edit the buttons of the message whose button was pressed."""
        if self._pressed is not None:
            await self._courier.edit_keyboard(self._address, self._pressed, keyboard)

    async def document(self, name: str, content: bytes, caption: Message) -> None:
        """Send a file, which is a part of the reply like a message."""
        if self._progress.kept:
            return
        await self._courier.document(
            self._address,
            name,
            content,
            caption,
            reply_to=self._reply_to,
            journal=self._progress,
            again=self._words("again"),
        )
        self._progress.before += 1

    async def tell(self, text: str, *, alert: bool = False) -> None:
        """Answer the press of the button, which can be done once."""
        if self._press_id is not None:
            press_id, self._press_id = self._press_id, None
            await self._courier.answer_press(press_id, text, alert=alert)

    def typing(self) -> AbstractAsyncContextManager[None]:
        """Show the typing indicator while the block runs."""
        return self._courier.typing(self._address)
