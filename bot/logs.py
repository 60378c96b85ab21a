"""The bot's log: one line an event, without the token and without anybody's words."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Sequence
from types import TracebackType

REDACTED = "[token]"
SHORTEST_SECRET = 8
"""Characters; shorter secrets are looked for only together with the bot's number, or common words would disappear."""
MAX_FRAMES = 6
MAX_CAUSES = 3

_CONTROL = re.compile(r"\s*[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]+\s*")

_Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class RedactingFormatter(logging.Formatter):
    """Writes an event as one line in which the token does not occur, whoever logged it.

    Of an error only its kind and its place are written: its message and its values may hold a reader's words.
    """

    def __init__(self, token: str | None = None) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secret = _pattern(token) if token else None

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for `record`."""
        event = logging.makeLogRecord(record.__dict__)
        # asyncio's reports of lost errors describe the error, values included, from the second line on.
        message = record.getMessage()
        event.msg, event.args = message.partition("\n")[0] if record.name == "asyncio" else message, ()
        event.exc_text = None
        line = _CONTROL.sub(" ", super().format(event)).rstrip()
        return self._secret.sub(REDACTED, line) if self._secret else line

    def formatException(self, ei: _Failure) -> str:  # noqa: N802  # logging's own name
        """Return kind and place of an error and of those that led to it."""
        errors: list[str] = []
        error = ei[1]
        while error is not None and len(errors) < MAX_CAUSES:
            errors.append(_kind_and_place(error))
            error = error.__cause__ or error.__context__
        return f"[{'; after '.join(errors)}]"


def configure_logging(token: str | None, level: int) -> None:
    """Send the log to standard error: this project's events from `level` on, libraries' from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(token))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("bot", "retrieval"):
        logging.getLogger(name).setLevel(level)
    for name in ("httpx", "httpcore", "telegram", "chromadb"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    threading.excepthook = _log_thread_failure


def _log_thread_failure(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None:
        logging.getLogger(__name__).error("A background thread failed.", exc_info=failure.exc_value)


def _pattern(token: str) -> re.Pattern[str]:
    number, _, secret = token.partition(":")
    prefix = rf"{re.escape(number)}(?::|%(?:25)*3A)"
    optional = "?" if len(secret) >= SHORTEST_SECRET else ""
    return re.compile(rf"(?:{prefix}){optional}{re.escape(secret)}", re.IGNORECASE)


def _kind_and_place(error: BaseException) -> str:
    frames: Sequence[traceback.FrameSummary] = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    places = " < ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}" if places else type(error).__name__


def _short(filename: str) -> str:
    return "/".join(filename.replace("\\", "/").split("/")[-2:])
