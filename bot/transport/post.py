"""A message as it is handed to Telegram: marked when it may be a repeat, simpler after a refusal."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, ReplyParameters
from telegram.constants import MessageLimit, ParseMode
from telegram.error import BadRequest

from bot.transport.retrying import Address
from bot.views.text import GAP, MAX_UNITS, Keyboard, Message, fits, joined, tagged, units

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Form:
    """Text and buttons in the form that Telegram has not refused so far."""

    message: Message
    keyboard: Keyboard = ()
    formatted: bool = True

    @property
    def text(self) -> str:
        """The text as it stands in the request."""
        return self.message.html if self.formatted else self.message.plain

    @property
    def parse_mode(self) -> ParseMode | None:
        """How Telegram is to read the text."""
        return ParseMode.HTML if self.formatted else None

    @property
    def markup(self) -> InlineKeyboardMarkup | None:
        """The buttons in Telegram's type."""
        rows = [
            [InlineKeyboardButton(one.text, callback_data=one.data or None, url=one.url or None) for one in row]
            for row in self.keyboard
            if row
        ]
        return InlineKeyboardMarkup(rows) if rows else None

    def marked(self, again: str, most_units: int) -> Form | None:
        """Return the same with the line `again` before it, None when there is no room for it."""
        marked = joined([tagged("i", again), self.message], GAP) if self.message.plain else tagged("i", again)
        return replace(self, message=marked) if fits(marked) and units(marked.plain) <= most_units else None

    def simpler(self, refusal: BadRequest) -> Form | None:
        """Return what Telegram may take after refusing this, None when nothing can be left out."""
        reason = str(refusal).lower()
        if "parse entities" in reason and self.formatted:
            logger.error("Telegram could not parse a message; sending it as plain text.")
            return replace(self, formatted=False)
        if "button" in reason and self.keyboard:
            logger.error("Telegram refused a message's buttons; sending it without them.")
            return replace(self, keyboard=())
        return None


class Post:
    """The requests that bring one message or file to its chat, the first and the repeated ones."""

    def __init__(self, bot: Bot, to: Address, reply_to: int | None, again: str) -> None:
        self._bot = bot
        self.to = to
        # An answer to a message that has been deleted is still an answer.
        self._reply = ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to is not None else None
        self._again = again
        self._warned = False
        self._doubtful = False
        self.before: Callable[[], Awaitable[None]] | None = None
        """Awaited before the first request."""

    def move(self, chat_id: int) -> None:
        """Go on in the supergroup that the chat has become, where messages are numbered anew."""
        self.to = replace(self.to, chat_id=chat_id)
        self._reply = None

    async def message(self, form: Form, doubtful: bool) -> int:
        """Send the message, marked if it is `doubtful` whether it has arrived already; return its id."""
        if await self._is_repeat(doubtful):
            form = form.marked(self._again, MAX_UNITS) or await self._with_warning(form)
        return await self._send(form)

    async def document(self, file: InputFile, form: Form, doubtful: bool) -> int:
        """Send a file with the message as its caption, marked likewise; return the message's id."""
        if await self._is_repeat(doubtful):
            # Without room for both, that it may be a repeat matters more: the file speaks for itself.
            form = form.marked(self._again, MessageLimit.CAPTION_LENGTH) or Form(
                tagged("i", self._again), form.keyboard
            )
        sent = await self._bot.send_document(
            self.to.chat_id,
            file,
            caption=form.text,
            parse_mode=form.parse_mode,
            message_thread_id=self.to.topic,
            reply_markup=form.markup,
            reply_parameters=self._reply,
        )
        return sent.message_id

    async def _is_repeat(self, doubtful: bool) -> bool:
        """Return whether a mark is needed: what was doubtful once stays so, whatever form it is sent in next."""
        if self.before is not None:
            before, self.before = self.before, None
            await before()
        self._doubtful = self._doubtful or doubtful
        return self._doubtful and bool(self._again)

    async def _with_warning(self, form: Form) -> Form:
        """Send the line that says so before a message that is too long to hold it, once."""
        if not self._warned:
            await self._send(Form(tagged("i", self._again)))
            self._warned = True
        return form

    async def _send(self, form: Form) -> int:
        sent = await self._bot.send_message(
            self.to.chat_id,
            form.text,
            parse_mode=form.parse_mode,
            message_thread_id=self.to.topic,
            link_preview_options=NO_PREVIEW,
            reply_markup=form.markup,
            reply_parameters=self._reply,
        )
        return sent.message_id
