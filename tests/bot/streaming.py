"""A reply that is shown while it is written, in a process that may be killed at any moment; the next one goes on."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from telegram import Bot

from bot.channel import Progress, TelegramChannel
from bot.stores.database import Database
from bot.stores.inbox import Inbox
from bot.transport.bot_api import connected_bot
from bot.transport.sending import Address, Courier
from bot.transport.throttle import Throttle
from bot.views.text import Button, Message, bold, run
from bot.views.words import words_for

# Without the double, whose imports take a process longer than all that it does here.
READER = 4001
UPDATE = 77
BUTTONS = ((Button("Context", "c:1:1:0"),),)
ANSWER = tuple(bold(run(f"Part {number} <1>")) for number in range(2))
FRAME_SECONDS = 1.25
"""Between two frames: a little more than the preview's own pace, so that each is shown."""


def channel(api: Bot, inbox: Inbox, database: Database, to: Address, reply_to: int | None = None) -> TelegramChannel:
    """Return the way back for the one update in the inbox, which comes to be there if need be."""
    inbox.add([(UPDATE, None, json.dumps({"update_id": UPDATE}))], time.time())
    ((ticket, _),) = inbox.left()
    progress = Progress(database, inbox, ticket)
    return TelegramChannel(Courier(api, Throttle()), to, progress, words_for("en"), reply_to=reply_to)


async def write(mine: TelegramChannel, frames: int, answer: Sequence[Message] = ANSWER) -> tuple[int, ...]:
    """Show so many frames and then the whole answer; return the ids of its messages."""
    preview = mine.preview()
    for number in range(1, frames + 1):
        if preview is not None:
            preview.show(run(f"Frame {number}"))
        await asyncio.sleep(FRAME_SECONDS)
    return await mine.answer("", answer, BUTTONS, preview=preview)


def answer_once(directory: Path, token: str, url: str, frames: int) -> None:
    """Write an answer and be done with its question, as one process does."""

    async def everything() -> None:
        with closing(Database.in_directory(directory)) as database:
            inbox = Inbox(database)
            async with connected_bot(token, url) as api:
                await write(channel(api, inbox, database, Address(READER, None, private=True)), frames)
            inbox.done(UPDATE)

    asyncio.run(everything())
