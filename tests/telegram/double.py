"""A strict stand-in for the Bot API server: real HTTP, Telegram's own parser, message state, limits and faults.

It runs in a thread of the test's process. Anything the real server would refuse or silently spoil is kept in
`violations`, which a test expects to be empty at its end.
"""

from __future__ import annotations

from tests.telegram.faults import (
    BAD_GATEWAY,
    DROPPED,
    FLOOD,
    GARBAGE,
    HARMLESS,
    LOST_ANSWER,
    NOT_THE_BOT_API,
    Fault,
    Weather,
    storm,
)
from tests.telegram.limits import CHAT_BURST, GROUP_PER_MINUTE, OVERALL_PER_SECOND
from tests.telegram.records import BOT_ID, BOT_NAME, Document, Pressed, Request, Sent
from tests.telegram.running import TOKEN
from tests.telegram.users import Users
from tests.telegram.webhook import Posted

__all__ = [
    "BAD_GATEWAY",
    "BOT_ID",
    "BOT_NAME",
    "CHAT_BURST",
    "DROPPED",
    "FLOOD",
    "GARBAGE",
    "GROUP_PER_MINUTE",
    "HARMLESS",
    "LOST_ANSWER",
    "NOT_THE_BOT_API",
    "OVERALL_PER_SECOND",
    "TOKEN",
    "Document",
    "Fault",
    "Posted",
    "Pressed",
    "Request",
    "Sent",
    "TelegramDouble",
    "Weather",
    "storm",
]


class TelegramDouble(Users):
    """The server with its users. Tests may call its methods from any thread."""
